"""What does not depend on the chosen thresholds: average precision, precision-recall curves, tables of thresholds."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from training.evaluation.bootstrap import Floats, Interval, Resamples, interval
from training.evaluation.metrics import Table, average_precision

# Cut-offs that people try; the operating points' own come beside them.
CUT_OFFS = tuple(round(0.1 * k, 1) for k in range(1, 10))
# Resamples whose sentences are weighed at a time, so that a large test part fits in memory.
CHUNK = 100


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """What a cut-off on a label's probability gives."""

    threshold: float
    precision: float | None
    """None where no sentence reaches the threshold."""
    recall: float | None
    """None where no sentence carries the label."""
    coverage: float
    """Share of all sentences that get the label."""


def threshold_row(probabilities: Floats, gold: Table, threshold: float) -> ThresholdRow:
    """Say what a cut-off gives; arrays of shape (n_sentences,)."""
    found = probabilities >= threshold
    hits = int((found & gold).sum())
    return ThresholdRow(
        threshold,
        hits / int(found.sum()) if found.any() else None,
        hits / int(gold.sum()) if gold.any() else None,
        float(found.mean()),
    )


def threshold_table(probabilities: Floats, gold: Table, own: Iterable[float] = ()) -> list[ThresholdRow]:
    """Say what the usual cut-offs and some more give, lowest first."""
    return [threshold_row(probabilities, gold, t) for t in sorted({*CUT_OFFS, *own})]


def precision_recall(probabilities: Floats, gold: Table, points: int = 40) -> tuple[Floats, Floats]:
    """Trace precision over recall; gives (recalls, precisions), at most about `points` of each."""
    if not gold.any():
        return np.zeros(0), np.zeros(0)
    precision, recall, _ = precision_recall_curve(gold, probabilities)
    # Only where recall changes is a point of its own; of several the highest precision, which comes last.
    steps = np.flatnonzero(np.append(np.diff(recall) != 0, True))
    kept = steps[np.unique(np.linspace(0, len(steps) - 1, points).astype(int))]
    return recall[kept], precision[kept]


def average_precisions(probabilities: Floats, gold: Table, resamples: Resamples) -> list[Interval]:
    """Give each label's average precision with its interval; arrays of shape (n_sentences, n_labels)."""
    n = len(resamples.weights)
    draws = np.full((n, gold.shape[1]), np.nan)
    for start in range(0, n, CHUNK):
        weights = resamples.of_sentences(start, start + CHUNK)
        for j in np.flatnonzero(gold.any(axis=0)):
            draws[start : start + CHUNK, j] = _weighted(weights, probabilities[:, j], gold[:, j])
    return [interval(average_precision(probabilities[:, j], gold[:, j]), draws[:, j]) for j in range(gold.shape[1])]


def _weighted(weights: Floats, probabilities: Floats, gold: Table) -> NDArray[np.float64]:
    """Average precision of resamples, shape (n_resamples,); `weights` has shape (n_resamples, n_sentences)."""
    order = np.argsort(-probabilities, kind="stable")
    ranked, own = probabilities[order], weights[:, order]
    hits = own * gold[order]
    # Sentences of one probability stand or fall together: each gets the counts at the last of them.
    last = np.searchsorted(-ranked, -ranked, side="right") - 1
    precision = hits.cumsum(axis=1)[:, last] / np.maximum(1, own.cumsum(axis=1)[:, last])
    total = hits.sum(axis=1)
    result = np.full(len(weights), np.nan)
    result[total > 0] = (precision * hits).sum(axis=1)[total > 0] / total[total > 0]
    return result
