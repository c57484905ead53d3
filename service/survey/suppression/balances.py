"""Which groups' mean balance is shown.

A mean and a spread are sums divided by a number of respondents, and sums can be subtracted like counts. So a group's
mean is shown only where both its side counts are, and only where the rest of its family (the groups of its parent
without a mean, and the pool) is empty or could show a mean itself: at least five respondents on either side, and not
all but fewer than five. What a reader gets by subtracting is then the mean of a set that would be shown, too. Until
that holds, the smallest group with a mean loses it.
"""

import numpy as np

from service.survey.summary.numbers import Numbers
from service.survey.suppression.table import EXACT, Table


def choose_balances(table: Table, numbers: Numbers, looks: np.ndarray) -> np.ndarray:
    """Decide which groups show their mean balance.

    Parameters
    ----------
    table : Table
        All counts.
    numbers : Numbers
        Where the sides are.
    looks : ndarray, shape (n_rows, n_numbers)
        What is shown of each count.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        False for all pools, and everywhere when the codebook has no balance rule.
    """
    shown = np.zeros(len(table.sizes), dtype=bool)
    if numbers.sides is None:
        return shown
    sides = [numbers.toward, numbers.against]
    could = (looks[:, sides] == EXACT).all(axis=1)
    shown[0] = could[0]
    for parent in range(table.n_groups):
        family = np.flatnonzero(table.parents == parent)
        if not shown[parent] or not len(family):
            continue
        shown[family] = could[family]
        while shown[family].any() and not _rest_may_be_known(table, sides, family[~shown[family]]):
            candidates = family[shown[family]]
            shown[candidates[np.argmin(table.sizes[candidates])]] = False
    return shown


def _rest_may_be_known(table: Table, sides: list[int], rest: np.ndarray) -> bool:
    if not len(rest):
        return True
    joined = Table((), np.array([-1]), table.sizes[rest].sum(keepdims=True), table.values[rest].sum(axis=0)[None])
    return not joined.sensitive[0, sides].any()
