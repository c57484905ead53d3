"""From the scores of one or more learners to probabilities, and from probabilities to tags.

Both are learned on writers that the scored model has not seen, and applied to other writers again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from models.manifest import DEFAULT_OPERATING_POINT
from training.calibrate import GRID, choose_thresholds, mix
from training.config import Config

Floats = NDArray[np.floating]
Labels = NDArray[np.bool_]
Scores = Sequence[Floats]
"""One array of shape (n_sentences, n_labels) per learner."""
Mixer = Callable[[Scores, Labels], Callable[[Scores], Floats]]
Chooser = Callable[[Floats, Labels, Config], Floats]
"""From probabilities and labels to one threshold per label."""
# Stacking has dozens of weights per label.
STACKING_C = 0.1


def sigmoid(scores: Scores, labels: Labels) -> Callable[[Scores], Floats]:
    """Mix a label's scores by a logistic regression, which calibrates them, too (Platt, 1999)."""
    logits = _mix(scores, labels)
    return lambda other: expit(logits(other))


def isotonic(scores: Scores, labels: Labels) -> Callable[[Scores], Floats]:
    """Mix as `sigmoid` does, then calibrate by a rising staircase (Zadrozny & Elkan, 2002)."""
    logits = _mix(scores, labels)
    mixed = logits(scores)
    stairs = [
        IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(mixed[:, j], labels[:, j].astype(float))
        for j in range(labels.shape[1])
    ]
    return lambda other: np.column_stack([s.predict(column) for s, column in zip(stairs, logits(other).T, strict=True)])


def uncalibrated(scores: Scores, labels: Labels) -> Callable[[Scores], Floats]:
    """Take what the reference's two learners say as it is: log-odds, and regression on 0 and 1; their mean."""
    return lambda other: (expit(other[0]) + np.clip(other[1], 0, 1)) / 2


def stacked(scores: Scores, labels: Labels) -> Callable[[Scores], Floats]:
    """Let each label read the scores of all labels from all learners (Wolpert, 1992)."""
    spread = _Standardised.of(np.hstack(scores))

    def logits(x: Floats, model: LogisticRegression | None) -> Floats:
        return np.zeros(len(x)) if model is None else np.asarray(model.decision_function(x))

    x = spread(np.hstack(scores))
    models = [_binary(x, labels[:, j]) for j in range(labels.shape[1])]
    return lambda other: expit(np.column_stack([logits(spread(np.hstack(other)), model) for model in models]))


def blended(scores: Scores, labels: Labels) -> Callable[[Scores], Floats]:
    """Mix as `training.blend` does: first the linear scores, then their log-odds with the last learner, the encoder."""
    linear = _mix(scores[:-1], labels)
    both = _mix([linear(scores[:-1]), scores[-1]], labels)
    return lambda other: expit(both([linear(other[:-1]), other[-1]]))


def under_ceiling(probabilities: Floats, labels: Labels, config: Config) -> Floats:
    """Choose the best F1 per label under the ceiling for false alarms, as training does."""
    return choose_thresholds(
        probabilities.astype(float), labels, config.operating_points[DEFAULT_OPERATING_POINT].max_false_alarm_rate
    )


def best_f1(probabilities: Floats, labels: Labels, _: Config) -> Floats:
    """Choose the best F1 per label, whatever the false alarms."""
    return choose_thresholds(probabilities.astype(float), labels, 1.0)


def one_for_all(probabilities: Floats, labels: Labels, config: Config) -> Floats:
    """Choose one threshold for all labels: the best macro-F1 under the ceiling for false alarms."""
    ceiling = config.operating_points[DEFAULT_OPERATING_POINT].max_false_alarm_rate
    untagged = ~labels.any(axis=1)
    best, chosen = -1.0, 1.0
    for threshold in GRID:
        found = probabilities >= threshold
        alarms = found[untagged].any(axis=1).mean() if untagged.any() else 0.0
        f1 = (2 * (found & labels).sum(axis=0) / np.maximum(1, found.sum(axis=0) + labels.sum(axis=0))).mean()
        if alarms <= ceiling and f1 > best:
            best, chosen = float(f1), float(threshold)
    return np.full(labels.shape[1], chosen)


@dataclass(frozen=True, slots=True)
class _Standardised:
    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, x: Floats) -> "_Standardised":
        return cls(x.mean(axis=0), x.std(axis=0) + 1e-9)

    def __call__(self, x: Floats) -> Floats:
        return (x - self.mean) / self.scale


def _mix(scores: Scores, labels: Labels) -> Callable[[Scores], Floats]:
    """Mix as training does; gives log-odds."""
    weights, intercept = mix(scores, labels)
    return lambda other: sum((w * part for w, part in zip(weights, other, strict=True)), intercept)


def _binary(x: Floats, y: Labels) -> LogisticRegression | None:
    return LogisticRegression(C=STACKING_C).fit(x, y) if y.any() and not y.all() else None
