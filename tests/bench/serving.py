"""Serving: start, memory, load beside a bare echo of the same body, and health while a large batch is tagged."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import httpx

from models.manifest import PROFILES
from tests.bench.figures import FIVE_SENTENCES, Figure, median_time, p99
from tests.bench.tagging import texts
from tests.served import Served, free_port, served, wait_until

STARTS = 3
ROUNDS = 5
SECONDS = 4.0
"""Length of each stretch of load."""
CALLERS = 4
"""Connections at a time; each asks again as soon as it has its answer."""
LONG_TEXTS, LONG = 500, 3_900  # as much as the largest body holds
PULSE = 0.01


def measure() -> Iterator[Figure]:
    """Measure serving."""
    yield from start_up()
    for profile in PROFILES:
        with served("--profile", profile) as server:
            yield from load(server, profile)
            if profile == PROFILES[-1]:
                yield from health(server)


def start_up() -> Iterator[Figure]:
    """Measure the time from start to ready, the memory after some requests, and the time of a request."""
    seconds, megabytes, answers = [], [], []
    for _ in range(STARTS):
        begun = time.perf_counter()
        with served() as server, httpx.Client(base_url=server.address) as client:
            seconds.append(time.perf_counter() - begun)
            ask = partial(client.post, "/v1/analyze", json={"text": FIVE_SENTENCES})
            median_time(ask, 20)
            answers.append(median_time(ask, 30))
            megabytes.append(server.memory())
    yield Figure("start to ready", statistics.median(seconds), "s")
    yield Figure("memory of server and one worker", statistics.median(megabytes), "MB")
    yield Figure("five-sentence text over HTTP", 1000 * statistics.median(answers), "ms")


def load(server: Served, profile: str) -> Iterator[Figure]:
    """Put load on the service and on the echo in turn; ratios are taken within a round, for machines drift."""
    bodies = [json.dumps({"text": text}).encode() for text in texts(200)]
    rates: dict[str, list[float]] = {"service": [], "echo": []}
    slowest: dict[str, list[float]] = {"service": [], "echo": []}
    with echo() as port:
        for _ in range(ROUNDS):
            for name, target in (("service", server.port), ("echo", port)):
                times = asyncio.run(call(target, bodies))
                rates[name].append(len(times) / SECONDS)
                slowest[name].append(p99(times))
    for name in rates:
        yield Figure(f"{profile}: {name} under load", statistics.median(rates[name]), "requests/s")
        yield Figure(f"{profile}: {name} under load, p99", 1000 * statistics.median(slowest[name]), "ms")
    yield Figure(f"{profile}: throughput beside the echo", _ratio(rates), "ratio")
    yield Figure(f"{profile}: p99 beside the echo", _ratio(slowest), "ratio")


def _ratio(figures: dict[str, list[float]]) -> float:
    return statistics.median(a / b for a, b in zip(figures["service"], figures["echo"], strict=True))


@contextmanager
def echo() -> Iterator[int]:
    """Run the echo in a process of its own; gives its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.echo", str(port)])
    try:
        wait_until(lambda: answers(port), seconds=60)
        yield port
    finally:
        process.kill()
        process.wait(60)


def answers(port: int) -> bool:
    """Say whether there is anybody at a port."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/")
    except httpx.TransportError:
        return False
    return True


async def call(port: int, bodies: Sequence[bytes]) -> list[float]:
    """Ask over a few connections for some seconds; gives the seconds of each answer.

    Written on bare streams: a client library would take longer than the echo.
    """
    end = time.perf_counter() + SECONDS
    times: list[float] = []

    async def ask(offset: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        i = offset
        while time.perf_counter() < end:
            body = bodies[i % len(bodies)]
            i += CALLERS
            begun = time.perf_counter()
            head = (
                f"POST /v1/analyze HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            )
            writer.write(head.encode() + b"\r\n\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            await reader.readexactly(int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
            times.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(ask(offset) for offset in range(CALLERS)))
    return times


def health(server: Served) -> Iterator[Figure]:
    """Measure how long `GET /health/live` takes while a batch of long texts is tagged."""
    long = " ".join(texts(400))
    starts = range(0, len(long) - LONG, (len(long) - LONG) // LONG_TEXTS)
    items = [{"id": str(i), "text": long[i : i + LONG]} for i in starts[:LONG_TEXTS]]
    times = asyncio.run(_feel(server, {"items": items}))
    yield Figure("health while 500 long texts are tagged, p99", 1000 * p99(times), "ms")


async def _feel(server: Served, batch: dict[str, list[dict[str, str]]]) -> list[float]:
    times = []
    async with httpx.AsyncClient(base_url=server.address, timeout=None) as client:  # noqa: S113 - it is cut off below
        work = asyncio.create_task(client.post("/v1/analyze/batch", json=batch))
        while "in_work 1.0" not in (await client.get("/metrics")).text:
            assert not work.done(), work.result().text
        end = time.perf_counter() + ROUNDS * SECONDS
        while not work.done() and time.perf_counter() < end:
            begun = time.perf_counter()
            (await client.get("/health/live")).raise_for_status()
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(PULSE)
        work.cancel()
    return times
