"""Classifiers: each learns scores of all labels from one matrix of features.

A score is any number that rises with the label's probability; `training.experiments.mixing` makes probabilities of
them. What a library leaves to its user is set here with its reason; none of it was chosen on test writers.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from training.config import Config
from training.experiments.material import Matrix
from training.fit import fit_labels, in_threads, log_count_ratio

Floats = NDArray[np.floating]
Labels = NDArray[np.bool_]
Predict = Callable[[Any], Floats]
"""From a matrix of shape (n_sentences, n_columns) to scores of shape (n_sentences, n_labels)."""
Fit = Callable[[Matrix, Labels, Config], Predict]
# Squared hinge loss on tf-idf of unit length: the library's 1 overfits rare labels.
SVM_C = 0.2
# Standardised dense features: so weak a prior that 500 columns still share the weight.
DENSE_C = 0.01
EPOCHS = 12
HIDDEN = 128
HIDDEN_PER_LABEL = 16
# Score of a label that no training sentence carries, as in `training.fit`.
NEVER = -10.0


def nb_logistic(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Logistic regression on n-grams weighted by naive Bayes ratios: the half of the reference that reads n-grams."""
    nothing = np.zeros((x.shape[0], 1), dtype=np.float32)
    model = fit_labels(sparse.csr_matrix(x), nothing, labels, config)
    return lambda other: np.asarray(other @ model.sparse_weights + model.sparse_bias)


def ridge(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Ridge regression: on mean vectors it is the other half of the reference."""
    model = Ridge(alpha=config.labels.vector_alpha).fit(x, labels.astype(np.float32))
    return lambda other: np.asarray(model.predict(other)).reshape(other.shape[0], -1)


def logistic(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Logistic regression on n-grams as they are."""
    return _per_label(partial(LogisticRegression, C=config.labels.regularisation_c, solver="liblinear", tol=1e-2))(
        x, labels
    )


def dense_logistic(x: Matrix, labels: Labels, _: Config) -> Predict:
    """Logistic regression on standardised dense features."""
    return _per_label(lambda: make_pipeline(StandardScaler(), LogisticRegression(C=DENSE_C, max_iter=300)))(x, labels)


def svm(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Linear support vector machine; its distances become probabilities by calibration."""
    return _per_label(partial(LinearSVC, C=SVM_C, tol=1e-2, random_state=config.validation.seed))(x, labels)


def boosting(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Gradient boosting; few rounds, as there are 23 labels to fit."""
    make = partial(HistGradientBoostingClassifier, max_iter=50, max_leaf_nodes=15, learning_rate=0.15)
    return _per_label(partial(make, early_stopping=False, random_state=config.validation.seed), threads=False)(
        x, labels
    )


def network(x: Matrix, labels: Labels, config: Config) -> Predict:
    """One small neural network per label."""
    return _per_label(lambda: _network(HIDDEN_PER_LABEL, config), threads=False)(x, labels)


def shared_network(x: Matrix, labels: Labels, config: Config) -> Predict:
    """One neural network whose hidden layer all labels share."""
    model = _quietly(_network(HIDDEN, config), x, labels.astype(int))
    return lambda other: log_odds(model.predict_proba(other)[:, -labels.shape[1] :])


def chain(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Classifier chain: each label also reads the labels before it (Read et al., 2011), the commonest label first.

    The reference's n-gram classifier with the true labels as columns more; predicting gives it probabilities.
    """
    order = np.argsort(-labels.sum(axis=0), kind="stable")
    links: list[tuple[Floats, Any]] = []
    before = np.zeros((x.shape[0], 0), dtype=np.float32)
    for j in order:
        y = labels[:, j]
        ratio, model = np.ones(x.shape[1], dtype=np.float32), None
        if y.any() and not y.all():
            ratio = log_count_ratio(sparse.csr_matrix(x), y, config.labels.smoothing)
            model = LogisticRegression(C=config.labels.regularisation_c, solver="liblinear", tol=1e-2, max_iter=200)
            model.fit(_wider(x, ratio, before), y)
        links.append((ratio, model))
        before = np.column_stack([before, y])

    def predict(other: Any) -> Floats:
        scores = np.full((other.shape[0], len(order)), NEVER)
        known = np.zeros((other.shape[0], 0))
        for j, (ratio, model) in zip(order, links, strict=True):
            if model is not None:
                scores[:, j] = model.decision_function(_wider(other, ratio, known))
            known = np.column_stack([known, 1 / (1 + np.exp(-scores[:, j]))])
        return scores

    return predict


def _wider(x: Matrix, ratio: Floats, others: Floats) -> Matrix:
    weighted = sparse.csr_matrix(sparse.csr_matrix(x).multiply(ratio))
    table: sparse.csr_matrix = sparse.hstack([weighted, sparse.csr_matrix(others)], "csr")
    return table


def as_given(x: Matrix, labels: Labels, config: Config) -> Predict:
    """Nothing is learned: the feature is the score."""
    return lambda other: np.asarray(other)


def _per_label(make: Callable[[], Any], threads: bool = True) -> Callable[[Matrix, Labels], Predict]:
    """Learn one binary classifier per label."""

    def fit(x: Matrix, labels: Labels) -> Predict:
        def one(j: int) -> Any:
            y = labels[:, j]
            if not y.any() or y.all():
                return None
            model = make()
            # Warnings are silenced for the whole process, so never from one of several threads.
            return model.fit(x, y) if threads else _quietly(model, x, y)

        if sparse.issparse(x):
            # Otherwise the library would do so at its first need: in place, and in several threads at once.
            x.sum_duplicates()
        columns = range(labels.shape[1])
        models = in_threads(one, columns) if threads else [one(j) for j in columns]
        return lambda other: np.column_stack(
            [np.full(other.shape[0], NEVER) if model is None else _score(model, other) for model in models]
        )

    return fit


def _score(model: Any, x: Any) -> Floats:
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(x))
    return log_odds(model.predict_proba(x)[:, 1])


def log_odds(probabilities: Floats) -> Floats:
    """Turn probabilities into log-odds; 0 and 1 into finite ones."""
    p = np.clip(probabilities.astype(float), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def _network(hidden: int, config: Config) -> Any:
    network = MLPClassifier((hidden,), batch_size=256, alpha=1e-2, max_iter=EPOCHS, random_state=config.validation.seed)
    return make_pipeline(StandardScaler(), network)


def _quietly(model: Any, x: Matrix, y: NDArray[Any]) -> Any:
    """Fit; that the epochs are few is meant, and no reason to warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message="Got `batch_size` less than 1 or larger")
        return model.fit(x, y)
