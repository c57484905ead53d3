"""label_studio.py: exports as Label Studio writes them, JSON_MIN by Label Studio's own converter."""

import json

import pytest

from tests.training.formats.corpora import BOOK, bring, read, reasons
from tests.training.formats.tools import Converter
from training.corpus import AnnotatedText, Annotation
from training.formats.label_studio import write
from training.formats.labelling import label_studio_config
from training.formats.layout import items_of
from training.formats.record import Item, Mark


def choices(name, *values, **value):
    return {
        "id": "x" + name,
        "from_name": name,
        "to_name": "text",
        "type": "choices",
        "value": {**value, "choices": [*values]},
    }


def region(key, start, end, text, *labels, stance=None):
    where = {"start": start, "end": end, "text": text}
    found = [
        {"id": key, "from_name": "labels", "to_name": "text", "type": "labels", "value": {**where, "labels": [*labels]}}
    ]
    if stance:
        found.append(
            {
                "id": key,
                "from_name": "stance",
                "to_name": "text",
                "type": "choices",
                "value": {**where, "choices": [stance]},
            }
        )
    return found


def annotation(*result, by=1, **more):
    return {"id": 9, "completed_by": by, "was_cancelled": False, "result": [*result], **more}


def task(text, *annotations, number=1, predictions=(), **data):
    return {"id": number, "data": {"text": text, **data}, "annotations": [*annotations], "predictions": [*predictions]}


def tags(done):
    return [[[(t.label, t.stance) for t in s.tags] for s in text.sentences] for text in done.corpus]


LATE = [choices("complaint", "delay"), choices("stance_delay", "reported")]
# A sentence of its own may be tagged in many ways, depending on the labelling configuration of the project.
WAYS = [
    LATE,
    [
        choices("complaint", "delay", "rudeness"),
        choices("stance_delay", "reported"),
        choices("stance_rudeness", "resolved"),
    ],
    [choices("delay", "gemeld")],
    [choices("label", "delay:reported")],
    [choices("label", "vertraging (gemeld)")],
    [
        {
            "id": "t",
            "from_name": "boom",
            "to_name": "text",
            "type": "taxonomy",
            "value": {"taxonomy": [["klacht", "delay", "reported"]]},
        }
    ],
    [],
]
FOUND = [[("delay", "reported")]] * 6 + [[]]
FOUND[1] = [("delay", "reported"), ("rudeness", "resolved")]


@pytest.mark.parametrize(("result", "found"), [*zip(WAYS, FOUND, strict=True)])
def test_a_sentence_is_read_whatever_the_controls_are(result, found):
    assert tags(bring("label-studio", ("p.json", json.dumps([task("Te laat.", annotation(*result))])))) == [[found]]


EMOJI = "😀 Het pakket kwam te laat. De man was grof."


def test_regions_have_their_own_stance_and_count_code_points():
    result = [
        *region("a", 6, 26, "pakket kwam te laat.", "delay", stance="reported"),
        *region("b", 27, 43, "De man was grof.", "rudeness", stance="resolved"),
    ]
    assert EMOJI[27:43] == "De man was grof."
    found = read("label-studio", ("p.json", json.dumps([task(EMOJI, annotation(*result))])))
    assert [(m.tag.label, m.tag.stance, m.start, m.end) for m in found[0].marks] == [
        ("delay", "reported", 6, 26),
        ("rudeness", "resolved", 27, 43),
    ]


def test_regions_of_an_older_label_studio_are_told_by_their_words():
    result = region("b", 28, 44, "De man was grof.", "rudeness", stance="resolved")
    (found,) = read("label-studio", ("p.json", json.dumps([task(EMOJI, annotation(*result))])))
    assert [(m.start, m.end) for m in found.marks] == [(27, 43)]


def test_a_region_falls_to_the_sentences_that_it_touches():
    split = lambda text: [(0, 26), (27, 43)]  # noqa: E731
    result = region("b", 22, 29, "aat. De", "delay", stance="reported")
    records = [task(EMOJI, annotation(*result)), task("Niets. Nee.", annotation(), number=2)]
    done = bring(
        "label-studio",
        ("p.json", json.dumps(records)),
        split=lambda text: split(text) if text == EMOJI else [(0, 6), (7, 11)],
    )
    assert tags(done) == [[[("delay", "reported")], [("delay", "reported")]], [[], []]]


@pytest.mark.parametrize("by", [{"id": 3, "email": "anna@example.org"}, "anna@example.org"])
def test_annotators_are_known_by_address_or_number(by):
    done = bring("label-studio", ("p.json", json.dumps([task("Te laat.", annotation(*LATE, by=by), annotation(by=4))])))
    assert set(done.annotations) == {"anna@example.org", "4"}


