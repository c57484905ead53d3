"""service/survey/batch.py: tagging a batch of comments."""

import random

import pyarrow as pa
import pytest

from models.tagger import Tagger
from service.survey.batch import PART_SCHEMA, answers_of, lay_out, tag_batch

# What surveys hold besides comments: (text, problem, status, reason).
ROWS = [
    (None, None, "empty", None),
    ("", None, "empty", None),
    (" \t\n\u00a0", None, "empty", None),
    ("ok", None, "abstained", "too_short"),
    ("Ich arbeite sehr gerne mit meinen Kollegen zusammen.", None, "abstained", "not_dutch"),
    (None, "ragged_row: line 7 has 3 fields, the header 4", "failed", "ragged_row"),
]


def batch_of(texts, problems=None, first: int = 1) -> pa.RecordBatch:
    columns = {
        "row": pa.array(range(first, first + len(texts)), pa.int64()),
        "opmerking": pa.array(texts, pa.string()),
        "problem": pa.array(problems or [None] * len(texts), pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns)


def tagged(tagger: Tagger, texts, first: int = 1) -> list[dict]:
    return tag_batch(tagger, batch_of(texts, first=first), "opmerking", "balanced").to_pylist()


@pytest.fixture(scope="session")
def comments(complaints) -> list[str]:
    """Comments of one to three sentences, some of which come twice."""
    texts = [" ".join(s.text for s in text.sentences[:3]) for text in complaints.texts][:80]
    return [*texts, *texts[:10], "", "ok"]


@pytest.mark.parametrize(("text", "problem", "status", "reason"), ROWS)
def test_a_row_without_a_readable_comment_says_why(text, problem, status, reason, fast):
    (row,) = tag_batch(fast, batch_of([text], [problem]), "opmerking", "balanced").to_pylist()
    assert (row["status"], row["reason"], row["tags"]) == (status, reason, [])


def test_rows_keep_their_number_and_order(fast, comments):
    part = tag_batch(fast, batch_of(comments, first=41), "opmerking", "balanced")
    assert part.schema == PART_SCHEMA
    assert part.column("row").to_pylist() == list(range(41, 41 + len(comments)))


def test_rows_are_counted_where_they_have_no_number(fast):
    batch = pa.RecordBatch.from_pydict({"tekst": ["ok", ""]})
    assert tag_batch(fast, batch, "tekst", "balanced").column("row").to_pylist() == [1, 2]


def test_no_rows_make_an_empty_part(fast):
    part = tag_batch(fast, batch_of([]), "opmerking", "balanced")
    assert (part.num_rows, part.schema) == (0, PART_SCHEMA)


def test_tags_are_those_of_the_tagger(accurate, comments):
    rows = tagged(accurate, comments)
    for row, tagging in zip(rows, accurate.tag(comments), strict=True):
        found = {(s.start, s.end, t.dimension, t.label, t.stance) for s in tagging.sentences for t in s.tags}
        assert {(t["start"], t["end"], t["dimension"], t["label"], t["stance"]) for t in row["tags"]} == found
        if row["status"] == "ok" and tagging.balance is not None:
            assert (row["toward"], row["against"]) == (tagging.balance.toward, tagging.balance.against)
    assert any(row["tags"] for row in rows)


def test_what_is_said_of_a_comment_depends_on_no_other_comment(accurate, comments):
    together = tagged(accurate, comments)
    order = list(range(len(comments)))
    random.Random(7).shuffle(order)
    for size in (1, 3, 29):
        apart: dict[int, dict] = {}
        for first in range(0, len(order), size):
            chosen = order[first : first + size]
            for i, row in zip(chosen, tagged(accurate, [comments[i] for i in chosen]), strict=True):
                apart[i] = {**row, "row": i + 1}
        assert [apart[i] for i in range(len(comments))] == together


def test_identical_comments_are_read_once(fast):
    class Counting(Tagger):
        def tag(self, texts, languages=None, operating_point="balanced"):
            seen.extend(texts)
            return super().tag(texts, languages, operating_point)

    seen: list[str] = []
    counting = Counting(fast.artefact, fast.pipeline, fast.scorer, fast.profile)
    texts = ["De trein was te laat.", "De trein was te laat. ", "De trein was te laat."]
    tagged(counting, texts)
    assert sorted(set(seen)) == sorted(set(texts))
    assert len(seen) == 2


def test_a_part_can_be_laid_out_again_from_its_answers(fast, comments):
    part = tag_batch(fast, batch_of(comments), "opmerking", "balanced")
    assert lay_out(part.column("row"), answers_of(part), [None] * len(comments)) == part


def test_a_text_that_cannot_be_tagged_fails_alone(fast):
    class Failing(Tagger):
        def tag(self, texts, languages=None, operating_point="balanced"):
            return [self.unread() if "!" in text else super(Failing, self).tag([text])[0] for text in texts]

    failing = Failing(fast.artefact, fast.pipeline, fast.scorer, fast.profile)
    statuses = [row["status"] for row in tagged(failing, ["De trein was te laat.", "De trein! Te laat."])]
    assert statuses == ["ok", "failed"]
