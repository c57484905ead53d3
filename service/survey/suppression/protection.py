"""From exact counts to what may be shown: the one door that all numbers of a survey go through.

Usage::

    protected = protect(counts, min_group=10)
    protected.groups[0].cell(numbers.mentioned("autonomy"))    # 41, FEWER or HIDDEN
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from service.survey.summary.counts import BALANCE_UNIT, Counts, GroupCounts
from service.survey.summary.numbers import Numbers
from service.survey.summary.schema import Cell
from service.survey.suppression.balances import choose_balances
from service.survey.suppression.cells import choose_cells
from service.survey.suppression.groups import Hidden, Path, choose_groups
from service.survey.suppression.table import EXACT, FEW, FEWER, make_table

# What is left of the digits of a mean: nobody reads more, and each further one is a clue to its sum.
DIGITS = 2


@dataclass(frozen=True, slots=True)
class ProtectedGroup:
    """What may be shown of one group."""

    path: Path
    respondents: int
    cells: tuple[Cell, ...]
    """One per number, laid out as `Numbers` says."""
    balance: tuple[float, float] | None
    """Mean and standard deviation of the respondents' balances; None where they are not shown."""


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown of a survey."""

    numbers: Numbers
    groups: tuple[ProtectedGroup, ...]
    """Each group after its parent, the whole first; empty when the whole is too small."""
    hidden: tuple[Hidden, ...]
    statuses: tuple[tuple[str, str | None, Cell], ...]
    """(status, reason, rows) of the whole; hidden when the whole is, and "<5" as any other number."""


def protect(counts: Counts, min_group: int) -> Protected:
    """Decide what may be shown.

    Parameters
    ----------
    counts : Counts
        All groups, from `Counter.result`.
    min_group : int
        Fewest respondents of a group that is shown.

    Raises
    ------
    InputError
        When `min_group` is below 5.
    """
    by_path = {group.path: group for group in counts.groups}
    choice = choose_groups({path: group.respondents for path, group in by_path.items()}, min_group)
    statuses = tuple(
        (status, reason, _rows(rows) if choice.paths else Cell(shown="hidden"))
        for status, reason, rows in counts.statuses
    )
    if not choice.paths:
        return Protected(counts.numbers, (), choice.hidden, statuses)
    table = make_table(
        choice.paths,
        {path: group.respondents for path, group in by_path.items()},
        {path: group.values for path, group in by_path.items()},
    )
    looks = choose_cells(table, counts.numbers)
    means = choose_balances(table, counts.numbers, looks)
    groups = tuple(
        ProtectedGroup(
            path,
            by_path[path].respondents,
            _cells(by_path[path].values, looks[row]),
            _balance(by_path[path]) if means[row] else None,
        )
        for row, path in enumerate(choice.paths)
    )
    return Protected(counts.numbers, groups, choice.hidden, statuses)


def _rows(rows: int) -> Cell:
    # That one comment was not in Dutch can point at a person as well as a label can.
    return Cell(shown="few") if rows < FEW else Cell(value=rows, shown="exact")


def _cells(values: np.ndarray, looks: np.ndarray) -> tuple[Cell, ...]:
    return tuple(
        Cell(value=int(value), shown="exact")
        if look == EXACT
        else Cell(shown="few")
        if look == FEWER
        else Cell(shown="hidden")
        for value, look in zip(values, looks, strict=True)
    )


def _balance(group: GroupCounts) -> tuple[float, float]:
    mean = group.balance_sum / group.speaking / BALANCE_UNIT
    square = group.balance_squares / group.speaking / BALANCE_UNIT**2
    return round(mean, DIGITS), round(sqrt(max(0.0, square - mean**2)), DIGITS)
