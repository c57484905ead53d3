"""The two classifiers: linear scores, calibrated probabilities, and arrays that survive storage."""

import math

import numpy as np
import pytest
from scipy import sparse

from models import Tagger
from models.classifiers import LabelClassifier, StanceClassifier
from models.features import mean_vectors


def floats(*values: object) -> np.ndarray:
    return np.array(values, dtype=np.float32)


LABELS = LabelClassifier(
    sparse_weights=floats([1, 0], [0, -2], [0.5, 0.5]),
    dense_weights=floats([1, 1], [0, 2]),
    bias=floats(-1, 0.5),
    slope=floats(2, 1),
    intercept=floats(0, -1),
)
STANCES = StanceClassifier(
    weights=floats([1, 0, 0], [0, 1, 0], [0, 0, 1]),
    label_weights=floats([0, 0, 0], [5, 0, 0]),
    bias=floats(0, 0, 0.5),
)


def logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def test_a_score_is_the_sum_of_weights_and_bias() -> None:
    x = sparse.csr_matrix(floats([1, 0, 2], [0, 1, 0]))
    scores = LABELS.scores(x, floats([1, 0], [0, 1]))
    np.testing.assert_allclose(scores, [[1 + 1 + 1 - 1, 1 + 1 + 0.5], [-1, -2 + 2 + 0.5]])


def test_a_probability_is_the_calibrated_score() -> None:
    x = sparse.csr_matrix(floats([1, 0, 2]))
    expected = [[logistic(2 * 2), logistic(2.5 - 1)]]
    np.testing.assert_allclose(LABELS.probabilities(x, floats([1, 0])), expected, rtol=1e-5)


def test_stance_probabilities_sum_to_one_and_depend_on_the_label() -> None:
    x = sparse.csr_matrix(floats([0, 2, 0], [0, 2, 0]))
    found = STANCES.probabilities(x, np.array([0, 1]))
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    assert found.argmax(axis=1).tolist() == [1, 0]


@pytest.mark.parametrize("classifier", [LABELS, STANCES])
def test_a_classifier_survives_storage_in_16_bits(classifier: LabelClassifier | StanceClassifier) -> None:
    stored = {name: array.astype(np.float16) for name, array in classifier.state().items()}
    rebuilt = type(classifier).from_state(stored).state()
    assert rebuilt.keys() == classifier.state().keys()
    for name, array in rebuilt.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, classifier.state()[name])


def test_the_shipped_classifiers_fit_the_codebook_the_features_and_the_vectors(tagger: Tagger) -> None:
    artefact, codebook = tagger.artefact, tagger.codebook
    labels, stances = len(codebook.labels), len(codebook.stances)
    assert artefact.label_classifier.sparse_weights.shape == (artefact.label_features.n_columns, labels)
    assert artefact.label_classifier.dense_weights.shape == (tagger.pipeline.dimensions, labels)
    assert artefact.stance_classifier.weights.shape == (artefact.stance_features.n_columns, stances)
    assert artefact.stance_classifier.label_weights.shape == (labels, stances)
    for classifier in (artefact.label_classifier, artefact.stance_classifier):
        assert all(np.isfinite(array).all() for array in classifier.state().values())
    assert (artefact.label_classifier.slope > 0).all()


def test_the_shipped_probabilities_lie_between_0_and_1(tagger: Tagger, answers: list[str]) -> None:
    sentences = list(tagger.pipeline.read_units(answers))
    x = tagger.artefact.label_features.transform(sentences)
    found = tagger.artefact.label_classifier.probabilities(x, mean_vectors(sentences))
    assert found.shape == (len(answers), len(tagger.codebook.labels))
    assert ((found >= 0) & (found <= 1)).all()
    assert found.max() > 0.9
