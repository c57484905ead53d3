"""Convert code point offsets to what a caller counts in: code points, or UTF-16 units (browsers, Java, .NET)."""

from collections.abc import Callable
from itertools import accumulate
from typing import Literal

Offsets = Literal["codepoint", "utf16"]

_FIRST_ASTRAL = 0x10000


def converter(text: str, offsets: Offsets) -> Callable[[int], int]:
    """Make a function from a code point offset in `text` to the wanted kind of offset."""
    if offsets == "codepoint" or text.isascii():
        return lambda offset: offset
    units = list(accumulate((2 if ord(c) >= _FIRST_ASTRAL else 1 for c in text), initial=0))
    return units.__getitem__
