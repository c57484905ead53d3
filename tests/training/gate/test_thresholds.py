"""thresholds.py: what an old cut-off means on a new scale."""

import csv
import io

import numpy as np
import pytest

from training.gate.thresholds import GRID, as_csv, threshold_changes

RANDOM = np.random.default_rng(3)
GOLD = RANDOM.random(2000) < 0.2
OLD = np.clip(0.3 + 0.4 * GOLD + RANDOM.normal(0, 0.15, 2000), 0.001, 0.999)
POINTS = {"balanced": (0.43, 0.38)}


def changes(new, old=OLD, gold=GOLD):
    return {c.old: c for c in threshold_changes("fast", "delay", old, new, gold, POINTS)}


def test_an_unchanged_tagger_maps_each_cut_off_to_itself():
    for old, change in changes(OLD).items():
        assert change.same_coverage == pytest.approx(old, abs=0.011)
        assert change.same_precision <= change.same_coverage + 0.011


def test_a_stretched_scale_maps_each_cut_off_to_where_it_went():
    for old, change in changes(OLD**2).items():
        assert (change.same_coverage <= OLD**2).mean() == pytest.approx((old <= OLD).mean(), abs=0.02)
        if 0.2 <= old <= 0.8:
            assert change.same_coverage == pytest.approx(old**2, abs=0.02)
            assert change.same_precision == pytest.approx(old**2, abs=0.05)


def test_the_new_threshold_of_equal_precision_is_the_lowest_that_is_right_as_often():
    for change in changes(OLD**2).values():
        precision = GOLD[change.same_precision <= OLD**2].mean()
        assert precision >= change.old_precision
        lower = GRID[change.same_precision > GRID]
        assert all(GOLD[t <= OLD**2].mean() < change.old_precision for t in lower)


def test_a_worse_ranking_has_no_threshold_of_a_precision_that_it_never_reaches():
    change = changes(np.full(2000, 0.5))[0.8]
    assert (change.same_precision, change.same_precision_coverage) == (None, None)
    assert change.old_precision > 0.9


def test_a_cut_off_that_no_sentence_reached_has_no_precision_and_maps_to_one_that_none_reaches():
    change = changes(OLD, old=OLD / 2)[0.9]
    assert (change.old_precision, change.same_precision) == (None, None)
    assert (change.same_coverage <= OLD).sum() == 0


def test_the_operating_points_stand_first_with_their_new_thresholds():
    first = next(iter(changes(OLD).values()))
    assert (first.operating_point, first.old, first.operating_point_now) == ("balanced", 0.43, 0.38)


def test_the_csv_has_one_row_per_cut_off():
    rows = list(csv.DictReader(io.StringIO(as_csv(changes(OLD**2).values()))))
    assert len(rows) == len(changes(OLD**2)) == 10
    assert [row["label"] for row in rows] == ["delay"] * 10
    assert float(rows[1]["old"]) == 0.1
    assert all(row["old_precision"] == "" or 0 <= float(row["old_precision"]) <= 1 for row in rows)
