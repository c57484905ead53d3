"""metrics.py and predictions.py: every figure on cases that are worked out by hand."""

import numpy as np
import pytest

from models.manifest import OPERATING_POINTS
from tests.training.evaluation.cases import LABELS, examples, noisy, predictions
from training.corpus import examples_of
from training.evaluation.bootstrap import Resamples
from training.evaluation.metrics import (
    brier_score,
    evaluate,
    expected_calibration_error,
    label_figures,
    reliability,
)
from training.evaluation.predictions import predict


def judged(found, gold, samples=50):
    return evaluate(found, gold, LABELS[: gold.labels.shape[1]], samples, seed=7)


# Six sentences. Delay stands in the first three; it is found in the first two and, falsely, in the fifth.
# Rudeness stands in the third and the fourth; it is found in the third alone. The last two carry no tag.
GOLD = examples([[0, -1], [1, -1], [0, 0], [-1, 1], [-1, -1], [-1, -1]])
FOUND = predictions(
    [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.4], [0.6, 0.1], [0.2, 0.3]],
    [[0, 0], [0, 0], [1, 0], [0, 0], [0, 0], [0, 0]],
)


def test_precision_recall_and_f1_of_each_label_are_right():
    delay, rudeness = judged(FOUND, GOLD).labels.values()
    assert (delay.n, delay.precision, delay.recall) == pytest.approx((3, 2 / 3, 2 / 3))
    assert (rudeness.n, rudeness.precision, rudeness.recall) == pytest.approx((2, 1.0, 0.5))
    assert (delay.f1, rudeness.f1) == pytest.approx((2 / 3, 2 / 3))


def test_macro_f1_is_the_mean_over_labels_and_micro_f1_that_over_tags():
    more = examples([*GOLD.stances.tolist(), [0, -1], [0, -1]])
    found = predictions([*FOUND.probabilities.tolist(), [0.9, 0], [0.9, 0]])
    metrics = judged(found, more)
    assert metrics.macro_f1 == pytest.approx((8 / 10 + 2 / 3) / 2)
    assert metrics.micro_f1 == pytest.approx(2 * 5 / (6 + 7))


def test_macro_precision_and_recall_are_means_over_labels():
    metrics = judged(FOUND, GOLD)
    assert metrics.macro_precision == pytest.approx((2 / 3 + 1) / 2)
    assert metrics.macro_recall == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_a_label_that_the_test_part_lacks_is_no_part_of_any_mean():
    without = examples([[0, -1], [1, -1], [0, -1], [-1, -1], [-1, -1], [-1, -1]])
    metrics = judged(FOUND, without)
    assert metrics.labels["rudeness"].n == 0
    assert (metrics.macro_f1, metrics.macro_recall) == pytest.approx((2 / 3, 2 / 3))
    assert metrics.mean_average_precision == metrics.labels["delay"].average_precision


def test_average_precision_is_right():
    # Delay is ranked right, right, wrong, right: (1 + 1 + 3/4) / 3. Rudeness: right, right.
    metrics = judged(FOUND, GOLD)
    assert metrics.labels["delay"].average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert metrics.labels["rudeness"].average_precision == pytest.approx(1.0)
    assert metrics.mean_average_precision == pytest.approx((2.75 / 3 + 1) / 2)


def test_the_false_alarm_rate_counts_untagged_sentences_with_any_tag():
    assert judged(FOUND, GOLD).false_alarm_rate == 0.5
    assert judged(predictions([*FOUND.probabilities[:4], [0.6, 0.9], [0.2, 0.5]]), GOLD).false_alarm_rate == 1.0
    assert judged(predictions([*FOUND.probabilities[:4], [0.1, 0.1], [0.1, 0.1]]), GOLD).false_alarm_rate == 0.0


def test_stance_accuracy_looks_only_at_tags_whose_label_was_found_rightly():
    # Found rightly: delay in the first (stance right) and second (wrong), rudeness in the third (right).
    assert judged(FOUND, GOLD).stance_accuracy == pytest.approx(2 / 3)


def test_the_metrics_say_what_was_judged():
    metrics = judged(FOUND, GOLD)
    assert (metrics.test_writers, metrics.n_sentences, tuple(metrics.labels)) == (("c9",), 6, LABELS)


