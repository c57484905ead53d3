"""confusion.py: stances, labels together, labels taken for others, and the single errors."""

import numpy as np
import pytest

from tests.training.evaluation.cases import LABELS, examples, predictions
from training.evaluation.confusion import co_occurrence, errors, mix_ups, stance_confusion

GOLD = examples([[0, -1], [1, -1], [0, 1], [-1, 1], [-1, -1]], ["a", "a", "b", "b", "b"])
FOUND = predictions(
    [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.95, 0.2], [0.6, 0.1]],
    [[0, -1], [0, -1], [-1, 1], [1, -1], [0, -1]],
)


def test_stances_are_counted_where_the_label_was_found_rightly():
    # Delay in the first (0 as 0) and second (1 as 0), rudeness in the third (1 as 1).
    assert stance_confusion(FOUND, GOLD, 2).tolist() == [[1, 0], [1, 1]]


def test_labels_that_stand_together_are_counted():
    assert co_occurrence(GOLD.labels).tolist() == [[3, 1], [1, 2]]


def test_a_label_missed_where_another_was_found_is_a_mix_up():
    (found,) = mix_ups(FOUND, GOLD, LABELS)  # the fourth; in the third both are annotated
    assert (found.missed, found.found, found.n, found.share) == ("rudeness", "delay", 1, 0.5)


@pytest.fixture
def listed(complaints):
    return lambda **options: errors(FOUND, GOLD, [0.5, 0.5], complaints.codebook, **options)


def test_errors_are_named_by_text_and_number_surest_first(listed):
    rows = [(e.kind, e.text_id, e.sentence, e.label, e.annotated, e.found) for e in listed()]
    assert rows == [
        ("false alarm", "b", 2, "delay", "", "resolved"),
        ("false alarm", "b", 3, "delay", "", "reported"),
        ("miss", "b", 2, "rudeness", "resolved", ""),
        ("miss", "b", 1, "delay", "reported", ""),
        ("stance", "a", 2, "delay", "resolved", "reported"),
    ]


def test_errors_hold_sentences_only_when_asked(listed):
    assert {e.text for e in listed()} == {None}
    assert {e.text for e in listed(with_text=True)} == {""}


def test_as_many_errors_are_listed_as_wanted(listed):
    assert [e.kind for e in listed(most=1)] == ["false alarm", "miss", "stance"]


def test_without_errors_nothing_is_listed(complaints):
    right = predictions(np.where(GOLD.labels, 0.9, 0.1), GOLD.stances)
    assert errors(right, GOLD, [0.5, 0.5], complaints.codebook) == []
    assert mix_ups(right, GOLD, LABELS) == []
