"""Make a text ready for the tokenizer without losing where each character came from.

Apostrophes become straight, accents are composed, invisible characters dropped, and endless words broken up (a
tokenizer's time grows with the square of a word's length). Nothing else changes: "café" stays "café".
"""

import re
import unicodedata
from dataclasses import dataclass

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# One code point for another, so that offsets stay; the tokenizer knows "collega's" only with the straight one.
APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
# No Dutch word or web address that matters comes near this length.
LONGEST_WORD = 300
# Accents on one letter; composing more of them together takes time that grows with their square.
MOST_MARKS = 16

_MARK = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_ENDLESS = re.compile(rf"\S{{{LONGEST_WORD}}}")


_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """Replace lone surrogates, which no encoder accepts, by U+FFFD; offsets stay as they are."""
    return _SURROGATE.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text and the way back to the text as received."""

    text: str
    _starts: tuple[int, ...] | None = None
    _ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of the cleaned text to the text as received."""
        if self._starts is None or self._ends is None:
            return start, end
        return self._starts[start], self._ends[end - 1]


def clean(text: str) -> CleanText:
    """Clean a text; offsets are code points."""
    text = text.translate(APOSTROPHES)
    if not (_MARK.search(text) or INVISIBLE.search(text) or _ENDLESS.search(text)):
        return CleanText(text)
    visible = [(i, c) for i, c in enumerate(text) if not INVISIBLE.match(c)]
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    run = 0  # characters since the last white space
    k = 0
    while k < len(visible):
        last = k + 1
        while last < len(visible) and last - k < MOST_MARKS and unicodedata.combining(visible[last][1]):
            last += 1
        first = visible[k][0]
        # What cannot be seen belongs to the character before it.
        end = visible[last][0] if last < len(visible) else len(text)
        received = "".join(c for _, c in visible[k:last])
        composed = unicodedata.normalize("NFC", received)
        if len(composed) > len(received):  # a few symbols fall apart when composed
            composed = received
        run = 0 if composed.isspace() else run + len(composed)
        if run > LONGEST_WORD:
            pieces.append(" ")
            starts.append(first)
            ends.append(first)
            run = len(composed)
        pieces.append(composed)
        for n in range(len(composed)):
            starts.append(min(first + n, end - 1))
            ends.append(end if n == len(composed) - 1 else min(first + n + 1, end))
        k = last
    return CleanText("".join(pieces), tuple(starts), tuple(ends))
