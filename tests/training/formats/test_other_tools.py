"""doccano.py, prodigy.py and argilla.py: files as the tools' own libraries write them, and their peculiarities."""

import io
import json
import zipfile

import pandas
import pytest
import srsly

from tests.training.formats.corpora import BOOK, bring, read, reasons
from tests.training.formats.tools import argilla
from training.corpus import Annotation
from training.formats.argilla import user_id, write
from training.formats.layout import items_of
from training.formats.reading import open_sources
from training.formats.record import Item, Mark

EMOJI = "😀 Te laat. 👍🏽 Grof."


def found(replies):
    return [[(m.tag.label, m.tag.stance, m.start, m.end) for m in reply.marks] for reply in replies]


# doccano's exporter lays its records out in a pandas frame and writes that (data_export/pipeline/writers.py).
FRAME = pandas.DataFrame(
    [
        {
            "id": 3,
            "text": "Te laat.",
            "afdeling": "Noord",
            "label": ["delay:reported", "rudeness:resolved"],
            "Comments": [],
        },
        {"id": 4, "text": "Blauw, 'geel' \"rood\"", "afdeling": None, "label": [], "Comments": ["?"]},
    ]
)
MARKS = [[("delay", "reported", 0, 8), ("rudeness", "resolved", 0, 8)], []]


@pytest.mark.parametrize("lines", [True, False])
def test_doccanos_json_is_read(lines):
    content = FRAME.to_json(orient="records", force_ascii=False, lines=lines)
    replies = read("doccano", ("anna.jsonl", content))
    assert found(replies) == MARKS
    assert {reply.annotator for reply in replies} == {"anna"}
    assert [reply.item.id for reply in replies] == ["3", "4"]


def test_doccanos_csv_is_read():
    frame = FRAME.assign(label=FRAME.label.map("#".join), Comments="")
    assert found(read("doccano-csv", ("anna.csv", frame.to_csv(index=False)))) == MARKS


SPANS = [
    {"label": [[3, 11, "delay:reported"]]},
    {"entities": [{"id": 1, "label": "delay:reported", "start_offset": 3, "end_offset": 11}], "relations": []},
]


@pytest.mark.parametrize("labels", SPANS)
def test_doccano_counts_an_emoji_for_two(labels):
    (reply,) = read("doccano", ("a.jsonl", json.dumps({"id": 1, "text": EMOJI} | labels)))
    assert found([reply]) == [[("delay", "reported", 2, 10)]]
    assert EMOJI[2:10] == "Te laat."


