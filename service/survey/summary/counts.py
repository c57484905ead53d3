"""Count respondents per group, once each, in flat memory.

The numbers here are exact and must not leave the process: what may be shown of them is for `suppression` to say.

A respondent counts when at least one of his or her rows was read (status ``ok``). Each respondent is in exactly one
group of each level, so that the groups add up to their parent. Whoever answered in several groups of one parent
would otherwise be found as the difference between the sum of the groups and the parent; such respondents count in the
parent and form a group of their own beside the others (`SEVERAL`), which obeys the same rules.

Where the file says who answered, a row that does not say so counts nowhere: it might be of anybody, and ten such rows
of one respondent would pass for a group that may be shown. How many there are stands among the statuses.

Usage::

    counter = Counter(codebook, group_by=("afdeling", "team"), by_respondent=True)
    counter.add(part, groups)     # as many times as there are batches
    counts = counter.result()
"""

import unicodedata
from collections import Counter as Tally
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from models.codebook import Codebook
from service.survey.summary.numbers import Numbers
from service.survey.summary.respondents import Respondents

Path = tuple[str, ...]
EMPTY: Final = "(leeg)"
SEVERAL: Final = "(meer dan één groep)"
NO_RESPONDENT: Final = "no_respondent"
"""Reason of rows that were read, but do not say who answered."""
# Balances are summed as whole numbers of 1/10,000, so that no order of adding changes the last digit.
BALANCE_UNIT: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class GroupCounts:
    """One group; each number counts respondents."""

    path: Path
    """One name per level; ``()`` is the whole."""
    respondents: int
    values: np.ndarray
    """Shape (n_numbers,), int64, laid out as `Numbers` says."""
    speaking: int
    """Respondents with a balance: at least one sentence on either side."""
    balance_sum: int
    """Sum of their balances, in units of 1 / `BALANCE_UNIT`."""
    balance_squares: int
    """Sum of the squares, in units of 1 / `BALANCE_UNIT` squared."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a row."""

    name: str | None
    """What the file calls him or her, blanks and capitals aside; None where each row is a respondent, or nobody."""
    path: Path | None
    """The group that he or she counts in; None for who counts nowhere."""


@dataclass(frozen=True, slots=True)
class Counts:
    """All groups of a survey, sorted by path: each group after its parent, and the whole first."""

    numbers: Numbers
    groups: tuple[GroupCounts, ...]
    statuses: tuple[tuple[str, str | None, int], ...]
    """(status, reason, rows) over all rows of the file."""


