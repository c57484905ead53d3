"""How a CSV file is written: which delimiter, and which quoting.

Python's own `csv.Sniffer` guesses from character counts and is misled by commas in comments. Here every candidate reads
the beginning of the file strictly, and the one wins under which most rows have as many cells as the header.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

DELIMITERS = (";", ",", "\t", "|")
NO_DELIMITER = "\x1f"  # ASCII's unit separator: for files of one column, whose comments may hold all of the above
QUOTES = ('"', "'")
STRAY_QUOTES = 2  # cells that only begin with a quote, before a file counts as one that does not quote


class Rows(Protocol):
    """What `csv.reader` gives: rows of cells, and how many lines it has read for them."""

    @property
    def line_num(self) -> int:
        """Lines read so far."""

    def __iter__(self) -> Iterator[list[str]]:
        """Go on from where it is."""

    def __next__(self) -> list[str]:
        """Read a row."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written."""

    delimiter: str
    quote: str | None = '"'
    """Character around cells; None where quotes are ordinary characters."""
    escape: str | None = None
    """Character before a quote that is part of a cell; None where such quotes are doubled."""
    spaced: bool = False
    """Whether spaces follow the delimiter."""
    declared: bool = False
    """Whether the first line is Excel's ``sep=;``."""

    def reader(self, lines: Iterable[str], strict: bool = True) -> Rows:
        """Read rows."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=self.escape is None,
            escapechar=self.escape,
            skipinitialspace=self.spaced,
            strict=strict,
        )

    def described(self) -> dict[str, str | int]:
        """Say it in words, for the record of a run."""
        names = {"\t": "tab", NO_DELIMITER: "none"}
        quoting = self.quote or "none"
        return {
            "delimiter": names.get(self.delimiter, self.delimiter),
            "quoting": f"{quoting}, escaped by {self.escape}" if self.escape else quoting,
        }


def detect_dialect(sample: str, whole: bool) -> Dialect:
    """Find out how a CSV file is written.

    Parameters
    ----------
    sample : str
        Its beginning.
    whole : bool
        Whether that is all of it; else the last row, which is cut off, does not count.
    """
    first, _, rest = sample.partition("\n")
    sign = first.strip().lower().removeprefix("sep=").replace("\\t", "\t") or "\t"  # strip takes "sep=" its tab, too
    if first.lower().startswith("sep=") and sign in DELIMITERS:
        candidates = [dialect for dialect in _candidates(rest) if dialect.delimiter == sign] or [Dialect(sign)]
        return replace(max(candidates, key=lambda dialect: _fit(dialect, rest, whole)), declared=True)
    best = max(_candidates(sample), key=lambda dialect: _fit(dialect, sample, whole))
    return best if _is_wide(best, sample, whole) else Dialect(NO_DELIMITER)


def without_blank_end(header: list[str]) -> list[str]:
    """Take off the names that delimiters at the end of a header make."""
    filled = [place for place, name in enumerate(header, 1) if name.strip()]
    return header[: max(filled, default=0)]


def fitted(row: list[str], width: int) -> list[str] | None:
    """Take off the blank cells that delimiters at the end of a row make; None for a row of another width."""
    if len(row) < width or any(cell.strip() for cell in row[width:]):
        return None
    return row[:width]


def _candidates(sample: str) -> list[Dialect]:
    """List the dialects that the sample may be in, the usual ones first (of equals the first one wins)."""
    found = [Dialect(delimiter) for delimiter in DELIMITERS if delimiter in sample]
    if '\\"' in sample:
        found += [Dialect(dialect.delimiter, escape="\\") for dialect in found[:]]
    if sample.startswith("'"):
        found += [Dialect(dialect.delimiter, quote="'") for dialect in found if not dialect.escape]
    found += [replace(dialect, spaced=True) for dialect in found if f"{dialect.delimiter} {dialect.quote}" in sample]
    found += [Dialect(delimiter, quote=None) for delimiter in DELIMITERS if _unquoted(sample, delimiter)]
    return found or [Dialect(NO_DELIMITER)]


def _unquoted(sample: str, delimiter: str) -> bool:
    """Tell whether quotes seem to be ordinary characters: several cells begin with one, and none is between two."""
    if delimiter not in sample:
        return False
    cells = [cell for row in _rows(Dialect(delimiter, quote=None), sample, True) for cell in row or ()]
    begun = [cell for cell in cells if cell.startswith('"')]
    return len(begun) >= STRAY_QUOTES and not any(len(cell) > 1 and cell.endswith('"') for cell in begun)


def _fit(dialect: Dialect, sample: str, whole: bool) -> tuple[int, int]:
    """Count rows as wide as the header, less those that are not; and the width."""
    rows = _rows(dialect, sample, whole)
    width = len(without_blank_end(rows[0] or [])) if rows else 0
    if width < 2:
        return -len(rows), width
    return sum(1 if row and fitted(row, width) else -1 for row in rows[1:]), width


def _is_wide(dialect: Dialect, sample: str, whole: bool) -> bool:
    """Tell whether this is a table of several columns, rather than one column of texts that hold the delimiter.

    Rows that cannot be read for their quotes tell nothing; they are named when the file is read.
    """
    header, *rows = _rows(dialect, sample, whole) or [[]]
    if header is None:
        return True
    width = len(without_blank_end(header))
    fits = [fitted(row, width) is not None for row in rows if row is not None]
    return width > 1 and 2 * sum(fits) >= len(fits)


def _rows(dialect: Dialect, sample: str, whole: bool) -> list[list[str] | None]:
    """Read the rows of the sample; None for one that cannot be read."""
    rows: list[list[str] | None] = []
    reader = dialect.reader(io.StringIO(sample, newline=""))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return rows if whole else rows[:-1]
        except csv.Error:
            rows.append(None)
        else:
            if row:
                rows.append(row)
