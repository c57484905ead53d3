"""service/guard.py: size limit, media type, request id and headers of every request."""

import http.client
import json

import pytest

from service.app import create_app
from service.settings import Settings
from tests.service.conftest import JSON, MARK, SMALL, TestClient, serving
from tests.service.test_problems import check_problem

LIMIT = SMALL.max_body_bytes
HEADERS = {
    "API-Version": "1",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
OK = '{"text": "ok"}'


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


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413), (LIMIT * 3, 413)])
def test_a_chunked_body_has_the_same_limit(address, size, status):
    body = padded(size).encode()
    pieces = [body[i : i + 500] for i in range(0, size, 500)]
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("POST", "/v1/analyze", iter(pieces), JSON, encode_chunked=True)
        answer = connection.getresponse()
        content = json.loads(answer.read())
    finally:
        connection.close()
    assert (answer.status, content["status"]) == (status, 413 if status == 413 else "abstained")
    assert answer.headers["Content-Type"] == f"application/{'problem+' if status == 413 else ''}json"


def test_a_body_that_arrives_in_small_pieces_is_read_whole(address):
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("POST", "/v1/analyze", iter([bytes([byte]) for byte in OK.encode()]), JSON)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert answer["reason"] == "too_short"


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


def check_headers(answer):
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert len(answer.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "status", "cache"),
    [
        ("GET", "/", 200, "no-cache"),
        ("GET", "/page/page.js", 200, "no-cache"),
        ("GET", "/page/page.css", 200, "no-cache"),
        ("POST", "/v1/analyze", 200, "no-store"),
        ("GET", "/v1/labels", 200, "no-store"),
        ("GET", "/v1/model", 200, "no-store"),
        ("GET", "/v1/openapi.json", 200, "no-store"),
        ("GET", "/health/live", 200, "no-store"),
        ("GET", "/nergens", 404, "no-store"),
        ("PUT", "/v1/analyze", 405, "no-store"),
    ],
)
def test_every_answer_has_the_security_headers(small_client, method, path, status, cache):
    content = {"content": OK, "headers": JSON} if method in {"POST", "PUT"} else {}
    answer = small_client.request(method, path, **content)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, cache)
    check_headers(answer)


def test_an_answer_about_a_fault_has_the_security_headers_too(raising):
    with TestClient(create_app(raising, Settings()), raise_server_exceptions=False) as client:
        answer = client.post("/v1/analyze", json={"text": "a"})
    assert answer.status_code == 500
    check_headers(answer)
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_request_gets_an_id_of_its_own(small_client):
    ids = [small_client.get("/health/live", headers={"X-Request-ID": MARK}).headers["X-Request-ID"] for _ in range(3)]
    assert len({*ids, MARK}) == 4


PAGE_FILES = {
    "/": "text/html",
    "/page/index.html": "text/html",
    "/page/page.js": "text/javascript",
    "/page/words.js": "text/javascript",
    "/page/page.css": "text/css",
    "/page/result.css": "text/css",
    "/page/favicon.svg": "image/svg+xml",
}


@pytest.mark.parametrize(("path", "media_type"), PAGE_FILES.items())
def test_the_page_and_its_files_come_with_their_media_types(small_client, path, media_type):
    answer = small_client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] == media_type
    assert len(answer.content) > 100