class Counter:
    """Adds up batches of tagged rows.

    Parameters
    ----------
    codebook : Codebook
        The one that the rows were tagged with.
    group_by : tuple of str
        The columns that make the groups, the outermost first.
    by_respondent : bool
        Whether the file says who answered; otherwise each row is a respondent.
    """

    def __init__(self, codebook: Codebook, group_by: tuple[str, ...] = (), by_respondent: bool = False) -> None:
        self.numbers = Numbers.of(codebook)
        self._depth = len(group_by)
        self._by_respondent = by_respondent
        n_stances = len(self.numbers.stances)
        self._bits = {
            (label, stance): i * n_stances + j
            for i, label in enumerate(self.numbers.labels)
            for j, stance in enumerate(self.numbers.stances)
        }
        self._path_ids: dict[Path, int] = {}
        self._paths: list[Path] = []
        self._sums: list[np.ndarray] = []
        self._statuses: Tally[tuple[str, str | None]] = Tally()
        self._respondents = Respondents(len(self._bits), self._common)

    def add(self, part: pa.RecordBatch, groups: pa.RecordBatch) -> None:
        """Add rows.

        Parameters
        ----------
        part : pyarrow.RecordBatch
            Rows as `batch.part_schema` says: of its columns `status`, `reason`, `tags`, `toward`, `against` are read.
        groups : pyarrow.RecordBatch
            The same rows. By place: first the respondent (of no account unless `by_respondent`; then a row where it
            is null or blank is in no number), then one column per level (null or blank: the group `EMPTY`).
        """
        status = part.column("status").to_pylist()
        names = self._names_of(groups)
        nobody = [self._by_respondent and name is None for name in names]
        reasons = [
            NO_RESPONDENT if one == "ok" and unknown else reason
            for one, unknown, reason in zip(status, nobody, part.column("reason").to_pylist(), strict=True)
        ]
        self._statuses.update(zip(status, reasons, strict=True))
        read = np.array([one == "ok" and not unknown for one, unknown in zip(status, nobody, strict=True)], dtype=bool)
        if not read.any():
            return
        bits = self._bits_of(part)[read]
        sides = np.column_stack([part.column(name).fill_null(0).to_numpy() for name in ("toward", "against")])[read]
        paths = self._path_ids_of(groups)[read]
        if self._by_respondent:
            respondents = [name for name, counts in zip(names, read, strict=True) if counts and name is not None]
            self._respondents.add(respondents, paths, bits, sides)
        else:
            self._sum(self._sums, paths, bits, sides)

    def result(self) -> Counts:
        """Give the counts of all groups that hold at least one respondent, and of the whole."""
        all_sums = [sums.copy() for sums in self._sums]
        for paths, bits, sides in self._respondents.batches():
            self._sum(all_sums, paths, bits, sides)
        totals: dict[Path, np.ndarray] = {(): np.zeros(len(self.numbers) + 4, dtype=np.int64)}
        for path, sums in zip(self._paths, all_sums, strict=True):
            if sums[0] == 0:
                continue  # a group that all its respondents left for SEVERAL
            for level in range(len(path) + 1):
                totals[path[:level]] = totals.get(path[:level], 0) + sums
        return Counts(
            self.numbers,
            tuple(
                GroupCounts(path, int(sums[0]), sums[4:], *(int(number) for number in sums[1:4]))
                for path, sums in sorted(totals.items())
            ),
            tuple((status, reason, rows) for (status, reason), rows in sorted(self._statuses.items(), key=str)),
        )

    @property
    def rows_without_respondent(self) -> int:
        """Rows that were read and are in no number, because they do not say who answered."""
        return self._statuses["ok", NO_RESPONDENT]

    def writers(self, groups: pa.RecordBatch) -> list[Writer]:
        """Give the writer of each row, and the group in which he or she is counted: not always that of the row.

        Parameters
        ----------
        groups : pyarrow.RecordBatch
            Rows as `add` takes them, after all of them were added.
        """
        names = self._names_of(groups)
        own = self._path_ids_of(groups).tolist()
        if not self._by_respondent:
            return [Writer(None, self._paths[place]) for place in own]
        places = self._respondents.places([name for name in names if name is not None])
        return [Writer(name, self._paths[places[name]] if name in places else None) for name in names]

    def _names_of(self, groups: pa.RecordBatch) -> list[str | None]:
        return [_same(name) for name in groups.column(0).to_pylist()]

    def _bits_of(self, part: pa.RecordBatch) -> np.ndarray:
        """Give which (label, stance) each row mentions, shape (n_rows, n_labels * n_stances), bool."""
        tags = part.column("tags")
        rows = tags.value_lengths().fill_null(0).to_numpy()
        flat = tags.flatten()
        pairs = zip(flat.field("label").to_pylist(), flat.field("stance").to_pylist(), strict=True)
        bits = np.zeros((len(tags), len(self._bits)), dtype=bool)
        bits[np.repeat(np.arange(len(tags)), rows), [self._bits[pair] for pair in pairs]] = True
        return bits

    def _path_ids_of(self, groups: pa.RecordBatch) -> np.ndarray:
        if not self._depth:
            return np.full(groups.num_rows, self._path_id(()))
        levels = [groups.column(1 + level).to_pylist() for level in range(self._depth)]
        return np.array([self._path_id(tuple(_trimmed(n) or EMPTY for n in row)) for row in zip(*levels, strict=True)])

    def _path_id(self, path: Path) -> int:
        if path not in self._path_ids:
            self._path_ids[path] = len(self._paths)
            self._paths.append(path)
            # respondents, speaking, sum and squares of balances, then the numbers
            self._sums.append(np.zeros(4 + len(self.numbers), dtype=np.int64))
        return self._path_ids[path]

    def _common(self, first: int, second: int) -> int:
        """Give the group of a respondent who answered in two."""
        common: list[str] = []
        for one, other in zip(self._paths[first], self._paths[second], strict=False):
            if one != other or one == SEVERAL:
                break
            common.append(one)
        return self._path_id((*common, SEVERAL))

    def _sum(self, sums: list[np.ndarray], paths: np.ndarray, bits: np.ndarray, sides: np.ndarray) -> None:
        """Add respondents, one per row, to the sums of their groups."""
        total = sides.sum(axis=1)
        balance = (sides[:, 0] - sides[:, 1]) / np.maximum(total, 1)
        units = np.rint(balance * BALANCE_UNIT).astype(np.int64)
        stances = bits.reshape(len(bits), len(self.numbers.labels), len(self.numbers.stances))
        values = [stances.any(axis=2), bits]
        if self.numbers.sides:
            first = len(self.numbers.labels)  # the stances' numbers follow the labels'
            values += [bits[:, [i - first for i in side]].any(axis=1, keepdims=True) for side in self.numbers.sides]
        head = np.column_stack([np.ones(len(bits), dtype=np.int64), total > 0, units, units**2])
        rows = np.hstack([head, *values]).astype(np.int64)
        for path in np.unique(paths):
            sums[path] += rows[paths == path].sum(axis=0)


def _same(respondent: str | None) -> str | None:
    """Give what all ways to write one respondent's name or number have in common; None for a blank one.

    Two who differ in nothing but capitals become one: rather a respondent too few than one who passes for two.
    """
    return " ".join(unicodedata.normalize("NFKC", respondent or "").casefold().split()) or None


def _trimmed(name: str | None) -> str | None:
    """Give a name without the blanks around it; None for a name of nothing but blanks."""
    return (name or "").strip() or None
