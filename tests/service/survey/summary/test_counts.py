"""Counting respondents, once each."""

import random

import pytest

from service.survey.summary.counts import BALANCE_UNIT, EMPTY, NO_RESPONDENT, SEVERAL, Counter, Writer
from tests.service.survey.tallies import Answer, count, groups_of, part_of, small_codebook

WISH, LACK = ("autonomy", "sought"), ("autonomy", "constrained")
TRUST, DISTRUST, CONTROL = ("trust", "attained"), ("trust", "constrained"), ("control", "attained")


def numbers(answers, path=()):
    """Give respondents and all numbers that are not zero, by name."""
    counts = count(answers)
    group = {one.path: one for one in counts.groups}[path]
    names = {counts.numbers.mentioned(label): label for label in counts.numbers.labels}
    names |= {
        counts.numbers.stance(label, stance): f"{label} {stance}"
        for label in counts.numbers.labels
        for stance in counts.numbers.stances
    }
    names |= {counts.numbers.toward: "toward", counts.numbers.against: "against"}
    return group.respondents, {name: int(group.values[place]) for place, name in names.items() if group.values[place]}


def test_each_row_is_a_respondent_without_a_respondent_column():
    assert numbers([Answer(tags=(WISH,)), Answer(tags=(WISH,)), Answer()]) == (3, {"autonomy": 2, "autonomy sought": 2})


def test_a_respondent_counts_once_however_many_rows_and_sentences():
    answers = [Answer(tags=(WISH, WISH), respondent="1"), Answer(tags=(LACK,), respondent="1"), Answer(respondent="2")]
    assert numbers(answers) == (2, {"autonomy": 1, "autonomy sought": 1, "autonomy constrained": 1})


@pytest.mark.parametrize("name", [None, "", "  ", "\u00a0"])
def test_rows_that_do_not_say_who_answered_count_nowhere_and_are_counted_as_such(name):
    answers = [Answer(("a",), (WISH,), respondent="1"), *[Answer(("b",), (LACK,), respondent=name)] * 12]
    counts = count([*answers, Answer(("b",), respondent=name, status="empty")])
    assert [(one.path, one.respondents) for one in counts.groups] == [((), 1), (("a",), 1)]
    assert numbers(answers) == (1, {"autonomy": 1, "autonomy sought": 1})
    assert counts.statuses == (("empty", None, 1), ("ok", NO_RESPONDENT, 12), ("ok", None, 1))


