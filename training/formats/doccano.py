"""doccano: JSON lines or CSV, one file per annotator.

A text classification project writes ``{"id", "text", "label": [...]}`` and in CSV the labels joined by ``#``; a
sequence labelling project writes ``"label": [[start, end, label]]`` or, with relations, ``"entities"``. Fields of the
upload come back beside these. doccano counts spans in UTF-16 units. An item that no one has confirmed cannot be told
from one without a label: export only approved items, or use ``--skip-empty``.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.errors import InputError
from training.formats.offsets import inward, outward
from training.formats.reading import Reading, Source, attempt, read_records, whole
from training.formats.record import ITEM_ID, Item, LeftOut, Mark, Offsets, Place, Reply, quoted
from training.formats.table import csv_rows, neutral
from training.formats.vocabulary import Given, spell

OFFSETS: Offsets = "utf16"
TEXT_FIELDS = ("text", "data")
JOINT = "#"


def read(source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    """Read an export, JSON or CSV."""
    table = source.name.casefold().endswith(".csv")
    records = csv_rows(source, reading, TEXT_FIELDS) if table else read_records(source, reading.encoding)
    for found in records:
        if isinstance(found, LeftOut):
            yield found
            continue
        place, record = found[0], dict(found[1])
        if table:
            record["label"] = [word for word in str(record.get("label") or "").split(JOINT) if word.strip()]
        yield from attempt(place, str(record.get("id") or ""), _reply, record, source, reading)


def _reply(place: Place, record: Mapping[str, Any], source: Source, reading: Reading) -> Reply:
    item = reading.item(record, TEXT_FIELDS, record.get("id"))
    flat: list[str] = []
    marks: list[Mark] = []
    for name in ("label", "labels", "cats", "entities"):
        values = record.get(name) or []
        if not isinstance(values, list):
            raise InputError(f"wrong nesting: {name!r} must be a list")
        for value in values:
            if isinstance(value, str):
                flat.append(value)
            else:
                marks.append(_span(item, value, name, reading))
    marks += whole(item, reading.vocabulary.tags([Given("", flat)]))
    return reading.reply(place, item, reading.who(source, record.get("annotator")), marks)


def _span(item: Item, value: Any, name: str, reading: Reading) -> Mark:
    match value:
        case [int(start), int(end), str(label)]:
            pass
        case {"label": str(label), "start_offset": int(start), "end_offset": int(end)}:
            pass
        case _:
            raise InputError(f"wrong nesting: {name!r} must hold labels, or [start, end, label]")
    (tag,) = reading.vocabulary.tags([Given("", [label])])
    return Mark(tag, *inward(item.text, start, end, reading.offsets or OFFSETS))


def write_jsonl(items: Sequence[Item], offsets: Offsets | None) -> Iterator[dict[str, Any]]:
    """Give the records of an upload; spans where items are whole texts."""
    for number, item in enumerate(items, 1):
        label: list[Any]
        if item.origin.sentences is None:
            label = [spell(mark.tag) for mark in _marks(item)]
        else:
            label = [[*outward(item.text, m.start, m.end, offsets or OFFSETS), spell(m.tag)] for m in _marks(item)]
        yield {"id": number, "text": item.text, "label": label, ITEM_ID: item.id, **item.origin.fields()}


def write_csv(items: Sequence[Item]) -> str:
    """Give the CSV of an upload.

    Raises
    ------
    InputError
        When an item is a whole text: doccano's CSV has no spans.
    """
    out = io.StringIO()
    names = ["id", "text", "label", ITEM_ID, *sorted({name for item in items for name in item.origin.fields()})]
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    for number, item in enumerate(items, 1):
        if item.origin.sentences is not None:
            raise InputError(
                f"doccano's CSV has no spans (item {quoted(item.id)}); use --unit sentence, or JSON lines."
            )
        label = JOINT.join(spell(mark.tag) for mark in _marks(item))
        cells = {"id": number, "text": item.text, "label": label, ITEM_ID: item.id, **item.origin.fields()}
        writer.writerow({name: neutral(str(cell)) for name, cell in cells.items()})
    return out.getvalue()


def _marks(item: Item) -> Sequence[Mark]:
    """Give the labels to write: doccano knows one annotator per file, and no place for a model's beside them."""
    for marks in item.answers.values():
        return marks
    return item.suggestion or ()
