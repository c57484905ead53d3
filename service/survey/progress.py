"""The progress bar of a long run: rows, rate and time left, on standard error and on a terminal only."""

import sys
from typing import Self

from tqdm import tqdm


class Progress:
    """Rows that are done.

    Parameters
    ----------
    rows : int
        All rows of the file.
    """

    def __init__(self, rows: int) -> None:
        self.rows_taken_over = 0
        # The mean over the whole run (smoothing 0): parts differ much in length, and an estimate should not jump.
        self._bar = tqdm(total=rows, unit=" rows", file=sys.stderr, disable=None, smoothing=0, dynamic_ncols=True)

    def done(self, rows: int) -> None:
        """Count rows that were read now."""
        self._bar.update(rows)

    def taken_over(self, rows: int) -> None:
        """Count rows that an earlier run has read; they say nothing of this run's speed."""
        self.rows_taken_over += rows
        if not self._bar.disable:
            self._bar.initial += rows
            self._bar.update(rows)

    def __enter__(self) -> Self:
        """Show the bar for a while."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the bar as it is."""
        self._bar.close()
