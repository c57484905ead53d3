"""What is taken for what: stances, labels, and the single errors."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.codebook import Codebook
from training.corpus import Examples
from training.evaluation.predictions import Predictions

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MixUp:
    """A label that was missed where another was found instead."""

    missed: str
    found: str
    n: int
    """Sentences."""
    share: float
    """Of the sentences that carry the missed label."""


@dataclass(frozen=True, slots=True)
class Error:
    """One tag that the tagger gave or left out wrongly."""

    kind: Literal["false alarm", "miss", "stance"]
    text_id: str
    sentence: int
    """Number of the sentence within its text, from 1."""
    label: str
    probability: float
    threshold: float
    annotated: str
    """The stance that the annotator gave; empty for a false alarm."""
    found: str
    """The stance that the tagger gave; empty for a miss."""
    text: str | None
    """The sentence; None unless it was asked for."""


def stance_confusion(predictions: Predictions, examples: Examples, n_stances: int) -> Counts:
    """Count tags whose label was found rightly, by annotated (rows) and found (columns) stance."""
    right = examples.labels & predictions.present
    table = np.zeros((n_stances, n_stances), dtype=np.int64)
    np.add.at(table, (examples.stances[right], predictions.stances[right]), 1)
    return table


def co_occurrence(labels: NDArray[np.bool_]) -> Counts:
    """Count sentences that carry two labels, shape (n_labels, n_labels); on the diagonal those that carry the one."""
    table = labels.astype(np.int64)
    return np.asarray(table.T @ table)


def mix_ups(predictions: Predictions, examples: Examples, label_ids: Sequence[str], most: int = 15) -> list[MixUp]:
    """List the commonest pairs of a label that was missed and one that was found instead."""
    missed = (examples.labels & ~predictions.present).astype(np.int64)
    wrong = (predictions.present & ~examples.labels).astype(np.int64)
    table, totals = missed.T @ wrong, examples.labels.sum(axis=0)
    rows, columns = np.nonzero(table)
    order = sorted(zip(rows.tolist(), columns.tolist(), strict=True), key=lambda pair: (-int(table[pair]), pair))
    return [
        MixUp(label_ids[i], label_ids[j], int(table[i, j]), int(table[i, j]) / int(totals[i])) for i, j in order[:most]
    ]


def errors(
    predictions: Predictions,
    examples: Examples,
    thresholds: Sequence[float],
    codebook: Codebook,
    most: int = 100,
    with_text: bool = False,
) -> list[Error]:
    """List the worst errors of each kind: those about which the tagger was surest.

    Parameters
    ----------
    predictions : Predictions
    examples : Examples
    thresholds : sequence of float
        Of each label.
    codebook : Codebook
    most : int
        Errors of each kind.
    with_text : bool
        Whether to add the sentences themselves.
    """
    gold, found, p = examples.labels, predictions.present, predictions.probabilities
    numbers = _numbers(examples.text_ids)
    kinds: list[tuple[Literal["false alarm", "miss", "stance"], NDArray[np.bool_], NDArray[np.float64]]] = [
        ("false alarm", found & ~gold, p),
        ("miss", gold & ~found, -p),
        ("stance", gold & found & (predictions.stances != examples.stances), p),
    ]
    listed = []
    for kind, wrong, sureness in kinds:
        rows, columns = np.nonzero(wrong)
        for k in np.argsort(-sureness[rows, columns], kind="stable")[:most]:
            i, j = int(rows[k]), int(columns[k])
            listed.append(
                Error(
                    kind,
                    examples.text_ids[i],
                    numbers[i],
                    codebook.label_ids[j],
                    float(p[i, j]),
                    float(thresholds[j]),
                    codebook.stance_ids[examples.stances[i, j]] if gold[i, j] else "",
                    codebook.stance_ids[predictions.stances[i, j]] if found[i, j] else "",
                    examples.texts[i] if with_text else None,
                )
            )
    return listed


def _numbers(text_ids: Sequence[str]) -> list[int]:
    """Give each sentence its number within its text, from 1."""
    seen: dict[str, int] = defaultdict(int)
    numbers = []
    for text_id in text_ids:
        seen[text_id] += 1
        numbers.append(seen[text_id])
    return numbers
