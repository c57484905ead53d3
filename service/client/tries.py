"""When the client asks again, how long it waits before that, and when it gives up."""

import random
from typing import Any

from tenacity import RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay, wait_random_exponential

from service.client.errors import RateLimited, Refused, Unavailable, Unreachable

# Full jitter: clients that were turned away together do not come back together.
_BACKOFF = wait_random_exponential(multiplier=0.5, max=30)
# On top of Retry-After, for the same reason; short, because the service chose that time itself.
_SPREAD_SECONDS = 0.25


def policy(tries: int, patience: float) -> dict[str, Any]:
    """Give the arguments of tenacity's `Retrying` and `AsyncRetrying`.

    Parameters
    ----------
    tries : int
        How often a request is sent at most.
    patience : float
        Seconds from the first try after which none is begun. A `Retry-After` beyond it ends the tries at once: to
        come back earlier than told would only add to the load.
    """
    return {
        "retry": retry_if_exception(can_be_repeated),
        "wait": pause,
        "stop": stop_after_attempt(tries) | stop_before_delay(patience),
        "reraise": True,
    }


def can_be_repeated(error: BaseException) -> bool:
    """Say whether the same request can do better later."""
    return isinstance(error, RateLimited | Unavailable) or (isinstance(error, Unreachable) and error.repeatable)


def pause(state: RetryCallState) -> float:
    """Give the seconds to wait before the next try: what the service asked for, or else back-off."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Refused) and error.retry_after is not None:
        return error.retry_after + random.uniform(0, _SPREAD_SECONDS)
    return _BACKOFF(state)
