"""What is no HTTP, or lies about its length, or comes in drop by drop."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from tests.attack.tally import CLOSED, Tally
from tests.served import Served

TEXT = b'{"text": "Ik mag mijn eigen week indelen."}'
PATIENCE = 60.0
PAUSE = 0.2
"""Seconds between two drops."""


def head(key: str, *lines: str, path: str = "/v1/analyze") -> bytes:
    """Give the head of a request with a right key."""
    fixed = ("POST " + path + " HTTP/1.1", "Host: a", "Content-Type: application/json", f"X-API-Key: {key}")
    return "\r\n".join([*fixed, *lines, "", ""]).encode("latin-1")


def nonsense(key: str, chance: random.Random) -> Mapping[str, bytes]:
    """Give what is sent in one go, by name."""
    size = len(TEXT)
    chunked = head(key, "Transfer-Encoding: chunked")
    lengths = {
        f"length {value}": head(key, f"Content-Length: {value}") + TEXT
        for value in ("0", "1", str(size - 1), str(size + 1), "-1", "+9", "0x2a", "1e3", "9" * 300, "", " ", "4,5", "é")
    }
    chunks = {
        f"chunk {chunk[:16]!r}": chunked + chunk
        for chunk in (
            b"2a\r\n" + TEXT + b"\r\n0\r\n\r\n",
            b"zz\r\n" + TEXT,
            b"-1\r\n" + TEXT,
            b"f" * 16 + b"\r\n" + TEXT,
            b"f" * 5000 + b"\r\n",
            b"2a;" + b"x" * 100_000 + b"\r\n" + TEXT,
            b"5\r\n{}{}{}{}\r\n0\r\n\r\n",
            b"0\r\n" + b"Trailer: x\r\n" * 10_000 + b"\r\n",
            b"1\r\n{\r\n" * 20_000,
            b"\r\n\r\n\r\n",
            b"0\r\n\r\n" + TEXT * 100,
        )
    }
    return {
        **lengths,
        **chunks,
        "two lengths": head(key, "Content-Length: 2", f"Content-Length: {size}") + TEXT,
        "length and chunks": head(key, f"Content-Length: {size}", "Transfer-Encoding: chunked") + TEXT,
        "unknown coding": head(key, "Transfer-Encoding: gzip, identity") + TEXT,
        "expects to go on": head(key, "Expect: 100-continue", f"Content-Length: {size}") + TEXT,
        "expects a miracle": head(key, "Expect: miracle", f"Content-Length: {size}") + TEXT,
        "wants another protocol": head(key, "Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0"),
        "smuggled": head(key, "Content-Length: 4", "Transfer-Encoding : chunked") + b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        "a head of a megabyte": head(key, "X-Long: " + "a" * 1_000_000),
        "thousands of fields": head(key, *(f"X-{i}: a" for i in range(20_000))),
        "a path of a megabyte": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        "a folded field": head(key, "X-A: b", " c", "Content-Length: 0"),
        "a NUL in a field": head(key, "X-A: a\x00b", "Content-Length: 0"),
        "a NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "an encoded NUL": b"GET /page/%00%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n",
        "broken escapes": b"GET /page/%%%2%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "a way out": b"GET /page/..%2f..%2f..%2fetc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
        "another machine": b"GET http://example.org/v1/labels HTTP/1.1\r\nHost: example.org\r\n\r\n",
        "no host": b"GET / HTTP/1.1\r\n\r\n",
        "hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "old": b"GET /\r\n\r\n",
        "too new": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100),
        "HTTP/9": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500),
        "line ends": b"\r\n" * 100_000,
        "noise": chance.randbytes(100_000),
        "a method of a megabyte": b"A" * 1_000_000,
        "many at once": (head(key, f"Content-Length: {size}") + TEXT) * 30,
        "right and wrong": head(key, f"Content-Length: {size}") + TEXT + b"\x00\x01 nonsense\r\n\r\n",
        "a body where none belongs": b"GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789",
    }


def run(server: Served, key: str, slow: int, number: int) -> list[Tally]:
    """Send nonsense, and as many slow requests of each kind as `slow` says."""
    return asyncio.run(_run(server, key, slow, random.Random(number)))


async def _run(server: Served, key: str, slow: int, chance: random.Random) -> list[Tally]:
    broken = Tally("wire: wrong lengths, chunks and heads, no HTTP")
    for name, content in nonsense(key, chance).items():
        for status in await exchange(server.port, content):
            assert status == CLOSED or (status[0] in "24" and status != "206"), f"{name}: {status}"
            broken.add(status)
    slowly = {
        "slow-loris: bodies": lambda: drip(server.port, head(key, "Content-Length: 1000000"), b" "),
        "slow-loris: chunks": lambda: drip(server.port, head(key, "Transfer-Encoding: chunked"), b"1\r\n \r\n"),
        "slow-loris: bodies that nobody reads": lambda: drip(server.port, head("no", "Content-Length: 1000000"), b" "),
        "slow-loris: heads": lambda: drip(server.port, b"GET / HTTP/1.1\r\n", b"X-A: b\r\n"),
        "slow-loris: nothing": lambda: drip(server.port, b"", b""),
    }
    return [broken, *await asyncio.gather(*(_slowly(name, attack, slow) for name, attack in slowly.items()))]


async def _slowly(name: str, attack: Callable[[], Coroutine[Any, Any, str]], times: int) -> Tally:
    tally = Tally(name)
    for status in await asyncio.gather(*(attack() for _ in range(times))):
        assert status in {CLOSED, "408", "401", "429"}, status
        tally.add(status)
    return tally


async def exchange(port: int, content: bytes) -> list[str]:
    """Send bytes and nothing more; gives the statuses of the answers, or `CLOSED`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    try:
        async with asyncio.timeout(PATIENCE):
            with suppress(OSError):
                writer.write(content)
                await writer.drain()
                if writer.can_write_eof():
                    writer.write_eof()
            with suppress(OSError):
                while part := await reader.read(65536):
                    received += part
    finally:
        writer.close()
    lines = [line for line in received.split(b"\r\n") if line.startswith(b"HTTP/1.1 ") and line[9:12] != b"100"]
    return [line[9:12].decode() for line in lines] or [CLOSED]


async def drip(port: int, start: bytes, drop: bytes) -> str:
    """Send a beginning and then drop after drop, until the server has had enough; gives its answer or `CLOSED`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    status = CLOSED
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(start)
            with suppress(OSError):
                while not reader.at_eof():
                    writer.write(drop)
                    await writer.drain()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(PAUSE):
                            part = await reader.read(65536)
                            if part and status == CLOSED:
                                status = part[9:12].decode()
    finally:
        writer.close()
    return status
