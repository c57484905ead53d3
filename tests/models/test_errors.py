"""The tree of errors: drawn in the module as it is, with one root to catch all."""

import inspect
import re

from models import errors
from models.errors import WeerklankError

CLASSES = [value for _, value in inspect.getmembers(errors, inspect.isclass) if value.__module__ == errors.__name__]


def depth(error: type) -> int:
    return error.__mro__.index(WeerklankError)


def test_every_error_descends_from_one_root() -> None:
    assert len(CLASSES) > 5
    assert all(issubclass(error, WeerklankError) for error in CLASSES)


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    drawn = re.findall(
        r"^ {4}([│ ]*(?:[├└]── )?)(\w+(?:Error|Missing|Tampered|Incompatible|Refused))", errors.__doc__ or "", re.M
    )
    assert {name: len(indent) // 4 for indent, name in drawn} == {error.__name__: depth(error) for error in CLASSES}


def test_every_error_says_what_it_stands_for() -> None:
    assert all(error.__doc__ and error.__doc__.endswith(".") for error in CLASSES)
