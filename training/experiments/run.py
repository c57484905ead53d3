"""Measure variants by cross-validation over writers.

A fold's sentences are scored by a model that never saw their writers; what makes probabilities and tags of the scores
is learned on the other folds.

Usage::

    for row in measure(Ground.of_folds(material, 2), VARIANTS, codebook.label_ids):
        print(row.variant.name, row.metrics.macro_f1)
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.manifest import Metrics
from training.calibrate import writer_folds
from training.corpus import Examples
from training.evaluation.metrics import evaluate
from training.evaluation.predictions import Predictions
from training.experiments.learners import as_given
from training.experiments.material import Fold, Material
from training.experiments.variants import Learner, Variant

Floats = NDArray[np.floating]
# Enough to see how wide an interval is; rows are compared by the same resamples.
SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Scored:
    """What one learner says of the sentences, and what that took."""

    scores: Floats
    """Shape (n_sentences, n_labels)."""
    train_seconds: float
    """CPU seconds, summed over folds."""
    test_seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One measured variant."""

    variant: Variant
    metrics: Metrics
    brier: float
    """Mean squared difference between probability and truth, over all (sentence, label) pairs."""
    train_seconds: float | None
    """CPU seconds to train once; None where another command did the work."""
    speed: float | None
    """Sentences per CPU second, from read sentences to probabilities."""


@dataclass(slots=True)
class Ground:
    """The sentences on which variants are compared."""

    material: Material
    folds: Sequence[Fold]
    """Together they hold out every sentence of `rows` once."""
    rows: NDArray[np.bool_]
    """Sentences that are scored, shape (n_sentences,)."""
    parts: Sequence[NDArray[np.bool_]]
    """Folds of the scored sentences for calibration and thresholds, each of shape (n_scored,)."""
    _scored: dict[Learner, Scored] = field(default_factory=dict)

    @classmethod
    def of_folds(cls, material: Material, n: int) -> "Ground":
        """Divide all writers over `n` folds."""
        parts = writer_folds(material.examples.writers, n, material.config.validation.seed)
        return cls(material, [Fold(material, ~part, part) for part in parts], np.ones(len(parts[0]), dtype=bool), parts)

    @classmethod
    def of_held_out(cls, material: Material, held_out: NDArray[np.bool_]) -> "Ground":
        """Score some sentences, of which no writer is learned from, nor of those held back from the encoder."""
        writers = np.array(material.examples.writers)
        later = [*material.config.encoder.held_out_writers, *np.unique(writers[held_out])]
        parts = writer_folds(list(writers[held_out]), 2, material.config.validation.seed)
        return cls(material, [Fold(material, ~np.isin(writers, later), held_out)], held_out, parts)

    @property
    def examples(self) -> Examples:
        """The scored sentences with their labels."""
        return self.material.examples.take(self.rows)

    def score(self, learner: Learner) -> Scored:
        """Score the sentences by a learner, at its first use."""
        if learner not in self._scored:
            scores = np.zeros(self.material.examples.labels.shape, dtype=np.float32)
            train = test = 0.0
            for fold in self.folds:
                block = fold.stack(learner.blocks)
                start = time.process_time()
                predict = learner.fit(block.train, fold.labels, self.material.config)
                middle = time.process_time()
                scores[fold.held_out] = predict(block.test)
                train += block.train_seconds + middle - start
                test += block.test_seconds + time.process_time() - middle
            self._scored[learner] = Scored(scores[self.rows], train, test)
        return self._scored[learner]


def measure(ground: Ground, variants: Iterable[Variant], label_ids: Sequence[str]) -> Iterator[Row]:
    """Measure variants one after another; what they share is computed once."""
    for variant in variants:
        yield _measure(ground, variant, label_ids)


def _measure(ground: Ground, variant: Variant, label_ids: Sequence[str]) -> Row:
    examples, config = ground.examples, ground.material.config
    scored = [ground.score(learner) for learner in variant.learners]
    probabilities = np.zeros(examples.labels.shape)
    present = np.zeros(examples.labels.shape, dtype=bool)
    train, test = sum(s.train_seconds for s in scored), sum(s.test_seconds for s in scored)
    for part in ground.parts:
        others = ~part
        start = time.process_time()
        mixed = variant.mixer([s.scores[others] for s in scored], examples.labels[others])
        thresholds = variant.thresholds(mixed([s.scores[others] for s in scored]), examples.labels[others], config)
        middle = time.process_time()
        probabilities[part] = mixed([s.scores[part] for s in scored])
        present[part] = probabilities[part] >= thresholds
        train += middle - start
        test += time.process_time() - middle
    nothing = np.zeros(examples.labels.shape, dtype=np.int64)
    found = Predictions(probabilities, present, nothing)
    metrics = evaluate(found, examples, label_ids, SAMPLES, config.evaluation.seed)
    given = any(learner.fit is as_given for learner in variant.learners)
    return Row(
        variant,
        metrics,
        float(((probabilities - examples.labels) ** 2).mean()),
        None if given else train / len(ground.folds),
        None if given else len(examples.labels) / max(test, 1e-9),
    )
