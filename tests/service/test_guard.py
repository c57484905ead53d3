"""service/guard.py: size limit, media type and time of what comes in; and the headers of every answer."""

import asyncio
import gzip
import http.client
import json
import re
import socket
import time
from collections.abc import Iterable

import pytest

from service.app import PAGE, create_app
from service.guard import MOST_BODIES, Guard
from service.settings import Settings
from tests.service.conftest import JSON, MARK, SMALL, TestClient, serving
from tests.service.test_problems import check_problem

LIMIT = SMALL.max_body_bytes
HEADERS = {
    "API-Version": "1",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
OK = '{"text": "ok"}'
MEDIA_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def address(tagger):
    with serving(create_app(tagger, SMALL)) as url:
        yield url.removeprefix("http://")


def padded(size: int) -> str:
    return OK + " " * (size - len(OK))


@pytest.mark.parametrize(("size", "status"), [(LIMIT - 1, 200), (LIMIT, 200), (LIMIT + 1, 413), (LIMIT * 3, 413)])
def test_a_body_may_be_as_large_as_the_limit_and_no_larger(small_client, size, status):
    answer = small_client.post("/v1/analyze", content=padded(size), headers=JSON)
    assert answer.status_code == status
    if status == 413:
        check_problem(answer, 413)
        assert str(LIMIT) in answer.json()["detail"]


def post_in_chunks(address: str, chunks: Iterable[bytes]) -> tuple[int, str, dict]:
    """Send chunks one by one, without a length; an empty chunk ends the body. Gives status, media type and content."""
    host, port = address.split(":")
    head = f"POST /v1/analyze HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            time.sleep(0.05)  # so that each arrives on its own
            connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        with http.client.HTTPResponse(connection) as answer:
            answer.begin()
            return answer.status, answer.headers["Content-Type"], json.loads(answer.read())


@pytest.mark.parametrize("last", [b" ", b" " * LIMIT])
def test_a_chunked_body_is_refused_as_soon_as_it_passes_the_limit(address, last):
    status, media_type, problem = post_in_chunks(address, [padded(LIMIT - 900).encode(), b" " * 450, b" " * 450, last])
    assert (status, media_type) == (413, "application/problem+json")
    assert (problem["status"], len(problem["request_id"])) == (413, 32)


@pytest.mark.parametrize("chunks", [[padded(LIMIT - 900).encode(), b" " * 900], [b"{", OK[1:-1].encode(), b"}"]])
def test_a_chunked_body_within_the_limit_is_read_whole(address, chunks):
    status, media_type, answer = post_in_chunks(address, [*chunks, b""])
    assert (status, media_type, answer["reason"]) == (200, "application/json", "too_short")


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/json ;a=b"]
)
def test_json_is_accepted_however_it_is_written(small_client, media_type):
    answer = small_client.post("/v1/analyze", content=OK, headers={"Content-Type": media_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/jsonl"},
        {"Content-Type": "multipart/form-data; boundary=application/json"},
    ],
)
def test_any_other_media_type_is_refused(small_client, headers):
    answer = small_client.post("/v1/analyze", content=OK, headers=headers)
    check_problem(answer, 415)
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_body_is_refused_in_words(small_client, encoding):
    headers = {**JSON, "Content-Encoding": encoding}
    answer = small_client.post("/v1/analyze", content=gzip.compress(OK.encode()), headers=headers)
    check_problem(answer, 415)
    assert "Content-Encoding" in answer.json()["detail"]
    assert answer.headers["Accept-Encoding"] == "identity"


def test_a_body_that_says_it_is_not_compressed_is_read(small_client):
    headers = {**JSON, "Content-Encoding": "identity"}
    assert small_client.post("/v1/analyze", content=OK, headers=headers).status_code == 200


def check_headers(answer):
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert len(answer.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/page/page.js", 200),
        ("GET", "/page/page.css", 200),
        ("POST", "/v1/analyze", 200),
        ("GET", "/v1/labels", 200),
        ("GET", "/v1/model", 200),
        ("GET", "/v1/openapi.json", 200),
        ("GET", "/health/live", 200),
        ("GET", "/nergens", 404),
        ("PUT", "/v1/analyze", 405),
    ],
)
def test_every_answer_has_the_security_headers(small_client, method, path, status):
    content = {"content": OK, "headers": JSON} if method in {"POST", "PUT"} else {}
    answer = small_client.request(method, path, **content)
    assert answer.status_code == status
    check_headers(answer)


def test_an_answer_about_a_fault_has_the_security_headers_too(raising):
    with TestClient(create_app(raising, Settings()), raise_server_exceptions=False) as client:
        answer = client.post("/v1/analyze", json={"text": "a"})
    assert answer.status_code == 500
    check_headers(answer)
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"]


def test_a_body_that_does_not_arrive_is_refused_in_time(tagger):
    with serving(create_app(tagger, Settings(body_seconds=0.2))) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            head = f"POST /v1/analyze HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            connection.sendall(f'{head}Content-Length: 100\r\n\r\n{{"text": "{MARK}'.encode())
            with http.client.HTTPResponse(connection) as answer:
                answer.begin()
                content = answer.read().decode()
    assert (answer.status, answer.headers["Content-Type"]) == (408, "application/problem+json")
    assert MARK not in content


def test_what_takes_no_body_is_refused_by_its_path_or_method_first(small_client):
    text = {"content": MARK * 1000, "headers": {"Content-Type": "text/plain"}}
    assert small_client.post("/v1/labels", **text).status_code == 405
    assert small_client.post("/nergens", **text).status_code == 404


@pytest.mark.parametrize("file", sorted(file.name for file in PAGE.iterdir()))
def test_the_files_of_the_page_come_with_their_media_types(small_client, file):
    answer = small_client.get(f"/page/{file}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] == MEDIA_TYPES[PAGE.joinpath(file).suffix]
    assert answer.content == PAGE.joinpath(file).read_bytes()


def test_the_front_door_is_the_page_and_all_that_it_asks_for_is_there(small_client):
    answer = small_client.get("/")
    assert answer.headers["Content-Type"].split(";")[0] == "text/html"
    asked_for = set(re.findall(r'(?:src|href)="([^"#]+)"', answer.text))
    assert {"page/page.js", "page/page.css", "v1/model"} <= asked_for
    assert {path: small_client.get(f"/{path}").status_code for path in asked_for} == dict.fromkeys(asked_for, 200)


def test_a_crowd_of_bodies_is_told_to_come_back_and_let_in_when_there_is_room():
    over = asyncio.Event()
    statuses = []

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message) -> None:
        if message["type"] == "http.response.start":
            statuses.append((message["status"], dict(message["headers"]).get(b"retry-after")))

    async def run() -> None:
        guard = Guard(app, ("/",), max_body_bytes=10, body_seconds=60)
        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", b"application/json")]}

        async def post(n: int, *, whole: bool) -> None:
            messages = iter([{"type": "http.request", "body": bytes(n), "more_body": not whole}])

            async def receive():
                for message in messages:
                    return message
                await over.wait()
                return {"type": "http.disconnect"}

            await guard({**scope}, receive, send)

        held = [asyncio.create_task(post(10, whole=False)) for _ in range(MOST_BODIES)]
        await asyncio.sleep(0)
        await post(1, whole=True)
        over.set()
        await asyncio.gather(*held)
        await post(10, whole=True)

    asyncio.run(run())
    assert statuses == [(503, b"1"), (200, None)]
