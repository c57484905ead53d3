"""Say which fields of a file are wrong, in the words of someone who writes TOML or JSON, not Python.

The content of a field is never repeated: in a corpus it may be a sentence.

Usage::

    except ValidationError as error:
        raise CodebookError(f"{path} does not describe a codebook: {wrong_fields(error, data)}") from None
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

IN_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field; check its spelling",
    "string_type": 'must be a text (in quotes: "...")',
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list ([...])",
    "model_type": "must hold fields with values",
    "dict_type": "must hold fields with values",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
}
"""What pydantic's kinds of error say; any other kind has a message that needs no Python."""
BEGINNING: Final = re.compile(r"^(Value error, )|^(Input|String|Value|Tuple|List) should ")


def wrong_fields(error: ValidationError, data: Any = None) -> str:
    """Put all that is wrong with a record in words, without its content.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    data : object
        The record, when its parts have an `id`: a part is then named by it, too, because nobody counts the parts of
        a long file.
    """
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    parts = []
    for problem in problems:
        place = problem["loc"]
        # A list whose parts are wrong is told to be short of them; that says nothing more.
        if problem["type"] == "too_short" and any(
            place == other["loc"][: len(place)] != other["loc"] for other in problems
        ):
            continue
        where = ".".join(str(part) for part in place)
        what = IN_WORDS.get(problem["type"], BEGINNING.sub(_begin, problem["msg"]).replace(" after validation", ""))
        owner = _owner(place, data)
        parts.append((f"{where}: {what}" if where else what) + (f" (of {owner!r})" if owner else ""))
    return "; ".join(parts)


def _begin(found: re.Match[str]) -> str:
    return "must " if found[2] else ""


def _owner(place: Sequence[int | str], data: Any) -> str | None:
    """Give the `id` of the innermost part that has one, the field itself apart."""
    owner = None
    for step in place[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(data, dict) and isinstance(data.get("id"), str) and place[-1] != "id":
            owner = data["id"]
    return owner
