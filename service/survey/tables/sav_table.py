"""SPSS files as a table: codes become their value labels, values that the researcher declared missing empty cells."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyreadstat

from models.errors import InputError
from service.survey.tables.kinds import Kind
from service.survey.tables.problems import RowProblem
from service.survey.tables.source import Source
from service.survey.tables.table import Read, Table

CHUNK = 50_000  # rows; the library reads past all rows before a chunk, so small ones make a large file slow
EPOCH = dt.datetime(1582, 10, 14)  # noqa: DTZ001 - SPSS counts seconds from here, in no time zone
DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
MOMENTS = ("DATETIME", "YMDHMS")
TIMES = ("TIME", "DTIME", "MTIME")


class SavTable(Table):
    """An SPSS file."""

    kind = Kind.SAV

    def __init__(self, source: Source) -> None:
        """Read the file's dictionary, and count its rows where it does not say.

        Raises
        ------
        InputError
            When it is no sound SPSS file.
        """
        super().__init__(source)
        _, self._about = self._part(metadataonly=True)
        self._names: list[str] = list(self._about.column_names)
        rows = self._about.number_rows
        dialect: dict[str, str | int] = {"encoding": self._about.file_encoding or ""}
        self._describe(self._names, self._counted() if rows is None else rows, dialect)

    def _counted(self) -> int:
        return sum(len(part[0]) for part in self._parts(self._names[:1]))

    def _read(self, places: Sequence[int]) -> Iterator[Read]:
        names = [self._names[place] for place in places]
        readings = [self._reading(name) for name in names]
        number = 0
        for part in self._parts(names):
            for cells in zip(*part, strict=True):
                number += 1
                yield Read(number, [reading(cell) for reading, cell in zip(readings, cells, strict=True)])

    def _parts(self, names: list[str]) -> Iterator[list[Sequence[Any]]]:
        start = 0
        while True:
            columns, _ = self._part(usecols=names, row_offset=start, row_limit=CHUNK)
            part = [columns[name] for name in names]
            if not part or not len(part[0]):
                return
            yield part
            start += len(part[0])
            if len(part[0]) < CHUNK:
                return

    def _part(self, **options: Any) -> tuple[dict[str, Any], Any]:
        try:
            with self._source.reader() as file:
                part: tuple[dict[str, Any], Any] = pyreadstat.read_sav(
                    file, output_format="dict", disable_datetime_conversion=True, **options
                )
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError, ValueError):
            raise InputError(f"{self.name}: is damaged or cut off; save it again in SPSS.") from None
        return part

    def _reading(self, name: str) -> Callable[[Any], object]:
        """Choose how the values of a column are read."""
        labels = self._about.variable_value_labels.get(name, {})
        form = str(self._about.original_variable_types.get(name, "")).rstrip("0123456789.")

        def reading(value: Any) -> object:
            if value is None or (isinstance(value, float) and math.isnan(value)):
                return None
            if value in labels:
                return labels[value]
            return value if isinstance(value, str) else _moment(float(value), form)

        return reading


def _moment(value: float, form: str) -> object:
    """Read a number that SPSS shows as a date or time."""
    try:
        if form in MOMENTS:
            return EPOCH + dt.timedelta(seconds=value)
        if form in DATES:
            return (EPOCH + dt.timedelta(seconds=value)).date()
        return dt.timedelta(seconds=value) if form in TIMES else value
    except OverflowError:
        return RowProblem.WRONG_DATE
