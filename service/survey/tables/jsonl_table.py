"""JSON lines as a table: one object a line, whose keys are the columns; a key that a line lacks is an empty cell."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from models.errors import InputError
from service.survey.tables.encoding import detect_encoding, opened_text
from service.survey.tables.kinds import Kind
from service.survey.tables.problems import RowProblem
from service.survey.tables.source import Source
from service.survey.tables.table import Read, Table

LONGEST_LINE = 1 << 24  # characters
MOST_COLUMNS = 16_384  # as many as a spreadsheet has; objects with ever new keys are no table


class _RepeatedKeyError(ValueError):
    """An object has a key twice."""


class JsonlTable(Table):
    """A file of JSON lines."""

    kind = Kind.JSONL
    unit = "line"

    def __init__(self, source: Source) -> None:
        """Read the file through once, to know its columns and rows.

        Raises
        ------
        InputError
            When its first line is no JSON object.
        """
        super().__init__(source)
        self._encoding = detect_encoding(source)
        self._flaw = self._encoding.flaw
        keys: dict[str, None] = {}
        rows = 0
        for rows, (line, record) in enumerate(self._records(), 1):
            if isinstance(record, str):
                if rows == 1:
                    raise InputError(f"{self.name}: {record.partition(': ')[2]} Write one JSON object a line.")
                continue
            keys.update(dict.fromkeys(record))
            if len(keys) > MOST_COLUMNS:
                raise InputError(f"{self.name}: line {line}: more than {MOST_COLUMNS} different keys; is this a table?")
        self._keys = list(keys)
        self._describe(self._keys, rows, {"encoding": self._encoding.name})

    def _read(self, places: Sequence[int]) -> Iterator[Read]:
        keys = [self._keys[place] for place in places]
        for line, record in self._records():
            if isinstance(record, str):
                yield Read(line, (), record)
            else:
                yield Read(line, [record.get(key) for key in keys])

    def _records(self) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Read the objects with their lines, or the problem of a line; blank lines are no rows."""
        with opened_text(self._source, self._encoding, "\n") as file:
            number = 0
            while line := self._line(file, number + 1):
                number += 1
                if not line.isspace():
                    yield number, _record(line.rstrip("\r\n"), number)

    def _line(self, file: Any, number: int) -> str:
        try:
            line: str = file.readline(LONGEST_LINE)
        except UnicodeDecodeError:
            raise InputError(f"{self.name}: line {number}: breaks off in the middle of a character.") from None
        if len(line) == LONGEST_LINE:
            raise InputError(f"{self.name}: line {number}: is too long; write one JSON object a line.")
        return line


def _record(line: str, number: int) -> dict[str, Any] | str:
    place = f"line {number}"
    try:
        record = json.loads(line, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        return RowProblem.BAD_JSON.at(f"{place}, column {error.colno}:", f"no valid JSON ({error.msg}).")
    except _RepeatedKeyError:
        return RowProblem.BAD_JSON.at(place, "has an object with a key that is there twice.")
    except (ValueError, RecursionError):
        return RowProblem.BAD_JSON.at(place, "has a number or a nesting that is too large.")
    if not isinstance(record, dict):
        return RowProblem.BAD_JSON.at(f"{place}, column 1:", "no JSON object.")
    return record


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _RepeatedKeyError
    return record
