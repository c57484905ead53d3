"""The table of counts that is protected: one row per group, one column per number, and what is shown of each cell.

Besides the groups that are shown there is a row for what lies between each parent and its shown groups together: the
pool of its hidden groups. Nobody is shown a pool, but everybody can subtract, so its numbers are protected like any
other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.survey.suppression.groups import Path

FEW: Final = 5
"""A label that fewer respondents mention is shown as "<5"."""
EXACT, FEWER, HIDDEN = np.int8(0), np.int8(1), np.int8(2)


@dataclass(frozen=True, eq=False)
class Table:
    """Counts of the shown groups and of the pools between them."""

    paths: tuple[Path, ...]
    """The groups that are shown, each after its parent."""
    parents: np.ndarray
    """Shape (n_rows,): row of the parent, -1 for the whole. Pools come after the groups."""
    sizes: np.ndarray
    """Shape (n_rows,): respondents."""
    values: np.ndarray
    """Shape (n_rows, n_numbers)."""

    @property
    def n_groups(self) -> int:
        """Number of rows that are shown groups."""
        return len(self.paths)

    @property
    def sensitive(self) -> np.ndarray:
        """Cells that nobody may come to know, shape (n_rows, n_numbers), bool.

        Fewer than `FEW` respondents mention it, or all but fewer than `FEW` do: then each of them is known to have said
        it, which is no less than to know a handful by name.
        """
        few: np.ndarray = self.values < FEW
        sensitive: np.ndarray = few | self.nearly_all
        return sensitive

    @property
    def nearly_all(self) -> np.ndarray:
        """Cells that count all respondents but fewer than `FEW`, and at least `FEW`; same shape, bool."""
        nearly: np.ndarray = (self.values >= FEW) & (self.values > self.sizes[:, None] - FEW)
        return nearly

    def family(self, parent: int) -> np.ndarray:
        """Give the rows of a group and of all directly below it, the group first and a pool last."""
        return np.array([parent, *np.flatnonzero(self.parents == parent)])

    def only(self, rows: np.ndarray) -> "Table":
        """Give a table of one family's rows."""
        paths = tuple(self.paths[row] for row in rows if row < self.n_groups)
        return Table(paths, np.array([-1] + [0] * (len(rows) - 1)), self.sizes[rows], self.values[rows])

    def first_look(self) -> np.ndarray:
        """Give what each cell's own number allows to show, shape (n_rows, n_numbers); pools are `HIDDEN`."""
        looks = np.where(self.values < FEW, FEWER, np.where(self.nearly_all, HIDDEN, EXACT))
        looks[self.n_groups :] = HIDDEN
        return looks


def make_table(paths: tuple[Path, ...], sizes: Mapping[Path, int], values: Mapping[Path, np.ndarray]) -> Table:
    """Lay out the shown groups and add the pools.

    Parameters
    ----------
    paths : tuple of path
        The groups that are shown, each after its parent, the whole first.
    sizes : mapping of path to int
        Respondents per group.
    values : mapping of path to ndarray, shape (n_numbers,)
        Counts per group.
    """
    places = {path: row for row, path in enumerate(paths)}
    parents = [places[path[:-1]] if path else -1 for path in paths]
    all_sizes = [sizes[path] for path in paths]
    all_values = [values[path] for path in paths]
    for row in range(len(paths)):
        children = [child for child in range(len(paths)) if parents[child] == row]
        rest = all_sizes[row] - sum(all_sizes[child] for child in children)
        if children and rest:
            parents.append(row)
            all_sizes.append(rest)
            all_values.append(all_values[row] - sum(all_values[child] for child in children))
    return Table(paths, np.array(parents), np.array(all_sizes), np.array(all_values))
