"""The figures that the manifest holds, for one profile at one operating point.

Intervals are those of a bootstrap over writers (`training.evaluation.bootstrap`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from models.manifest import LabelMetrics, Metrics, ReliabilityBin
from training.corpus import Examples
from training.evaluation.bootstrap import Floats, Interval, Resamples, interval
from training.evaluation.predictions import Predictions

CALIBRATION_BINS = 15
# Pairs of a sentence and a label below it, nearly all and nearly always right, would make any tagger look calibrated.
LEAST_PROBABILITY = 0.01
Table = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counts:
    """Tags per label, each of shape (n_labels,), or (n_resamples, n_labels)."""

    hits: Floats
    found: Floats
    gold: Floats

    @classmethod
    def of(cls, gold: Table, found: Table) -> "Counts":
        """Count over all sentences."""
        return cls(*(np.asarray(t.sum(axis=0), dtype=float) for t in (gold & found, found, gold)))

    @classmethod
    def resampled(cls, gold: Table, found: Table, resamples: Resamples) -> "Counts":
        """Count over each resample."""
        return cls(*(resamples.sums(table) for table in (gold & found, found, gold)))

    @property
    def precision(self) -> Floats:
        """Share of the tags found that are right; 0 where none was found."""
        return np.asarray(self.hits / np.maximum(1, self.found))

    @property
    def recall(self) -> Floats:
        """Share of the true tags that were found; 0 where there are none."""
        return np.asarray(self.hits / np.maximum(1, self.gold))

    @property
    def f1(self) -> Floats:
        """Harmonic mean of precision and recall."""
        return np.asarray(2 * self.hits / np.maximum(1, self.found + self.gold))

    @property
    def macro_f1(self) -> Floats:
        """Mean F1 of the labels that occur; of the others the sentences tell nothing, and 0 would blame the tagger."""
        there = self.gold > 0
        return np.asarray(np.where(there, self.f1, 0).sum(axis=-1) / np.maximum(1, there.sum(axis=-1)))

    @property
    def micro_f1(self) -> Floats:
        """F1 over the tags of all labels together."""
        return np.asarray(2 * self.hits.sum(axis=-1) / np.maximum(1, (self.found + self.gold).sum(axis=-1)))


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """Figures of one label, each with its interval."""

    precision: Interval
    recall: Interval
    f1: Interval


def label_figures(predictions: Predictions, examples: Examples, resamples: Resamples) -> list[LabelFigures]:
    """Give each label's precision, recall and F1 with their intervals."""
    once = Counts.of(examples.labels, predictions.present)
    draws = Counts.resampled(examples.labels, predictions.present, resamples)
    return [
        LabelFigures(
            interval(float(once.precision[j]), np.where(draws.found[:, j] > 0, draws.precision[:, j], np.nan)),
            interval(float(once.recall[j]), np.where(draws.gold[:, j] > 0, draws.recall[:, j], np.nan)),
            interval(float(once.f1[j]), draws.f1[:, j]),
        )
        for j in range(examples.labels.shape[1])
    ]


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
    counts = Counts.of(gold, found)
    draws = Counts.resampled(gold, found, Resamples.of(examples, samples, seed))
    label_low, label_high = np.percentile(draws.f1, [2.5, 97.5], axis=0)
    macro = interval(float(counts.macro_f1), draws.macro_f1)
    there = gold.any(axis=0)
    micro = interval(float(counts.micro_f1), draws.micro_f1)
    average = [average_precision(predictions.probabilities[:, j], gold[:, j]) for j in range(gold.shape[1])]
    untagged = ~gold.any(axis=1)
    stance_right = (predictions.stances == examples.stances)[gold & found]
    return Metrics(
        test_writers=tuple(sorted(set(examples.writers))),
        n_sentences=len(gold),
        macro_f1=macro.value,
        macro_f1_low=macro.low,
        macro_f1_high=macro.high,
        macro_precision=_mean(counts.precision[there]),
        macro_recall=_mean(counts.recall[there]),
        micro_f1=micro.value,
        micro_f1_low=micro.low,
        micro_f1_high=micro.high,
        mean_average_precision=_mean(np.array(average)[there]),
        false_alarm_rate=float(found[untagged].any(axis=1).mean()) if untagged.any() else 0.0,
        expected_calibration_error=expected_calibration_error(predictions.probabilities, gold),
        reliability=reliability(predictions.probabilities, gold),
        stance_accuracy=float(stance_right.mean()) if stance_right.size else 0.0,
        labels={
            label: LabelMetrics(
                n=int(counts.gold[j]),
                precision=float(counts.precision[j]),
                recall=float(counts.recall[j]),
                f1=float(counts.f1[j]),
                f1_low=float(label_low[j]),
                f1_high=float(label_high[j]),
                average_precision=average[j],
            )
            for j, label in enumerate(label_ids)
        },
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0


def average_precision(probabilities: Floats, gold: Table) -> float:
    """Give the mean precision over the ranks of the true sentences, each of shape (n_sentences,); 0 without any."""
    # Rounding may carry the library's sum a hair over 1.
    return min(1.0, float(average_precision_score(gold, probabilities))) if gold.any() else 0.0


def reliability(probabilities: Floats, labels: Table) -> tuple[ReliabilityBin, ...]:
    """Compare stated probabilities with observed frequencies, over all (sentence, label) pairs, in equal-width bins."""
    keep = probabilities >= LEAST_PROBABILITY
    p, y = probabilities[keep], labels[keep]
    bins = np.minimum((p * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return tuple(
        ReliabilityBin(stated=float(p[bins == b].mean()), observed=float(y[bins == b].mean()), n=int((bins == b).sum()))
        for b in np.unique(bins)
    )


def expected_calibration_error(probabilities: Floats, labels: Table) -> float:
    """Give the mean gap between stated and observed frequency, weighted by the bins' sizes (Naeini et al., 2015)."""
    bins = reliability(probabilities, labels)
    total = sum(b.n for b in bins)
    return sum(abs(b.stated - b.observed) * b.n for b in bins) / total if total else 0.0


def brier_score(probabilities: Floats, labels: Table) -> float:
    """Give the mean squared difference between probability and truth over all (sentence, label) pairs (Brier, 1950)."""
    return float(((probabilities - labels) ** 2).mean())
