"""Make a text ready for the tokenizer without losing where each character came from.

Accents are composed, invisible characters dropped, and endless words broken up (a tokenizer's time grows
with the square of a word's length). Nothing else changes: "café" stays "café".
"""

import re
import unicodedata
from dataclasses import dataclass

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# No Dutch word or web address that matters comes near this length.
LONGEST_WORD = 300

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
    if unicodedata.is_normalized("NFC", text) and not INVISIBLE.search(text) and not _ENDLESS.search(text):
        return CleanText(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    run = 0  # characters since the last white space
    i = 0
    while i < len(text):
        j = i + 1
        while j < len(text) and unicodedata.combining(text[j]):
            j += 1
        if not INVISIBLE.match(text[i]):
            composed = unicodedata.normalize("NFC", text[i:j])
            run = 0 if text[i].isspace() else run + len(composed)
            if run > LONGEST_WORD:
                composed, run = " " + composed, len(composed)
            pieces.append(composed)
            starts.extend([i] * len(composed))
            ends.extend([j] * len(composed))
        elif ends:
            ends[-1] = j  # what cannot be seen belongs to the character before it
        i = j
    return CleanText("".join(pieces), tuple(starts), tuple(ends))
