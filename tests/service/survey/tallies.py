"""Surveys in a few lines: what each respondent said, counted without tagging a text."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from models.codebook import Codebook, parse_codebook
from service.survey.batch import PART_SCHEMA
from service.survey.options import SurveyOptions
from service.survey.summary.counts import Counter, Counts
from service.survey.summary.schema import LabelQuality, ModelInfo

LABELS = ("autonomy", "trust", "control")
STANCES = {"attained": 1, "constrained": -1, "sought": 1}
# Sentences of each (label, stance) on each side of the balance.
SIDE = {
    **{("trust", stance): sign for stance, sign in STANCES.items()},
    **{("control", stance): -sign for stance, sign in STANCES.items()},
}


class Answer(NamedTuple):
    """One row of a survey."""

    groups: tuple[str | None, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    respondent: str | None = None
    status: str = "ok"
    reason: str | None = None


def _named(name: str) -> dict[str, str]:
    return {"id": name, "name": name, "name_en": name}


def small_codebook(balance: bool = True) -> Codebook:
    """Three labels, three stances; trust against control when there is a balance."""
    words = {"definition": "x", "definition_nl": "x"}
    data: dict[str, Any] = {
        "name": "klein",
        "version": "1",
        "title": "Klein",
        "stances": [{**_named(stance), "polarity": sign, **words} for stance, sign in STANCES.items()],
        "dimensions": [{**_named("climate"), "name_plural": "x", "color": "#000000", **words}],
        "labels": [{**_named(label), "dimension": "climate", **words} for label in LABELS[: 3 if balance else 1]],
    }
    if balance:
        data["balance"] = {"dimension": "climate", "toward": "trust", "against": "control"}
    return parse_codebook(data, "the test")


def part_of(answers: Sequence[Answer]) -> pa.RecordBatch:
    """Give rows as the tagging batch would."""
    sides = [[SIDE.get(tag, 0) for tag in answer.tags] for answer in answers]
    spread = {"start": 0, "end": 1, "dimension": "climate", "probability": 0.9, "stance_probability": 0.9}
    rows = {
        "row": range(1, len(answers) + 1),
        "status": [answer.status for answer in answers],
        "reason": [answer.reason for answer in answers],
        "tags": [[{**spread, "label": label, "stance": stance} for label, stance in a.tags] for a in answers],
        "toward": [side.count(1) for side in sides],
        "against": [side.count(-1) for side in sides],
    }
    return pa.RecordBatch.from_arrays([pa.array(rows[f.name], f.type) for f in PART_SCHEMA], schema=PART_SCHEMA)


def groups_of(answers: Sequence[Answer]) -> pa.RecordBatch:
    """Give respondent and groups of the same rows."""
    columns = [[answer.respondent for answer in answers], *zip(*(answer.groups for answer in answers), strict=True)]
    names = ["respondent", *(f"level {i}" for i in range(len(columns) - 1))]
    return pa.RecordBatch.from_arrays([pa.array(list(column), pa.string()) for column in columns], names=names)


def count(answers: Iterable[Answer], codebook: Codebook | None = None, per_batch: int = 1000) -> Counts:
    """Count answers in batches."""
    answers = list(answers)
    levels = tuple(f"level {i}" for i in range(len(answers[0].groups)))
    by_respondent = any(answer.respondent is not None for answer in answers)
    counter = Counter(codebook or small_codebook(), levels, by_respondent)
    for start in range(0, len(answers), per_batch):
        batch = answers[start : start + per_batch]
        counter.add(part_of(batch), groups_of(batch))
    return counter.result()


def options(min_group: int = 10, levels: int = 1) -> SurveyOptions:
    return SurveyOptions("opmerking", group_by=tuple(f"level {i}" for i in range(levels)), min_group=min_group)


def model(digest: str = "sha256:00", precision: float = 0.8, recall: float = 0.5) -> ModelInfo:
    quality = {label: LabelQuality(n=40, precision=precision, recall=recall) for label in LABELS}
    return ModelInfo(
        name="klein",
        version="1",
        digest=digest,
        profile="fast",
        operating_point="balanced",
        labels=quality,
        stance_accuracy=0.9,
    )
