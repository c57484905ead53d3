"""fit.py: the two classifiers, on cases small enough to work out by hand."""

import time

import numpy as np
import pytest
from scipy import sparse
from scipy.special import softmax

from models.classifiers import StanceClassifier
from models.features import Pairs, mean_vectors
from models.stance_cues import DEFAULT_CUES
from training.fit import fit_labels, fit_stances, in_threads, label_features, log_count_ratio, pairs_of, stance_features

# Four sentences, three features: the first speaks for the label, the second against it, the third stands everywhere.
X = sparse.csr_matrix(np.array([[1, 0, 1], [1, 0, 1], [0, 1, 1], [0, 1, 1]], dtype=np.float32))
VECTORS = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
PRESENT = np.array([True, True, False, False])


def test_the_log_count_ratio_is_that_of_the_paper():
    # Smoothed counts with the label: 3, 1, 3 of 7; without it: 1, 3, 3 of 7.
    expected = np.log([3 / 1, 1 / 3, 3 / 3])
    np.testing.assert_allclose(log_count_ratio(X, PRESENT, 1.0), expected, rtol=1e-6)


def test_stronger_smoothing_draws_the_ratio_to_zero():
    weak, strong = (np.abs(log_count_ratio(X, PRESENT, smoothing)) for smoothing in (0.5, 5.0))
    assert (strong[:2] < weak[:2]).all()


def test_both_scores_of_a_label_rank_its_sentences_first(complaints):
    ngrams, vectors = fit_labels(X, VECTORS, PRESENT[:, None], complaints.config).scores(X, VECTORS)
    assert ngrams.shape == vectors.shape == (4, 1)
    assert ngrams[PRESENT].min() > ngrams[~PRESENT].max()
    assert vectors[PRESENT].min() > vectors[~PRESENT].max()


def test_each_label_has_its_own_column(complaints):
    labels = np.stack([PRESENT, ~PRESENT], axis=1)
    model = fit_labels(X, VECTORS, labels, complaints.config)
    ngrams, vectors = model.scores(X, VECTORS)
    assert ((ngrams[:, 0] > ngrams[:, 1]) == PRESENT).all()
    assert ((vectors[:, 0] > vectors[:, 1]) == PRESENT).all()
    assert model.sparse_weights.shape == (3, 2)
    assert model.dense_weights.shape == (2, 2)


@pytest.mark.parametrize(("value", "sign"), [(False, -1), (True, 1)])
def test_a_label_that_never_or_always_occurs_gets_a_constant_score(value, sign, complaints):
    labels = np.stack([PRESENT, np.full(4, value)], axis=1)
    ngrams, _ = fit_labels(X, VECTORS, labels, complaints.config).scores(X, VECTORS)
    assert np.unique(ngrams[:, 1] * sign).tolist() == [10.0]


def test_the_weights_of_a_label_do_not_depend_on_the_labels_that_are_fitted_beside_it(read, complaints):
    features = label_features(complaints.config)
    features.fit(read.sentences)
    x, vectors = features.transform(read.sentences), mean_vectors(read.sentences)
    labels = np.random.default_rng(4).random((len(read.sentences), 12)) < 0.4
    together = [fit_labels(x, vectors, labels, complaints.config) for _ in range(3)]
    for j in range(labels.shape[1]):
        alone = fit_labels(x, vectors, labels[:, [j]], complaints.config)
        for model in together:
            np.testing.assert_array_equal(model.sparse_weights[:, j], alone.sparse_weights[:, 0])
            np.testing.assert_allclose(model.dense_weights[:, j], alone.dense_weights[:, 0], atol=1e-5)


def test_the_label_features_read_the_view_that_the_configuration_names(read, complaints):
    forms = complaints.config.features.model_copy(update={"word_view": "forms"})
    for config, known, unknown in [
        (complaints.config, "beloven", "beloofd"),
        (complaints.config.model_copy(update={"features": forms}), "beloofd", "beloven"),
    ]:
        features = label_features(config)
        features.fit(read.sentences)
        vocabulary = features.blocks[0].vectorizer.vocabulary_
        assert known in vocabulary
        assert unknown not in vocabulary


def with_changes(config, section, **changes):
    return config.model_copy(update={section: getattr(config, section).model_copy(update=changes)})


def pairs_in(read, complaints):
    """Describe the tags of the complaints, each at the first word of its sentence."""
    rows, columns, _ = pairs_of(read.examples.stances)
    return Pairs(rows, [complaints.codebook.label_ids[j] for j in columns], [0] * len(rows))


