"""calibrate.py: folds hold whole writers, probabilities mean what they say, thresholds keep false alarms down."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit
from sklearn.metrics import f1_score, fbeta_score, log_loss

from training.calibrate import (
    FALLBACK_THRESHOLD,
    GRID,
    calibrated,
    choose_thresholds,
    fit_calibration,
    out_of_fold_scores,
    writer_folds,
)
from training.corpus import Examples
from training.fit import RawLabelModel

WRITERS = ["c1", "c2", "c1", "c3", "c4", "c2", "c5", "c5", "c1", "c6"]


def false_alarm_rate(probabilities, labels, thresholds):
    untagged = ~labels.any(axis=1)
    return (probabilities[untagged] >= thresholds).any(axis=1).mean()


@pytest.fixture(scope="module")
def scored():
    """Probabilities of three labels, good but not perfect, on 4,000 sentences of which many have no tag."""
    random = np.random.default_rng(3)
    labels = random.random((4000, 3)) < [0.3, 0.15, 0.05]
    return expit(random.normal(-2, 1.2, labels.shape) + 3 * labels), labels


@pytest.fixture(scope="module")
def skewed():
    """Scores that are three times too sure and shifted, a second score that is noise, and what really is there."""
    random = np.random.default_rng(5)
    truth = random.normal(-1, 1.5, (3000, 2))
    return (3 * truth + 2, random.normal(size=truth.shape)), random.random(truth.shape) < expit(truth)


@pytest.mark.parametrize("n", [2, 3, 5, 6])
def test_folds_hold_whole_writers_and_each_sentence_once(n):
    folds = writer_folds(WRITERS, n, seed=20)
    assert len(folds) == n
    assert np.sum(folds, axis=0).tolist() == [1] * len(WRITERS)
    for writer in set(WRITERS):
        assert sum(any(fold[i] for i, name in enumerate(WRITERS) if name == writer) for fold in folds) == 1


def test_folds_differ_by_at_most_one_writer():
    sizes = [len({WRITERS[i] for i in np.flatnonzero(fold)}) for fold in writer_folds(WRITERS, 4, seed=20)]
    assert sorted(sizes) == [1, 1, 2, 2]


def test_there_are_no_more_folds_than_writers():
    assert len(writer_folds(["c1", "c2", "c2"], 5, seed=20)) == 2


def test_the_seed_decides_the_folds():
    def division(seed):
        return [fold.tolist() for fold in writer_folds(WRITERS, 3, seed)]

    assert division(1) == division(1)
    assert any(division(1) != division(seed) for seed in range(2, 6))


def test_no_sentence_is_scored_by_a_model_that_learned_from_its_writer(read, complaints):
    examples = read.examples
    told: list[str] = []
    before = out_of_fold_scores(read.sentences, examples, complaints.config, told.append)
    mine = np.array([writer == "c2" for writer in examples.writers])
    labels = np.where(mine[:, None], ~examples.labels, examples.labels)
    turned = Examples(
        examples.texts, examples.text_ids, examples.writers, examples.kinds, labels, np.where(labels, 0, -1)
    )
    after = out_of_fold_scores(read.sentences, turned, complaints.config)
    for old, new in zip(before, after, strict=True):
        assert old.shape == examples.labels.shape
        np.testing.assert_array_equal(old[mine], new[mine])
        assert not np.allclose(old[~mine], new[~mine])
    assert told == ["fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]


def test_calibration_improves_the_log_loss_of_skewed_scores(skewed):
    scores, labels = skewed
    train, test = slice(None, 2000), slice(2000, None)
    calibration = fit_calibration((scores[0][train], scores[1][train]), labels[train])
    after = calibration.probabilities((scores[0][test], scores[1][test]))
    for j in range(2):
        before = expit(scores[0][test, j])
        assert log_loss(labels[test, j], after[:, j]) < 0.8 * log_loss(labels[test, j], before)
        assert after[:, j].mean() == pytest.approx(labels[test, j].mean(), abs=0.03)


def test_calibration_finds_which_of_the_two_scores_to_believe(skewed):
    scores, labels = skewed
    calibration = fit_calibration(scores, labels)
    np.testing.assert_allclose(calibration.ngrams, 1 / 3, atol=0.05)
    np.testing.assert_allclose(calibration.vectors, 0, atol=0.15)
    np.testing.assert_allclose(calibration.intercept, -2 / 3, atol=0.2)


@pytest.mark.parametrize("value", [False, True])
def test_a_label_that_never_or_always_occurs_keeps_its_score(value):
    scores = (np.full((4, 1), 10.0 if value else -10.0), np.ones((4, 1)))
    probabilities = fit_calibration(scores, np.full((4, 1), value)).probabilities(scores)
    np.testing.assert_allclose(probabilities, float(value), atol=1e-3)


def test_the_classifier_that_is_stored_gives_the_calibrated_probabilities(skewed):
    random = np.random.default_rng(8)
    calibration = fit_calibration(*skewed)
    model = RawLabelModel(
        random.normal(size=(12, 2)).astype(np.float32),
        random.normal(size=2).astype(np.float32),
        random.normal(size=(5, 2)).astype(np.float32),
        random.normal(size=2).astype(np.float32),
    )
    x = sparse.random(30, 12, density=0.4, format="csr", dtype=np.float32, rng=8)
    vectors = random.normal(size=(30, 5)).astype(np.float32)
    stored = calibrated(model, calibration)
    expected = calibration.probabilities(model.scores(x, vectors))
    np.testing.assert_allclose(expit(stored.logits(x, vectors)), expected, atol=2e-3)
    assert np.array_equal(stored.sparse_weights, stored.sparse_weights.astype(np.float16))
    assert expected.std() > 0.1


@pytest.mark.parametrize("ceiling", [0.01, 0.03, 0.08, 0.2])
def test_thresholds_keep_false_alarms_under_the_ceiling_and_use_the_room_there_is(ceiling, scored):
    thresholds = choose_thresholds(*scored, ceiling)
    assert ceiling / 2 < false_alarm_rate(*scored, thresholds) <= ceiling
    assert np.isin(thresholds, GRID).all()


def test_a_lower_ceiling_gives_no_lower_threshold(scored):
    loose, middle, strict = (choose_thresholds(*scored, ceiling) for ceiling in (1.0, 0.08, 0.01))
    assert (loose <= middle).all()
    assert (middle <= strict).all()
    assert loose.sum() < strict.sum()


def test_without_a_ceiling_each_threshold_has_the_best_f1(scored):
    probabilities, labels = scored
    for j, threshold in enumerate(choose_thresholds(probabilities, labels, 1.0)):
        best = max(f1_score(labels[:, j], probabilities[:, j] >= t) for t in GRID[::3])
        assert f1_score(labels[:, j], probabilities[:, j] >= threshold) >= best


def test_log_odds_are_those_of_the_probabilities(skewed):
    calibration = fit_calibration(*skewed)
    scores, _ = skewed
    np.testing.assert_allclose(expit(calibration.logits(scores)), calibration.probabilities(scores))


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_without_a_ceiling_each_threshold_has_the_best_f_beta(beta, scored):
    probabilities, labels = scored
    for j, threshold in enumerate(choose_thresholds(probabilities, labels, 1.0, beta)):
        best = max(fbeta_score(labels[:, j], probabilities[:, j] >= t, beta=beta) for t in GRID[::3])
        assert fbeta_score(labels[:, j], probabilities[:, j] >= threshold, beta=beta) >= best


@pytest.mark.parametrize("ceiling", [1.0, 0.25, 0.03])
def test_the_more_recall_counts_the_lower_the_threshold(ceiling, scored):
    precise, even, sensitive = (choose_thresholds(*scored, 1.0, beta) for beta in (0.5, 1.0, 2.0))
    assert (precise > even).all()
    assert (even > sensitive).all()
    assert false_alarm_rate(*scored, choose_thresholds(*scored, ceiling, 2.0)) <= ceiling


def test_a_label_that_never_occurs_gets_the_fallback_threshold(scored):
    probabilities, labels = scored
    thresholds = choose_thresholds(probabilities, labels & [True, True, False], 0.08)
    assert thresholds[2] == FALLBACK_THRESHOLD
    assert thresholds[0] != FALLBACK_THRESHOLD


def test_thresholds_are_chosen_where_each_sentence_has_a_tag():
    labels = np.array([[True, False], [False, True], [True, False], [False, True]])
    probabilities = np.where(labels, 0.8, 0.3)
    thresholds = choose_thresholds(probabilities, labels, 0.0)
    assert np.array_equal(probabilities >= thresholds, labels)
