"""The classifiers and their blend: linear scores, calibrated log-odds, and arrays that survive storage."""

import numpy as np
import pytest
from scipy import sparse

from models import Tagger
from models.classifiers import Blend, LabelClassifier, StanceClassifier
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
BLEND = Blend(
    linear=floats(0.5, 1),
    encoder=floats(2, 0),
    intercept=floats(-1, 0.25),
    stance_linear=floats(0.25),
    stance_encoder=floats(0.5),
    stance_bias=floats(0, 0, 1),
)


def test_a_score_is_the_sum_of_weights_and_bias() -> None:
    x = sparse.csr_matrix(floats([1, 0, 2], [0, 1, 0]))
    scores = LABELS.scores(x, floats([1, 0], [0, 1]))
    np.testing.assert_allclose(scores, [[1 + 1 + 1 - 1, 1 + 1 + 0.5], [-1, -2 + 2 + 0.5]])


def test_log_odds_are_the_calibrated_score() -> None:
    x = sparse.csr_matrix(floats([1, 0, 2]))
    np.testing.assert_allclose(LABELS.logits(x, floats([1, 0])), [[2 * 2, 2.5 - 1]], rtol=1e-6)


def test_the_scores_of_the_stances_depend_on_the_label() -> None:
    x = sparse.csr_matrix(floats([0, 2, 0], [0, 2, 0]))
    np.testing.assert_allclose(STANCES.scores(x, np.array([0, 1])), [[0, 2, 0.5], [5, 2, 0.5]])


def test_a_blend_weighs_both_scores_of_each_label_and_of_all_stances() -> None:
    found = BLEND.label_logits(floats([2, 3], [0, 0]), floats([1, 9], [-1, 9]))
    np.testing.assert_allclose(found, [[0.5 * 2 + 2 * 1 - 1, 3.25], [-3, 0.25]])
    stances = BLEND.stance_scores(floats([4, 0, 8]), floats([2, 2, 0]))
    np.testing.assert_allclose(stances, [[2, 1, 3]])


@pytest.mark.parametrize("classifier", [LABELS, STANCES, BLEND])
def test_a_classifier_survives_storage_in_16_bits(classifier: LabelClassifier | StanceClassifier | Blend) -> None:
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
    assert artefact.blend is not None
    assert artefact.blend.encoder.shape == artefact.blend.linear.shape == (labels,)
    assert artefact.blend.stance_bias.shape == (stances,)
    for classifier in (artefact.label_classifier, artefact.stance_classifier, artefact.blend):
        assert all(np.isfinite(array).all() for array in classifier.state().values())
    assert (artefact.label_classifier.slope > 0).all()


def test_the_shipped_classifier_is_sure_of_some_answers_and_of_most_labels_that_they_are_not_there(
    tagger: Tagger, answers: list[str]
) -> None:
    sentences = list(tagger.pipeline.read_units(answers))
    x = tagger.artefact.label_features.transform(sentences)
    found = tagger.artefact.label_classifier.logits(x, mean_vectors(sentences))
    assert found.shape == (len(answers), len(tagger.codebook.labels))
    assert found.max() > 2
    assert np.median(found) < -2
