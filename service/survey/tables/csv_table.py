"""CSV as a table. The library parses; this module says in which line, and what, was wrong."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from models.errors import InputError
from service.survey.tables.columns import shown, tidy
from service.survey.tables.dialect import NO_DELIMITER, detect_dialect, fitted, without_blank_end
from service.survey.tables.encoding import beginning, detect_encoding, opened_text
from service.survey.tables.kinds import Kind
from service.survey.tables.problems import RowProblem
from service.survey.tables.source import Source
from service.survey.tables.table import Read, Table

SAMPLE = 1 << 18  # characters looked at for delimiter and quoting
LONGEST_LINE = 1 << 22  # characters; what has longer lines is no CSV file


class _Lines:
    """The lines of a file, and which of them belong to the row that is being read."""

    def __init__(self, name: str, file: io.TextIOBase) -> None:
        self.of_row: list[str] = []
        self.ended = False
        self._name = name
        self._file = file
        self._number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self._number += 1
        try:
            line = self._file.readline(LONGEST_LINE)
        except UnicodeDecodeError:
            raise InputError(f"{self._name}: line {self._number}: breaks off in the middle of a character.") from None
        if not line:
            self.ended = True
            raise StopIteration
        if len(line) == LONGEST_LINE:
            raise InputError(f"{self._name}: line {self._number}: is too long for a CSV file; export it again.")
        self.of_row.append(line)
        return line


class CsvTable(Table):
    """A CSV file: delimiter, quoting and encoding detected, the first row its header."""

    kind = Kind.CSV
    unit = "line"

    def __init__(self, source: Source) -> None:
        """Read the file through once, to know its columns and rows and that its quoting is sound.

        Raises
        ------
        InputError
            When it is no CSV file.
        """
        super().__init__(source)
        self._encoding = detect_encoding(source)
        self._flaw = self._encoding.flaw
        sample = beginning(source, self._encoding, SAMPLE)
        self._dialect = detect_dialect(sample, whole=len(sample) < SAMPLE)
        self._header: list[str] = []
        records = self._records()
        for line, cells, problem in records:
            if problem:
                raise InputError(f"{self.name}: line {line}: the header cannot be read ({problem.partition(': ')[2]})")
            self._header = without_blank_end(cells)
            break
        dialect = {"encoding": self._encoding.name, **self._dialect.described()}
        self._describe(self._header, sum(1 for _ in self._rows()), dialect)

    def _read(self, places: Sequence[int]) -> Iterator[Read]:
        for line, cells, problem in self._rows():
            yield Read(line, () if problem else [cells[place] for place in places], problem)

    def _rows(self) -> Iterator[tuple[int, list[str], str | None]]:
        """Read all rows but the header, each with its first line and as wide as the header."""
        width = len(self._header)
        for line, cells, problem in islice(self._records(), 1, None):
            if problem is not None or len(cells) == width:
                yield line, cells, problem
            elif fit := fitted(cells, width):
                yield line, fit, None
            else:
                sentence = f"has {len(cells)} cells where the header has {width}."
                yield line, [], RowProblem.RAGGED_ROW.at(f"line {line}", sentence)

    def _records(self) -> Iterator[tuple[int, list[str], str | None]]:
        """Read all rows with the header; blank lines are none, save under a header of one column."""
        alone = self._dialect.delimiter == NO_DELIMITER
        begun = False
        with opened_text(self._source, self._encoding, "") as file:
            if self._dialect.declared:
                file.readline()
            lines = _Lines(self.name, file)
            reader = self._dialect.reader(lines)
            while True:
                lines.of_row.clear()
                first = reader.line_num + 1 + self._dialect.declared
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield first, [], self._misread(first, lines)
                    continue
                if cells or (alone and begun):
                    yield first, cells or [""], None
                    begun = True

    def _misread(self, first: int, lines: _Lines) -> str:
        """Say what is wrong with a row of one line; more lines mean that a quote is open, and no row can be trusted."""
        if len(lines.of_row) == 1 and not lines.ended:
            if len(lines.of_row[0]) > csv.field_size_limit():
                return RowProblem.CELL_TOO_LONG.at(
                    f"line {first}", f"has a cell of more than {csv.field_size_limit()} characters."
                )
            return RowProblem.BAD_QUOTING.at(
                f"line {first}", "has text after a closing quote; double quotes in a cell."
            )
        readable = lines.of_row if lines.ended else lines.of_row[:-1]
        cells = [cell for row in self._dialect.reader(readable, strict=False) for cell in row]
        name = self._header[len(cells) - 1] if 0 < len(cells) <= len(self._header) else ""
        column = f"column {len(cells)} ({shown(tidy(name))})" if name else f"column {len(cells)}"
        last = first + len(lines.of_row) - 1
        raise InputError(
            f"{self.name}: line {first}, {column}: a quote opens here that is not closed as it should be, up to line "
            f"{last}; close it, or double it where it belongs to the text."
        )
