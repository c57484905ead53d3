"""Calibrate scores into probabilities and choose thresholds, on writers that the scored model has not seen.

Cross-validation over writers gives every training sentence the scores of a model that never saw its writer.
On these, per label, a logistic regression mixes the two scores into a probability (Platt, 1999, with two inputs),
and thresholds are chosen for F1 under one ceiling for false alarms over all labels together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.classifiers import LabelClassifier
from models.features import mean_vectors
from models.pipeline import Sentence
from training.config import Config
from training.corpus import Examples
from training.fit import RawLabelModel, fit_labels, label_features

Floats = NDArray[np.float64]
# Thresholds are tried on this grid; finer steps change nothing that a test part of this size can show.
GRID = np.append(np.round(np.arange(0.05, 0.996, 0.01), 2), 1.0)
FALLBACK_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Calibration:
    """Per label, probability = expit(ngrams * score_1 + vectors * score_2 + intercept)."""

    ngrams: Floats
    vectors: Floats
    intercept: Floats

    def logits(self, scores: tuple[Floats, Floats]) -> Floats:
        """Turn two scores into log-odds, shape (n_sentences, n_labels)."""
        return np.asarray(self.ngrams * scores[0] + self.vectors * scores[1] + self.intercept)

    def probabilities(self, scores: tuple[Floats, Floats]) -> Floats:
        """Turn two scores into probabilities, shape (n_sentences, n_labels)."""
        return np.asarray(expit(self.logits(scores)))


def writer_folds(writers: Sequence[str], n: int, seed: int) -> list[NDArray[np.bool_]]:
    """Divide writers over folds; gives one mask of sentences, shape (n_sentences,), per fold."""
    names = sorted(set(writers))
    n = min(n, len(names))
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {names[i]: k % n for k, i in enumerate(order)}
    folds = np.array([fold_of[writer] for writer in writers])
    return [folds == k for k in range(n)]


def out_of_fold_scores(
    sentences: Sequence[Sentence],
    examples: Examples,
    config: Config,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[Floats, Floats]:
    """Score each sentence by a model that never saw its writer.

    Returns
    -------
    (n-gram scores, vector scores)
        Each of shape (n_sentences, n_labels).
    """
    vectors = mean_vectors(sentences)
    ngram_scores = np.zeros(examples.labels.shape)
    vector_scores = np.zeros(examples.labels.shape)
    folds = writer_folds(examples.writers, config.validation.folds, config.validation.seed)
    for k, held_out in enumerate(folds, 1):
        kept = ~held_out
        features = label_features(config)
        features.fit([s for s, keep in zip(sentences, kept, strict=True) if keep])
        x = features.transform(sentences)
        model = fit_labels(x[kept], vectors[kept], examples.labels[kept], config)
        ngram_scores[held_out], vector_scores[held_out] = model.scores(x[held_out], vectors[held_out])
        progress(f"fold {k} of {len(folds)}")
    return ngram_scores, vector_scores


def fit_calibration(scores: tuple[Floats, Floats], labels: NDArray[np.bool_]) -> Calibration:
    """Fit the mix of the two scores per label, on out-of-fold scores."""
    (ngrams, vectors), intercept = mix(scores, labels)
    return Calibration(ngrams, vectors, intercept)


def mix(scores: Sequence[NDArray[np.floating]], labels: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Fit a logistic regression per label on its own scores.

    Parameters
    ----------
    scores : sequence of arrays of shape (n_sentences, n_labels)
    labels : array of bool, shape (n_sentences, n_labels)

    Returns
    -------
    (weights, intercept)
        Shapes (n_scores, n_labels) and (n_labels,). A label that never or always occurs keeps its first score.
    """
    weights, intercept = np.zeros((len(scores), labels.shape[1])), np.zeros(labels.shape[1])
    for j in range(labels.shape[1]):
        y = labels[:, j]
        if not y.any() or y.all():
            weights[0, j] = 1.0
            continue
        model = LogisticRegression(C=1e3).fit(np.column_stack([part[:, j] for part in scores]), y)
        weights[:, j], intercept[j] = model.coef_[0], model.intercept_[0]
    return weights, intercept


def calibrated(model: RawLabelModel, calibration: Calibration) -> LabelClassifier:
    """Fold the calibration's mix into the weights, rounded as the artefact stores them."""
    bias = calibration.ngrams * model.sparse_bias + calibration.vectors * model.dense_bias
    return LabelClassifier(
        sparse_weights=_round(model.sparse_weights * calibration.ngrams),
        dense_weights=_round(model.dense_weights * calibration.vectors),
        bias=bias.astype(np.float32),
        slope=np.ones(len(bias), dtype=np.float32),
        intercept=calibration.intercept.astype(np.float32),
    )


def _round(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    return weights.astype(np.float16).astype(np.float32)


def choose_thresholds(
    probabilities: Floats, labels: NDArray[np.bool_], max_false_alarm_rate: float, beta: float = 1.0
) -> Floats:
    """Choose one threshold per label: the best F-beta while false alarms stay under a ceiling.

    Each label's threshold maximises F-beta less a price per false alarm; the price, one for all labels, is the lowest
    that keeps the share of untagged sentences with any tag under the ceiling.

    Parameters
    ----------
    probabilities : array of shape (n_sentences, n_labels)
        Out-of-fold probabilities.
    labels : array of bool, shape (n_sentences, n_labels)
    max_false_alarm_rate : float
        Share of sentences without a tag that may get one, 0-1.
    beta : float
        How many times as much recall counts as precision.

    Returns
    -------
    array of shape (n_labels,)
    """
    untagged = ~labels.any(axis=1)
    n_untagged = max(1, int(untagged.sum()))
    quality = np.zeros((len(GRID), labels.shape[1]))
    alarms = np.zeros((len(GRID), labels.shape[1]))
    for g, threshold in enumerate(GRID):
        predicted = probabilities >= threshold
        hits = (predicted & labels).sum(axis=0)
        weighted = predicted.sum(axis=0) + beta**2 * labels.sum(axis=0)
        quality[g] = (1 + beta**2) * hits / np.maximum(1, weighted)
        alarms[g] = predicted[untagged].sum(axis=0) / n_untagged

    def at(price: float) -> Floats:
        chosen = GRID[np.argmax(quality - price * alarms, axis=0)]
        return np.where(labels.any(axis=0), chosen, FALLBACK_THRESHOLD)

    def rate(thresholds: Floats) -> float:
        return float((probabilities[untagged] >= thresholds).any(axis=1).sum() / n_untagged)

    low, high = 0.0, 1.0
    if rate(at(low)) <= max_false_alarm_rate:
        return at(low)
    while rate(at(high)) > max_false_alarm_rate and high < 1e4:
        high *= 2
    for _ in range(30):
        middle = (low + high) / 2
        if rate(at(middle)) > max_false_alarm_rate:
            low = middle
        else:
            high = middle
    return at(high)
