"""Finding columns by name: as they are spelt, whatever the spaces and the composition of accents."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

from models.errors import InputError

RESERVED = ("row", "problem")  # names that the batches of a table use themselves
LISTED = 40  # names in a message; survey exports have hundreds
SHOWN = 60  # characters of a name in a message; exports use whole questions as names


def tidy(name: str | None) -> str:
    """Write a column's name without needless spaces and line breaks, and with composed accents."""
    return " ".join(unicodedata.normalize("NFC", name or "").split())


def shown(name: str) -> str:
    """Quote a column's name for a message, shortened where it is a whole question."""
    return f'"{name}"' if len(name) <= SHOWN else f'"{name[:SHOWN]}…"'


def positions(table: str, columns: Sequence[str], names: Iterable[str]) -> dict[str, int]:
    """Find columns by name: the tidy names, in the order given, with their positions.

    Raises
    ------
    InputError
        When a column is not there, is there more than once, or has a name that is reserved.
    """
    found = {}
    for name in map(tidy, names):
        if name in RESERVED:
            raise InputError(f"{table}: a column cannot be called {shown(name)} here; rename it.")
        places = [place for place, column in enumerate(columns) if column == name]
        if not places or not name:
            raise InputError(f"{table}: there is no column {shown(name)}{_nearest(name, columns)}. {_listed(columns)}")
        if len(places) > 1:
            numbers = " and ".join(str(place + 1) for place in places)
            raise InputError(f"{table}: the columns {numbers} are both called {shown(name)}; rename all but one.")
        found[name] = places[0]
    return found


def _nearest(name: str, columns: Sequence[str]) -> str:
    folded = {column.casefold(): column for column in reversed(columns) if column}
    near = difflib.get_close_matches(name.casefold(), folded, 1)
    return f"; the nearest is {shown(folded[near[0]])}" if near else ""


def _listed(columns: Sequence[str]) -> str:
    named = [column for column in columns if column]
    rest = f" and {len(named) - LISTED} more" if len(named) > LISTED else ""
    return f"The columns are: {', '.join(map(shown, named[:LISTED]))}{rest}."
