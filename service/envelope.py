"""What surrounds every request: its ids, the headers of every answer, faults turned into problems, log and metrics.

Plain ASGI and the outermost layer, so that no answer leaves without it.
"""

import logging
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import trace
from service.metrics import Metrics
from service.problems import from_failure, send

logger = logging.getLogger(__name__)

API_VERSION = "1"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER_METHOD = "_OTHER"
PAGE_FILES = "/page/"
# nginx's number for a caller that went away before the answer; it is seen in logs and metrics only.
CLIENT_GONE = 499


class Envelope:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send_message)
            return
        begun = perf_counter()
        headers = Headers(scope=scope)
        step = trace.step(headers.get("traceparent"))
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = trace.request_id(headers.get("x-request-id"))
        head = scope["method"] == "HEAD"
        # HEAD is GET without the content (RFC 9110, 9.3.2).
        inner = {**scope, "method": "GET"} if head else scope
        status = CLIENT_GONE
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                sent = MutableHeaders(scope=message)
                sent.update({**HEADERS, "X-Request-ID": state["request_id"], "traceparent": step.parent})
            elif head:
                message = {**message, "body": b""}
            await send_message(message)

        try:
            await self.app(inner, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - logged by type; a traceback might quote a text
            problem = from_failure(error, scope)
            if not started:
                await send(problem, inner, receive, send_with_headers)
        finally:
            self._record(scope, step.trace_id, status, perf_counter() - begun)

    def _record(self, scope: Scope, trace_id: str, status: int, seconds: float) -> None:
        state = scope["state"]
        method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
        route = _route(scope)
        self.metrics.request(method, route, status, seconds)
        fields = {
            "request_id": state["request_id"],
            "trace_id": trace_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(1000 * seconds, 1),
            "items": state.get("items", 0),
            "characters": state.get("characters", 0),
            "key": state.get("key"),
        }
        logger.info("request", extra=fields)


def _route(scope: Scope) -> str:
    """Name the route by its template; empty for a path that is not of the contract."""
    path: str = scope["path"]
    if path.startswith(PAGE_FILES):
        return f"{PAGE_FILES}{{file}}"
    return path if path in scope["app"].state.routes else ""
