"""Intervals and tests for shares, from statsmodels, and what a model's errors do to a share.

All take counts of respondents that may be shown, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

CONFIDENCE = 0.95
# Share of the marked differences that may be there by chance alone.
FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """One share minus another."""

    value: float
    low: float
    """Lower end of the 95% interval."""
    high: float
    p: float
    """Two-sided p value."""


def wilson(count: int, respondents: int) -> tuple[float, float]:
    """Give the 95% Wilson score interval of a share.

    Parameters
    ----------
    count, respondents : int
        How many of how many.

    Notes
    -----
    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, 209-212;
    recommended for small samples by Brown, Cai & DasGupta (2001), "Interval estimation for a binomial proportion",
    Statistical Science 16, 101-133. The respondents are taken as a sample of all who might have answered; of a survey
    that everybody answered the share is exact, and the interval says how much another day could have differed.
    """
    low, high = proportion_confint(count, respondents, alpha=1 - CONFIDENCE, method="wilson")
    return float(max(0.0, low)), float(min(1.0, high))


def difference(count: int, respondents: int, other_count: int, other_respondents: int) -> Difference:
    """Compare the shares of two groups that have no respondent in common.

    Parameters
    ----------
    count, respondents : int
        How many of how many.
    other_count, other_respondents : int
        The same of the group that is subtracted.

    Notes
    -----
    The interval is method 10 of Newcombe, R. G. (1998), "Interval estimation for the difference between independent
    proportions: comparison of eleven methods", Statistics in Medicine 17, 873-890; the p value is that of the z test
    with pooled variance (equal to the chi-squared test of the 2x2 table). Counts below five are never shown, so they
    are never compared.
    """
    low, high = confint_proportions_2indep(
        count, respondents, other_count, other_respondents, method="newcomb", compare="diff", alpha=1 - CONFIDENCE
    )
    value = count / respondents - other_count / other_respondents
    if (count + other_count) in (0, respondents + other_respondents):
        return Difference(value, float(low), float(high), 1.0)  # nobody, or everybody, in both: no variance to test by
    _, p = proportions_ztest([count, other_count], [respondents, other_respondents])
    return Difference(value, float(low), float(high), float(p))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number.

    Parameters
    ----------
    p_values : sequence of float
        Of all comparisons that are shown.

    Returns
    -------
    list of float
        In the same order; marking those below `FALSE_DISCOVERY_RATE` keeps the expected share of marks by chance
        below it.

    Notes
    -----
    Benjamini, Y. & Hochberg, Y. (1995), "Controlling the false discovery rate", JRSS B 57, 289-300.
    """
    if not len(p_values):
        return []
    return [float(p) for p in multipletests(np.array(p_values), method="fdr_bh")[1]]


def adjusted_share(share: float, precision: float, recall: float) -> float | None:
    """Say what a share would be if the model's errors were as measured.

    Parameters
    ----------
    share : float
        Share of respondents with the label, as the model reads, 0-1.
    precision : float
        Share of the model's tags that are right.
    recall : float
        Share of what is there that the model finds.

    Returns
    -------
    float or None
        ``share * precision / recall``, at most 1; None when recall is 0.

    Notes
    -----
    Of the share found, `precision` is right; that is `recall` of what is there. The idea is that of Rogan, W. J. &
    Gladen, B. (1978), "Estimating prevalence from the results of a screening test", American Journal of Epidemiology
    107, 71-76, written with precision instead of specificity. Its limits: precision and recall were measured per
    sentence on other writers, a respondent can be found by more than one sentence, and precision falls where a label
    is rarer than it was there. It says in which direction and how far a share may be off, not what the true share is.
    """
    if recall == 0:
        return None
    return min(1.0, share * precision / recall)
