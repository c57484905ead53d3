"""Parquet as a table, read in small batches whatever the size of its row groups."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import parquet as pq

from models.errors import InputError
from service.survey.tables.columns import shown
from service.survey.tables.kinds import Kind
from service.survey.tables.problems import RowProblem
from service.survey.tables.source import CHUNK, Source
from service.survey.tables.table import Read, Table

BATCH = 4096  # rows


class ParquetTable(Table):
    """A Parquet file; its columns must hold single values."""

    kind = Kind.PARQUET

    def __init__(self, source: Source) -> None:
        """Read the file's own description.

        Raises
        ------
        InputError
            When it is no sound Parquet file.
        """
        super().__init__(source)
        with self._opened() as file:
            self._schema = file.schema_arrow
            rows = file.metadata.num_rows
            dialect: dict[str, str | int] = {
                "created_by": file.metadata.created_by or "",
                "row_groups": file.num_row_groups,
            }
        self._describe(self._schema.names, rows, dialect)

    def require(self, names: Sequence[str]) -> dict[str, int]:
        """Find columns by name, as `Table.require`; those that hold lists or structures are refused."""
        found = super().require(names)
        for name, place in found.items():
            if pa.types.is_nested(self._schema.types[place]):
                raise InputError(f"{self.name}: column {shown(name)} holds lists or structures; give one value a row.")
        return found

    def _opened(self) -> pq.ParquetFile:
        try:
            # Buffered streams read a column page by page; without, a file of one row group comes into memory whole.
            return pq.ParquetFile(
                self._source.reader(), buffer_size=CHUNK, pre_buffer=False, page_checksum_verification=True
            )
        except (pa.ArrowException, OSError):
            raise InputError(
                f"{self.name}: is damaged or cut off, or an encrypted Parquet file; export it again."
            ) from None

    def _read(self, places: Sequence[int]) -> Iterator[Read]:
        names = [self._schema.names[place] for place in places]
        number = 0
        with self._opened() as file:
            batches = file.iter_batches(BATCH, columns=names, use_threads=False)
            while (batch := self._next(batches, number)) is not None:
                columns = [_values(batch.column(name)) for name in names]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield Read(number, cells)

    def _next(self, batches: Iterator[pa.RecordBatch], number: int) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError):
            raise InputError(f"{self.name}: is damaged after row {number}; export it again.") from None


def _values(column: pa.Array) -> list[object]:
    """Take the values out; where one cannot be, say why in its place."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)  # Python knows no nanoseconds
    try:
        values: list[object] = column.to_pylist()
    except (UnicodeDecodeError, ValueError, OverflowError, pa.ArrowException):
        return [_value(scalar) for scalar in column]
    return values


def _value(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return RowProblem.WRONG_ENCODING
    except (ValueError, OverflowError, pa.ArrowException):
        return RowProblem.WRONG_DATE
