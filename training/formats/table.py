"""Plain tables: CSV and XLSX, one row per sentence and annotator.

Columns: ``text``; ``labels`` (``autonomy:constrained; growth:sought``) or one column per label with the stance in the
cell; and where known ``item_id`` (or ``id``), ``annotator``, ``text_id``, ``sentence``, ``writer``, ``kind`` and
``sector``.

Cells that a spreadsheet would take for a formula get an apostrophe before them, and lose it when they are read.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from models.errors import InputError
from training.formats.reading import Reading, Source, attempt, decode, whole
from training.formats.record import ITEM_ID, Item, LeftOut, Place, Reply, Skipped, quoted
from training.formats.vocabulary import Given, Vocabulary, spell

COLUMNS = (ITEM_ID, "text", "annotator", "labels", "suggested", "text_id", "sentence", "writer", "kind", "sector")
DELIMITERS = (",", ";", "\t", "|")
# OWASP's list of characters that make a cell a formula (CSV Injection).
FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")
# A cell of XLSX holds no more (Excel specifications and limits).
MAX_CELL = 32_767
YES = frozenset({"x", "1", "true", "ja", "yes", "waar"})
NO = frozenset({"0", "false", "nee", "no", "onwaar", "-", "'-"})


def neutral(cell: str) -> str:
    """Make a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Undo `neutral`."""
    return cell[1:] if GUARDED.match(cell) else cell


def read(source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    """Read a CSV or XLSX file."""
    workbook = source.name.casefold().endswith(".xlsx")
    for row in xlsx_rows(source, reading) if workbook else csv_rows(source, reading, ("text",)):
        if isinstance(row, LeftOut):
            yield row
            continue
        place, fields = row
        number = fields.get(ITEM_ID) or fields.get("id")
        yield from attempt(place, number or "", _replies, fields, number, source, reading)


def _replies(
    place: Place, fields: Mapping[str, str], number: str | None, source: Source, reading: Reading
) -> Iterator[Reply]:
    item = reading.item(fields, ("text",), number)
    vocabulary = reading.vocabulary
    given = [Given("", [*_words(fields.get("labels")), *_words(fields.get("label")), *_columns(fields, vocabulary)])]
    marks = whole(item, vocabulary.tags(given))
    suggested = _words(fields.get("suggested"))
    if reading.predictions and suggested:
        yield reading.reply(place, item, "suggested", whole(item, vocabulary.tags([Given("", suggested)])))
    annotator = fields.get("annotator")
    if not marks and annotator is not None and not annotator.strip():
        raise Skipped("not annotated yet: neither an annotator nor a label")
    yield reading.reply(place, item, reading.who(source, annotator), marks)


def _words(cell: str | None) -> list[str]:
    """Split a cell that holds several labels."""
    return [word for word in re.split(r"[;,#\n]", cell or "") if word.strip()]


def _columns(fields: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[str]:
    """Read the columns that are named after a label: each cell holds a stance, a yes, or nothing."""
    for column, cell in fields.items():
        label, word = vocabulary.label(column), cell.strip()
        if label is None or column in COLUMNS or not word or word.casefold() in NO:
            continue
        if word.casefold() in YES:
            yield label
        elif stance := vocabulary.stance(word):
            yield f"{label}:{stance}"
        else:
            raise InputError(f"column {quoted(column)}: {quoted(word)} is no stance of the codebook")


def csv_rows(
    source: Source, reading: Reading, text_fields: Sequence[str]
) -> Iterator[tuple[Place, dict[str, str]] | LeftOut]:
    """Read the rows of a CSV file by column name; its delimiter is that with which the header has a text column."""
    content = decode(source, reading.encoding)
    names = [reading.text_field] if reading.text_field else list(text_fields)
    delimiter = next((d for d in DELIMITERS if set(names) & set(_header(content, d))), None)
    if delimiter is None:
        raise InputError(
            f"{source.name} has no column {names[0]!r} in its first row; name the column of the text with --text-field."
        )
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    header = [name.strip() for name in next(reader)]
    first = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield LeftOut(Place(source.name, f"line {first}"), "", f"broken quotes or an overlong cell ({error})")
            first = reader.line_num + 1
            continue
        place, first = Place(source.name, f"line {first}"), reader.line_num + 1
        if not cells:
            continue
        if len(cells) != len(header):
            yield LeftOut(place, "", f"{len(cells)} cells, where the header has {len(header)}")
            continue
        yield place, {name: restored(cell) for name, cell in zip(header, cells, strict=True)}


def _header(content: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))]
    except csv.Error:
        return []


def xlsx_rows(source: Source, reading: Reading) -> Iterator[tuple[Place, dict[str, str]] | LeftOut]:
    """Read the rows of the first sheet of a workbook by column name."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(source.content)).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(f"{source.name} is no workbook that can be opened ({type(error).__name__}).") from None
    rows = sheet.to_python(skip_empty_area=False)
    header = [_text(cell).strip() for cell in rows[0]] if rows else []
    wanted = reading.text_field or "text"
    if wanted not in header:
        raise InputError(
            f"{source.name} has no column {wanted!r} in its first row; name the column of the text with --text-field."
        )
    for number, row in enumerate(rows[1:], 2):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield (
                Place(source.name, f"row {number}"),
                {name: restored(cell) for name, cell in zip(header, cells, strict=True) if name},
            )


def _text(cell: Any) -> str:
    """Write a cell as a person would: whole numbers without a decimal."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _rows(items: Sequence[Item]) -> Iterator[list[str]]:
    """Lay out items in rows, the header first."""
    yield list(COLUMNS)
    for item in items:
        if item.origin.sentences is not None:
            raise InputError(f"A table has no spans (item {quoted(item.id)}); use --unit sentence.")
        suggested = "; ".join(spell(mark.tag) for mark in item.suggestion or ())
        fields = {name: str(value) for name, value in item.origin.fields().items()}
        for annotator, marks in item.answers.items() or [("", ())]:
            cells = fields | {
                ITEM_ID: item.id,
                "text": item.text,
                "annotator": annotator,
                "labels": "; ".join(spell(mark.tag) for mark in marks),
                "suggested": suggested,
            }
            yield [neutral(cells.get(name, "")) for name in COLUMNS]


def write_csv(items: Sequence[Item]) -> str:
    """Give the table as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(_rows(items))
    return out.getvalue()


def write_xlsx(items: Sequence[Item]) -> bytes:
    """Give the table as a workbook.

    Raises
    ------
    InputError
        When a text is longer than a cell may be.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("sentences")
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate(_rows(items)):
            for column, cell in enumerate(cells):
                if len(cell) > MAX_CELL:
                    raise InputError(
                        f"Item {quoted(cells[0])} has a text of {len(cell)} characters, more than a cell of XLSX holds "
                        f"({MAX_CELL}); use CSV."
                    )
                sheet.write_string(number, column, cell)
    return out.getvalue()
