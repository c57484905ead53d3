"""service/envelope.py: ids, traces, HEAD, the log line and the metrics of every request."""

import logging
import re

import pytest

from service.logs import Formatter
from tests.service.conftest import AUTONOMY, GERMAN, MARK

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize("sent", ["a", "0b9c3a52-6c1f-4a8e-9f0e-1d2c3b4a5f60", "app.42_x", "x" * 64])
def test_a_short_plain_request_id_of_the_caller_is_kept(small_client, sent):
    answer = small_client.get("/nergens", headers={"X-Request-ID": sent})
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 65, f"{MARK} {MARK}", "a/b", "é", "<b>", "-a", '{"a":1}'])
def test_any_other_request_id_is_replaced(small_client, sent):
    answer = small_client.get("/health/live", headers={"X-Request-ID": sent.encode()})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_requests_without_an_id_get_one_each(small_client):
    assert len({small_client.get("/health/live").headers["X-Request-ID"] for _ in range(3)}) == 3


def test_a_trace_is_passed_on_with_a_step_of_our_own(small_client):
    answer = small_client.get("/health/live", headers={"traceparent": PARENT}).headers["traceparent"]
    assert re.fullmatch(f"00-{TRACE}-[0-9a-f]{{16}}-01", answer)
    assert answer != PARENT


@pytest.mark.parametrize("sent", ["", MARK, "00-" + "0" * 32 + "-00f067aa0ba902b7-01", PARENT + "-" + MARK])
def test_what_is_no_trace_begins_a_new_one(small_client, sent):
    answer = small_client.get("/health/live", headers={"traceparent": sent}).headers["traceparent"]
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", answer)
    assert TRACE not in answer


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/page/page.js", 200), ("/v1/labels", 200), ("/health/live", 200), ("/x", 404), ("/v1/analyze", 405)],
)
def test_head_is_get_without_the_content(small_client, path, status):
    head, get = small_client.head(path), small_client.get(path)
    assert (head.status_code, head.content, get.status_code) == (status, b"", status)
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_a_method_that_is_not_allowed_is_told_which_are(small_client):
    assert small_client.get("/v1/analyze").headers["Allow"] == "POST"
    for path in ("/", "/v1/labels", "/page/page.js"):
        assert small_client.delete(path).headers["Allow"] == "GET, HEAD"


def test_a_trailing_slash_is_another_path(small_client):
    assert small_client.get("/v1/labels/", follow_redirects=False).status_code == 404


def test_every_request_is_logged_in_one_line_without_its_content(small_client, caplog):
    caplog.set_level(logging.INFO, "service")
    items = [{"id": MARK, "text": AUTONOMY}, {"id": "b", "text": MARK}]
    headers = {"X-Request-ID": "r1", "traceparent": PARENT}
    small_client.post("/v1/analyze/batch", json={"items": items}, headers=headers)
    small_client.get(f"/{MARK}")
    batch, missing = [record for record in caplog.records if record.name == "service.envelope"]
    shown = {name: getattr(batch, name) for name in ("request_id", "trace_id", "method", "route", "status", "items")}
    assert shown == {
        "request_id": "r1",
        "trace_id": TRACE,
        "method": "POST",
        "route": "/v1/analyze/batch",
        "status": 200,
        "items": 2,
    }
    assert batch.characters == len(AUTONOMY) + len(MARK)
    assert batch.ms > 0
    assert batch.key is None
    assert (missing.route, missing.status) == ("", 404)
    assert MARK not in Formatter().format(batch) + Formatter().format(missing)


def value_of(client, name: str) -> float:
    """Read one value; 0 where it was never counted."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_requests_texts_and_abstentions_are_counted(small_client, tagger):
    names = [
        'weerklank_texts_total{status="ok"}',
        'weerklank_texts_total{status="abstained"}',
        'weerklank_abstentions_total{reason="not_dutch"}',
        "http_server_request_duration_seconds_count"
        '{http_request_method="POST",http_response_status_code="200",http_route="/v1/analyze/batch"}',
        "http_server_request_duration_seconds_count"
        '{http_request_method="_OTHER",http_response_status_code="404",http_route=""}',
    ]
    before = [value_of(small_client, name) for name in names]
    items = [{"id": "a", "text": AUTONOMY}, {"id": "b", "text": GERMAN}, {"id": "c", "text": "ok"}]
    small_client.post("/v1/analyze/batch", json={"items": items})
    small_client.request("ZWARTEKRAAI", f"/{MARK}")
    assert [value_of(small_client, name) - n for name, n in zip(names, before, strict=True)] == [1, 2, 1, 1, 1]
    digest = tagger.artefact.digest
    assert f'digest="{digest}"' in next(
        line for line in small_client.get("/metrics").text.splitlines() if line.startswith("weerklank_model_info{")
    )
