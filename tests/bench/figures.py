"""What a measurement gives, and how times are taken."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

FIVE_SENTENCES = (
    "Ik mag mijn eigen week indelen. Elke stap moet eerst langs mijn teamleider. De sfeer in het team is goed. "
    "Morgen is er weer een vergadering. Ik zou graag meer waardering krijgen."
)


class Figure(NamedTuple):
    """One measured value."""

    name: str
    value: float
    unit: str


def median_time(function: Callable[[], object], runs: int) -> float:
    """Call a function several times; gives the median of the seconds it took."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        function()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def p99(times: Sequence[float]) -> float:
    """Give the time that one in a hundred exceeds."""
    return sorted(times)[math.ceil(0.99 * len(times)) - 1]
