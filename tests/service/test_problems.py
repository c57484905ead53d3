"""service/problems.py: every error is a problem in words, and none repeats what the caller sent."""

import json
import logging
import re

import httpx
import pytest
from spacy.language import Language

from models.pipeline import EMBEDDED, load_pipeline
from models.tagger import make_tagger
from service.app import create_app
from service.problems import pointer
from service.settings import Settings
from tests.service.conftest import AUTONOMY, JSON, MARK, TestClient, logged, serving

ANALYZE, BATCH = "/v1/analyze", "/v1/analyze/batch"
LONG = MARK * 10
ITEM = {"id": MARK, "text": MARK}


def sent(body) -> dict:
    return {"content": json.dumps(body), "headers": JSON}


# Method, path, what is sent, status, and the (pointer, code) of each error.
BAD = {
    "malformed JSON": ("POST", ANALYZE, {"content": f'{{"text": "{MARK}', "headers": JSON}, 400, []),
    "a name for JSON": ("POST", ANALYZE, {"content": MARK, "headers": JSON}, 400, []),
    "not UTF-8": ("POST", ANALYZE, {"content": f'{{"text": "{MARK}é"}}'.encode("latin-1"), "headers": JSON}, 400, []),
    "endless nesting": ("POST", ANALYZE, {"content": f'["{MARK}",' + "[" * 1900, "headers": JSON}, 400, []),
    "an endless number": ("POST", ANALYZE, {"content": '{"text": ' + "7319" * 450, "headers": JSON}, 400, []),
    "no body": ("POST", ANALYZE, {"headers": JSON}, 422, [("", "missing")]),
    "no object": ("POST", ANALYZE, sent([MARK]), 422, [("", "model_attributes_type")]),
    "wrong type": ("POST", ANALYZE, sent({"text": [MARK]}), 422, [("/text", "string_type")]),
    "missing field": ("POST", ANALYZE, sent({}), 422, [("/text", "missing")]),
    "unknown field": ("POST", ANALYZE, sent({"text": "a", MARK: MARK}), 422, [("", "extra_forbidden")]),
    "language": ("POST", ANALYZE, sent({"text": "a", "language": MARK}), 422, [("/language", "literal_error")]),
    "unknown offsets": ("POST", ANALYZE, sent({"text": "a", "offsets": MARK}), 422, [("/offsets", "literal_error")]),
    "unknown operating point": (
        "POST",
        ANALYZE,
        sent({"text": "a", "operating_point": MARK}),
        422,
        [("/operating_point", "literal_error")],
    ),
    "unknown operating point of a batch": (
        "POST",
        BATCH,
        sent({"items": [], "operating_point": MARK}),
        422,
        [("/operating_point", "literal_error")],
    ),
    "too long": ("POST", ANALYZE, sent({"text": LONG}), 422, [("/text", "string_too_long")]),
    "items of wrong type": ("POST", BATCH, sent({"items": MARK}), 422, [("/items", "list_type")]),
    "id too long": (
        "POST",
        BATCH,
        sent({"items": [{"id": LONG * 2, "text": "a"}]}),
        422,
        [("/items/0/id", "string_too_long")],
    ),
    "lone surrogate in an id": (
        "POST",
        BATCH,
        sent({"items": [{"id": MARK + "\ud800", "text": "a"}]}),
        422,
        [("/items/0/id", "string_unicode")],
    ),
    "unknown field of an item": (
        "POST",
        BATCH,
        sent({"items": [{"id": "a", "text": "a"}, {**ITEM, MARK: 1}]}),
        422,
        [("/items/1", "extra_forbidden")],
    ),
    "long texts": (
        "POST",
        BATCH,
        sent({"items": [{"id": MARK, "text": LONG}, ITEM, {"id": "b", "text": LONG}]}),
        422,
        [("/items/0/text", "string_too_long"), ("/items/2/text", "string_too_long")],
    ),
    "too many items": ("POST", BATCH, sent({"items": [ITEM] * 4}), 422, [("/items", "too_long")]),
    "unknown path": ("GET", f"/v1/{MARK}", {}, 404, []),
    "unknown file": ("GET", f"/page/{MARK}.js", {}, 404, []),
    "path out of the page": ("GET", f"/page/%2e%2e/app.py/{MARK}", {}, 404, []),
    "wrong method": ("DELETE", ANALYZE, {}, 405, []),
    "wrong method with a body": ("POST", "/v1/labels", sent({"text": MARK}), 405, []),
    "unknown language of names": ("GET", f"/v1/labels?lang={MARK}", {}, 422, [("", "literal_error")]),
    "another method": (MARK.upper(), ANALYZE, {}, 405, []),
    "too large": ("POST", ANALYZE, sent({"text": MARK * 200}), 413, []),
    "wrong media type": ("POST", ANALYZE, {"content": MARK, "headers": {"Content-Type": f"text/{MARK}"}}, 415, []),
}


def ask(client, method, path, given):
    """Send a request that holds the mark wherever there is room for one more."""
    headers = {
        "X-Request-ID": f"{MARK} {MARK}",
        "traceparent": MARK,
        "X-Trace": MARK,
        "Cookie": f"c={MARK}",
        **given.get("headers", {}),
    }
    return client.request(method, f"{path}{'&' if '?' in path else '?'}q={MARK}", **{**given, "headers": headers})


