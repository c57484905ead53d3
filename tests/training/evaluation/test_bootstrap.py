"""bootstrap.py: writers are drawn, and of each drawn writer texts."""

import numpy as np
import pytest

from tests.training.evaluation.cases import examples, noisy
from training.evaluation.bootstrap import Resamples, interval
from training.evaluation.metrics import Counts

FOUR = examples([[0]] * 6, ["a1", "a1", "a2", "b1", "b2", "b2"], ["a", "a", "a", "b", "b", "b"])


def test_each_resample_holds_as_many_texts_as_its_writers_have():
    resamples = Resamples.of(FOUR, 200, seed=1)
    assert resamples.weights.shape == (200, 4)
    assert (resamples.weights.sum(axis=1) == 4).all()


def test_some_resamples_hold_one_writer_alone():
    weights = Resamples.of(FOUR, 200, seed=1).weights
    alone = (weights[:, :2].sum(axis=1) == 4) | (weights[:, 2:].sum(axis=1) == 4)
    assert 0.3 < alone.mean() < 0.7  # half of all draws of two writers


def test_sums_add_up_the_sentences_of_drawn_texts():
    resamples = Resamples.of(FOUR, 50, seed=1)
    sums = resamples.sums(np.array([[1], [1], [0], [0], [0], [1]]))
    assert sums[:, 0] == pytest.approx(2 * resamples.weights[:, 0] + resamples.weights[:, 3])


def test_sentences_of_one_text_are_drawn_together():
    of_sentences = Resamples.of(FOUR, 50, seed=1).of_sentences(0, 50)
    assert (of_sentences[:, 0] == of_sentences[:, 1]).all()
    assert (of_sentences[:, 4] == of_sentences[:, 5]).all()


def test_a_single_writer_still_has_texts_to_vary():
    assert Resamples.of(examples([[0]] * 4), 50, seed=1).weights.std(axis=0).min() > 0


def test_writers_that_differ_widen_the_interval():
    found, gold = noisy(0.0, n_writers=4)
    worse = np.array([writer == "c0" for writer in gold.writers])
    present = found.present & ~worse[:, None]  # nothing is found in what one writer wrote

    def width(writers):
        told = examples(gold.stances, gold.text_ids, writers)
        draws = Counts.resampled(gold.labels, present, Resamples.of(told, 300, seed=3)).micro_f1
        low, high = np.percentile(draws, [2.5, 97.5])
        return high - low

    assert width(gold.writers) > 1.5 * width(["c9"] * len(gold.writers))


def test_draws_without_an_answer_are_left_out_of_the_interval():
    found = interval(0.5, np.array([0.4, np.nan, 0.6]))
    assert (found.low, found.high) == pytest.approx((0.405, 0.595))
    nothing = interval(0.5, np.array([np.nan]))
    assert (nothing.low, nothing.high) == (0.5, 0.5)
