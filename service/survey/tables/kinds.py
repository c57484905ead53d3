"""What a file is, told by its first bytes, and whether that is what its name claims."""

import json
import zipfile
from enum import StrEnum

from models.errors import InputError
from service.survey.tables.encoding import beginning, detect_encoding
from service.survey.tables.source import Source

HEAD = 1 << 16  # bytes; enough for the first record of nearly every file


class Kind(StrEnum):
    """The kinds of file that can be read."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"
    SAV = "sav"


NAMES = {
    Kind.CSV: "a CSV file",
    Kind.XLSX: "an Excel workbook",
    Kind.PARQUET: "a Parquet file",
    Kind.JSONL: "a file of JSON lines",
    Kind.SAV: "an SPSS file",
}
CLAIMS = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), Kind.CSV),
    **dict.fromkeys((".xlsx", ".xlsm"), Kind.XLSX),
    **dict.fromkeys((".parquet", ".pq"), Kind.PARQUET),
    **dict.fromkeys((".jsonl", ".ndjson"), Kind.JSONL),
    **dict.fromkeys((".sav", ".zsav"), Kind.SAV),
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# First bytes of what can be read, and of what people hand over instead, with what to do about that.
MAGIC = ((b"PAR1", Kind.PARQUET), (b"$FL2", Kind.SAV), (b"$FL3", Kind.SAV))
REFUSED = (
    (
        b"\xd0\xcf\x11\xe0",
        "an Excel file with a password or in the old .xls format; save it as .xlsx without a password",
    ),
    (b"\x1f\x8b", "compressed (gzip); unpack it first"),
    (b"BZh", "compressed (bzip2); unpack it first"),
    (b"\xfd7zXZ", "compressed (xz); unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd); unpack it first"),
    (b"7z\xbc\xaf", "compressed (7z); unpack it first"),
    (b"PARE", "a Parquet file that is encrypted; decrypt it first"),
    (b"%PDF", "a PDF document; export the table from the survey tool instead"),
)
MARKUP = ("<!doctype", "<html", "<table", "<?xml")


def kind_of(source: Source, ending: str | None) -> Kind:
    """Tell what a file is.

    Parameters
    ----------
    source : Source
        The file.
    ending : str or None
        Of its name, in lower case and with its dot; what it claims to be.

    Raises
    ------
    InputError
        When it is none of the kinds, or another one than its name claims.
    """
    head = source.head(HEAD)
    claimed = CLAIMS.get(ending or "")
    found = _binary(source, head) or _text(source, claimed)
    if claimed is None or claimed is found:
        return found
    if claimed is Kind.JSONL and found is Kind.CSV:
        return claimed  # its reader says in which line and column the JSON goes wrong
    raise InputError(
        f"{source.name}: line 1, column 1: is {NAMES[found]}, not {NAMES[claimed]}; "
        f"rename it to end in .{found.value}, or export it again."
    )


def _binary(source: Source, head: bytes) -> Kind | None:
    for magic, remedy in REFUSED:
        if head.startswith(magic):
            raise InputError(f"{source.name}: is {remedy}.")
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if not head.startswith(ZIP):
        return None
    try:
        with source.reader() as file, zipfile.ZipFile(file) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise InputError(
            f"{source.name}: is a workbook or archive that is damaged or cut off; save it again."
        ) from None
    if "xl/workbook.xml" not in members:
        raise InputError(f"{source.name}: is an archive and no Excel workbook; unpack it, or save it as .xlsx.")
    return Kind.XLSX


def _text(source: Source, claimed: Kind | None) -> Kind:
    start = beginning(source, detect_encoding(source), HEAD).lstrip()
    if start[:10].lower().startswith(MARKUP):
        raise InputError(f"{source.name}: line 1, column 1: is a web page or XML, not a table; export it as CSV.")
    if start.startswith("[") and start[1:].lstrip().startswith("{"):
        raise InputError(f"{source.name}: line 1, column 1: is one JSON list; write one object a line (.jsonl).")
    if not start.startswith("{") or (claimed is Kind.CSV and not _begins_with_object(start)):
        return Kind.CSV
    return Kind.JSONL


def _begins_with_object(text: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True
