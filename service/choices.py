"""Options of the command line that take one of a few words."""

from typing import TypeVar

from models.errors import InputError

Choice = TypeVar("Choice", bound=str)


def choice(value: str, choices: tuple[Choice, ...], option: str) -> Choice:
    """Check one of a few words; click's own check would print a box rather than a line.

    Raises
    ------
    InputError
        When it is none of them; the message lists them.
    """
    for known in choices:
        if known == value:
            return known
    raise InputError(f"{option} {value}: there is no such one; choose from {', '.join(choices)}.")
