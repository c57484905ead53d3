"""What may come in: bodies of the right media type, within the size limit, in good time.

Plain ASGI, so that a body is counted in bytes as it arrives, also when it is chunked, before it is parsed.
"""

import asyncio
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import Problem, send

CLOSE = {"Connection": "close"}
# Bodies of the largest size that are held at a time: enough for all that may wait to be tagged, and a limit to what a
# crowd of callers can make the service hold.
MOST_BODIES = 64
CROWDED = "Too many requests are arriving. Try again later."
WRONG_TYPE = "Send the body as JSON with the header Content-Type: application/json."
ENCODED = "Send the body uncompressed, without Content-Encoding."


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
        self._held = 0  # bytes of all bodies

    async def __call__(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        """Let one request pass, or refuse it."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self.paths:
            await self.app(scope, receive, send_message)
            return
        body = bytearray()
        try:
            if not await self._read(receive, body):
                return  # there is nobody left to answer
            _check_form(Headers(scope=scope))
            await self.app(scope, _replay(bytes(body), receive), send_message)
        except Problem as problem:
            await send(problem, scope, receive, send_message)
        finally:
            self._held -= len(body)

    async def _read(self, receive: Receive, body: bytearray) -> bool:
        """Read into a body; False when the caller went away."""
        try:
            async with asyncio.timeout(self.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    chunk = message.get("body", b"")
                    if len(body) + len(chunk) > self.max_body_bytes:
                        raise too_large(self.max_body_bytes)
                    if self._held + len(chunk) > MOST_BODIES * self.max_body_bytes:
                        raise Problem(503, CROWDED, headers={"Retry-After": "1", **CLOSE})
                    body += chunk
                    self._held += len(chunk)
                    if not message.get("more_body", False):
                        return True
        except TimeoutError:
            raise too_slow(self.body_seconds) from None


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already, and then what comes after it."""
    delivered = False

    async def replay() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def too_large(limit: int) -> Problem:
    """Refuse a body for its size."""
    return Problem(413, f"The body is larger than {limit} bytes. Send fewer or shorter texts.", headers=CLOSE)


def too_slow(seconds: float) -> Problem:
    """Refuse a body that does not arrive."""
    return Problem(408, f"The body did not arrive within {seconds:g} seconds. Send it again.", headers=CLOSE)


def encoded() -> Problem:
    """Refuse a compressed body: unpacked it could be of any size. RFC 9110 (15.5.16) names what to send instead."""
    return Problem(415, ENCODED, headers={"Accept-Encoding": "identity"})


def _check_form(headers: Headers) -> None:
    if headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise encoded()
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, WRONG_TYPE)
