"""What may come in: bodies of the right media type, within the size limit, in good time.

Plain ASGI, so that a body is counted in bytes as it arrives, also when it is chunked, before it is parsed.
"""

import asyncio
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import Problem, send

CLOSE = {"Connection": "close"}
WRONG_TYPE = "Send the body as JSON with the header Content-Type: application/json."


class Guard:
    """ASGI middleware that reads the bodies of the paths that take one.

    Parameters
    ----------
    app : ASGIApp
        What is guarded.
    paths : collection of str
        The paths whose POST takes a body; what is sent to others is not read.
    max_body_bytes : int
        Largest body.
    body_seconds : float
        Time in which a body must have arrived.
    """

    def __init__(self, app: ASGIApp, paths: Collection[str], max_body_bytes: int, body_seconds: float) -> None:
        self.app = app
        self.paths = frozenset(paths)
        self.max_body_bytes = max_body_bytes
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        """Let one request pass, or refuse it."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self.paths:
            await self.app(scope, receive, send_message)
            return
        try:
            body = await self._read(receive)
            _check_type(Headers(scope=scope))
        except Problem as problem:
            await send(problem, scope, receive, send_message)
            return
        if body is None:
            return  # there is nobody left to answer
        delivered = False

        async def replay() -> Message:
            nonlocal delivered
            if delivered:
                return await receive()
            delivered = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send_message)

    async def _read(self, receive: Receive) -> bytes | None:
        """Read the body; None when the caller went away."""
        body = bytearray()
        try:
            async with asyncio.timeout(self.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    chunk = message.get("body", b"")
                    if len(body) + len(chunk) > self.max_body_bytes:
                        raise too_large(self.max_body_bytes)
                    body += chunk
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise too_slow(self.body_seconds) from None


def too_large(limit: int) -> Problem:
    """Refuse a body for its size."""
    return Problem(413, f"The body is larger than {limit} bytes. Send fewer or shorter texts.", headers=CLOSE)


def too_slow(seconds: float) -> Problem:
    """Refuse a body that does not arrive."""
    return Problem(408, f"The body did not arrive within {seconds:g} seconds. Send it again.", headers=CLOSE)


def _check_type(headers: Headers) -> None:
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, WRONG_TYPE)
