"""A marker text sent along every path on which a request can fail, on a real server that logs as much as it can.

It must come back in no answer, and stand in no header, metric or line of the log. Faults of the code itself, which
need a broken tagger, are in test_problems.py.
"""

import http.client
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from service.key_file import Key, write_keys
from service.keys import hash_of, new_key
from service.rate_limits import WRONG_KEYS
from tests.served import Served, served, wait_until
from tests.service.conftest import JSON, MARK

ANALYZE, BATCH = "/v1/analyze", "/v1/analyze/batch"
TEXT = f"Niemand vertrouwt ons, zegt {MARK}. "
LONG = {"items": [{"id": str(i), "text": TEXT * 100} for i in range(30)]}
CALLS = 40
SETTINGS = {
    "WEERKLANK_LOG_LEVEL": "debug",
    "WEERKLANK_RATE_LIMIT": f"{CALLS}/day",
    "WEERKLANK_MAX_WAITING": "0",
    "WEERKLANK_BODY_SECONDS": "1",
    "WEERKLANK_MAX_BODY_BYTES": "200000",
    "WEERKLANK_METRICS_OPEN": "true",
    "WEERKLANK_NOTICE_SECONDS": "5",
}
EXPECTED = {
    "no key": 401,
    "wrong key": 401,
    "two keys": 401,
    "wrong keys, too many": 429,
    "revoked key": 403,
    "calls, too many": 429,
    "no path": 404,
    "no method": 405,
    "no JSON": 400,
    "no UTF-8": 400,
    "no HTTP": 400,
    "wrong chunk": 400,
    "too slow": 408,
    "too large": 413,
    "no media type": 415,
    "wrong fields": 422,
    "wrong query": 422,
    "queue full": 503,
    "worker lost": 503,
    "not ready": 503,
    "leaving": 503,
}


def seen_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text + str(answer.headers)


def raw(server: Served, content: bytes) -> tuple[int, str]:
    """Send bytes and wait for the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(content)
        with http.client.HTTPResponse(connection) as answer:
            answer.begin()
            return answer.status, answer.read().decode() + str(answer.headers)


def fail_in_every_way(server: Served, key: str, revoked: str, busy: str) -> dict[str, tuple[int, str]]:
    seen = {}
    everywhere = {"X-Request-ID": f"{MARK} {MARK}", "traceparent": MARK, "Cookie": MARK, "User-Agent": MARK}
    with httpx.Client(base_url=server.address, headers=everywhere, params={"q": MARK}, timeout=120) as stranger:
        text, wrong = {"text": TEXT}, {"X-API-Key": MARK}
        seen["no key"] = seen_of(stranger.post(ANALYZE, json=text))
        seen["wrong key"] = seen_of(stranger.post(ANALYZE, json=text, headers=wrong))
        two = {"X-API-Key": key, "Authorization": f"Bearer {MARK}"}
        seen["two keys"] = seen_of(stranger.post(ANALYZE, json=text, headers=two))
        seen["revoked key"] = seen_of(stranger.post(ANALYZE, json=text, headers={"X-API-Key": revoked}))
        for _ in range(int(WRONG_KEYS.split("/")[0])):
            seen["wrong keys, too many"] = seen_of(stranger.post(ANALYZE, json=text, headers=wrong))
        for _ in range(CALLS + 1):
            seen["calls, too many"] = seen_of(stranger.get(f"/v1/{MARK}", headers={"X-API-Key": busy}))

        client = stranger
        client.headers["X-API-Key"] = key
        seen["no path"] = seen_of(client.post(f"/v1/{MARK}", json=text))
        seen["no method"] = seen_of(client.put(ANALYZE, json=text))
        seen["no JSON"] = seen_of(client.post(ANALYZE, content=f'{{"text": "{TEXT}', headers=JSON))
        seen["no UTF-8"] = seen_of(
            client.post(ANALYZE, content=f'{{"text": "{MARK}é"}}'.encode("latin-1"), headers=JSON)
        )
        seen["too large"] = seen_of(client.post(ANALYZE, json={"text": TEXT * 10_000}))
        seen["no media type"] = seen_of(client.post(ANALYZE, content=TEXT, headers={"Content-Type": f"text/{MARK}"}))
        seen["wrong fields"] = seen_of(client.post(ANALYZE, json={"text": [TEXT], MARK: TEXT, "language": MARK}))
        seen["wrong query"] = seen_of(client.get("/v1/labels", params={"lang": MARK}))
        client.post(ANALYZE, json=text)  # nothing wrong with it

        head = (
            f"POST {ANALYZE}?{MARK} HTTP/1.1\r\nHost: {MARK}\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n"
        )
        seen["no HTTP"] = raw(server, f"{MARK}: {TEXT}\r\n\r\n".encode())
        seen["wrong chunk"] = raw(server, f"{head}Transfer-Encoding: chunked\r\n\r\n{MARK}\r\n{TEXT}".encode())
        seen["too slow"] = raw(server, f'{head}Content-Length: 900\r\n\r\n{{"text": "{TEXT}'.encode())
        with socket.create_connection(("127.0.0.1", server.port)) as leaves:
            leaves.sendall(f'{head}Content-Length: 900\r\n\r\n{{"text": "{TEXT}'.encode())

        with ThreadPoolExecutor(1) as pool:
            lost = pool.submit(client.post, BATCH, json=LONG)
            wait_until(lambda: "in_work 1.0" in server.metrics() or lost.done(), seconds=60)
            seen["queue full"] = seen_of(client.post(ANALYZE, json=text))
            os.kill(*server.workers(), signal.SIGKILL)
            seen["worker lost"] = seen_of(lost.result())
            seen["not ready"] = seen_of(client.post(ANALYZE, json=text))
        wait_until(lambda: server.readiness() == 200, seconds=120)
        seen["metrics"] = (200, server.metrics())
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: server.readiness() == 503, seconds=5)
        seen["leaving"] = seen_of(client.get("/health/ready"))
    assert server.process.wait(60) == 0
    return seen


@pytest.fixture(scope="module")
def failed(quick, tmp_path_factory):
    """All that was seen of the failures, and the log."""
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    key, revoked, busy = new_key(), new_key(), new_key()
    gone = Key(name="gone", hash=hash_of(revoked), revoked="2026-01-31T00:00:00Z")
    write_keys(keys, [Key(name="app", hash=hash_of(key)), Key(name="busy", hash=hash_of(busy)), gone])
    with served("--model", quick, WEERKLANK_KEYS_FILE=str(keys), **SETTINGS) as server:
        return fail_in_every_way(server, key, revoked, busy), server.written()


@pytest.mark.parametrize("way", EXPECTED)
def test_a_failure_is_told_without_a_word_of_the_request(failed, way):
    status, seen = failed[0][way]
    assert status == EXPECTED[way]
    assert "application/problem+json" in seen
    assert MARK not in seen


def test_neither_log_nor_metrics_hold_a_word_of_any_request(failed):
    seen, log = failed
    assert MARK not in log + seen["metrics"][1]
    assert log.count('"message": "request"') > len(EXPECTED)
    assert "Traceback" not in log
