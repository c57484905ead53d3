"""Hide label counts until nothing that is hidden can be computed.

First each cell by itself: "<5" below five, hidden where all but fewer than five mention the label. Then the reader who
computes attacks (see `attack`), and for each cell that is not safe a little more is hidden, where it costs least:

1. for a stance count that is known not to be 0: the "<5" beside it in the same group, then that of the same stance in a
   sibling;
2. in the siblings that show this number exactly, the smallest first: their stance counts when it is about a stance,
   then all their counts of the label; at last in the group itself;
3. the family's "<5" (a family is the groups of one parent);
4. the same one level up, to the whole.

Not all of that turns out to be needed once the last step is taken. So what was hidden is shown again, the whole first
and large counts before small ones, wherever the attack still finds nothing.

When everything is hidden nothing can be computed, so this ends. Where an exact count is hidden, so are those below it:
they would add up to it. A "<5" that is hidden says less, not something else: "te weinig respondenten".
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from service.survey.summary.numbers import Numbers, Union
from service.survey.suppression.attack import Attack
from service.survey.suppression.table import EXACT, FEWER, HIDDEN, Table

# Attacks on a block times rows that are spent on showing again what was hidden: all that are worth it in a survey of
# tens of groups, the largest counts in one of hundreds. A number, not a time: the same counts always show the same.
SHOW_AGAIN_WORK: Final = 4000


def choose_cells(table: Table, numbers: Numbers) -> np.ndarray:
    """Decide what is shown of each cell.

    Families are settled one by one first, from the whole down, which is quick. Then the reader attacks everything
    together, and what that finds is hidden as well: the last word is always an attack on the whole table.

    Parameters
    ----------
    table : Table
        All counts.
    numbers : Numbers
        How the table's columns hang together.

    Returns
    -------
    ndarray, shape (n_rows, n_numbers)
        `EXACT`, `FEWER` or `HIDDEN`; the rows of the pools are `HIDDEN`.
    """
    looks = table.first_look()
    tries = SHOW_AGAIN_WORK // len(table.sizes)
    families = [rows for parent in range(table.n_groups) if len(rows := table.family(parent)) > 1]
    for block in numbers.blocks:
        attack = Attack(table, block)
        for rows in families if len(families) > 1 else ():
            _settle_family(attack, rows, looks, tries)
        _settle(attack, looks, table.first_look(), tries)
    return looks


def _settle_family(attack: Attack, rows: np.ndarray, looks: np.ndarray, tries: int) -> None:
    """Settle a parent and its groups as if there were no others; changes `looks`."""
    at_first = looks[rows]
    at_first[1:][(at_first[0] == HIDDEN) & (at_first[1:] == EXACT)] = HIDDEN
    family = Attack(attack.table.only(rows), attack.block)
    found = at_first.copy()
    _settle(family, found, at_first, tries)
    looks[rows] = found
    attack.learn(family, rows)


def _settle(attack: Attack, looks: np.ndarray, at_most: np.ndarray, tries: int) -> None:
    """Hide until the attack finds nothing, and show again what it does not need, `at_most` that; changes `looks`."""
    unsafe = attack.again(looks)
    while len(unsafe) and (looks[:, attack.numbers] != HIDDEN).any():
        if not _hide_more(attack.table, attack.block, looks, unsafe):
            looks[:, attack.numbers] = HIDDEN
        unsafe = attack.again(looks)
    _show_again(attack, looks, at_most, tries)


def _show_again(attack: Attack, looks: np.ndarray, at_most: np.ndarray, tries: int) -> None:
    table = attack.table
    hidden = [(row, n) for row in range(table.n_groups) for n in attack.numbers if looks[row, n] != at_most[row, n]]
    hidden.sort(key=lambda cell: (cell[0] > 0, -table.values[cell], cell))
    todo = [hidden] if hidden else []
    for _ in range(tries):
        if not todo:
            return
        cells = todo.pop()
        rows, numbers = np.array(cells).T
        tried = looks.copy()
        tried[rows, numbers] = at_most[rows, numbers]
        if attack.finds_nothing(tried):
            looks[rows, numbers] = at_most[rows, numbers]
        elif len(cells) > 1:
            todo += [cells[len(cells) // 2 :], cells[: len(cells) // 2]]


def _hide_more(table: Table, block: Sequence[Union], looks: np.ndarray, unsafe: np.ndarray) -> bool:
    """Take one step for each family and number that is not safe there; say whether that changed `looks`."""
    done: set[tuple[int, int]] = set()
    changed = False
    for row, number, too_large in unsafe.tolist():
        family = (int(table.parents[row]), number)
        if family not in done:
            done.add(family)
            for union in block:
                if number in (union.whole, *union.parts):
                    changed |= _Step(table, union, looks, number).take(row, bool(too_large))
    return changed


class _Step:
    """One step for one number of one union."""

    def __init__(self, table: Table, union: Union, looks: np.ndarray, number: int) -> None:
        self.table, self.looks, self.number = table, looks, number
        self.of_a_part = number != union.whole
        self.one = np.array([number])
        self.parts = np.array(union.parts)
        self.all = np.array([*union.parts, union.whole])

    def take(self, row: int, too_large: bool) -> bool:
        """Hide a little for the sake of one row's cell; False when there is nothing left to hide."""
        while row >= 0:
            parent = int(self.table.parents[row])
            family = np.flatnonzero(self.table.parents[: self.table.n_groups] == parent).tolist()
            if self.of_a_part and too_large and (self._hide(row, self.parts, FEWER) or self._hide_fewer(family)):
                return True
            for one in sorted(family, key=lambda one: (one == row, self._cost(one))):
                if (self.of_a_part and self._hide(one, self.parts, EXACT)) or self._hide(one, self.all, EXACT):
                    return True
            if sum(self._hide(one, self.all, FEWER) for one in family):
                return True
            row = parent
        return False

    def _hide_fewer(self, family: list[int]) -> bool:
        """Hide the "<5" of this number that leaves most room: the largest."""
        fewer = [one for one in family if self.looks[one, self.number] == FEWER]
        return bool(fewer) and self._hide(
            max(fewer, key=lambda one: self.table.values[one, self.number]), self.one, FEWER
        )

    def _cost(self, row: int) -> tuple[bool, int]:
        return self.looks[row, self.number] != EXACT, int(self.table.values[row, self.all[-1]])

    def _hide(self, row: int, numbers: np.ndarray, what: np.int8) -> bool:
        """Hide the cells of a group that look like `what`; exact ones below it, too. False when there are none."""
        hit = numbers[self.looks[row, numbers] == what]
        self.looks[row, hit] = HIDDEN
        below = np.flatnonzero(self.table.parents[: self.table.n_groups] == row) if what == EXACT else ()
        return len(hit) + sum(self._hide(int(child), numbers, what) for child in below) > 0