CALIBRATION = [
    ("as often as said", [0.75] * 4, [1, 1, 1, 0], 0.0),
    ("too sure", [0.9] * 4, [1, 0, 0, 0], 0.65),
    ("too modest", [0.25] * 2, [1, 1], 0.75),
    ("two bins, weighed by size", [0.9, 0.9, 0.9, 0.5], [1, 1, 1, 0], 3 / 4 * 0.1 + 1 / 4 * 0.5),
    ("opposite errors in one bin cancel out", [0.41, 0.45], [0, 1], 0.07),
    ("certain", [1.0, 1.0], [1, 1], 0.0),
    ("certain and wrong", [1.0, 1.0], [0, 0], 1.0),
    ("what is nearly excluded does not count", [0.009] * 96 + [0.9] * 4, [0] * 96 + [0] * 4, 0.9),
    ("nothing to judge", [0.0, 0.001], [0, 0], 0.0),
]


@pytest.mark.parametrize(("name", "probabilities", "labels", "error"), CALIBRATION)
def test_the_calibration_error_is_the_gap_between_stated_and_observed(name, probabilities, labels, error):
    found = expected_calibration_error(np.array(probabilities)[:, None], np.array(labels, dtype=bool)[:, None])
    assert found == pytest.approx(error), name


def test_reliability_compares_what_is_stated_with_what_is_observed_per_bin():
    # Bins are a fifteenth wide; 0.005 is left out, and 1 stands in the last bin.
    stated = np.array([[0.005, 0.02, 0.04], [0.70, 0.72, 1.0], [0.95, 0.005, 0.005]])
    there = np.array([[1, 0, 1], [1, 0, 1], [1, 0, 0]], dtype=bool)
    found = reliability(stated, there)
    assert [b.n for b in found] == [2, 2, 2]
    assert [b.stated for b in found] == pytest.approx([0.03, 0.71, 0.975])
    assert [b.observed for b in found] == pytest.approx([0.5, 0.5, 1.0])
    assert reliability(np.zeros((2, 2)), np.zeros((2, 2), dtype=bool)) == ()


def test_the_metrics_hold_the_bins_that_the_calibration_error_sums_up():
    metrics = judged(FOUND, GOLD)
    assert metrics.reliability == reliability(FOUND.probabilities, GOLD.labels)
    n = sum(b.n for b in metrics.reliability)
    gap = sum(abs(b.stated - b.observed) * b.n for b in metrics.reliability) / n
    assert metrics.expected_calibration_error == pytest.approx(gap)


@pytest.mark.parametrize("positives", [1, 3, 9, 20])
@pytest.mark.parametrize("negatives", [2, 22])
def test_a_tagger_without_a_fault_scores_one_everywhere(positives, negatives):
    gold = examples([[0]] * positives + [[-1]] * negatives)
    ranked = np.r_[np.linspace(0.999, 0.9, positives), np.linspace(0.005, 0.001, negatives)]
    metrics = judged(predictions(ranked[:, None]), gold)
    delay = metrics.labels["delay"]
    assert [delay.precision, delay.recall, delay.f1, delay.average_precision] == pytest.approx([1.0] * 4)
    assert [metrics.macro_f1, metrics.micro_f1, metrics.stance_accuracy] == [1.0] * 3
    assert metrics.false_alarm_rate == 0.0
    assert metrics.expected_calibration_error < 0.1


@pytest.mark.parametrize("probability", [0.1, 0.9])
def test_sentences_without_any_tag_give_figures_and_no_division_by_zero(probability):
    metrics = judged(predictions(np.full((3, 2), probability)), examples(np.full((3, 2), -1)))
    assert (metrics.macro_f1, metrics.micro_f1, metrics.stance_accuracy) == (0.0, 0.0, 0.0)
    assert metrics.false_alarm_rate == float(probability > 0.5)
    assert [label.average_precision for label in metrics.labels.values()] == [0.0, 0.0]


def test_a_test_part_where_each_sentence_has_a_tag_has_no_false_alarms():
    assert judged(predictions([[0.9], [0.1]]), examples([[0], [0]])).false_alarm_rate == 0.0


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_interval_holds_the_point(share):
    metrics = judged(*noisy(share), samples=200)
    assert metrics.macro_f1_low < metrics.macro_f1 < metrics.macro_f1_high
    assert metrics.micro_f1_low < metrics.micro_f1 < metrics.micro_f1_high
    for label in metrics.labels.values():
        assert label.f1_low < label.f1 < label.f1_high


