"""Tag a batch of comments: the one Arrow function behind the local run and Spark.

What is said of a comment depends on that comment alone, to the last digit: not on the batch it came in, nor on who
tagged it. So identical comments can share one answer, a killed run can resume, and Spark's partitions make no
difference. Matrix products round differently in different company; probabilities are therefore given in three decimals,
and a comment with a probability that lies about between two of these is read once more, by itself.

Usage::

    part = tag_batch(tagger, batch, "opmerking", "balanced")    # as many rows as the batch, in its order
"""

import json
import math
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from models.manifest import OperatingPoint
from models.tagger import Tagger
from models.tagging import Tag, Tagging

DECIMALS: Final = 3
# Largest difference measured between a sentence read alone and in company: 1.1e-7, on 400 texts of the corpus.
NOISE: Final = 5e-6
TAG: Final = pa.struct(
    [
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("dimension", pa.string()),
        pa.field("label", pa.string()),
        pa.field("stance", pa.string()),
        pa.field("probability", pa.float32()),
        pa.field("stance_probability", pa.float32()),
    ]
)
TAG_FIELDS: Final = tuple(field.name for field in TAG)
ANSWER_FIELDS: Final = (
    pa.field("status", pa.string(), nullable=False),
    pa.field("reason", pa.string()),
    pa.field("tags", pa.list_(TAG), nullable=False),
    pa.field("toward", pa.int32()),
    pa.field("against", pa.int32()),
)
"""What is said of a comment. Offsets are those of the sentence, in code points of the comment."""
PART_SCHEMA: Final = pa.schema([pa.field("row", pa.int64(), nullable=False), *ANSWER_FIELDS])
"""A part: row numbers of the file, and what is said of their comments."""


def tag_batch(
    tagger: Tagger, batch: pa.RecordBatch, text_column: str, operating_point: OperatingPoint
) -> pa.RecordBatch:
    """Tag the comments of a batch; identical ones once.

    Parameters
    ----------
    tagger : Tagger
    batch : pyarrow.RecordBatch
        With `text_column` (string), and optionally `row` (int64; without it rows are counted from 1) and `problem`
        (string: why a row could not be read).
    text_column : str
    operating_point : {"balanced", "precise", "sensitive"}

    Returns
    -------
    pyarrow.RecordBatch
        Of `PART_SCHEMA`; same number and order of rows.
    """
    texts = batch.column(text_column).to_pylist()
    names = batch.schema.names
    problems = batch.column("problem").to_pylist() if "problem" in names else [None] * len(texts)
    rows = batch.column("row") if "row" in names else pa.array(range(1, len(texts) + 1), pa.int64())
    comments = [t if is_comment(t, p) else None for t, p in zip(texts, problems, strict=True)]
    distinct = [text for text in dict.fromkeys(comments) if text is not None]
    found = dict(zip(distinct, answer(tagger, distinct, operating_point), strict=True))
    return lay_out(rows, [None if text is None else found[text] for text in comments], problems)


def is_comment(text: str | None, problem: str | None) -> bool:
    """Say whether a row holds something to tag."""
    return problem is None and text is not None and bool(text.strip())


def answer(tagger: Tagger, texts: Sequence[str], operating_point: OperatingPoint) -> list[bytes]:
    """Tag texts; one JSON array per text, laid out as `ANSWER_FIELDS`, which does not depend on the other texts."""
    taggings = tagger.tag(texts, operating_point=operating_point)
    return [
        _packed(tagger.tag([text], operating_point=operating_point)[0] if len(texts) > 1 and _doubtful(one) else one)
        for text, one in zip(texts, taggings, strict=True)
    ]


def lay_out(rows: pa.Array, answers: Sequence[bytes | None], problems: Sequence[str | None]) -> pa.RecordBatch:
    """Make a part of the answers to a batch's comments.

    Parameters
    ----------
    rows : pyarrow.Array
        Row numbers, shape (n_rows,).
    answers : sequence of bytes or None, length n_rows
        As `answer` writes them; None where there was no comment.
    problems : sequence of str or None, length n_rows
        Why a row could not be read.
    """
    values: list[list[Any]] = [
        _without_comment(problem) if answer is None else json.loads(answer)
        for answer, problem in zip(answers, problems, strict=True)
    ]
    columns = list(zip(*values, strict=True)) or [()] * len(ANSWER_FIELDS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, ANSWER_FIELDS, strict=True)]
    return pa.RecordBatch.from_arrays([rows, *arrays], schema=PART_SCHEMA)


def answers_of(part: pa.RecordBatch) -> list[bytes]:
    """Give the answers that a part was laid out from, one per row."""
    return [_json([row[field.name] for field in ANSWER_FIELDS]) for row in part.to_pylist()]


def _without_comment(problem: str | None) -> list[Any]:
    reason = None if problem is None else problem.split(":", 1)[0]
    return ["empty" if problem is None else "failed", reason, [], None, None]


def _packed(tagging: Tagging) -> bytes:
    tags = []
    for sentence in tagging.sentences:
        plain = [_plain(sentence.start, sentence.end, tag) for tag in sentence.tags]
        tags += sorted(plain, key=lambda tag: (-tag["probability"], tag["label"]))
    balance = tagging.balance
    sides = (None, None) if balance is None else (balance.toward, balance.against)
    return _json([tagging.status, tagging.reason, tags, *sides])


def _json(values: list[Any]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()


def _plain(start: int, end: int, tag: Tag) -> dict[str, Any]:
    numbers = (round(tag.probability, DECIMALS), round(tag.stance_probability, DECIMALS))
    return dict(zip(TAG_FIELDS, (start, end, tag.dimension, tag.label, tag.stance, *numbers), strict=True))


def _doubtful(tagging: Tagging) -> bool:
    """Say whether other company could change what is said of a text."""
    return any(
        _between(tag.probability) or _between(tag.stance_probability) or tag.probability - tag.threshold < NOISE
        for sentence in tagging.sentences
        for tag in sentence.tags
    )


def _between(probability: float) -> bool:
    """Say whether a probability is so near the middle of two steps that noise could round it either way."""
    steps = probability * 10**DECIMALS
    return abs(steps - math.floor(steps) - 0.5) < NOISE * 10**DECIMALS
