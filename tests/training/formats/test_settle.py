"""settle.py and assemble.py: many replies, one corpus."""

import json

import pytest

from tests.training.formats.corpora import BOOK, bring, reasons
from training.formats.settle import settle

R, V = "reported", "resolved"
VOTES = [
    ([{"delay": R}, {"delay": R}, {"delay": R}], {"delay": R}, []),
    ([{"delay": R}, {"delay": R}, {}], {"delay": R}, [("delay", 2, R, False)]),
    ([{"delay": R}, {}, {}], {}, [("delay", 1, "", False)]),
    ([{"delay": R}, {}], {}, [("delay", 1, "", True)]),
    ([{"delay": V}, {"delay": R}, {"delay": V}], {"delay": V}, [("delay", 3, V, False)]),
    ([{"delay": V}, {"delay": R}], {"delay": R}, [("delay", 2, R, True)]),
    ([{}, {}], {}, []),
    ([{"delay": R, "rudeness": V}], {"delay": R, "rudeness": V}, []),
]


@pytest.mark.parametrize(("votes", "tags", "disputed"), VOTES)
def test_the_majority_settles_and_every_other_voice_is_listed(votes, tags, disputed):
    found, listed = settle(votes, BOOK, ("t", 1))
    assert found == tags
    assert [(x.label, x.votes, x.settled, x.tie) for x in listed] == disputed


def line(text, *labels, who="anna", **fields):
    about = {"text": text, "accept": list(labels), "answer": "accept", "_annotator_id": who}
    return json.dumps(about | {"meta": fields})


def test_an_annotator_is_believed_in_neither_of_two_answers():
    done = bring(
        "prodigy",
        (
            "p.jsonl",
            "\n".join(
                [
                    line("Te laat.", "delay:reported", item_id="a"),
                    line("Te laat.", "rudeness:reported", item_id="a"),
                    line("Grof.", "rudeness:reported", item_id="b"),
                    line("Grof.", "rudeness:reported", item_id="b"),
                    line("Grof.", item_id="b", who="bob"),
                ]
            ),
        ),
    )
    assert reasons(done) == [
        ("line 2", "conflicting labels by one annotator, who gave others before (p.jsonl: line 1)"),
        ("line 4", "duplicate: the same annotator gave the same labels before (p.jsonl: line 3)"),
        ("line 1", "conflicting labels by one annotator, who gave others later"),
    ]
    assert {who: [text.id for text in texts] for who, texts in done.annotations.items()} == {
        "anna": ["b"],
        "bob": ["b"],
    }


SAME = {"item_id": "a", "text_id": "t", "sentence": 1, "writer": "w", "kind": "survey", "sector": "zorg"}
AGAINST = [
    ({"item_id": "a"} | {k: v for k, v in SAME.items() if k != "item_id"}, "Anders.", "duplicate id"),
    (SAME | {"item_id": "b"}, "Te laat.", "same sentence of the same text"),
    (SAME | {"item_id": "b", "sentence": 2, "writer": "x"}, "Te laat.", "another writer"),
    (SAME | {"sector": "bouw"}, "Te laat.", "another origin"),
    ({"item_id": "b", "text_id": "u", "sentences": "0-4 3-8"}, "Te laat.", "overlap"),
    ({"item_id": "b", "text_id": "u", "sentences": "0-40"}, "Te laat.", "outside the text"),
    ({"item_id": "b", "text_id": "u", "sentences": "alle"}, "Te laat.", "sentences: must match"),
    ({"item_id": "b", "kind": "gedicht"}, "Te laat.", "kind: must be 'survey'"),
    ({"item_id": "b", "sentence": "twee"}, "Te laat.", "sentence: must be a whole number"),
]


@pytest.mark.parametrize(("fields", "text", "reason"), AGAINST)
def test_a_record_that_contradicts_an_earlier_one_or_itself_is_left_out(fields, text, reason):
    done = bring("prodigy", ("p.jsonl", "\n".join([line("Te laat.", **SAME), line(text, **fields)])))
    ((place, why),) = reasons(done)
    assert place == "line 2"
    assert reason in why
    assert [text.id for text in done.corpus] == ["t"]


def test_sentences_that_not_everyone_read_become_texts_of_their_own():
    first, second = (SAME | {"item_id": f"t#{n}", "sentence": n} for n in (1, 2))
    lines = [line("Te laat.", **first), line("Grof.", **second), line("Grof.", who="bob", **second)]
    done = bring("prodigy", ("p.jsonl", "\n".join(lines)))
    assert [text.id for text in done.corpus] == ["t#1", "t#2"]
    assert {who: [text.id for text in texts] for who, texts in done.annotations.items()} == {
        "anna": ["t#1", "t#2"],
        "bob": ["t#2"],
    }
    together = bring("prodigy", ("p.jsonl", "\n".join(lines[1::-1])))
    assert [[s.text for s in text.sentences] for text in together.corpus] == [["Te laat.", "Grof."]]


def test_texts_without_a_writer_are_dealt_out_so_that_some_can_be_held_out():
    done = bring("prodigy", ("p.jsonl", "\n".join(line(f"Zin {n}.", item_id=f"i{n}") for n in range(60))))
    assert {text.writer for text in done.corpus} == {f"part{n}" for n in range(1, 11)}
