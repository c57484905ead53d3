"""Many at a time: wrong keys by the thousand, more texts than fit the queue, callers that leave or do not read."""

import asyncio
import json
import socket
import struct
from contextlib import suppress
from typing import Any

import httpx

from service.keys import new_key
from tests.attack.tally import CLOSED, Tally
from tests.attack.wire import TEXT, exchange, head
from tests.served import Served

LINGER = struct.pack("ii", 1, 0)
"""Break off rather than end, as a machine does that loses its network."""
ODD_KEYS = (
    "",
    " ",
    "wk_",
    "wk_" * 5000,
    "Bearer x",
    "null",
    "\xff" * 43,
    "' OR 1=1 --",
    "wk_" + "A" * 43,
    "../keys.json",
)


def run(server: Served, key: str, size: int) -> list[Tally]:
    """Send thousands of wrong keys, and crowds of which `size` is the measure."""
    return asyncio.run(_run(server, key, size))


async def _run(server: Served, key: str, size: int) -> list[Tally]:
    return [
        await wrong_keys(server, 20 * size),
        await flood(server, key, size),
        await leave(server, key, size),
        await read_nothing(server, key, size // 10),
        await fill(server, size),
    ]


async def wrong_keys(server: Served, n: int) -> Tally:
    """Try keys; a body of a megabyte with each tenth of them, which must not be read."""
    tally = Tally("wrong keys, well-formed and not")
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        for i in range(n):
            sent = ODD_KEYS[i % len(ODD_KEYS)] if i % 2 else new_key()
            value = sent.encode("latin-1")
            headers = {"Authorization": b"Bearer " + value} if i % 3 else {"X-API-Key": value}
            content = b"a" * 1_000_000 if i % 10 == 0 else TEXT
            try:
                answer = await client.post("/v1/analyze", content=content, headers=headers)
                tally.add(answer.status_code)
            except httpx.TransportError:
                tally.add(CLOSED)  # the body was not read
    assert set(tally.answers) <= {"401", "429", CLOSED}, tally.answers
    return tally


async def flood(server: Served, key: str, n: int) -> Tally:
    """Send many texts at once: each is tagged, or told when to come back."""
    tally = Tally("more requests than the queue holds")
    body: dict[str, Any] = {"items": [{"id": str(i), "text": "Niemand vertrouwt ons. " * 40} for i in range(20)]}
    limits = httpx.Limits(max_connections=n)
    async with httpx.AsyncClient(base_url=server.address, timeout=300, limits=limits) as client:
        post = client.post
        sent = [post("/v1/analyze/batch", json=body, headers={"X-API-Key": key}) for _ in range(n)]
        for answer in await asyncio.gather(*sent):
            assert answer.status_code in {200, 503}, answer.text
            assert answer.status_code == 200 or int(answer.headers["Retry-After"]) > 0
            tally.add(answer.status_code)
    return tally


async def leave(server: Served, key: str, n: int) -> Tally:
    """Break off half-way through the body, and after it, without waiting for the answer."""
    tally = Tally("callers that go away half-way")
    body = json.dumps({"items": [{"id": "a", "text": "Wij overleggen. " * 200}] * 20}).encode()
    start = head(key, f"Content-Length: {len(body)}", path="/v1/analyze/batch")
    for i in range(n):
        content = start + (body[: len(body) // 2] if i % 2 else body)
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        with suppress(OSError):
            writer.write(content)
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        writer.transport.abort()
        tally.add(CLOSED)
    return tally


async def read_nothing(server: Served, key: str, n: int) -> Tally:
    """Ask for more than the system's buffers hold, and read none of it."""
    tally = Tally("callers that read no answer")
    request = f"GET /v1/model HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\n\r\n".encode() * 1000

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.setblocking(False)
            await loop.sock_connect(connection, ("127.0.0.1", server.port))
            with suppress(OSError):
                await loop.sock_sendall(connection, request)
                while True:  # until the server hangs up
                    await asyncio.sleep(0.2)
                    await loop.sock_sendall(connection, b"\r\n")
        tally.add(CLOSED)

    async with asyncio.timeout(120):
        await asyncio.gather(*(ask() for _ in range(n)))
    return tally


async def fill(server: Served, n: int) -> Tally:
    """Open more connections than the server takes; it must answer again when they are gone."""
    tally = Tally("more connections than the server takes")
    most = 3 * n
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(most)]
    tally.answers[CLOSED] += most
    for _, writer in held:
        writer.close()
    await asyncio.sleep(1)
    (status,) = await exchange(server.port, b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert status == "200"
    tally.add(status)
    return tally
