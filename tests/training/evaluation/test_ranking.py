"""ranking.py: average precision with intervals, curves and tables of thresholds."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from tests.training.evaluation.cases import noisy
from training.evaluation.bootstrap import Resamples
from training.evaluation.ranking import (
    CUT_OFFS,
    average_precisions,
    precision_recall,
    threshold_row,
    threshold_table,
)

P = np.array([0.9, 0.8, 0.6, 0.4, 0.1])
GOLD = np.array([True, False, True, True, False])

ROWS = [
    (0.0, 3 / 5, 1.0, 1.0),
    (0.4, 3 / 4, 1.0, 0.8),
    (0.7, 1 / 2, 1 / 3, 0.4),
    (0.9, 1.0, 1 / 3, 0.2),
    (0.95, None, 0.0, 0.0),
]


@pytest.mark.parametrize(("threshold", "precision", "recall", "coverage"), ROWS)
def test_a_cut_off_has_its_precision_recall_and_coverage(threshold, precision, recall, coverage):
    row = threshold_row(P, GOLD, threshold)
    assert (row.precision, row.recall, row.coverage) == (precision, pytest.approx(recall), pytest.approx(coverage))


def test_without_the_label_there_is_no_recall():
    assert threshold_row(P, np.zeros(5, dtype=bool), 0.5).recall is None


def test_the_table_holds_round_cut_offs_and_the_given_ones_lowest_first():
    thresholds = [row.threshold for row in threshold_table(P, GOLD, [0.43, 0.5])]
    assert thresholds == sorted({*CUT_OFFS, 0.43})


def test_the_curve_ends_at_full_recall_and_has_few_points():
    random = np.random.default_rng(1)
    gold = random.random(2000) < 0.3
    recall, precision = precision_recall(random.random(2000) + gold, gold, points=40)
    assert len(recall) == len(precision) <= 40
    assert (recall.max(), recall.min()) == (1.0, 0.0)
    assert len(precision_recall(P, np.zeros(5, dtype=bool))[0]) == 0


def test_the_average_precision_of_a_resample_is_that_of_its_sentences_written_out():
    found, gold = noisy(0.2, n=90, n_writers=3)
    tied = np.round(found.probabilities, 1)  # many sentences of one probability
    resamples = Resamples.of(gold, 3, seed=5)
    for k in range(3):
        times = resamples.of_sentences(k, k + 1)[0].astype(int)
        written_out = np.repeat(np.arange(90), times)
        one = Resamples(resamples.text_of, resamples.weights[k : k + 1])
        for j, figure in enumerate(average_precisions(tied, gold.labels, one)):
            expected = average_precision_score(gold.labels[written_out, j], tied[written_out, j])
            assert figure.low == pytest.approx(expected)


def test_the_interval_of_average_precision_holds_the_point():
    found, gold = noisy(0.2, n_writers=4)
    for figure in average_precisions(found.probabilities, gold.labels, Resamples.of(gold, 150, seed=1)):
        assert figure.low < figure.value < figure.high
