"""Survey files of five kinds as one thing: a table whose columns are read as text, in Arrow batches.

::

    with open_table(Path("onderzoek.csv")) as table:
        for batch in table.batches(["opmerking", "afdeling"], rows=10_000):
            ...  # columns: row, opmerking, afdeling, problem

A file is checked whole when it is opened, so that a long run does not stop half way. What the libraries do:
`csv` (strict) reads CSV, since of the readers tried (polars, pyarrow, duckdb) it alone keeps the line of every row,
rows that are too short or too long in their place, and an unclosed quote an error rather than one long comment;
python-calamine reads XLSX, pyarrow Parquet, json JSON lines, pyreadstat SPSS.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

import pyarrow as pa

from models.errors import InputError
from service.survey.tables.cells import written
from service.survey.tables.columns import positions, shown, tidy
from service.survey.tables.kinds import Kind, kind_of
from service.survey.tables.problems import SENTENCES, RowProblem, flaw
from service.survey.tables.source import STDIN, Source


class Read(NamedTuple):
    """One row as a reader found it."""

    place: int
    """Line or row of the file, 1-based, for messages."""
    cells: Sequence[object]
    """Values of the columns asked for, in that order; a RowProblem for one that cannot be read."""
    problem: str | None = None
    """Why the row cannot be read; its cells do not count then."""


class Table(ABC):
    """A survey file that is open for reading.

    Attributes
    ----------
    name : str
        What messages call the file.
    kind : Kind
        What the file is: csv, xlsx, parquet, jsonl or sav.
    columns : tuple[str, ...]
        Names from the header, tidied; one may be empty or be there twice, and cannot be asked for then.
    rows : int
        Data rows, those with a problem included.
    sha256 : str
        Of the file's bytes.
    dialect : dict[str, str | int]
        What was found out about the file, such as delimiter and encoding.
    """

    kind: Kind
    columns: tuple[str, ...]
    rows: int
    dialect: dict[str, str | int]
    _flaw: Callable[[str], RowProblem | None]
    unit: Literal["line", "row"] = "row"

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.sha256 = source.sha256
        self._source = source
        self._flaw = flaw

    def _describe(self, columns: Sequence[str], rows: int, dialect: dict[str, str | int]) -> None:
        """Keep what a reader found out when it went through the file."""
        self.columns = tuple(map(tidy, columns))
        self.rows = rows
        self.dialect = dialect
        if not any(self.columns):
            raise InputError(f"{self.name}: has no header; the first row must name the columns.")
        if not rows:
            raise InputError(f"{self.name}: has a header but no rows.")

    def require(self, names: Sequence[str]) -> dict[str, int]:
        """Find columns by name: the tidy names, in order, each once, with their positions.

        Raises
        ------
        InputError
            When a column is missing (the message lists the columns and the nearest), is there twice, is called
            as one of the batches' own columns, or does not hold single values.
        """
        return positions(self.name, self.columns, names)

    def batches(self, names: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        """Read the named columns from the start, at most `rows` rows at a time.

        Each batch has `row` (int64: 1-based data row, the header not counted), the named columns in order (text,
        null where the cell is empty) and `problem` (null, or why the row could not be read; its other columns
        are null then). Every data row is in a batch, in the order of the file.

        Raises
        ------
        InputError
            As `require`; or when the file was changed or turns out to be damaged.
        """
        found = self.require(names)
        reads = self._read(list(found.values()))
        number = 1
        while chunk := list(islice(reads, rows)):
            yield self._batch(number, chunk, list(found))
            number += len(chunk)

    @abstractmethod
    def _read(self, places: Sequence[int]) -> Iterator[Read]:
        """Read the columns at these positions, row by row."""

    def _batch(self, first: int, chunk: list[Read], names: list[str]) -> pa.RecordBatch:
        texts, problems = [], []
        for read in chunk:
            cells, problem = self._texts(read, names)
            texts.append(cells)
            problems.append(problem)
        arrays = [
            pa.array(range(first, first + len(chunk)), pa.int64()),
            *(pa.array([cells[place] for cells in texts], pa.string()) for place in range(len(names))),
            pa.array(problems, pa.string()),
        ]
        return pa.RecordBatch.from_arrays(arrays, names=["row", *names, "problem"])

    def _texts(self, read: Read, names: list[str]) -> tuple[Sequence[str | None], str | None]:
        nothing = [None] * len(names)
        if read.problem is not None:
            return nothing, read.problem
        texts: list[str | None] = []
        for name, cell in zip(names, read.cells, strict=True):
            text = written(cell)
            wrong = text if isinstance(text, RowProblem) else text and self._flaw(text)
            if wrong:
                return nothing, RowProblem(wrong).at(
                    f"{self.unit} {read.place}, column {shown(name)}", SENTENCES[wrong]
                )
            texts.append(text)
        return texts, None

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> Self:
        """Stay open for the length of a ``with`` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def open_table(source: Path | Literal["-"], sheet: str | None = None) -> Table:
    """Open a survey file, or standard input for ``-``, and check it whole.

    Parameters
    ----------
    source : Path or "-"
        CSV, XLSX, Parquet, JSON lines or SPSS .sav.
    sheet : str or None
        Which sheet of a workbook; needed where more than one holds data.

    Raises
    ------
    InputError
        When the file cannot be read, is not what its name claims, or cannot be understood as a whole; the message
        says where and what to do.
    """
    opened = Source(source)
    kind = kind_of(opened, None if source == STDIN else Path(source).suffix.lower())
    if sheet is not None and kind is not Kind.XLSX:
        raise InputError(f"{opened.name}: only a workbook has sheets; leave out --sheet.")
    match kind:  # each library is loaded only where its kind of file is read
        case Kind.CSV:
            from service.survey.tables.csv_table import CsvTable

            return CsvTable(opened)
        case Kind.JSONL:
            from service.survey.tables.jsonl_table import JsonlTable

            return JsonlTable(opened)
        case Kind.PARQUET:
            from service.survey.tables.parquet_table import ParquetTable

            return ParquetTable(opened)
        case Kind.SAV:
            from service.survey.tables.sav_table import SavTable

            return SavTable(opened)
        case Kind.XLSX:
            from service.survey.tables.xlsx_table import XlsxTable

            return XlsxTable(opened, sheet)
