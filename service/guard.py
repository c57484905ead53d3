"""What happens to every request before and after the app: size limit, media type, request id, headers.

Plain ASGI, so that a body is counted in bytes as it arrives, also when it is chunked, before it is parsed.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import Problem, from_failure, request_id_of, send

API_VERSION = "1"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "API-Version": API_VERSION,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send_message)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers["X-Request-ID"] = request_id_of(scope)
                cached = "no-cache" if scope["path"] == "/" or scope["path"].startswith("/page/") else "no-store"
                headers["Cache-Control"] = cached
            await send_message(message)

        try:
            await self._answer(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - logged by type; a traceback might quote a text
            problem = from_failure(error, scope)
            if not started:
                await send(problem, scope, receive, send_with_headers)

    async def _answer(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        if scope["method"] not in {"POST", "PUT", "PATCH"}:
            await self.app(scope, receive, send_message)
            return
        problem = self._wrong_type(Headers(scope=scope))
        body, whole = await self._read(receive)
        if not whole:
            detail = f"The body is larger than {self.max_body_bytes} bytes. Send fewer or shorter texts."
            problem = Problem(413, detail, headers={"Connection": "close"})
        if problem is not None:
            await send(problem, scope, receive, send_message)
            return
        delivered = False

        async def replay() -> Message:
            nonlocal delivered
            if delivered:
                return await receive()
            delivered = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send_message)

    async def _read(self, receive: Receive) -> tuple[bytes, bool]:
        """Read the body; gives what was read and whether it stayed within the limit."""
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(chunks), True
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.max_body_bytes:
                return b"", False
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks), True

    @staticmethod
    def _wrong_type(headers: Headers) -> Problem | None:
        media_type = headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type == "application/json":
            return None
        return Problem(415, "Send the body as JSON with the header Content-Type: application/json.")
