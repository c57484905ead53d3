"""A reader who computes: what follows from a summary, solved apart from the code that hides.

Everything that the summary shows becomes a linear inequality in whole numbers, and so does what is public: "<5" is 0 to
4, parents are the sum of their groups, a hidden group has at least one respondent and no more than the smallest sibling
that is shown. Cells are bounded with scipy's MILP solver, from the summary alone.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from service.survey.summary.schema import Cell, GroupFigures, Summary
from tests.service.survey.tallies import SIDE

Path = tuple[str, ...]
Name = tuple[Path, str]
SIZE = "respondents"


class Reader:
    """Bounds every cell of a summary, those of hidden groups included."""

    def __init__(self, summary: Summary) -> None:
        assert summary.whole is not None
        self.groups = {group.path: group for group in (summary.whole, *summary.groups)}
        self.hidden = [one.path for one in summary.hidden if not one.all_below]
        self.names: dict[Name, int] = {}
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: list[tuple[dict[int, int], float, float]] = []
        self.solutions: list[np.ndarray] = []
        for path, group in self.groups.items():
            self._shown(path, group)
        for path in self.hidden:
            siblings = [one.respondents for p, one in self.groups.items() if p and p[:-1] == path[:-1]]
            self._cell((path, SIZE), 1, min(siblings, default=self.groups[path[:-1]].respondents))
            for number in self._numbers(summary.whole):
                self._cell((path, number), 0, self.groups[path[:-1]].respondents)
        for path in (*self.groups, *self.hidden):
            self._unions(path, summary.whole)
        for parent in self.groups:
            below = [path for path in (*self.groups, *self.hidden) if path and path[:-1] == parent]
            for number in (SIZE, *self._numbers(summary.whole)) if below else ():
                terms = {self.names[path, number]: 1 for path in below}
                self.rows.append(({self.names[parent, number]: -1, **terms}, 0, 0))

    def bounds(self, path: Path, number: str) -> tuple[int, int]:
        """Give the least and the most that a cell can be."""
        cell = self.names[path, number]
        return self._best(cell, 1), self._best(cell, -1)

    def may_be(self, path: Path, number: str, least: int, most: int) -> bool:
        """Say whether the cell can be as little as `least` and as much as `most`; earlier solutions count."""
        cell = self.names[path, number]
        known = [solution[cell] for solution in self.solutions]
        low = min(known, default=np.inf) <= least or self._best(cell, 1) <= least
        return low and (max(known, default=-np.inf) >= most or self._best(cell, -1) >= most)

    def cells(self, path: Path) -> dict[str, Cell]:
        """Give all cells of a shown group by name."""
        group = self.groups[path]
        cells = {label.label: label.mentioned for label in group.labels}
        cells |= {f"{label.label} {one.stance}": one.count for label in group.labels for one in label.stances}
        if group.balance:
            cells |= {"toward": group.balance.toward, "against": group.balance.against}
        return cells

    def _numbers(self, whole: GroupFigures) -> list[str]:
        return list(self.cells(whole.path))

    def _shown(self, path: Path, group: GroupFigures) -> None:
        self._cell((path, SIZE), group.respondents, group.respondents)
        for number, cell in self.cells(path).items():
            most = {"few": 4, "hidden": group.respondents, "exact": cell.value}[cell.shown]
            self._cell((path, number), cell.value or 0, most)

    def _cell(self, name: Name, lower: float, upper: float | None) -> None:
        self.names[name] = len(self.names)
        self.lower.append(lower)
        self.upper.append(np.inf if upper is None else upper)

    def _unions(self, path: Path, whole: GroupFigures) -> None:
        unions = {label.label: [f"{label.label} {one.stance}" for one in label.stances] for label in whole.labels}
        if whole.balance:
            for side, sign in (("toward", 1), ("against", -1)):
                unions[side] = [f"{label} {stance}" for (label, stance), one in SIDE.items() if one == sign]
        for union, parts in unions.items():
            place, parts_places = self.names[path, union], [self.names[path, part] for part in parts]
            self.rows.append(({place: 1, **dict.fromkeys(parts_places, -1)}, -np.inf, 0))
            self.rows += [({part: 1, place: -1}, -np.inf, 0) for part in parts_places]
            self.rows.append(({place: 1, self.names[path, SIZE]: -1}, -np.inf, 0))

    def _best(self, cell: int, sign: int) -> int:
        weights = np.zeros(len(self.names))
        weights[cell] = sign
        matrix = np.zeros((len(self.rows), len(self.names)))
        for i, (terms, _, _) in enumerate(self.rows):
            matrix[i, list(terms)] = list(terms.values())
        limits = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        answer = milp(weights, constraints=limits, integrality=1, bounds=Bounds(self.lower, self.upper))
        assert answer.success, "what is shown contradicts itself"
        self.solutions.append(np.rint(answer.x))
        return int(self.solutions[-1][cell])
