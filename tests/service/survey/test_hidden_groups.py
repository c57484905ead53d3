"""Which groups are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from service.survey.suppression.groups import Hidden, choose_groups, how_many_hidden

# sizes, smallest first; how many of the smallest are hidden at a minimum of ten
HIDDEN = [
    ([10, 12, 40], 0),
    ([9, 12, 40], 2),
    ([3, 6, 12, 25, 40], 3),
    ([3, 8, 12, 25, 40], 2),
    ([4, 40], 2),
    ([8, 14, 22, 30, 35], 2),
    ([9, 50, 50, 50, 60, 80], 4),
    ([2, 10, 10, 10], 2),
    ([30], 0),
]


@pytest.mark.parametrize(("sizes", "expected"), HIDDEN)
def test_small_groups_are_hidden_and_the_smallest_others_with_them(sizes, expected):
    assert how_many_hidden(sizes, 10) == expected


def sizes_of(leaves: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    sizes: dict[tuple[str, ...], int] = {(): 0}
    for path, size in leaves.items():
        for level in range(len(path) + 1):
            sizes[path[:level]] = sizes.get(path[:level], 0) + size
    return sizes


def test_small_groups_roll_up_into_their_parent():
    shown = choose_groups(sizes_of({("a", "t1"): 6, ("a", "t2"): 7, ("b", "t1"): 20, ("b", "t2"): 20}), 10)
    assert shown.paths == ((), ("a",), ("b",), ("b", "t1"), ("b", "t2"))
    assert shown.hidden == (Hidden(("a", "t1")), Hidden(("a", "t2")))


def test_nothing_below_a_hidden_group_is_shown_or_named():
    shown = choose_groups(sizes_of({("a", "t1"): 4, ("b", "t1"): 15, ("c", "t1"): 40, ("c", "t2"): 40}), 10)
    assert shown.paths == ((), ("c",), ("c", "t1"), ("c", "t2"))
    assert shown.hidden == (Hidden(("a",)), Hidden(("b",)))


def test_groups_of_one_respondent_each_are_not_even_named():
    shown = choose_groups(sizes_of({(f"t{i}",): 1 for i in range(20)}), 10)
    assert (shown.paths, shown.hidden) == (((),), (Hidden((), all_below=True),))


def test_a_whole_that_is_too_small_is_hidden():
    assert choose_groups(sizes_of({("a",): 4, ("b",): 5}), 10).paths == ()


@pytest.mark.parametrize("min_group", [4, 1, 0, -1])
def test_a_minimum_below_five_is_refused(min_group):
    with pytest.raises(InputError, match="5 or more"):
        choose_groups({(): 100}, min_group)


@given(st.lists(st.integers(1, 80), min_size=2, max_size=30), st.integers(5, 20))
def test_the_hidden_groups_together_are_no_group_that_would_be_hidden(sizes, min_group):
    sizes.sort()
    n_hidden = how_many_hidden(sizes, min_group)
    assert all(size >= min_group for size in sizes[n_hidden:])
    if n_hidden and sum(sizes) >= min_group:
        assert n_hidden >= 2
        assert sum(sizes[:n_hidden]) >= min_group
