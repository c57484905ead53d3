"""One system of linear inequalities, solved for many objectives (the only place that knows HiGHS).

Each next objective starts from the last solution, which makes it cheap.
"""

import highspy
import numpy as np
from scipy import sparse

# Solutions in whole numbers come out of floating point arithmetic; HiGHS keeps its own within 1e-7.
WHOLE = 1e-5


class Solver:
    """A feasible system ``low <= rows @ x <= high, lower <= x <= upper``.

    Parameters
    ----------
    rows : csc_array, shape (n_rows, n_cells)
        Coefficients.
    low, high : ndarray, shape (n_rows,)
        Bounds of the rows.
    lower, upper : ndarray, shape (n_cells,)
        Bounds of the cells, whole numbers.
    """

    def __init__(
        self, rows: sparse.csc_array, low: np.ndarray, high: np.ndarray, lower: np.ndarray, upper: np.ndarray
    ) -> None:
        self._n = len(lower)
        self._cells = np.arange(self._n, dtype=np.int32)
        problem = highspy.HighsLp()
        problem.num_col_, problem.num_row_ = self._n, len(low)
        problem.col_cost_ = np.zeros(self._n)
        problem.col_lower_, problem.col_upper_ = lower.astype(float), upper.astype(float)
        problem.row_lower_, problem.row_upper_ = low.astype(float), high.astype(float)
        problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        problem.a_matrix_.start_ = rows.indptr.astype(np.int32)
        problem.a_matrix_.index_ = rows.indices.astype(np.int32)
        problem.a_matrix_.value_ = rows.data.astype(float)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._highs.passModel(problem)

    def minimise(self, weights: np.ndarray) -> np.ndarray | None:
        """Find a solution in whole numbers with a small `weights @ x`, at the first try.

        Parameters
        ----------
        weights : ndarray, shape (n_cells,)
            The objective.

        Returns
        -------
        ndarray of int, shape (n_cells,), or None
            None where the best solution is not in whole numbers.
        """
        self._highs.changeColsCost(self._n, self._cells, weights.astype(float))
        return self._run()

    def reach(self, cell: int, sign: int, bound: int) -> np.ndarray | None:
        """Find a solution in whole numbers in which one cell is at most (sign 1) or at least (sign -1) a bound.

        Returns
        -------
        ndarray of int, shape (n_cells,), or None
            None where there is no such solution.
        """
        weights = np.zeros(self._n)
        weights[cell] = sign
        solution = self.minimise(weights)
        if solution is None and self._highs.getObjectiveValue() <= sign * bound + WHOLE:
            self._set_type(highspy.HighsVarType.kInteger)
            solution = self._run()
            self._set_type(highspy.HighsVarType.kContinuous)
        return solution

    def _set_type(self, kind: highspy.HighsVarType) -> None:
        self._highs.changeColsIntegrality(self._n, self._cells, np.array([kind] * self._n))

    def _run(self) -> np.ndarray | None:
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = np.array(self._highs.getSolution().col_value)
        nearest = np.rint(solution)
        return nearest.astype(np.int64) if np.abs(solution - nearest).max(initial=0) < WHOLE else None
