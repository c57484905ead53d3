"""Attacks on what is shown: no sequence of additions and subtractions gives what is hidden."""

from collections import Counter as Tally

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import InputError
from service.survey.summary.schema import Summary
from service.survey.summary.summarise import summarise
from tests.service.survey.reader import SIZE, Path, Reader
from tests.service.survey.tallies import STANCES, Answer, count, model, options, small_codebook

PLAIN, BALANCED = small_codebook(balance=False), small_codebook()
AUTONOMY = tuple(("autonomy", stance) for stance in STANCES)


def summary_of(answers: list[Answer], min_group: int = 10, codebook=PLAIN) -> Summary:
    return summarise(count(answers, codebook), codebook, options(min_group, len(answers[0].groups)), model())


def group(name: str, said: int, silent: int, stance: str = "sought") -> list[Answer]:
    return [Answer((name,), (("autonomy", stance),))] * said + [Answer((name,))] * silent


def true_counts(answers: list[Answer]) -> dict[Path, Tally[str]]:
    """Count once more, in the plainest way."""
    counts: dict[Path, Tally[str]] = {}
    for answer in answers:
        said = set(answer.tags)
        names = {label for label, _ in said} | {f"{label} {stance}" for label, stance in said} | {SIZE}
        names |= {"toward" for tag in said if tag in {("trust", "attained"), ("trust", "sought")}}
        names |= {"toward" for tag in said if tag == ("control", "constrained")}
        names |= {"against" for tag in said if tag in {("control", "attained"), ("control", "sought")}}
        names |= {"against" for tag in said if tag == ("trust", "constrained")}
        for level in range(len(answer.groups) + 1):
            counts.setdefault(answer.groups[:level], Tally()).update(names)
    return counts


def attack(summary: Summary, answers: list[Answer]) -> None:
    """Fail when anything that is hidden can be told more closely than the rules allow."""
    if summary.whole is None:
        assert summary.groups == ()
        return
    reader, truth = Reader(summary), true_counts(answers)
    min_group = summary.options.min_group
    for path in reader.groups:
        size = truth[path][SIZE]
        assert size >= min_group
        for number, cell in reader.cells(path).items():
            true = truth[path][number]
            if cell.shown == "exact":
                assert cell.value == true
                assert 5 <= true <= size - 5
            elif true < 5:
                assert reader.may_be(path, number, 0, 4), (path, number)
            elif true > size - 5:
                assert reader.may_be(path, number, size - 5, true), (path, number)
    for path in reader.hidden:
        low, high = reader.bounds(path, SIZE)
        assert min(high, min_group - 1) - low + 1 >= min(5, min_group - 1), path
        for number in reader.cells(()):
            assert reader.may_be(path, number, 0, 4), (path, number)


@st.composite
def surveys(draw: st.DrawFn, tags: tuple[tuple[str, str], ...], most_groups: int, most: int) -> list[Answer]:
    """Draw group trees of one or two levels; what is said in each group is drawn as shares, so that counts vary."""
    levels = draw(st.integers(1, 2))
    answers: list[Answer] = []
    for i in range(draw(st.integers(1, most_groups))):
        path = (f"a{i % 2}", f"t{i}") if levels == 2 else (f"t{i}",)
        size = draw(st.integers(1, most))
        choices = st.sampled_from([(), *((tag,) for tag in tags), (tags[0], tags[-1])])
        favourites = draw(st.lists(choices, min_size=1, max_size=4))
        said = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
        answers += [Answer(path, favourites[which % len(favourites)]) for which in said]
    return answers


SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(surveys(AUTONOMY, most_groups=6, most=40), st.sampled_from([5, 10]))
@settings(SETTINGS, max_examples=60)
def test_no_hidden_number_of_a_label_can_be_computed(answers, min_group):
    attack(summary_of(answers, min_group), answers)


@given(surveys((("trust", "attained"), ("control", "constrained"), ("trust", "constrained")), most_groups=4, most=30))
@settings(SETTINGS, max_examples=25)
def test_no_hidden_number_of_the_balance_and_its_labels_can_be_computed(answers):
    attack(summary_of(answers, codebook=BALANCED), answers)


# Each of these gave a hidden number away under a rule that looked at one cell, one sum or one level at a time.
BAD = {
    "one small group": group("a", 8, 30) + group("b", 7, 40) + group("c", 2, 5),
    "one small count": group("a", 8, 30) + group("b", 7, 40) + group("c", 2, 25),
    "two small counts with a telling sum": group("a", 8, 30) + group("b", 1, 40) + group("c", 0, 25),
    "all small, whole not": group("a", 3, 30) + group("b", 4, 40),
    "nobody": group("a", 8, 30) + group("b", 9, 40) + group("c", 0, 25),
    "everybody": group("a", 38, 0) + group("b", 9, 40) + group("c", 8, 25),
    "small rest of a mention": group("a", 8, 30, "sought") + group("a", 6, 0, "attained") + group("b", 9, 30),
    "hidden groups of one": [a for i in range(12) for a in group(f"t{i}", 1, 0)],
    "five groups": [a for i, n in enumerate([3, 9, 14, 26, 40]) for a in group(f"t{i}", n // 3, n - n // 3)],
}


@pytest.mark.parametrize("answers", BAD.values(), ids=BAD.keys())
def test_what_gives_a_number_away_is_hidden(answers):
    attack(summary_of(answers), answers)


def test_a_label_that_nobody_mentions_is_less_than_five_too():
    summary = summary_of(group("a", 0, 30) + group("b", 0, 30))
    assert {one.label("autonomy").mentioned.shown for one in (summary.whole, *summary.groups)} == {"few"}


def test_a_label_that_everybody_mentions_is_hidden():
    summary = summary_of(group("a", 30, 0) + group("b", 30, 0))
    assert {one.label("autonomy").mentioned.shown for one in (summary.whole, *summary.groups)} == {"hidden"}


def test_a_whole_below_the_minimum_shows_nothing():
    summary = summary_of(group("a", 5, 4))
    assert (summary.whole, summary.groups) == (None, ())
    assert [cell.rows.shown for cell in summary.statuses] == ["hidden"]


def test_a_minimum_below_five_is_refused():
    with pytest.raises(InputError, match="5 or more"):
        options(min_group=4)


def test_no_derived_number_stands_beside_a_hidden_count():
    answers = BAD["five groups"]
    for one in summary_of(answers).groups:
        for label in one.labels:
            assert (label.share is not None) == (label.mentioned.shown == "exact")
            assert label.rest is None or label.mentioned.shown == "exact"
            assert all((stance.share is not None) == (stance.count.shown == "exact") for stance in label.stances)


def test_most_figures_of_a_usual_survey_are_shown():
    sizes = [8, 14, 22, 30, 35, 44, 52, 61, 80]
    answers = [a for i, n in enumerate(sizes) for a in group(f"t{i}", n // 3, n - n // 3)]
    summary = summary_of(answers)
    assert [one.path for one in summary.hidden] == [("t0",), ("t1",)]
    assert [one.label("autonomy").mentioned.shown for one in summary.groups] == ["exact"] * 7