def test_the_interval_narrows_with_more_texts():
    few, many = (judged(*noisy(0.2, n), samples=200) for n in (60, 960))
    assert many.macro_f1_high - many.macro_f1_low < 0.5 * (few.macro_f1_high - few.macro_f1_low)


def test_whole_texts_are_drawn_so_that_one_text_leaves_nothing_to_vary():
    found, gold = noisy(0.2)
    one = examples(gold.stances, ["x"] * len(gold.stances))
    metrics = judged(found, one)
    assert metrics.macro_f1_low == pytest.approx(metrics.macro_f1)
    assert metrics.macro_f1_high == pytest.approx(metrics.macro_f1)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    found, gold = noisy(0.2)
    assert evaluate(found, gold, LABELS, 50, seed=1) == evaluate(found, gold, LABELS, 50, seed=1)
    assert evaluate(found, gold, LABELS, 50, seed=1) != evaluate(found, gold, LABELS, 50, seed=2)


def test_worse_predictions_score_lower():
    steps = [judged(*noisy(share)) for share in (0.0, 0.1, 0.25, 0.5)]
    for figure in ("macro_f1", "micro_f1", "mean_average_precision"):
        assert (np.diff([getattr(metrics, figure) for metrics in steps]) < 0).all(), figure
    assert (np.diff([metrics.false_alarm_rate for metrics in steps]) > 0).all()


def test_each_figure_of_a_label_stands_within_its_interval():
    found, gold = noisy(0.2, n_writers=4)
    metrics = evaluate(found, gold, LABELS, 200, seed=7)
    for row, label in zip(label_figures(found, gold, Resamples.of(gold, 200, 7)), metrics.labels.values(), strict=True):
        assert (row.precision.value, row.recall.value) == (label.precision, label.recall)
        assert (row.f1.value, row.f1.low, row.f1.high) == (label.f1, label.f1_low, label.f1_high)
        for figure in (row.precision, row.recall, row.f1):
            assert figure.low < figure.value < figure.high


def test_a_label_that_is_neither_annotated_nor_found_has_figures_without_width():
    (row,) = label_figures(
        predictions([[0.1], [0.2]]), examples([[-1], [-1]]), Resamples.of(examples([[-1], [-1]]), 20, 1)
    )
    assert (row.precision.low, row.precision.high, row.recall.value) == (0.0, 0.0, 0.0)


BRIER = [
    ("certain and right", [[1.0], [0.0]], [[1], [0]], 0.0),
    ("certain and wrong", [[0.0], [1.0]], [[1], [0]], 1.0),
    ("undecided", [[0.5], [0.5]], [[1], [0]], 0.25),
    ("mixed", [[0.8, 0.4]], [[1, 0]], (0.04 + 0.16) / 2),
]


@pytest.mark.parametrize(("name", "stated", "there", "score"), BRIER)
def test_the_brier_score_is_the_mean_squared_difference(name, stated, there, score):
    assert brier_score(np.array(stated), np.array(there, dtype=bool)) == pytest.approx(score), name


@pytest.mark.parametrize("point", OPERATING_POINTS)
@pytest.mark.parametrize("profile", ["fast", "accurate"])
def test_what_is_judged_is_what_the_tagger_says(profile, point, complaints, request):
    tagger = request.getfixturevalue(profile)
    held_out = examples_of([text for text in complaints.texts if text.writer == "c4"], complaints.codebook)
    found = predict(tagger, list(tagger.pipeline.read_units(held_out.texts)), point)
    assert found.present.any()
    for i, tagging in enumerate(tagger.tag(held_out.texts, ["nl"] * len(held_out.texts), point)):
        (sentence,) = tagging.sentences
        said = {(tag.label, tag.stance): tag.probability for tag in sentence.tags}
        columns = np.flatnonzero(found.present[i])
        stances = [complaints.codebook.stance_ids[found.stances[i, j]] for j in columns]
        labels = [complaints.codebook.label_ids[j] for j in columns]
        judged_too = dict(zip(zip(labels, stances, strict=True), found.probabilities[i, columns], strict=True))
        assert said == pytest.approx(judged_too, abs=1e-5)
