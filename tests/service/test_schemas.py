"""service/schemas.py: the layout of requests and answers."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.schemas import AnalyzeRequest, BatchRequest, Schemas, answer_body
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN

MODEL = {"name": "weerklank-nl", "version": "1.0.0", "digest": "sha256:0"}
EMOJI = st.text("😀👩🏽\u200d💻é 𝕎", max_size=8)


def spans(body):
    for sentence in body["sentences"]:
        yield sentence["start"], sentence["end"]
        for tag in sentence["tags"]:
            for part in tag["evidence"]:
                yield part["start"], part["end"]


@settings(max_examples=40, deadline=None)
@given(st.lists(EMOJI, min_size=3, max_size=3))
def test_both_kinds_of_offsets_give_the_same_words(tagger, emoji):
    text = f"{emoji[0]} {AUTONOMY} {emoji[1]} {DISTRUST} {emoji[2]}"
    (tagging,) = tagger.tag([text], ["nl"])
    points = list(spans(answer_body(tagging, text, tagger.codebook)))
    units = list(spans(answer_body(tagging, text, tagger.codebook, "utf16")))
    data = text.encode("utf-16-le")
    assert len(points) == len(units) >= 4
    for (start, end), (first, last) in zip(points, units, strict=True):
        assert data[2 * first : 2 * last].decode("utf-16-le") == text[start:end] != ""


def test_offsets_point_into_the_text_as_received(tagger):
    text = f"\ufeff  cafe\u0301 😀\r\n\r\n- {AUTONOMY}"
    (tagging,) = tagger.tag([text], ["nl"])
    body = answer_body(tagging, text, tagger.codebook)
    (tagged,) = [sentence for sentence in body["sentences"] if sentence["tags"]]
    assert AUTONOMY in text[tagged["start"] : tagged["end"]]
    evidence = [text[part["start"] : part["end"]] for part in tagged["tags"][0]["evidence"]]
    assert evidence
    assert set(" ".join(evidence).split()) <= set(AUTONOMY.rstrip(".").split())


@pytest.mark.parametrize("text", [AUTONOMY, f"{AUTONOMY} {DISTRUST}", "", "ok", GERMAN, "Het regent vandaag."])
def test_what_the_tagger_says_fits_the_answer_model(tagger, text):
    (tagging,) = tagger.tag([text])
    body = {**answer_body(tagging, text, tagger.codebook), "model": MODEL}
    assert Schemas(tagger.codebook).answer.model_validate(body, strict=True).model_dump(mode="json") == body


@pytest.fixture
def answer(tagger):
    (tagging,) = tagger.tag([DISTRUST])
    return {**answer_body(tagging, DISTRUST, tagger.codebook), "model": MODEL}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["status"], "fine"),
        (["reason"], "no idea"),
        (["language", "confidence"], 1.1),
        (["sentences", 0, "start"], -1),
        (["sentences", 0, "tags", 0, "probability"], 1.01),
        (["sentences", 0, "tags", 0, "threshold"], -0.01),
        (["sentences", 0, "tags", 0, "stance_probability"], 2),
        (["sentences", 0, "tags", 0, "evidence", 0], {"start": 1}),
        (["summary", "tags", 0, "stances"], {"sought": "many"}),
        (["summary", "climate"], {"trust": 1, "control": 0}),
        (["model"], None),
    ],
)
def test_an_answer_outside_the_contract_does_not_fit_the_model(tagger, answer, path, value):
    broken = copy.deepcopy(answer)
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    model = Schemas(tagger.codebook).answer
    model.model_validate(answer)
    with pytest.raises(ValidationError):
        model.model_validate(broken)


def test_a_codebook_without_a_balance_gives_a_summary_without_one(tagger):
    codebook = tagger.codebook.model_copy(update={"balance": None})
    (tagging,) = tagger.tag([DISTRUST])
    body = answer_body(replace(tagging, balance=None), DISTRUST, codebook)
    assert set(body["summary"]) == {"tags"}
    assert set(Schemas(codebook).summary.model_fields) == {"tags"}
    assert set(Schemas(tagger.codebook).summary.model_fields) == {"tags", "climate"}


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (AnalyzeRequest, {"text": ""}),
        (AnalyzeRequest, {"text": "a", "language": "nl", "offsets": "utf16"}),
        (AnalyzeRequest, {"text": "a", "language": None, "offsets": "codepoint"}),
        (AnalyzeRequest, {"text": "a", "operating_point": "precise"}),
        (BatchRequest, {"items": []}),
        (BatchRequest, {"items": [], "operating_point": "sensitive"}),
        (BatchRequest, {"items": [{"id": "x" * 200, "text": "a", "language": "nl"}], "offsets": "utf16"}),
    ],
)
def test_a_request_of_the_contract_is_accepted(model, body):
    assert model.model_validate(body).model_dump(exclude_unset=True) == body


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (AnalyzeRequest, {}),
        (AnalyzeRequest, {"text": None}),
        (AnalyzeRequest, {"text": 1}),
        (AnalyzeRequest, {"text": "a", "language": "de"}),
        (AnalyzeRequest, {"text": "a", "offsets": "bytes"}),
        (AnalyzeRequest, {"text": "a", "operating_point": "strict"}),
        (AnalyzeRequest, {"text": "a", "operating_point": None}),
        (AnalyzeRequest, {"text": "a", "profile": "fast"}),
        (AnalyzeRequest, {"text": "a", "texts": []}),
        (BatchRequest, {}),
        (BatchRequest, {"items": {"id": "a", "text": "a"}}),
        (BatchRequest, {"items": [{"text": "a"}]}),
        (BatchRequest, {"items": [{"id": 1, "text": "a"}]}),
        (BatchRequest, {"items": [{"id": "x" * 201, "text": "a"}]}),
        (BatchRequest, {"items": [{"id": "a", "text": "a", "offsets": "utf16"}]}),
        (BatchRequest, {"items": [{"id": "a", "text": "a", "operating_point": "precise"}]}),
    ],
)
def test_any_other_request_is_refused(model, body):
    with pytest.raises(ValidationError):
        model.model_validate(body)


@pytest.mark.parametrize("known", [{"text": 1}, {}])
def test_many_unknown_fields_are_one_error_beside_the_others(known):
    with pytest.raises(ValidationError) as refused:
        AnalyzeRequest.model_validate({**known, **{f"x{i}": i for i in range(10_000)}})
    assert sorted(error["type"] for error in refused.value.errors()) in (
        ["extra_forbidden", "string_type"],
        ["extra_forbidden", "missing"],
    )


def test_a_batch_beyond_its_limit_is_one_error(tagger):
    with pytest.raises(ValidationError) as refused:
        Schemas(tagger.codebook, 100, 3).batch_request.model_validate({"items": [0] * 10_000})
    assert refused.value.error_count() <= 4
