"""Intervals and tests, against published figures."""

import pytest

from service.survey.summary.statistics import adjusted_share, benjamini_hochberg, difference, wilson

# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
WILSON = [
    ((81, 263), (0.2553, 0.3662)),
    ((15, 148), (0.0624, 0.1605)),
    ((0, 20), (0.0, 0.1611)),
    ((1, 29), (0.0061, 0.1718)),
]
# Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
NEWCOMBE = [((56, 70, 48, 80), (0.0524, 0.3339)), ((9, 10, 3, 10), (0.1705, 0.8090)), ((10, 10, 0, 20), (0.6791, 1.0))]


@pytest.mark.parametrize(("counts", "expected"), WILSON)
def test_the_interval_of_a_share_is_that_of_wilson(counts, expected):
    assert wilson(*counts) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("counts", "expected"), NEWCOMBE)
def test_the_interval_of_a_difference_is_that_of_newcombe(counts, expected):
    found = difference(*counts)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-4)


def test_the_p_value_is_that_of_the_chi_squared_test():
    from scipy.stats import chi2_contingency

    expected = chi2_contingency([[56, 14], [48, 32]], correction=False).pvalue
    assert difference(56, 70, 48, 80).p == pytest.approx(expected)


@pytest.mark.parametrize("counts", [(20, 20, 30, 30), (0, 20, 0, 30)])
def test_two_shares_without_variance_do_not_differ(counts):
    assert difference(*counts).p == 1


def test_p_values_are_adjusted_as_benjamini_and_hochberg_did():
    # Benjamini & Hochberg (1995), section 3.2: of these 15, the first four are below 0.05.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1.0,
    ]
    adjusted = benjamini_hochberg(p)
    assert sum(one < 0.05 for one in adjusted) == 4
    assert adjusted[:2] == pytest.approx([0.0015, 0.003])


def test_no_p_values_are_no_adjusted_ones():
    assert benjamini_hochberg([]) == []


ADJUSTED = [
    ((0.2, 0.8, 0.5), 0.32),
    ((0.2, 1.0, 1.0), 0.2),
    ((0.9, 0.9, 0.5), 1.0),
    ((0.0, 0.5, 0.5), 0.0),
    ((0.2, 0.8, 0.0), None),
]


@pytest.mark.parametrize(("arguments", "expected"), ADJUSTED)
def test_a_share_is_adjusted_by_precision_and_recall(arguments, expected):
    assert adjusted_share(*arguments) == (expected if expected is None else pytest.approx(expected))
