"""Which encoding a text file is in: UTF-8, UTF-16 or Windows-1252, decided on all of its bytes.

Bytes that do not fit are kept as escapes, so that they spoil the row they stand in and no other. A file whose second
half is in another encoding keeps the encoding of the larger part.
"""

import codecs
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from models.errors import InputError
from service.survey.tables.problems import RowProblem, flaw
from service.survey.tables.source import CHUNK, Source

HEAD = 4096  # bytes looked at for control characters
CONTROLS = tuple(bytes([byte]) for byte in (*range(9), *range(14, 32)))  # those that no text has, save by damage
MOST_CONTROLS = 8  # a text that is damaged in a few places is one still
# Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ESCAPED = re.compile("[\udc80-\udcff]")
NOT_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
# Characters beyond ASCII that Dutch survey texts hold; where most are others, the file is not in Windows-1252.
EXPECTED = frozenset("áàâäãåæçéèêëíìîïñóòôöõøúùûüýÿßÁÀÂÄÅÇÉÈÊËÍÎÏÑÓÔÖØÚÛÜ‘’“”„–—…€•·´°º²³½¼§©®™±×«»£¨\xa0\xad")
ODD_ENOUGH = 3  # such characters before a file is refused; a single name with a háček is no reason


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are read as text."""

    codec: str
    """Python's name of the codec, one that takes off a byte order mark."""

    @property
    def name(self) -> str:
        """What people call it."""
        return {"utf-8-sig": "utf-8 with byte order mark", "cp1252": "windows-1252"}.get(self.codec, self.codec)

    @property
    def errors(self) -> Literal["surrogatepass", "surrogateescape"]:
        """What the codec does with bytes that do not fit: keep them, so that `flaw` finds them."""
        return "surrogatepass" if self.codec.startswith(("utf-16", "utf-32")) else "surrogateescape"

    def flaw(self, text: str) -> RowProblem | None:
        """Say what makes a text unfit to be read on: bytes that do not fit, or UTF-8 in a Windows-1252 file."""
        wrong = flaw(text)
        if wrong or self.codec != "cp1252" or text.isascii():
            return wrong
        try:
            text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return None
        return RowProblem.WRONG_ENCODING


def detect_encoding(source: Source) -> Encoding:
    """Find the encoding of a text file.

    Raises
    ------
    InputError
        When the file is not text, or in an encoding that is not read.
    """
    head = source.head(HEAD)
    for mark, codec in MARKS:
        if head.startswith(mark):
            return Encoding(codec)
    odd, even = head[1::2].count(b"\0"), head[::2].count(b"\0")
    if (odd + even) * 4 > len(head) and max(odd, even) > 4 * min(odd, even):  # UTF-16: every second byte is NUL
        return Encoding("utf-16-le" if odd > even else "utf-16-be")
    controls = sum(map(head.count, CONTROLS))
    if controls >= MOST_CONTROLS and controls * 20 > len(head):
        raise InputError(f"{source.name}: is not a text file; give CSV, XLSX, Parquet, JSON lines or SPSS .sav.")
    return Encoding("cp1252") if _mostly_not_utf8(source) else Encoding("utf-8")


def opened_text(source: Source, encoding: Encoding, newline: Literal["", "\n"]) -> io.TextIOWrapper:
    """Open a text file; bytes that do not fit are kept as lone surrogates."""
    return io.TextIOWrapper(source.reader(), encoding.codec, encoding.errors, newline)


def beginning(source: Source, encoding: Encoding, size: int) -> str:
    """Read the first characters of a text file, with its line ends as they are.

    Raises
    ------
    InputError
        When it is cut off in the middle of a character.
    """
    with opened_text(source, encoding, "") as file:
        try:
            return file.read(size)
        except UnicodeDecodeError:
            raise InputError(f"{source.name}: is cut off in the middle of a character; export it again.") from None


def _mostly_not_utf8(source: Source) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    escaped: Counter[str] = Counter()
    decoded = 0
    with source.reader() as file:
        while data := file.read(CHUNK):
            text = decoder.decode(data)
            if not text.isascii():
                escaped.update(ESCAPED.findall(text))
                decoded += len(NOT_ASCII.findall(text))
    if escaped.total() <= decoded:
        return False
    known = sum(count for byte, count in escaped.items() if _character(byte) in EXPECTED)
    odd = escaped.total() - known
    if odd > known and odd >= ODD_ENOUGH:
        raise InputError(
            f"{source.name}: is not in UTF-8, UTF-16 or Windows-1252 (in that of MS-DOS or Macintosh, perhaps); "
            f"save it as CSV UTF-8."
        )
    return True


def _character(escaped: str) -> str:
    return bytes([ord(escaped) - 0xDC00]).decode("cp1252", "replace")
