"""service/app.py: the contract of analysis and health over HTTP."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from models import Tagger
from models.errors import ArtefactTampered
from models.manifest import OPERATING_POINTS
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN, JSON, TestClient, serving

TEXT = f"😀 {AUTONOMY} {DISTRUST} Het regent vandaag. Ik zou graag meer zelf willen beslissen."
ITEM_FIELDS = {"status", "reason", "language", "sentences", "summary"}
TAG_FIELDS = {
    "dimension",
    "label",
    "name",
    "stance",
    "stance_probability",
    "probability",
    "threshold",
    "evidence",
}


def analyze(client, text, **more):
    answer = client.post("/v1/analyze", json={"text": text, **more})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def test_an_answer_has_exactly_the_fields_of_the_contract(client):
    body = analyze(client, TEXT)
    assert set(body) == ITEM_FIELDS | {"model"}
    assert (body["status"], body["reason"]) == ("ok", None)
    assert set(body["language"]) == {"code", "confidence"}
    assert body["language"]["code"] == "nl"
    assert set(body["model"]) == {"name", "version", "digest"}
    assert set(body["summary"]) == {"tags", "climate"}
    assert set(body["summary"]["climate"]) == {"trust", "control", "balance"}
    assert len(body["sentences"]) >= 4
    for sentence in body["sentences"]:
        assert set(sentence) == {"start", "end", "tags"}
        assert all(set(tag) == TAG_FIELDS for tag in sentence["tags"])
        assert all(set(part) == {"start", "end"} for tag in sentence["tags"] for part in tag["evidence"])
    for tag in body["summary"]["tags"]:
        assert set(tag) == {"dimension", "label", "name", "stances", "probability"}
        assert set(tag["stances"]) == {"attained", "constrained", "sought"}


@pytest.mark.parametrize("offsets", ["codepoint", "utf16"])
def test_sentences_follow_each_other_and_evidence_lies_inside_its_sentence(client, offsets):
    body = analyze(client, TEXT, offsets=offsets)
    end, parts = 0, 0
    for sentence in body["sentences"]:
        assert end <= sentence["start"] < sentence["end"]
        end = sentence["end"]
        for tag in sentence["tags"]:
            assert tag["evidence"]
            assert tag["probability"] >= tag["threshold"]
            last = sentence["start"]
            for part in tag["evidence"]:
                assert last <= part["start"] < part["end"] <= sentence["end"]
                last = part["end"]
                parts += 1
    assert parts >= 3
    assert end == len(TEXT) + (offsets == "utf16")


def test_a_clear_sentence_gets_its_drive_and_a_clear_complaint_its_climate(client, tagger):
    body = analyze(client, f"{AUTONOMY} {DISTRUST}")
    found = [[(t["dimension"], t["label"], t["name"], t["stance"]) for t in s["tags"]] for s in body["sentences"]]
    assert ("drive", "autonomy", "autonomie", "attained") in found[0]
    assert ("climate", "trust", "vertrouwen", "constrained") in found[1]
    assert body["summary"]["climate"] == {"trust": 0, "control": 1, "balance": -1.0}
    assert body["model"]["digest"] == tagger.artefact.digest


def test_the_summary_is_the_sum_of_the_sentences(client):
    body = analyze(client, f"{TEXT} {AUTONOMY}")
    expected = {}
    for tag in [tag for sentence in body["sentences"] for tag in sentence["tags"]]:
        entry = expected.setdefault(tag["label"], {"attained": 0, "constrained": 0, "sought": 0, "probability": 0})
        entry[tag["stance"]] += 1
        entry["probability"] = max(entry["probability"], tag["probability"])
    summary = body["summary"]["tags"]
    assert {t["label"]: {**t["stances"], "probability": t["probability"]} for t in summary} == expected
    assert sum(expected["autonomy"].values()) > 2
    assert [t["probability"] for t in summary] == sorted((t["probability"] for t in summary), reverse=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "too_short"), ("ok", "too_short"), (" \n\t", "too_short"), ("🎉🎉🎉🎉", "too_short"), (GERMAN, "not_dutch")],
)
def test_a_text_that_cannot_be_judged_is_abstained_from_with_a_reason(client, text, reason):
    body = analyze(client, text)
    assert (body["status"], body["reason"]) == ("abstained", reason)
    assert body["sentences"] == []
    assert body["summary"] == {"tags": [], "climate": {"trust": 0, "control": 0, "balance": None}}


def test_a_stated_language_skips_its_detection(client):
    assert analyze(client, GERMAN)["language"]["code"] == "de"
    body = analyze(client, GERMAN, language="nl")
    assert (body["status"], body["language"]) == ("ok", {"code": "nl", "confidence": 1.0})
    assert len(body["sentences"]) == 1


def test_a_sentence_without_tags_is_ok_and_not_abstained_from(client):
    body = analyze(client, "Het regent vandaag.")
    assert (body["status"], [sentence["tags"] for sentence in body["sentences"]]) == ("ok", [[]])


@pytest.mark.parametrize("offsets", ["codepoint", "utf16"])
def test_a_batch_answers_each_item_in_order_as_it_would_alone(client, offsets):
    texts = [DISTRUST, "", TEXT, GERMAN, "ok", AUTONOMY, DISTRUST]
    ids = ["2", "", "één 😀", "x" * 200, "1", "</script>", "2"]
    items = [{"id": i, "text": text} for i, text in zip(ids, texts, strict=True)]
    body = client.post("/v1/analyze/batch", json={"items": items, "offsets": offsets}).json()
    assert set(body) == {"items", "model"}
    assert [item.pop("id") for item in body["items"]] == ids
    assert [{**item, "model": body["model"]} for item in body["items"]] == [
        analyze(client, text, offsets=offsets) for text in texts
    ]


def test_a_batch_item_can_state_its_language(client):
    items = [{"id": "a", "text": GERMAN, "language": "nl"}, {"id": "b", "text": GERMAN}]
    body = client.post("/v1/analyze/batch", json={"items": items}).json()
    assert [item["status"] for item in body["items"]] == ["ok", "abstained"]


@pytest.mark.parametrize("point", OPERATING_POINTS)
def test_the_operating_point_decides_the_thresholds_of_a_text_and_of_a_batch(client, tagger, point):
    thresholds = tagger.artefact.manifest.profiles[tagger.profile].thresholds[point]
    alone = analyze(client, TEXT, operating_point=point)
    tags = [tag for sentence in alone["sentences"] for tag in sentence["tags"]]
    assert tags
    assert all(tag["threshold"] == round(thresholds[tag["label"]], 4) for tag in tags)
    body = {"items": [{"id": "a", "text": TEXT}], "operating_point": point}
    (item,) = client.post("/v1/analyze/batch", json=body).json()["items"]
    assert item["sentences"] == alone["sentences"]


def test_without_an_operating_point_it_is_balanced(client):
    assert analyze(client, TEXT) == analyze(client, TEXT, operating_point="balanced")


def test_an_empty_batch_is_answered_with_an_empty_batch(client):
    answer = client.post("/v1/analyze/batch", json={"items": []})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_before_the_start_up_ran_the_service_lives_but_is_not_ready(tagger):
    client = TestClient(create_app(tagger, Settings()))
    assert client.get("/health/live").json() == {"status": "live"}
    for answer in (
        client.get("/health/ready"),
        client.post("/v1/analyze", json={"text": AUTONOMY}),
        client.post("/v1/analyze/batch", json={"items": []}),
    ):
        assert (answer.status_code, answer.json()["status"]) == (503, 503)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
    with client:
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert client.get("/health/ready").status_code == 503


def test_a_failed_self_test_stops_the_start_up(tagger):
    manifest = tagger.artefact.manifest
    (test, *_) = manifest.self_test
    even = {profile: dict.fromkeys(expected, 0.5) for profile, expected in test.probabilities.items()}
    wrong = test.model_copy(update={"probabilities": even})
    artefact = tagger.artefact.with_manifest(manifest.model_copy(update={"self_test": (wrong,)}))
    client = TestClient(create_app(replace(tagger, artefact=artefact), Settings()))
    with pytest.raises(ArtefactTampered, match="self-test failed"), client:
        pass
    assert client.get("/health/ready").status_code == 503


def test_health_is_answered_while_a_text_is_being_tagged(tagger):
    begun, may_end = threading.Event(), threading.Event()

    class Waiting(Tagger):
        def tag(self, texts, languages=None, operating_point="balanced"):
            begun.set()
            assert may_end.wait(30)
            return super().tag(texts, languages, operating_point)

    app = create_app(Waiting(tagger.artefact, tagger.pipeline, tagger.scorer, tagger.profile), Settings())
    with serving(app) as address, ThreadPoolExecutor(1) as pool:
        analysis = pool.submit(httpx.post, f"{address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        try:
            assert begun.wait(30)
            assert httpx.get(f"{address}/health/ready", timeout=20).status_code == 200
            assert not analysis.done()
        finally:
            may_end.set()
        assert analysis.result().json()["status"] == "ok"


@pytest.mark.parametrize("offsets", ["codepoint", "utf16"])
def test_half_a_surrogate_pair_is_read_as_the_replacement_character_and_fails_nothing(client, offsets):
    half, whole = f"\ud83d {DISTRUST} \udfff", f"\ufffd {DISTRUST} \ufffd"
    texts = [AUTONOMY, half, whole, DISTRUST]
    items = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    content = json.dumps({"items": items, "offsets": offsets})
    answer = client.post("/v1/analyze/batch", content=content, headers=JSON)
    assert answer.status_code == 200
    first, broken, mended, last = answer.json()["items"]
    assert broken == {**mended, "id": "1"}
    assert {item["status"] for item in (first, broken, last)} == {"ok"}
