"""Judge a tagger on annotated sentences by writers that it has never seen.

Intervals are 95% percentile intervals of a bootstrap over whole texts (Efron & Tibshirani, 1993), because the
sentences of one text hang together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from models.manifest import DEFAULT_OPERATING_POINT, LabelMetrics, Metrics, OperatingPoint, ReliabilityBin
from models.pipeline import Sentence
from models.scorer import Scores
from models.tagger import Tagger
from training.corpus import Examples

CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a tagger says of annotated sentences."""

    probabilities: NDArray[np.float64]
    """Shape (n_sentences, n_labels)."""
    present: NDArray[np.bool_]
    """Shape (n_sentences, n_labels)."""
    stances: NDArray[np.int64]
    """Most probable stance of each label that was found, -1 of the others; shape (n_sentences, n_labels)."""


def predict(
    tagger: Tagger, sentences: Sequence[Sentence], operating_point: OperatingPoint = DEFAULT_OPERATING_POINT
) -> Predictions:
    """Let a tagger judge sentences as they were annotated, without splitting them again."""
    return decide(tagger, tagger.scorer.score(sentences), operating_point)


def decide(tagger: Tagger, scores: Scores, operating_point: OperatingPoint) -> Predictions:
    """Turn a tagger's scores into tags at an operating point."""
    present = scores.probabilities >= tagger.thresholds(operating_point)
    rows, columns = np.nonzero(present)
    parts = tagger.scorer.parts(scores, rows, columns)
    stances = np.full(present.shape, -1, dtype=np.int64)
    stances[rows, columns] = tagger.scorer.stances(scores, rows, columns, parts).argmax(axis=1)
    return Predictions(scores.probabilities, present, stances)


def evaluate(
    predictions: Predictions, examples: Examples, label_ids: Sequence[str], samples: int, seed: int
) -> Metrics:
    """Compare predictions with annotations.

    Parameters
    ----------
    predictions : Predictions
    examples : Examples
        The test part, in the order of the predictions.
    label_ids : sequence of str
        Names of the columns.
    samples : int
        Bootstrap resamples.
    seed : int
    """
    gold, found = examples.labels, predictions.present
    draws = _bootstrap(gold, found, examples.text_ids, samples, seed)
    f1 = _f1(*_counts(gold, found))
    label_low, label_high = np.percentile(draws.label_f1, [2.5, 97.5], axis=0)
    macro_low, macro_high = np.percentile(draws.label_f1.mean(axis=1), [2.5, 97.5])
    micro_low, micro_high = np.percentile(draws.micro_f1, [2.5, 97.5])
    hits, predicted, actual = _counts(gold, found)
    average = [
        # Rounding may carry the library's sum a hair over 1.
        min(1.0, float(average_precision_score(gold[:, j], predictions.probabilities[:, j])))
        if gold[:, j].any()
        else 0.0
        for j in range(gold.shape[1])
    ]
    untagged = ~gold.any(axis=1)
    right = gold & found
    stance_right = (predictions.stances == examples.stances)[right]
    return Metrics(
        test_writers=tuple(sorted(set(examples.writers))),
        n_sentences=len(gold),
        macro_f1=float(f1.mean()),
        macro_f1_low=float(macro_low),
        macro_f1_high=float(macro_high),
        macro_precision=float((hits / np.maximum(1, predicted)).mean()),
        macro_recall=float((hits / np.maximum(1, actual)).mean()),
        micro_f1=_micro(hits, predicted, actual),
        micro_f1_low=float(micro_low),
        micro_f1_high=float(micro_high),
        mean_average_precision=float(np.mean(average)),
        false_alarm_rate=float(found[untagged].any(axis=1).mean()) if untagged.any() else 0.0,
        expected_calibration_error=expected_calibration_error(predictions.probabilities, gold),
        reliability=reliability(predictions.probabilities, gold),
        stance_accuracy=float(stance_right.mean()) if stance_right.size else 0.0,
        labels={
            label: LabelMetrics(
                n=int(actual[j]),
                precision=float(hits[j] / predicted[j]) if predicted[j] else 0.0,
                recall=float(hits[j] / actual[j]) if actual[j] else 0.0,
                f1=float(f1[j]),
                f1_low=float(label_low[j]),
                f1_high=float(label_high[j]),
                average_precision=average[j],
            )
            for j, label in enumerate(label_ids)
        },
    )


def reliability(probabilities: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[ReliabilityBin, ...]:
    """Compare stated probabilities with observed frequencies, over all (sentence, label) pairs, in equal-width bins.

    Pairs below 0.01, nearly all of them and nearly always right, are left out, because they would make any tagger
    look calibrated.
    """
    keep = probabilities >= 0.01
    p, y = probabilities[keep], labels[keep]
    bins = np.minimum((p * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return tuple(
        ReliabilityBin(stated=float(p[bins == b].mean()), observed=float(y[bins == b].mean()), n=int((bins == b).sum()))
        for b in np.unique(bins)
    )


def expected_calibration_error(probabilities: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """Give the mean gap between stated and observed frequency, weighted by the bins' sizes (Naeini et al., 2015)."""
    bins = reliability(probabilities, labels)
    total = sum(b.n for b in bins)
    return sum(abs(b.stated - b.observed) * b.n for b in bins) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class _Draws:
    label_f1: NDArray[np.float64]
    micro_f1: NDArray[np.float64]


def _bootstrap(
    gold: NDArray[np.bool_], found: NDArray[np.bool_], groups: Sequence[str], samples: int, seed: int
) -> _Draws:
    """Resample whole texts; per text the counts are summed once, so that a draw is a sum of rows."""
    _, group = np.unique(np.array(groups), return_inverse=True)
    n = int(group.max()) + 1
    hits, predicted, actual = (np.zeros((n, gold.shape[1])) for _ in range(3))
    np.add.at(hits, group, gold & found)
    np.add.at(predicted, group, found)
    np.add.at(actual, group, gold)
    random = np.random.default_rng(seed)
    label_f1, micro_f1 = [], []
    for _ in range(samples):
        weight = np.bincount(random.integers(0, n, n), minlength=n)
        counts = (weight @ hits, weight @ predicted, weight @ actual)
        label_f1.append(_f1(*counts))
        micro_f1.append(_micro(*counts))
    return _Draws(np.array(label_f1), np.array(micro_f1))


def _counts(
    gold: NDArray[np.bool_], found: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    return (
        (gold & found).sum(axis=0).astype(float),
        found.sum(axis=0).astype(float),
        gold.sum(axis=0).astype(float),
    )


def _f1(hits: NDArray[np.float64], predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    return 2 * hits / np.maximum(1, predicted + actual)


def _micro(hits: NDArray[np.float64], predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    return float(2 * hits.sum() / max(1.0, predicted.sum() + actual.sum()))
