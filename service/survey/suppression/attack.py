"""Play the reader who computes what is not shown from everything that is.

The reader knows: the cells that are shown; that "<5" is 0 to 4; the size of each shown group, and so of each pool; that
a parent is the sum of its groups; that a union is at least its largest part and at most the sum of its parts and no
more than the group. That is a system of linear inequalities in whole numbers. A sensitive cell is safe when the system
has a solution with 0 in it and one with 4 in it (or, for a cell that counts nearly all, one with so few that it does
not). Such a solution is a witness: found by HiGHS (Huangfu & Hall, 2018, "Parallelizing the dual revised simplex
method", Math. Prog. Comp. 10, 119-142) and accepted only when it is in whole numbers. One solution is witness for many
cells at once, and the counts themselves are the first. Cells that look alike to the reader share one verdict.

What two exact counts of one group say together is shown, and not protected: 12 mention a label and 9 do so as
constrained, so 3 do not. With which stance these 3 do, and whether the 9 do so with another stance, too, stays open.

Hiding more makes the system looser, so a cell that is safe stays safe: `Attack.again` asks only for the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from service.survey.summary.numbers import Union
from service.survey.suppression.solver import Solver
from service.survey.suppression.table import EXACT, FEW, FEWER, HIDDEN, Table

# Witnesses looked for per round with all open questions in one objective, before each question is asked alone.
IDLE_TRIES = 3


@dataclass(eq=False)
class Attack:
    """The attack on one block of numbers.

    Attributes
    ----------
    table : Table
        All counts.
    block : sequence of Union
        Unions that share numbers with no other block.
    """

    table: Table
    block: Sequence[Union]
    numbers: np.ndarray = field(init=False)
    """The block's columns of the table."""

    def __post_init__(self) -> None:
        self.numbers = np.unique([number for union in self.block for number in (union.whole, *union.parts)])
        values = self.table.values[:, self.numbers]
        self._truth = values.ravel()
        self._shape = values.shape
        self._rows, self._low, self._high = self._system()
        few = (values < FEW).ravel()
        nearly = self.table.nearly_all[:, self.numbers].ravel()
        self._sizes = np.repeat(self.table.sizes, len(self.numbers))
        # what a witness has to show in a cell: a number at most `_floor`, another at least `_ceiling`
        self._floor = np.where(few, 0, self._sizes - FEW)
        self._ceiling = np.where(few, FEW - 1, 0)
        self._questions = (few | nearly) & (self._truth > self._floor), few & (self._truth < self._ceiling)
        self._low_open, self._high_open = (questions.copy() for questions in self._questions)
        self._witnesses: list[np.ndarray] = []

    def finds_nothing(self, looks: np.ndarray) -> bool:
        """Say whether all cells are safe when `looks` is shown, whatever earlier calls found."""
        self._low_open, self._high_open = (questions.copy() for questions in self._questions)
        return self._attack(looks, until_found=True)

    def learn(self, family: "Attack", rows: np.ndarray) -> None:
        """Take over the witnesses of an attack on some rows of the table, where they hold in all of it.

        Parameters
        ----------
        family : Attack
            On the same block and on `table.only(rows)`.
        rows : ndarray
            Its rows.
        """
        cells = (rows[:, None] * self._shape[1] + np.arange(self._shape[1])).ravel()
        for witness in family._witnesses:
            everywhere = self._truth.copy()
            everywhere[cells] = witness
            sums = self._rows @ everywhere
            if (sums >= self._low).all() and (sums <= self._high).all():
                self._witnesses.append(everywhere)

    def again(self, looks: np.ndarray) -> np.ndarray:
        """Give the cells that are not safe when `looks` is shown.

        Parameters
        ----------
        looks : ndarray, shape (n_rows, n_numbers)
            `EXACT`, `FEWER` or `HIDDEN` per cell of the table; never more than at an earlier call.

        Returns
        -------
        ndarray of (row, number, too_large), shape (n_cells, 3)
            Row and column in the table, and whether the cell is known to be too large: it cannot be as small as it must
            be able to be. Otherwise it cannot be as large.
        """
        self._attack(looks)
        unsafe = np.flatnonzero(self._low_open | self._high_open)
        row, column = np.divmod(unsafe, self._shape[1])
        return np.column_stack([row, self.numbers[column], self._low_open[unsafe]])

    def _attack(self, looks: np.ndarray, until_found: bool = False) -> bool:
        """Close all questions that have a witness; say whether that is all of them."""
        shown = looks[:, self.numbers].ravel()
        lower = np.where(shown == EXACT, self._truth, 0)
        upper = np.where(shown == EXACT, self._truth, np.where(shown == FEWER, FEW - 1, self._sizes))
        self._recall(lower, upper)
        if not self._n_open():
            return True
        free = np.flatnonzero(lower < upper)
        rest = self._rows[:, free]
        fixed = self._rows @ np.where(lower < upper, 0, lower)
        names = self._names(shown)
        _, parts = connected_components(abs(rest.T) @ abs(rest), directed=False)
        for part in np.unique(parts[(self._low_open | self._high_open)[free]]):
            cells = free[parts == part]
            self._settle(cells, lower, upper, fixed, names, until_found)
            if until_found and self._n_open(cells):
                return False
        return not self._n_open()

    def _recall(self, lower: np.ndarray, upper: np.ndarray) -> None:
        """Call the witnesses of earlier attacks that contradict nothing that is shown now."""
        if self._witnesses:
            known = np.array(self._witnesses)
            known = known[((known >= lower) & (known <= upper)).all(axis=1)]
            self._low_open &= (known > self._floor).all(axis=0)
            self._high_open &= (known < self._ceiling).all(axis=0)

    def _system(self) -> tuple[sparse.csc_array, np.ndarray, np.ndarray]:
        """Build `low <= rows @ cells <= high`: sums over groups, then unions within each group."""
        n_rows, n_numbers = self._shape
        entries: list[tuple[int, int, int]] = []
        low: list[float] = []
        high: list[float] = []

        def add(terms: Sequence[tuple[int, int]], most: float, least: float) -> None:
            entries.extend((len(low), cell, sign) for cell, sign in terms)
            low.append(least)
            high.append(most)

        place = {number: i for i, number in enumerate(self.numbers)}
        for parent in range(self.table.n_groups):
            children = np.flatnonzero(self.table.parents == parent)
            for i in range(n_numbers if len(children) else 0):
                terms = [(int(child) * n_numbers + i, 1) for child in children]
                add([(parent * n_numbers + i, -1), *terms], 0, 0)
        for row in range(n_rows):
            for union in self.block:
                whole = row * n_numbers + place[union.whole]
                parts = [row * n_numbers + place[part] for part in union.parts]
                add([(whole, 1), *((part, -1) for part in parts)], 0, -np.inf)
                for part in parts:
                    add([(part, 1), (whole, -1)], 0, -np.inf)
        line, cell, sign = np.array(entries).T
        return (
            sparse.csc_array((sign, (line, cell)), shape=(len(low), n_rows * n_numbers)),
            np.array(low),
            np.array(high),
        )

    def _names(self, shown: np.ndarray) -> list[object]:
        """Give each cell a name that it shares with the cells which look the same to a reader.

        Leaves of one parent that show the same in every cell of the block can change places; so can their cells. The
        size matters only where a cell is hidden: elsewhere it bounds nothing.
        """
        n_numbers = self._shape[1]
        shows = np.where(shown == EXACT, self._truth, -1 - shown).reshape(self._shape)
        has_children = set(self.table.parents.tolist())
        names: list[object] = []
        for row, (parent, size) in enumerate(zip(self.table.parents, self.table.sizes, strict=True)):
            bound = int(size) if (shows[row] == -1 - HIDDEN).any() else 0
            look = (int(parent), bound, *shows[row]) if row not in has_children else row
            names += [(look, row < self.table.n_groups, i) for i in range(n_numbers)]
        return names

    def _settle(
        self,
        cells: np.ndarray,
        lower: np.ndarray,
        upper: np.ndarray,
        fixed: np.ndarray,
        names: list[object],
        until_found: bool,
    ) -> None:
        """Look for witnesses in one part of the system that touches no other."""
        rows = self._rows[:, cells]
        used = np.flatnonzero(np.diff(rows.tocsr().indptr))
        solver = Solver(
            rows.tocsr()[used].tocsc(),
            self._low[used] - fixed[used],
            self._high[used] - fixed[used],
            lower[cells],
            upper[cells],
        )
        random = np.random.default_rng(0)
        idle = 0
        while idle < IDLE_TRIES:
            low, high = self._low_open[cells], self._high_open[cells]
            if not (low.any() or high.any()):
                return
            sign = np.where(low & high, random.choice([-1, 1], len(cells)), low.astype(int) - high.astype(int))
            before = low.sum() + high.sum()
            self._accept(cells, solver.minimise(sign * random.uniform(0.5, 1.5, len(cells))))
            idle = idle + 1 if self._n_open(cells) == before else 0
        self._ask_one_by_one(cells, solver, names, until_found)

    def _ask_one_by_one(self, cells: np.ndarray, solver: Solver, names: list[object], until_found: bool) -> None:
        """Ask what is left for each cell alone, once for all that look alike."""
        for sign, questions, bound in ((1, self._low_open, self._floor), (-1, self._high_open, self._ceiling)):
            verdicts: dict[object, bool] = {}
            for i, cell in enumerate(cells):
                if not questions[cell]:
                    continue
                name = (names[cell], int(bound[cell]))
                if name not in verdicts:
                    self._accept(cells, solver.reach(i, sign, int(bound[cell])))
                    verdicts[name] = not questions[cell]
                questions[cell] = not verdicts[name]
                if until_found and questions[cell]:
                    return

    def _accept(self, cells: np.ndarray, witness: np.ndarray | None) -> None:
        if witness is not None:
            everywhere = self._truth.copy()
            everywhere[cells] = witness
            self._witnesses.append(everywhere)
            self._low_open[cells] &= witness > self._floor[cells]
            self._high_open[cells] &= witness < self._ceiling[cells]

    def _n_open(self, cells: np.ndarray | slice = slice(None)) -> int:
        return int(self._low_open[cells].sum() + self._high_open[cells].sum())
