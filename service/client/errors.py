"""Everything that can go wrong between the client and the service, as one small tree.

No error holds the text that was sent: not in its message, its attributes, its cause or its context.

::

    ClientError
    ├── Unreachable         no answer came: no connection, a broken one, or none in time
    ├── BadAnswer           an answer came, but not one that the contract knows
    ├── TooLarge            a text is over the service's limits, so it was not sent
    └── Refused             the service answered with an error: `status`, `problem`, `retry_after`
        ├── InvalidRequest      400, 413, 415, 422
        ├── KeyRefused          401, 403
        ├── RateLimited         429
        ├── Unavailable         502, 503: starting, stopping or too busy
        └── ServiceFailed       any other status
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one place in a request."""

    model_config = ConfigDict(frozen=True)

    pointer: str = ""
    """A JSON pointer (RFC 6901) into the request's body."""
    code: str = ""
    detail: str = ""


class Problem(BaseModel):
    """An error as the service tells it (RFC 9457); it never quotes a text."""

    model_config = ConfigDict(frozen=True)

    status: int
    title: str = ""
    detail: str = ""
    type: str = "about:blank"
    request_id: str | None = None
    errors: tuple[FieldProblem, ...] = ()


class ClientError(Exception):
    """Base of all errors that the client raises."""


class Unreachable(ClientError):
    """No answer came."""

    def __init__(self, message: str, repeatable: bool = False) -> None:
        super().__init__(message, repeatable)
        self.repeatable = repeatable
        """Whether asking again can help: yes for a broken connection, no for a service that is too slow."""

    def __str__(self) -> str:
        """Tell what happened and what to do."""
        return str(self.args[0])


class BadAnswer(ClientError):
    """The answer is none that the contract knows; perhaps another service stands at the address."""


class TooLarge(ClientError):
    """A text is over the service's limits; split it at a paragraph."""


class Refused(ClientError):
    """The service answered with an error."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(problem, retry_after)
        self.problem = problem
        self.retry_after = retry_after
        """Seconds after which the service wants to be asked again, when it said so."""

    @property
    def status(self) -> int:
        """Give the HTTP status."""
        return self.problem.status

    def __str__(self) -> str:
        """Tell the problem in one line."""
        problem = self.problem
        parts = [f"{problem.status} {problem.title}".rstrip(), problem.detail]
        parts += [f"{error.pointer}: {error.detail}" for error in problem.errors]
        if problem.request_id:
            parts.append(f"request {problem.request_id}")
        return "; ".join(part for part in parts if part)


class InvalidRequest(Refused):
    """The request is wrong or too large; asking again will not help."""


class KeyRefused(Refused):
    """The API key is missing, unknown or may not do this."""


class RateLimited(Refused):
    """The key asked too much in too short a time."""


class Unavailable(Refused):
    """The service is starting, stopping or too busy."""


class ServiceFailed(Refused):
    """The service failed, or gave a status that the contract does not know."""


_KINDS: dict[int, type[Refused]] = {
    **dict.fromkeys((400, 413, 415, 422), InvalidRequest),
    **dict.fromkeys((401, 403), KeyRefused),
    429: RateLimited,
    502: Unavailable,  # by the proxy in front, while the service restarts
    503: Unavailable,
}


def refusal(response: httpx.Response) -> Refused:
    """Make the error for an answer that is none of the 2xx."""
    kind = _KINDS.get(response.status_code, ServiceFailed)
    return kind(_problem(response), retry_after_of(response))


def _problem(response: httpx.Response) -> Problem:
    if response.headers.get("Content-Type", "").split(";")[0].strip().lower() == MEDIA_TYPE:
        try:
            return Problem.model_validate_json(response.content)
        except ValidationError:
            pass  # told below in the words of HTTP
    # A proxy's own error page may hold anything, so its body is not read.
    known = response.status_code in {status.value for status in HTTPStatus}
    title = HTTPStatus(response.status_code).phrase if known else ""
    return Problem(status=response.status_code, title=title, request_id=response.headers.get("X-Request-ID"))


def retry_after_of(response: httpx.Response) -> float | None:
    """Read ``Retry-After``, which is a number of seconds or an HTTP date, as seconds from now."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        # int and not float: the header knows whole seconds only, and "nan" is a float.
        seconds = int(value) if value.isascii() and value.isdigit() else _seconds_until(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return float(max(seconds, 0))


def _seconds_until(date: str) -> float:
    moment = parsedate_to_datetime(date)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Rounded up, for a date has whole seconds and a try before it would be a try in vain.
    return math.ceil((moment - datetime.now(UTC)).total_seconds())


def no_answer(error: httpx.RequestError) -> ClientError:
    """Make the error for a request that got no answer.

    A broken connection is asked again, for an analysis changes nothing in the service. A service that answers too
    slowly is not: it would do the same work twice.
    """
    name = type(error).__name__
    if isinstance(error, httpx.DecodingError):
        return BadAnswer(f"The answer could not be read ({name}).")
    slow = isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout)
    hint = "Send fewer texts at once, or give a longer timeout." if slow else "Check the address and the network."
    repeatable = isinstance(error, httpx.NetworkError | httpx.ConnectTimeout | httpx.RemoteProtocolError)
    return Unreachable(f"The service gave no answer ({name}). {hint}", repeatable)
