"""Simulate rounds of annotation on texts whose tags are known, with suggested sentences and with random ones.

The fast learner is the project's own classifier on n-grams and on word vectors, their two answers averaged without
calibration: what matters here is the order of sentences, and calibration would take five times as long. The vocabulary
is that of all sentences to choose from, as is fair: reading needs no annotator. Judged on writers that no sentence is
chosen from, by mean average precision, which no threshold enters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.metrics import average_precision_score

from models.codebook import Codebook
from models.features import mean_vectors
from models.pipeline import Pipeline
from training.calibrate import writer_folds
from training.config import Config
from training.corpus import AnnotatedText, Examples, examples_of
from training.fit import fit_labels, label_features
from training.sample import sample_texts
from training.suggest.choose import choose, quotas, uncertainty

Floats = NDArray[np.float64]
RANDOM: Final = "random"
UNCERTAIN: Final = "uncertain"
SUGGESTED: Final = "suggested"
STRATEGIES = (RANDOM, UNCERTAIN, SUGGESTED)
# One of so many parts of the writers judges, and at most so many of its sentences.
PARTS = 5
JUDGED = 2000


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of the simulation."""

    seed: int
    start: int
    """Sentences annotated at the start, drawn at random; the same for all strategies."""
    step: int
    rounds: int
    pool: int


@dataclass(frozen=True, slots=True)
class Point:
    """Quality after a round."""

    strategy: str
    seed: int
    n_sentences: int
    mean_average_precision: float
    rarest: float
    """Mean average precision of the quarter of the labels that are rarest among the sentences to choose from."""
    tagged: float
    """Share of the annotated sentences that carry a tag: what annotators found something in."""


@dataclass(frozen=True, slots=True)
class _Side:
    examples: Examples
    ngrams: sparse.csr_matrix
    vectors: NDArray[np.float32]


def simulate(
    texts: Sequence[AnnotatedText],
    codebook: Codebook,
    config: Config,
    pipeline: Pipeline,
    plan: Plan,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Point]:
    """Run all strategies from the same start; gives a point per strategy and round."""
    pool, judged = _sides(texts, codebook, config, pipeline, plan)
    n = len(pool.examples.texts)
    first = np.random.default_rng(plan.seed).permutation(n)[: plan.start]
    points = []
    for strategy in STRATEGIES:
        annotated = first
        random = np.random.default_rng(plan.seed + 1)
        for turn in range(plan.rounds + 1):
            predict = _learn(pool, annotated, config)
            points.append(_judge(strategy, plan.seed, pool, annotated, predict(judged), judged))
            progress(
                f"{strategy}, seed {plan.seed}: {len(annotated)} sentences {points[-1].mean_average_precision:.3f}"
            )
            rest = np.setdiff1d(np.arange(n), annotated)
            if turn == plan.rounds or not len(rest):
                break
            more = _next(strategy, pool, annotated, rest, predict, plan.step, random)
            annotated = np.concatenate([annotated, more])
    return points


def _next(
    strategy: str,
    pool: _Side,
    annotated: NDArray[np.int64],
    rest: NDArray[np.int64],
    predict: Callable[[_Side], Floats],
    n: int,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    if strategy == RANDOM:
        return np.asarray(random.permutation(rest)[:n])
    probabilities = predict(pool)[rest]
    thresholds = np.full(probabilities.shape[1], 0.5)
    if strategy == UNCERTAIN:  # the label that the model is least sure of decides, whichever it is
        return np.asarray(rest[np.argsort(-uncertainty(probabilities, thresholds).max(axis=1), kind="stable")][:n])
    quota = quotas(pool.examples.labels[annotated].sum(axis=0).tolist(), n)
    seed = int(random.integers(2**31))
    return np.asarray(rest[[c.row for c in choose(probabilities, thresholds, pool.vectors[rest], quota, n, seed)]])


def _sides(
    texts: Sequence[AnnotatedText], codebook: Codebook, config: Config, pipeline: Pipeline, plan: Plan
) -> tuple[_Side, _Side]:
    """Part the writers: sentences to choose from, and sentences to judge on."""
    held_out = writer_folds([text.writer for text in texts], PARTS, plan.seed)[0]
    parts = [
        sample_texts([text for text, out in zip(texts, held_out, strict=True) if out == side], size, plan.seed)
        for side, size in ((False, plan.pool), (True, JUDGED))
    ]
    pool, judged = (examples_of(part, codebook) for part in parts)
    read = [list(pipeline.read_units(part.texts)) for part in (pool, judged)]
    features = label_features(config)
    features.fit(read[0])
    sides = [
        _Side(part, features.transform(sentences), mean_vectors(sentences))
        for part, sentences in zip((pool, judged), read, strict=True)
    ]
    return sides[0], sides[1]


def _learn(pool: _Side, annotated: NDArray[np.int64], config: Config) -> Callable[[_Side], Floats]:
    model = fit_labels(pool.ngrams[annotated], pool.vectors[annotated], pool.examples.labels[annotated], config)

    def predict(side: _Side) -> Floats:
        ngrams, vectors = model.scores(side.ngrams, side.vectors)
        return np.asarray((expit(ngrams.astype(float)) + np.clip(vectors, 0, 1)) / 2)

    return predict


def _judge(
    strategy: str, seed: int, pool: _Side, annotated: NDArray[np.int64], probabilities: Floats, judged: _Side
) -> Point:
    gold, counts = judged.examples.labels, pool.examples.labels.sum(axis=0)
    known = np.flatnonzero(gold.any(axis=0))
    precision = np.array([average_precision_score(gold[:, j], probabilities[:, j]) for j in known])
    rarest = np.argsort(counts[known], kind="stable")[: max(1, len(known) // 4)]
    tagged = pool.examples.labels[annotated].any(axis=1).mean()
    return Point(
        strategy, seed, len(annotated), float(precision.mean()), float(precision[rarest].mean()), float(tagged)
    )
