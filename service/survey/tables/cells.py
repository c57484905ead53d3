"""The values of cells as text, the way a person would write them."""

import datetime as dt
import math
from decimal import Decimal

from service.survey.tables.problems import RowProblem

SECONDS_PER_HOUR = 3600


def written(value: object) -> str | RowProblem | None:
    """Write a value as text; None for an empty cell, or what makes it unreadable.

    Whole floats lose their ".0" (spreadsheets and SPSS know no other numbers), dates are ISO 8601, truth values
    "true" and "false".
    """
    match value:
        case None:
            return None
        case RowProblem():
            return value
        case str():
            return value or None
        case bool():
            return "true" if value else "false"
        case float():
            if math.isnan(value):
                return None
            return str(int(value)) if value.is_integer() else repr(float(value))
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return _duration(value)
        case bytes():
            return _decoded(value)
        case dict() | list() | tuple():
            return RowProblem.NESTED_VALUE
        case _:
            return str(value)


def _duration(value: dt.timedelta) -> str:
    seconds = round(abs(value).total_seconds())
    hours, rest = divmod(seconds, SECONDS_PER_HOUR)
    return f"{'-' if value < dt.timedelta(0) else ''}{hours}:{rest // 60:02}:{rest % 60:02}"


def _decoded(value: bytes) -> str | RowProblem | None:
    try:
        return value.decode("utf-8") or None
    except UnicodeDecodeError:
        return RowProblem.WRONG_ENCODING