def test_a_higher_minimum_count_makes_a_smaller_vocabulary_of_labels(read, complaints):
    sizes = []
    for count in (1, 2, 4):
        config = with_changes(complaints.config, "features", min_word_count=count, min_character_count=count)
        features = label_features(config)
        features.fit(read.sentences)
        sizes.append([len(block.vectorizer.vocabulary_) for block in features.blocks])
    assert (np.diff(sizes, axis=0) < 0).all()


def test_a_higher_minimum_count_makes_smaller_vocabularies_of_stances(read, complaints):
    sizes, pairs = [], pairs_in(read, complaints)
    for count in (1, 2, 4):
        counts = dict.fromkeys(("min_word_count", "min_character_count", "min_pair_count"), count)
        features = stance_features(with_changes(complaints.config, "stances", **counts))
        features.fit(read.sentences, pairs)
        blocks = [len(block.vectorizer.vocabulary_) for block in features.sentences.blocks]
        sizes.append([*blocks, len(features.pairs.vocabulary_)])
        assert features.n_columns == sum(sizes[-1])
    assert (np.diff(sizes, axis=0) < 0).all()


def test_the_stance_features_hold_the_cues_that_ship_at_the_weight_of_the_configuration(read, complaints):
    features = stance_features(with_changes(complaints.config, "stances", pair_weight=7.0))
    assert features.pair_weight == 7.0
    assert features.cues == DEFAULT_CUES.read_text(encoding="utf-8")


def test_pairs_are_the_sentences_and_labels_that_carry_a_tag():
    rows, columns, stances = pairs_of(np.array([[-1, 2], [-1, -1], [0, 1]]))
    assert list(zip(rows, columns, stances, strict=True)) == [(0, 1, 2), (2, 0, 0), (2, 1, 1)]


# Which of three stances stand in the training part; the others must stay improbable.
@pytest.mark.parametrize("given", [(0, 1, 2), (0, 2), (1, 2), (1,)])
def test_stances_are_learned_whether_all_some_or_one_of_them_occur(given, complaints):
    x = sparse.csr_matrix(np.tile(np.eye(3, dtype=np.float32)[list(given)], (20, 1)))
    stances = np.tile(np.array(given), 20)
    labels = np.zeros(len(stances), dtype=np.int64)
    raw = fit_stances(x, labels, stances, (2, 3), complaints.config)
    probabilities = softmax(StanceClassifier(raw.weights, raw.label_weights, raw.bias).scores(x, labels), axis=1)
    assert probabilities.shape == (len(stances), 3)
    assert (probabilities.argmax(axis=1) == stances).all()
    absent = [k for k in range(3) if k not in given]
    assert (probabilities[:, absent] < 0.01).all()


def test_the_label_alone_may_tell_the_stance(complaints):
    x = sparse.csr_matrix((40, 2), dtype=np.float32)
    labels = np.tile([0, 1], 20)
    raw = fit_stances(x, labels, 1 - labels, (2, 2), complaints.config)
    scores = StanceClassifier(raw.weights, raw.label_weights, raw.bias).scores(x, labels)
    assert (scores.argmax(axis=1) == 1 - labels).all()


def test_the_scale_brings_every_score_of_a_stance_down_alike(complaints):
    random = np.random.default_rng(3)
    x = sparse.csr_matrix(random.random((60, 4)).astype(np.float32))
    labels, stances = random.integers(0, 2, 60), random.integers(0, 3, 60)
    full, half = (
        fit_stances(x, labels, stances, (2, 3), with_changes(complaints.config, "stances", score_scale=scale))
        for scale in (1.0, 0.5)
    )
    for part in ("weights", "label_weights", "bias"):
        np.testing.assert_allclose(getattr(half, part), getattr(full, part) / 2, rtol=1e-5, atol=1e-7)


def test_the_weights_of_a_stance_are_the_same_in_every_run(complaints):
    random = np.random.default_rng(3)
    x = sparse.csr_matrix(random.random((60, 4)).astype(np.float32))
    labels, stances = random.integers(0, 2, 60), random.integers(0, 3, 60)
    one, other = (fit_stances(x, labels, stances, (2, 3), complaints.config) for _ in range(2))
    for part in ("weights", "label_weights", "bias"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_work_in_threads_comes_back_in_order():
    def slow_at_first(i):
        time.sleep(0.02 if i == 0 else 0)
        return i * i

    assert in_threads(slow_at_first, range(5)) == [0, 1, 4, 9, 16]