PREDICTION = {"model_version": "weerklank-2", "score": 0.8, "result": LATE}


def test_predictions_are_no_annotations_unless_asked_for():
    source = ("p.json", json.dumps([task("Te laat.", predictions=[PREDICTION]), task("Grof.", annotation(), number=2)]))
    done = bring("label-studio", source)
    assert reasons(done) == [("task 1", "not annotated yet, only a model's prediction (--predictions)")]
    assert not done.left_out[0].fault
    assert set(bring("label-studio", source, predictions=True).annotations) == {"weerklank-2", "1"}


def test_other_controls_are_left_alone_when_the_right_one_is_named():
    record = task("Te laat.", annotation(*LATE, choices("kwaliteit", "slecht")))
    assert (
        "'slecht' is not in the codebook" in bring("label-studio", ("p.json", json.dumps([record]))).left_out[0].reason
    )
    done = bring("label-studio", ("p.json", json.dumps([record])), questions=frozenset({"complaint", "stance_delay"}))
    assert tags(done) == [[[("delay", "reported")]]]


@pytest.mark.parametrize("unit", ["sentence", "text"])
def test_label_studios_own_converter_makes_a_json_min_that_is_read_back(unit, complaints, tmp_path):
    texts = complaints.texts[:12]
    items = items_of({"anna@example.org": texts, "4": texts[:6]}, unit)
    (tmp_path / "export.json").write_text(json.dumps(list(write(items, BOOK, None))), encoding="utf-8")
    converter = Converter(label_studio_config(BOOK, unit), str(tmp_path))
    converter.convert_to_json_min(str(tmp_path / "export.json"), str(tmp_path / "min"), is_dir=False)
    done = bring("label-studio-min", ("result.json", (tmp_path / "min" / "result.json").read_bytes()))
    assert done.left_out == []
    assert done.annotations["anna@example.org"] == texts
    assert done.annotations["4"] == texts[:6]


MIN = {"id": 5, "text": EMOJI, "annotator": 2, "annotation_id": 8, "lead_time": 3.1, "afdeling": "rudeness"}
SHAPES = [
    ({"label": "delay:reported"}, [("delay", "reported")]),
    (
        {"mening": {"choices": ["delay:reported", "rudeness:resolved"]}},
        [("delay", "reported"), ("rudeness", "resolved")],
    ),
    ({"delay": "resolved"}, [("delay", "resolved")]),
    (
        {
            "labels": [{"start": 6, "end": 26, "text": "pakket kwam te laat.", "labels": ["delay"]}],
            "stance": "reported",
        },
        [("delay", "reported")],
    ),
]


@pytest.mark.parametrize(("controls", "found"), SHAPES)
def test_json_min_is_read_whatever_the_controls_are(controls, found):
    (reply,) = read("label-studio-min", ("m.json", json.dumps([MIN | controls])))
    assert [(m.tag.label, m.tag.stance) for m in reply.marks] == found


def test_stances_that_json_min_does_not_tell_apart_are_refused():
    labels = [{"start": a, "end": a + 3, "text": EMOJI[a : a + 3], "labels": ["delay"]} for a in (2, 6)]
    done = bring("label-studio-min", ("m.json", json.dumps([MIN | {"labels": labels, "stance": "reported"}])))
    assert "has 1 stances for 2 regions" in done.left_out[0].reason
    assert "export as JSON" in done.left_out[0].reason


def test_a_suggestion_becomes_a_prediction_with_the_lowest_of_its_probabilities():
    marks = [
        Mark(Annotation(label=label, stance="reported"), 0, 8, p) for label, p in (("delay", 0.9), ("rudeness", 0.6))
    ]
    (record,) = write([Item("a", "Te laat.", suggestion=tuple(marks), model="weerklank-3")], BOOK, None)
    (prediction,) = record["predictions"]
    assert (prediction["model_version"], prediction["score"], record["annotations"]) == ("weerklank-3", 0.6, [])
    (found,) = read("label-studio", ("p.json", json.dumps([record])), predictions=True)
    assert [m.tag.label for m in found.marks] == ["delay", "rudeness"]


def test_a_text_of_the_corpus_keeps_its_sentences():
    text = AnnotatedText.model_validate(
        {
            "id": "t",
            "writer": "w",
            "kind": "survey",
            "sector": "zorg",
            "sentences": [{"text": "😀 Te laat", "tags": []}, {"text": "Nee. Ja.", "tags": []}],
        }
    )
    (record,) = write(items_of({"a": [text]}, "text"), BOOK, None)
    assert record["data"]["sentences"] == "0-9 10-18"
    assert bring("label-studio", ("p.json", json.dumps([record]))).corpus == [text]