def test_the_zip_that_doccano_gives_has_a_file_per_annotator(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("anna", "bob"):
            file.writestr(f"{name}.jsonl", FRAME.to_json(orient="records", lines=True))
    (tmp_path / "project.zip").write_bytes(archive.getvalue())
    sources = open_sources([tmp_path / "project.zip"])
    done = bring("doccano", *((source.name, source.content) for source in sources))
    assert {who: len(texts) for who, texts in done.annotations.items()} == {"anna": 2, "bob": 2}


def test_items_without_a_label_can_be_taken_for_unread():
    done = bring("doccano", ("a.jsonl", FRAME.to_json(orient="records", lines=True)), skip_empty=True)
    assert reasons(done) == [("line 2", "no label (--skip-empty)")]
    assert not done.left_out[0].fault


# Prodigy writes its JSON lines with srsly.
def prodigy(*records):
    return ("p.jsonl", "".join(srsly.json_dumps(x) + "\n" for x in records))


TASKS = [
    ({"accept": ["delay:reported"], "answer": "accept"}, [("delay", "reported", 0, len(EMOJI))]),
    ({"accept": [], "answer": "accept"}, []),
    (
        {"options": [{"id": 1, "text": "vertraging: gemeld"}], "accept": [1], "answer": "accept"},
        [("delay", "reported", 0, len(EMOJI))],
    ),
    (
        {"options": [{"id": "delay:resolved", "text": "?"}], "accept": ["delay:resolved"], "answer": "accept"},
        [("delay", "resolved", 0, len(EMOJI))],
    ),
    ({"label": "delay:reported", "spans": [], "answer": "accept"}, [("delay", "reported", 0, len(EMOJI))]),
    ({"label": "delay:reported", "answer": "reject"}, []),
    (
        {"spans": [{"start": 2, "end": 10, "label": "delay:reported", "token_start": 1}], "answer": "accept"},
        [("delay", "reported", 2, 10)],
    ),
]
NOT_TAKEN = [
    ({"accept": ["delay:reported"], "answer": "ignore"}, "ignored by the annotator", False),
    ({"accept": ["delay:reported"], "answer": "reject"}, "rejected by the annotator", False),
    ({"accept": ["delay:reported"]}, "not annotated yet", False),
    ({"answer": "accept"}, "neither 'label', 'accept' nor 'spans'", True),
    ({"accept": "delay:reported", "answer": "accept"}, "accept: ", True),
    ({"accept": [], "answer": "maybe"}, "answer: must be 'accept'", True),
    ({"spans": [{"start": 2, "end": 90, "label": "delay:reported"}], "answer": "accept"}, "outside the text", True),
]
ABOUT = {
    "text": EMOJI,
    "_input_hash": 1,
    "_task_hash": 2,
    "_session_id": "set-anna",
    "_annotator_id": "anna",
    "_timestamp": 3,
}


@pytest.mark.parametrize(("answer", "marks"), TASKS)
def test_prodigys_answers_are_read(answer, marks):
    (reply,) = read("prodigy", prodigy(ABOUT | answer))
    assert (found([reply]), reply.annotator) == ([marks], "anna")


@pytest.mark.parametrize(("answer", "reason", "fault"), NOT_TAKEN)
def test_prodigys_other_answers_are_left_out_with_the_reason(answer, reason, fault):
    ((left_out),) = read("prodigy", prodigy(ABOUT | answer))
    assert reason in left_out.reason
    assert left_out.fault is fault


def test_binary_answers_on_one_text_add_up_over_files():
    yes = ABOUT | {"label": "delay:reported", "answer": "accept"}
    no = ABOUT | {"label": "delay:resolved", "answer": "reject"}
    more = ABOUT | {"label": "rudeness:resolved", "answer": "accept"}
    done = bring("prodigy", prodigy(yes, no), prodigy(more))
    assert [(t.label, t.stance) for t in done.corpus[0].sentences[0].tags] == [
        ("delay", "reported"),
        ("rudeness", "resolved"),
    ]


@pytest.mark.parametrize("label", ["delay:resolved", "delay:reported"])
def test_binary_answers_that_contradict_each_other_are_left_out(label):
    answer = "accept" if label == "delay:resolved" else "reject"
    done = bring(
        "prodigy",
        prodigy(ABOUT | {"label": "delay:reported", "answer": "accept"}, ABOUT | {"label": label, "answer": answer}),
    )
    assert [reason[:18] for _, reason in reasons(done)] == ["conflicting labels"] * 2
    assert done.corpus == []


ANNA, BOB = user_id("anna"), "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def record(text, responses, **more):
    """A record as Argilla's library exports it."""
    made = [argilla.Response("labels", value, user, status="submitted") for user, value in responses.items()]
    return argilla.Record(id="r1", fields={"text": text}, responses=made, **more).to_dict()


def test_argillas_records_are_read():
    made = record("Te laat.", {ANNA: ["delay:reported", "rudeness:resolved"], BOB: ["none"]})
    replies = read("argilla", ("a.json", json.dumps([made])))
    assert found(replies) == [[("delay", "reported", 0, 8), ("rudeness", "resolved", 0, 8)], []]
    assert [reply.annotator for reply in replies] == [ANNA, BOB]


def test_argillas_library_takes_our_records_and_gives_back_what_we_read(complaints):
    texts = complaints.texts[:10]
    for unit in ("sentence", "text"):
        records = [
            argilla.Record.from_dict(made).to_dict()
            for made in write(items_of({"anna": texts, BOB: texts[:4]}, unit), None)
        ]
        done = bring("argilla", ("a.json", json.dumps(records)))
        assert done.annotations == {"anna": texts, BOB: texts[:4]}


def test_argillas_spans_count_an_emoji_for_two():
    made = record(EMOJI, {ANNA: [{"label": "delay:reported", "start": 3, "end": 11}]})
    assert found(read("argilla", ("a.json", json.dumps([made])))) == [[("delay", "reported", 2, 10)]]


SERVER = [
    ({"user_id": ANNA, "status": "submitted", "values": {"labels": {"value": ["delay:reported"]}}}, None),
    ({"user_id": ANNA, "status": "draft", "values": {"labels": {"value": []}}}, "a draft"),
    ({"user_id": ANNA, "status": "discarded", "values": None}, "discarded by the annotator"),
]


@pytest.mark.parametrize(("response", "reason"), SERVER)
def test_argillas_drafts_and_discarded_responses_are_left_out(response, reason):
    made = {"id": "r1", "fields": {"text": "Te laat."}, "responses": [response]}
    (reply,) = read("argilla", ("a.json", json.dumps([made])))
    assert (reason in reply.reason and not reply.fault) if reason else found([reply]) == [[("delay", "reported", 0, 8)]]


def test_argillas_suggestions_are_no_responses_unless_asked_for():
    marks = (Mark(Annotation(label="delay", stance="reported"), 0, 8, 0.75),)
    made = [
        argilla.Record.from_dict(x).to_dict()
        for x in write([Item("a", "Te laat.", suggestion=marks, model="m2")], None)
    ]
    (left_out,) = read("argilla", ("a.json", json.dumps(made)))
    assert (left_out.reason, left_out.fault) == ("not annotated yet, only a model's suggestion (--predictions)", False)
    (reply,) = read("argilla", ("a.json", json.dumps(made)), predictions=True)
    assert (reply.annotator, found([reply])) == ("m2", [[("delay", "reported", 0, 8)]])


def test_argillas_flat_records_are_refused_with_the_remedy():
    (left_out,) = read(
        "argilla", ("a.json", json.dumps([{"id": "1", "text": "Te laat.", "labels.responses": [["delay"]]}]))
    )
    assert "without flatten" in left_out.reason
    assert BOOK.label_ids[0] == "delay"