def check_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "request_id"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert len(body["title"]) > 10
    assert len(body["detail"]) > 10
    assert re.fullmatch(r"[0-9a-f]{32}", body["request_id"])


@pytest.mark.parametrize(("method", "path", "given", "status", "errors"), BAD.values(), ids=BAD)
def test_an_error_is_a_problem_that_points_at_what_is_wrong(small_client, method, path, given, status, errors):
    answer = ask(small_client, method, path, given)
    check_problem(answer, status)
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"]
    found = answer.json().get("errors", [])
    assert [(error["pointer"], error["code"]) for error in found] == errors
    assert all(set(error) == {"pointer", "code", "detail"} and error["detail"] for error in found)


@pytest.mark.parametrize(("method", "path", "given", "status", "errors"), BAD.values(), ids=BAD)
def test_no_error_repeats_the_request(small_client, caplog, capfd, method, path, given, status, errors):
    caplog.set_level(logging.DEBUG)
    answer = ask(small_client, method, path, given)
    assert answer.status_code == status
    caplog.set_level(logging.WARNING)
    seen = (
        small_client.get("/metrics").text
        + answer.text
        + str(answer.headers)
        + logged(caplog)
        + "".join(capfd.readouterr())
    )
    assert MARK not in seen
    assert "7319" * 2 not in seen


def test_what_is_accepted_leaves_no_trace_in_the_logs_either(small_client, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    texts = [f"{MARK}. {AUTONOMY}", MARK, f"Das ist kein {MARK} und ich arbeite sehr gerne."]
    given = sent({"items": [{"id": MARK, "text": text} for text in texts]})
    answer = ask(small_client, "POST", BATCH, given)
    assert [item["id"] for item in answer.json()["items"]] == [MARK] * 3
    assert MARK not in logged(caplog) + "".join(capfd.readouterr()) + str(answer.headers)


def test_all_errors_of_a_request_are_named_at_once(small_client):
    items = [{"id": 1, "text": "a"}, {"text": None}, {"id": "c", "text": "c", "language": "de"}]
    answer = small_client.post(BATCH, json={"items": items, "offsets": "bytes"})
    check_problem(answer, 422)
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("/items/0/id", "string_type"),
        ("/items/1/id", "missing"),
        ("/items/1/text", "string_type"),
        ("/items/2/language", "literal_error"),
        ("/offsets", "literal_error"),
    }


def test_a_fault_of_the_service_says_nothing_of_the_text(raising, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with TestClient(create_app(raising, Settings()), raise_server_exceptions=False) as client:
        answer = ask(client, "POST", ANALYZE, sent({"text": MARK}))
    check_problem(answer, 500)
    request_id = answer.json()["request_id"]
    assert f"{request_id} failed: RuntimeError" in logged(caplog)
    assert MARK not in answer.text + str(answer.headers) + logged(caplog) + "".join(capfd.readouterr())


def test_the_server_does_not_log_the_text_of_a_fault_either(raising, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with serving(create_app(raising, Settings())) as address, httpx.Client(base_url=address) as client:
        answer = ask(client, "POST", ANALYZE, sent({"text": MARK}))
    check_problem(answer, 500)
    assert "failed: RuntimeError" in logged(caplog)
    assert MARK not in answer.text + logged(caplog) + "".join(capfd.readouterr())


@Language.component("stumbles")
def stumbles(doc):
    """Stop at one word, as a fault in a library would."""
    if "struikelblok" in doc.text:
        raise ValueError(doc.text)
    return doc


def test_a_text_that_cannot_be_tagged_fails_alone_and_leaves_no_trace(tagger, small_vectors, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    pipeline = load_pipeline(EMBEDDED, small_vectors)
    pipeline.nlp.add_pipe("stumbles")
    manifest = tagger.artefact.manifest.model_copy(update={"self_test": ()})
    app = create_app(make_tagger(tagger.artefact.with_manifest(manifest), pipeline), Settings())
    texts = [AUTONOMY, f"Dit is een struikelblok: {MARK}.", AUTONOMY]
    with TestClient(app) as client:
        answer = client.post(BATCH, json={"items": [{"id": str(i), "text": text} for i, text in enumerate(texts)]})
    first, failed, last = answer.json()["items"]
    assert (first["status"], last) == ("ok", {**first, "id": "2"})
    assert (failed["id"], failed["status"], failed["reason"]) == ("1", "failed", "internal_error")
    assert "ValueError" in logged(caplog)
    assert MARK not in answer.text + logged(caplog) + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (("body",), ""),
        (("body", "text"), "/text"),
        (("body", "items", 0, "text"), "/items/0/text"),
        (("body", "a/b", "c~d"), "/a~1b/c~0d"),
        (("body", "~1"), "/~01"),
    ],
)
def test_a_pointer_follows_rfc_6901(location, expected):
    assert pointer(location) == expected


@pytest.mark.parametrize(("path", "body"), [(ANALYZE, []), (ANALYZE, "x"), (BATCH, {"items": [1]})])
def test_what_is_no_object_is_told_in_the_words_of_json(client, path, body):
    answer = client.post(path, json=body)
    check_problem(answer, 422)
    assert [error["detail"] for error in answer.json()["errors"]] == ["Input should be a JSON object."]
