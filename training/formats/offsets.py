"""Offsets as tools count them: code points (Label Studio, Prodigy), or UTF-16 units (doccano, Argilla).

The latter two take them from the browser's JavaScript, in which an emoji counts for two. Label Studio did so, too,
before its version 1.4, and corrected it since: https://github.com/HumanSignal/label-studio/issues/1347. For doccano see
https://github.com/doccano/doccano/issues/2290, for Argilla https://github.com/argilla-io/argilla/issues/5729.
"""

from bisect import bisect_left
from itertools import accumulate

from models.errors import InputError
from training.formats.record import Offsets

_FIRST_ASTRAL = 0x10000


def _units(text: str) -> list[int]:
    """UTF-16 units before each code point, and last the whole length."""
    return list(accumulate((2 if ord(c) >= _FIRST_ASTRAL else 1 for c in text), initial=0))


def outward(text: str, start: int, end: int, offsets: Offsets) -> tuple[int, int]:
    """Convert a stretch in code points to what a tool counts in."""
    if offsets == "codepoint" or text.isascii():
        return start, end
    units = _units(text)
    return units[start], units[end]


def inward(text: str, start: int, end: int, offsets: Offsets, covered: str | None = None) -> tuple[int, int]:
    """Convert a stretch as a tool counts to code points.

    Parameters
    ----------
    text : str
    start, end : int
        As the tool gives them; end exclusive.
    offsets : {"codepoint", "utf16"}
        What the tool counts in.
    covered : str, optional
        The stretch's own words, where the tool gives them: they decide which of the two it counted in.

    Raises
    ------
    InputError
        When the stretch is empty, lies outside the text, cuts an emoji in two or does not hold `covered`.
    """
    reason = ""
    for kind in (offsets, *(k for k in ("codepoint", "utf16") if covered is not None and k != offsets)):
        try:
            a, b = _inward(text, start, end, kind)
        except InputError as error:
            reason = reason or str(error)
            continue
        # Tools trim a selection, or show line breaks as blanks; words are what counts.
        if covered is None or text[a:b].split() == covered.split():
            return a, b
        reason = reason or f"the span {start}-{end} does not hold the words that the tool says it holds"
    raise InputError(reason)


def _inward(text: str, start: int, end: int, kind: str) -> tuple[int, int]:
    units = _units(text) if kind == "utf16" else None
    length = units[-1] if units else len(text)
    if start >= end:
        raise InputError(f"the span {start}-{end} is empty")
    if start < 0 or end > length:
        raise InputError(f"the span {start}-{end} lies outside the text, which has {length} characters")
    if units is None:
        return start, end
    a, b = bisect_left(units, start), bisect_left(units, end)
    if units[a] != start or units[b] != end:
        raise InputError(f"the span {start}-{end} cuts an emoji in two; see --offsets")
    return a, b
