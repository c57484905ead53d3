"""Fit the two classifiers: which labels, and with which stance.

Labels: per label a logistic regression on n-grams weighted by their naive Bayes log-count ratio (NBSVM; Wang
& Manning, 2012, "Baselines and Bigrams"), and a ridge regression on the mean word vector. Both are linear;
calibration later mixes them (see `training.calibrate`).
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from models.features import TOKEN_PATTERN, Block, FeatureSet, StanceFeatureSet, View
from models.stance_cues import DEFAULT_CUES
from training.config import Config

Floats = NDArray[np.float32]
T = TypeVar("T")
# liblinear's threads release the interpreter lock.
WORKERS = 2


@dataclass(frozen=True, slots=True)
class RawLabelModel:
    """Label classifiers before calibration: two linear scores per label."""

    sparse_weights: Floats
    sparse_bias: Floats
    dense_weights: Floats
    dense_bias: Floats

    def scores(self, x: sparse.csr_matrix, vectors: Floats) -> tuple[Floats, Floats]:
        """Score on n-grams and on vectors, each of shape (n_sentences, n_labels)."""
        return (
            np.asarray(x @ self.sparse_weights + self.sparse_bias),
            np.asarray(vectors @ self.dense_weights + self.dense_bias),
        )


def word_block(view: View, ngrams: tuple[int, int], min_count: int) -> Block:
    """Make a block of word n-grams."""
    return Block(
        view,
        TfidfVectorizer(
            token_pattern=TOKEN_PATTERN,
            lowercase=False,
            ngram_range=ngrams,
            min_df=min_count,
            sublinear_tf=True,
            dtype=np.float32,
        ),
    )


def character_block(ngrams: tuple[int, int], min_count: int) -> Block:
    """Make a block of character n-grams within words."""
    return Block(
        "forms",
        TfidfVectorizer(
            analyzer="char_wb",
            lowercase=False,
            ngram_range=ngrams,
            min_df=min_count,
            sublinear_tf=True,
            dtype=np.float32,
        ),
    )


def label_features(config: Config) -> FeatureSet:
    """Make the unfitted feature set of the label classifiers."""
    c = config.features
    return FeatureSet(
        [
            word_block(c.word_view, c.word_ngrams, c.min_word_count),
            character_block(c.character_ngrams, c.min_character_count),
        ]
    )


def stance_features(config: Config) -> StanceFeatureSet:
    """Make the unfitted feature set of the stance classifier."""
    c = config.stances
    sentences = FeatureSet(
        [
            word_block("forms", c.word_ngrams, c.min_word_count),
            character_block(c.character_ngrams, c.min_character_count),
        ]
    )
    pairs = TfidfVectorizer(
        token_pattern=TOKEN_PATTERN, lowercase=False, min_df=c.min_pair_count, sublinear_tf=True, dtype=np.float32
    )
    return StanceFeatureSet(sentences, pairs, c.pair_weight, DEFAULT_CUES.read_text(encoding="utf-8"))


def fit_labels(x: sparse.csr_matrix, vectors: Floats, labels: NDArray[np.bool_], config: Config) -> RawLabelModel:
    """Fit one pair of classifiers per label.

    Parameters
    ----------
    x : csr_matrix of shape (n_sentences, n_columns)
    vectors : array of shape (n_sentences, n_dimensions)
    labels : array of bool, shape (n_sentences, n_labels)
    config : Config
    """

    def one(j: int) -> tuple[Floats, float]:
        y = labels[:, j]
        if not y.any() or y.all():  # a label that never or always occurs: a constant score
            return np.zeros(x.shape[1], dtype=np.float32), 10.0 if y.any() else -10.0
        ratio = log_count_ratio(x, y, config.labels.smoothing)
        # The primal solver draws nothing at random, so that two runs, and other labels beside this one, change nothing.
        model = LogisticRegression(C=config.labels.regularisation_c, solver="liblinear", tol=1e-2, max_iter=200)
        model.fit(sparse.csr_matrix(x.multiply(ratio)), y)
        return np.asarray(model.coef_[0] * ratio, dtype=np.float32), float(model.intercept_[0])

    ngrams = in_threads(one, range(labels.shape[1]))
    dense = Ridge(alpha=config.labels.vector_alpha).fit(vectors, labels.astype(np.float32))
    return RawLabelModel(
        np.stack([weights for weights, _ in ngrams], axis=1).astype(np.float32),
        np.array([bias for _, bias in ngrams], dtype=np.float32),
        np.atleast_2d(dense.coef_).T.astype(np.float32),
        np.atleast_1d(dense.intercept_).astype(np.float32),
    )


def log_count_ratio(x: sparse.csr_matrix, y: NDArray[np.bool_], smoothing: float) -> Floats:
    """Give the naive Bayes log-count ratio of each feature, shape (n_columns,).

    Source: Wang & Manning (2012), equation 2, with tf-idf weights in place of counts.
    """
    present = np.asarray(x[y].sum(axis=0)).ravel() + smoothing
    absent = np.asarray(x[~y].sum(axis=0)).ravel() + smoothing
    return np.asarray(np.log(present / present.sum()) - np.log(absent / absent.sum()), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class RawStanceModel:
    """Weights of the stance classifier."""

    weights: Floats
    label_weights: Floats
    bias: Floats


def fit_stances(
    x: sparse.csr_matrix, labels: NDArray[np.int64], stances: NDArray[np.int64], n: tuple[int, int], config: Config
) -> RawStanceModel:
    """Fit one classifier per stance, against the others, over all labels.

    Parameters
    ----------
    x : csr_matrix of shape (n_pairs, n_columns)
        Features of each (sentence, label) pair.
    labels, stances : arrays of int, shape (n_pairs,)
    n : (n_labels, n_stances)
    config : Config
    """
    n_labels, n_stances = n
    one_hot = sparse.csr_matrix((np.ones(len(labels)), (np.arange(len(labels)), labels)), shape=(len(labels), n_labels))
    joined = sparse.hstack([x, one_hot]).tocsr()
    # Otherwise the library would do so at its first need: in place, and in several threads at once.
    joined.sum_duplicates()

    def one(stance: int) -> tuple[Floats, float]:
        y = stances == stance
        if not y.any() or y.all():  # a stance that never or always occurs: a constant score
            return np.zeros(joined.shape[1], dtype=np.float32), 10.0 if y.any() else -10.0
        # As in `fit_labels`: a solver that draws nothing at random.
        model = LogisticRegression(C=config.stances.regularisation_c, solver="liblinear", tol=1e-2, max_iter=200)
        model.fit(joined, y)
        scale = config.stances.score_scale
        return np.asarray(scale * model.coef_[0], dtype=np.float32), scale * float(model.intercept_[0])

    fitted = in_threads(one, range(n_stances))
    weights = np.stack([row for row, _ in fitted], axis=1).astype(np.float32)
    bias = np.array([intercept for _, intercept in fitted], dtype=np.float32)
    return RawStanceModel(weights[: x.shape[1]], weights[x.shape[1] :], bias)


def pairs_of(stances: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """List the (sentence, label) pairs that carry a tag: rows, labels and stances, each of shape (n_pairs,)."""
    rows, columns = np.nonzero(stances >= 0)
    return rows, columns, stances[rows, columns]


def in_threads(function: Callable[[int], T], items: Iterable[int]) -> list[T]:
    """Call a function for each item on all cores, results in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(function, items))
