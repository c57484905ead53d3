"""Where a request belongs: its own id, and the trace of W3C Trace Context that it is a part of."""

import re
import secrets
import uuid
from typing import NamedTuple

from opentelemetry.trace import INVALID_SPAN_CONTEXT, SpanContext, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# Short and plain, so that it can stand in any log; anything else is replaced by an id of our own.
SAFE_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Trace(NamedTuple):
    """One step of a trace."""

    trace_id: str
    span_id: str
    flags: str

    @property
    def parent(self) -> str:
        """The header field ``traceparent`` that names this step."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def request_id(sent: str | None) -> str:
    """Take the caller's id of a request when it is a short safe token, else make one."""
    return sent if sent is not None and SAFE_TOKEN.fullmatch(sent) else uuid.uuid4().hex


def step(sent: str | None) -> Trace:
    """Make this service's step in the caller's trace, or in a new one when there is none that can be read."""
    parent = _read(sent) if sent else INVALID_SPAN_CONTEXT
    span = secrets.token_hex(8)
    if not parent.is_valid:
        return Trace(uuid.uuid4().hex, span, "00")
    return Trace(f"{parent.trace_id:032x}", span, f"{int(parent.trace_flags) & 1:02x}")


def _read(sent: str) -> SpanContext:
    return get_current_span(TraceContextTextMapPropagator().extract({"traceparent": sent})).get_span_context()
