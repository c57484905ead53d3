"""Judge baselines on the test part beside the tagger.

A baseline learns from the training writers but for some, gets its calibration and thresholds on these, and then learns
again from all training writers: the test part sees what was chosen without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.baselines.systems import Baseline, Part, Task
from training.calibrate import writer_folds
from training.config import Config
from training.corpus import Examples
from training.evaluation.predictions import Predictions
from training.experiments.mixing import sigmoid, under_ceiling

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """How far macro-F1 lies from that of the tagger, with the 95% interval of a paired bootstrap over texts."""

    value: float
    low: float
    high: float


def held_out_rows(writers: Sequence[str], config: Config) -> NDArray[np.bool_]:
    """Tell which training sentences choose thresholds: those of the writers that the encoder's first pass held out.

    Where the corpus has none of them, one fold of writers.
    """
    rows = np.isin(writers, config.encoder.held_out_writers)
    if rows.any() and not rows.all():
        return rows
    return writer_folds(writers, config.validation.folds, config.validation.seed)[0]


def judge_baselines(
    baselines: Sequence[Baseline], train: Part, test: Part, task: Task
) -> Iterator[tuple[Baseline, Predictions]]:
    """Let baselines learn, and tag the test part."""
    rows = held_out_rows(train.examples.writers, task.config)
    for baseline in baselines:
        task.progress(f"{baseline.name}: learning from {int((~rows).sum())} sentences")
        if baseline.prepare is not None:
            baseline.prepare(train, task)
        others, held_out = train.take(~rows), train.take(rows)
        labels = held_out.examples.labels
        scores = baseline.learn(others, task)(held_out)
        calibrate = sigmoid([scores], labels)
        thresholds = under_ceiling(calibrate([scores]), labels, task.config)
        task.progress(f"{baseline.name}: learning from {len(rows)} sentences")
        probabilities = calibrate([baseline.learn(train, task)(test)]).astype(float)
        yield baseline, Predictions(probabilities, probabilities >= thresholds, no_stances(test.examples))


def nothing(examples: Examples) -> Predictions:
    """Give the majority answer for every label: it is not there."""
    probabilities = np.zeros(examples.labels.shape)
    return Predictions(probabilities, probabilities > 0, no_stances(examples))


def no_stances(examples: Examples) -> NDArray[np.int64]:
    """Stand in for the stances of what has none."""
    return np.zeros(examples.labels.shape, dtype=np.int64)


def difference(
    found: NDArray[np.bool_], yardstick: NDArray[np.bool_], examples: Examples, samples: int, seed: int
) -> Difference:
    """Compare two taggings of the same sentences by macro-F1, over the same resamples of whole texts.

    Parameters
    ----------
    found, yardstick : arrays of bool, shape (n_sentences, n_labels)
    examples : Examples
    samples : int
    seed : int
    """
    gold = examples.labels
    _, texts = np.unique(np.array(examples.text_ids), return_inverse=True)
    n = int(texts.max()) + 1
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=samples)

    def per_text(rows: NDArray[np.bool_]) -> Counts:
        table = np.zeros((n, rows.shape[1]))
        np.add.at(table, texts, rows)
        return table

    def macro(tags: NDArray[np.bool_], weights: NDArray[np.int64]) -> Counts:
        hits, size = weights @ per_text(tags & gold), weights @ (per_text(tags) + per_text(gold))
        return np.asarray((2 * hits / np.maximum(1, size)).mean(axis=1))

    draws = macro(found, weights) - macro(yardstick, weights)
    once = np.ones((1, n), dtype=np.int64)
    low, high = np.percentile(draws, [2.5, 97.5])
    return Difference(float((macro(found, once) - macro(yardstick, once))[0]), float(low), float(high))