SAME = [
    ("R1", "r1 "),
    ("jan@zorg.example", "Jan@Zorg.example"),
    ("12", "\uff11\uff12"),
    ("é", "e\u0301"),
    ("a b", "a \u00a0b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_nobody_counts_twice_for_writing_his_name_in_another_way(one, other):
    assert numbers([Answer(respondent=one), Answer(respondent=other), Answer(respondent="z")])[0] == 2


def test_blanks_around_names_make_no_other_respondent_or_group():
    answers = [Answer(("a",), respondent="1"), Answer((" a ",), respondent="1 ")]
    assert [(one.path, one.respondents) for one in count(answers).groups] == [((), 1), (("a",), 1)]


@pytest.mark.parametrize("status", ["empty", "abstained", "failed"])
def test_a_row_that_was_not_read_makes_no_respondent(status):
    counts = count([Answer(("a",)), Answer(("b",), status=status, reason="why")])
    assert [(one.path, one.respondents) for one in counts.groups] == [((), 1), (("a",), 1)]
    assert counts.statuses == ((status, "why", 1), ("ok", None, 1))


def test_a_blank_group_has_a_name():
    assert {one.path for one in count([Answer((None,)), Answer((" ",))]).groups} == {(), (EMPTY,)}


def test_groups_add_up_to_their_parent_on_every_level():
    answers = [Answer((f"a{i % 2}", f"t{i % 3}"), (WISH,) if i % 5 else ()) for i in range(60)]
    groups = {one.path: one for one in count(answers).groups}
    for parent in groups:
        below = [one for path, one in groups.items() if path and path[:-1] == parent]
        if below:
            assert sum(one.respondents for one in below) == groups[parent].respondents
            assert (sum(one.values for one in below) == groups[parent].values).all()


SEVERAL_GROUPS = {
    "two teams of one department": ([("a", "t1"), ("a", "t2")], ("a", SEVERAL)),
    "two departments": ([("a", "t1"), ("b", "t1")], (SEVERAL,)),
    "two teams, then another department": ([("a", "t1"), ("a", "t2"), ("b", "t1")], (SEVERAL,)),
    "three teams": ([("a", "t1"), ("a", "t2"), ("a", "t3")], ("a", SEVERAL)),
}


@pytest.mark.parametrize(("places", "expected"), SEVERAL_GROUPS.values(), ids=SEVERAL_GROUPS.keys())
def test_who_answers_in_several_groups_is_in_none_of_them_but_in_one_of_their_own(places, expected):
    counts = count([Answer(place, (WISH,), respondent="1") for place in places], per_batch=1)
    assert {one.path: one.respondents for one in counts.groups} == {expected[:i]: 1 for i in range(len(expected) + 1)}


def test_each_row_is_given_its_writer_and_the_group_in_which_that_one_counts():
    answers = [Answer(("a", "t1"), respondent="1"), Answer(("a", "t2"), respondent=" 1 "), Answer(("b", None))]
    answers += [Answer(("b", "t3"), respondent="B"), Answer(("a", "t1"), respondent="3", status="empty")]
    counter = Counter(small_codebook(), ("afdeling", "team"), by_respondent=True)
    counter.add(part_of(answers), groups_of(answers))
    several = Writer("1", ("a", SEVERAL))
    rest = [Writer(None, None), Writer("b", ("b", "t3")), Writer("3", None)]
    assert counter.writers(groups_of(answers)) == [several, several, *rest]
    assert counter.rows_without_respondent == 1


def test_each_row_has_a_writer_of_its_own_without_a_respondent_column():
    answers = [Answer(("a",)), Answer((None,))]
    counter = Counter(small_codebook(), ("team",))
    counter.add(part_of(answers), groups_of(answers))
    assert counter.writers(groups_of(answers)) == [Writer(None, ("a",)), Writer(None, (EMPTY,))]


def test_the_result_is_the_same_when_asked_for_again():
    counter = Counter(small_codebook(), ("team",), by_respondent=True)
    answers = [Answer(("a",), (WISH,), respondent="1"), Answer(("a",), (LACK,), respondent="2")]
    counter.add(part_of(answers), groups_of(answers))
    assert [one.respondents for one in counter.result().groups] == [one.respondents for one in counter.result().groups]


def test_the_order_of_rows_and_the_size_of_batches_make_no_difference():
    tags = (WISH, LACK, TRUST, DISTRUST, CONTROL)
    answers = [Answer((f"t{i % 4}",), (tags[i % 5], tags[i % 3]), respondent=str(i // 2)) for i in range(300)]
    shuffled = random.Random(1).sample(answers, len(answers))
    first, second = count(answers), count(shuffled, per_batch=7)
    for one, other in zip(first.groups, second.groups, strict=True):
        assert (one.path, one.respondents, one.speaking) == (other.path, other.respondents, other.speaking)
        assert (one.balance_sum, one.balance_squares) == (other.balance_sum, other.balance_squares)
        assert (one.values == other.values).all()


def test_sides_follow_the_polarity_of_stances():
    answers = [Answer(tags=(TRUST,)), Answer(tags=(DISTRUST, CONTROL)), Answer(tags=(("control", "constrained"),))]
    assert numbers(answers)[1] | {"toward": 2, "against": 1} == numbers(answers)[1]


def test_a_balance_is_that_of_all_rows_of_a_respondent():
    whole = count([Answer(tags=(TRUST, TRUST), respondent="1"), Answer(tags=(CONTROL,), respondent="1")]).groups[0]
    assert (whole.speaking, whole.balance_sum) == (1, round(BALANCE_UNIT / 3))
