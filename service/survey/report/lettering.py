"""How wide words are in a drawing, and names cut so that they fit.

Measured in the font that comes with matplotlib, which is wide: in the page's own font a name takes no more room.

Usage::

    clipped("Regio Noordoost met een erg lange naam", 170)    # 'Regio Noordoost met een…'
"""

import unicodedata
from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties, findfont, get_font

FONT: Final = "DejaVu Sans"
SIZE: Final = 13
"""Of ordinary words in a drawing, in pixels."""
# Joins emoji to one; the other is a matter of letters. Both are no sign by themselves, and XML can hold them.
_JOINER: Final = "\u200d"
_KEPT: Final = frozenset({_JOINER, "\u200c"})
_MARKS: Final = frozenset({"Mn", "Me", "Cf"})
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
# Signs that the font lacks (emoji, Chinese) are no wider than this in any font, in units of the size.
_WIDEST: Final = 1.4
_FINE: Final = 100


def width(words: str, size: float = SIZE, bold: bool = False) -> float:
    """Say how wide words are, in pixels."""
    return sum(_advance(letter, bold) for letter in words) * size


def clipped(name: str, room: float, size: float = SIZE, bold: bool = False) -> str:
    """Shorten a name to what fits, never within an emoji or an accented letter; a space for what XML cannot hold.

    Parameters
    ----------
    name : str
        Data: any text.
    room, size : float
        Pixels.
    bold : bool
    """
    clean = "".join(letter if letter.isprintable() or letter in _KEPT else " " for letter in name)
    fits, full, used = 0, room - width("…", size, bold), 0.0
    for place, letter in enumerate(clean):
        used += _advance(letter, bold) * size
        if used > room or place > room:  # accents take no room, but there is no end to them
            return clean[:fits].rstrip() + "…"
        if used <= full and not _joined(clean, place + 1):
            fits = place + 1
    return clean


def _joined(words: str, place: int) -> bool:
    """Say whether what stands before and after a place is one sign."""
    if place == len(words):
        return False
    after = words[place]
    return words[place - 1] == _JOINER or unicodedata.category(after) in _MARKS or ord(after) in _SKIN_TONES


@cache
def _advance(letter: str, bold: bool) -> float:
    """Say how far a letter moves the next one, in units of the size."""
    if unicodedata.category(letter) in _MARKS:
        return 0
    font = get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    if not font.get_char_index(ord(letter)):
        return _WIDEST
    font.set_size(_FINE, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / _FINE
