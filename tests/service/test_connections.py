"""service/connections.py: callers that send too slowly, read nothing, are too many, or speak no HTTP."""

import json
import logging
import socket
import time
from contextlib import ExitStack, suppress

import pytest

from service.connections import protocol
from service.envelope import HEADERS
from tests.service.conftest import MARK, logged, serving, wait_until

SECONDS = 0.3
LARGE = bytes(200_000)


async def app(scope, receive, send) -> None:
    """Answer without reading the body; with much of it at /large."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"200000")]})
        await send({"type": "http.response.body", "body": LARGE})


@pytest.fixture(scope="module")
def port():
    with serving(app, http=protocol(most=5, seconds=SECONDS), lifespan="off") as address:
        yield int(address.rsplit(":", 1)[1])


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def is_closed(connection: socket.socket) -> bool:
    """Read what there is to read; say whether the other side has hung up."""
    connection.settimeout(0.05)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


# What is sent at once, and what is sent again and again.
SLOW = {
    "nothing at all": (b"", b""),
    "half a head": (b"GET / HT", b""),
    "a head in drops": (b"GET / HTTP/1.1\r\n", b"X: a\r\n"),
    "a body in drops": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", b"a"),
    "half a second request": (b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /", b"a"),
}


@pytest.mark.parametrize(("start", "drop"), SLOW.values(), ids=SLOW)
def test_a_caller_that_goes_on_for_ever_is_cut_off(port, start, drop):
    with connect(port) as connection:
        connection.sendall(start)

        def ends() -> bool:
            with suppress(OSError):
                connection.sendall(drop)
            return is_closed(connection)

        wait_until(ends, seconds=30)


def test_a_caller_that_takes_nothing_of_its_answers_is_cut_off(port):
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.settimeout(0.1)

        def ends() -> bool:
            try:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
            except TimeoutError:
                return False
            except OSError:
                return True
            return False

        wait_until(ends, seconds=60)


def test_a_caller_that_takes_its_time_gets_all_of_its_answer(port):
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = 0
        while part := connection.recv(20_000):
            received += len(part)
            time.sleep(0.02)
    assert received > len(LARGE)


def test_one_connection_too_many_is_closed_and_the_others_go_on(port):
    with ExitStack() as stack:
        held = [stack.enter_context(connect(port)) for _ in range(5)]
        with connect(port) as another:
            assert another.recv(1) == b""
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(15) == b"HTTP/1.1 200 OK"


NO_HTTP = [
    b"\x00\x01\x02\r\n\r\n",
    f"{MARK} HTTP\r\n\r\n".encode(),
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
]


@pytest.mark.parametrize("sent", NO_HTTP)
def test_what_is_no_http_is_refused_as_a_problem(port, sent, caplog):
    with connect(port) as connection:
        connection.sendall(sent)
        received = b""
        while part := connection.recv(65536):
            received += part
    head, _, content = received.decode().partition("\r\n\r\n")
    status, *fields = head.split("\r\n")
    given = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
    assert status.startswith("HTTP/1.1 400 ")
    assert given["content-type"] == "application/problem+json"
    assert {name: given[name.lower()] for name in HEADERS} == HEADERS
    assert json.loads(content)["status"] == 400
    assert json.loads(content)["request_id"] == given["x-request-id"]
    assert MARK not in received.decode() + logged(caplog)


def test_nonsense_after_an_answer_has_begun_ends_the_connection_without_an_error(port, caplog):
    caplog.set_level(logging.DEBUG)
    with connect(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        with suppress(OSError):
            connection.sendall(b"no chunk\r\n\r\n")
        wait_until(lambda: is_closed(connection), seconds=30)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
