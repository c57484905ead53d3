"""All attacks in a row, and what must hold after them.

All but schemathesis run twice on one server. After the first time all has been used once that takes memory; after the
second time the memory must be where it was. No answer may be a 500, no process may have ended, and the log must hold no
error.
"""

import json
import signal
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from service.keys import hash_of, new_key
from tests.attack import bodies, contract, crowd, texts, wire
from tests.attack.tally import Tally, table
from tests.served import Served, served

WORKERS = 2
# Requests that are answered otherwise than with a result or a refusal of what was sent; 499 is a caller that left.
ALLOWED = {"200", "400", "401", "404", "405", "408", "413", "415", "422", "429", "499", "503"}
BODY_SECONDS = 3
SETTLE = 3.0
"""Seconds after which no connection of an attack is left."""


@dataclass(frozen=True)
class Size:
    """How hard to attack."""

    examples: int
    """Generated requests per operation, and five times as many texts."""
    longest: int
    """Characters of the longest texts."""
    crowd: int
    """Requests at a time."""
    slow: int
    """Slow connections of each kind."""
    growth: float
    """By how much the memory may differ between the first and the second time, as a share."""


LARGE = Size(examples=200, longest=1_000_000, crowd=200, slow=60, growth=0.05)
SMALL = Size(examples=5, longest=5_000, crowd=20, slow=5, growth=0.15)


@dataclass
class Outcome:
    """What an attack came to."""

    tallies: list[Tally] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """All answers by status, as the server counted them."""
    memory: list[float] = field(default_factory=list)
    """MB of server and workers: before, after the first and after the second time."""
    pulse: list[float] = field(default_factory=list)
    """Seconds that `GET /health/live` took, five times a second all the while."""


def attack(size: Size, *options: str) -> Outcome:
    """Start a server, attack it, and end it."""
    key, outcome = new_key(), Outcome()
    settings = {
        "WEERKLANK_KEYS": f"attacker={hash_of(key)}",
        "WEERKLANK_RATE_LIMIT": "1000000/second",
        "WEERKLANK_METRICS_OPEN": "true",
        "WEERKLANK_MAX_TEXT_CHARACTERS": str(size.longest),
        "WEERKLANK_MAX_BODY_BYTES": str(bodies.LARGEST),
        "WEERKLANK_MAX_CONNECTIONS": str(2 * size.crowd),
        "WEERKLANK_BODY_SECONDS": str(BODY_SECONDS),
    }
    with served("--workers", str(WORKERS), *options, **settings) as server:
        workers = server.workers()
        outcome.memory.append(server.memory())
        by_contract = contract.run(server, key, size.examples)
        for number in (1, 2):
            outcome.tallies = [by_contract, *_once(server, key, size, number, outcome.pulse)]
            time.sleep(SETTLE)
            assert server.readiness() == httpx.codes.OK
            assert server.workers() == workers, "a worker was lost"
            outcome.memory.append(server.memory())
        outcome.answers = server.answers()
        assert set(outcome.answers) <= ALLOWED, outcome.answers
        assert server.end(signal.SIGTERM) == 0
        _check_log(server.written())
    _, first, second = outcome.memory
    assert second <= first * (1 + size.growth), f"the memory grew from {first:.0f} to {second:.0f} MB"
    return outcome


def _once(server: Served, key: str, size: Size, number: int, pulse: list[float]) -> list[Tally]:
    """Attack in every way, and feel the pulse meanwhile."""
    over = threading.Event()

    def feel() -> None:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            while not over.wait(0.2):
                begun = time.perf_counter()
                if client.get("/health/live").status_code == httpx.codes.OK:
                    pulse.append(time.perf_counter() - begun)

    thread = threading.Thread(target=feel)
    thread.start()
    try:
        tallies = [
            texts.run(server, key, 5 * size.examples, size.longest, number),
            bodies.run(server, key, max(1, size.examples // 50)),
            *wire.run(server, key, size.slow, number),
        ]
    finally:
        over.set()
        thread.join()
    return [*tallies, *crowd.run(server, key, size.crowd)]


def _check_log(written: str) -> None:
    """Look for what must not be in a log: a failure, or a line that is no JSON."""
    for line in written.splitlines()[1:]:  # the first tells a person where the page is
        entry = json.loads(line)
        assert entry["level"] in {"INFO", "WARNING"}, line


def report(outcome: Outcome) -> str:
    """Write the figures down."""
    before, first, second = outcome.memory
    by_status = ", ".join(f"{status}: {n}" for status, n in sorted(outcome.answers.items()))
    slowest, median = max(outcome.pulse), statistics.median(outcome.pulse)
    return f"""# The last attack

`python -m tests.attack`: the real server with the artefact that ships, {WORKERS} workers and keys. All but schemathesis
ran twice; the table shows the second time. `closed` is a connection that ended without an answer: the server or the
attacker broke it off.

{table(outcome.tallies)}

- All answers together, as the server counted them: {by_status}.
- No 500, no process that ended, no error in the log.
- Memory of server and workers: {before:.0f} MB at the start, {first:.0f} MB after the first time, {second:.0f} MB
  after the second.
- `GET /health/live` meanwhile, on the same machine as the attacker: {1000 * median:.0f} ms in the median,
  {1000 * slowest:.0f} ms at most.
"""
