"""How often a key may call, and how often an address may try wrong keys.

Fixed windows: one counter per key, and the answer can say to the second when the window ends. Counted in the
process that speaks HTTP; workers that only tag do not count.
"""

import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

WRONG_KEYS = "20/minute"
"""Enough for a person who mends a configuration; a program that goes through keys is told to stop."""
ADDRESS_COUNTERS = 1024
"""Addresses share this many counters, so that no number of addresses makes the memory grow. Two addresses that share
one get 429 in place of 401 on a wrong key sooner, no more than that: a right key is never counted here."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a limit after a call."""

    allowed: bool
    """Whether this call was within the limit."""
    limit: int
    """Calls per window."""
    window: int
    """Length of the window, in seconds."""
    remaining: int
    """Calls left in this window."""
    reset: int
    """Seconds until the window ends, at least 1."""

    def headers(self, policy: str) -> dict[str, str]:
        """Give the header fields of draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "RateLimit-Policy": f'"{policy}";q={self.limit};w={self.window}',
            "RateLimit": f'"{policy}";r={self.remaining};t={self.reset}',
        }


class RateLimits:
    """Counters of calls per key and of wrong keys per address.

    Parameters
    ----------
    per_key : str
        Calls per key, as ``600/minute``.
    wrong_keys : str
        Wrong keys per address.
    """

    def __init__(self, per_key: str, wrong_keys: str = WRONG_KEYS) -> None:
        self._per_key = parse(per_key)
        self._wrong_keys = parse(wrong_keys)
        # The storage for asyncio; the other one of this library starts a thread per call.
        self.storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self.storage)

    async def count_call(self, name: str) -> Quota:
        """Count a call with the key of this name."""
        return await self._count(self._per_key, "key", name)

    async def count_wrong_key(self, address: str) -> Quota:
        """Count a wrong key from a client's address."""
        return await self._count(self._wrong_keys, "address", str(hash(_network(address)) % ADDRESS_COUNTERS))

    async def _count(self, item: RateLimitItem, kind: str, who: str) -> Quota:
        allowed = await self._limiter.hit(item, kind, who)
        stats = await self._limiter.get_window_stats(item, kind, who)
        reset = max(1, math.ceil(stats.reset_time - time.time()))
        return Quota(allowed, item.amount, item.get_expiry(), stats.remaining, reset)


def _network(address: str) -> str:
    """Give an address, or for IPv6 its /64: one subscriber has all of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or int(parsed) >> 64)
    return str(parsed)
