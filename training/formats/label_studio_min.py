"""Label Studio's JSON_MIN: one flat object per annotation, with a field per control.

A field is a control when it has Label Studio's form (``{"choices": [...]}``, or a list of regions) in some record, has
the name of a control of our labelling configuration, or is named with ``--question``; other fields are the task's data.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from models.codebook import Codebook
from models.errors import InputError
from training.formats.label_studio_values import LABELS, STANCE, Region, Value, data, on_region, results
from training.formats.reading import Reading, Source, attempt, whole
from training.formats.record import ITEM_ID, Item, LeftOut, Offsets, Origin, Place, Reply, Skipped
from training.formats.vocabulary import STANCE_PREFIX, Given

WHO, ANNOTATION = "annotator", "annotation_id"
OWN = frozenset({"id", WHO, ANNOTATION, "created_at", "updated_at", "lead_time", "agreement", "text", ITEM_ID})
USUAL = frozenset({LABELS, STANCE, "label", "choice", "choices"})


def read_min(
    records: Sequence[tuple[Place, Mapping[str, Any]]], source: Source, reading: Reading
) -> Iterator[Reply | LeftOut]:
    """Read the records of one file.

    Raises
    ------
    InputError
        When the records have fields of their own, and none of them is a control.
    """
    carried = OWN | set(Origin.model_fields) | {reading.text_field, reading.writer_field}
    fields = [(name, value) for _, record in records for name, value in record.items() if name not in carried]
    asked = frozenset(name for name, value in fields if _is_control(name, value, reading))
    if fields and not asked:
        raise InputError(
            f"{source.name}: no field of its records holds choices or regions; name the controls with --question."
        )
    for place, record in records:
        yield from attempt(place, str(record.get("id") or ""), _reply, record, asked, source, reading)


def _is_control(name: str, value: Any, reading: Reading) -> bool:
    if reading.questions:
        return name in reading.questions
    book = reading.vocabulary.codebook
    usual = USUAL | {x.id for x in book.dimensions} | set(book.label_ids)
    holds = any(_values(entry) for entry in _several(value) if isinstance(entry, dict))
    return holds or name in usual or name.startswith(STANCE_PREFIX)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _values(entry: Any) -> Value | None:
    """Read an entry as what a control holds, or give None where it holds nothing that was chosen."""
    if isinstance(entry, str):
        return Value(choices=(entry,))
    try:
        value = Value.model_validate(entry)
    except ValidationError:
        return None
    return value if value.chosen else None


def _reply(place: Place, record: Mapping[str, Any], asked: frozenset[str], source: Source, reading: Reading) -> Reply:
    item = reading.item(record, number=record.get("id"))
    annotator = record.get(WHO)
    if annotator in (None, "") and record.get(ANNOTATION) is None and not asked & set(record):
        raise Skipped("not annotated yet")
    about_all: list[Given] = []
    regions: list[tuple[Region, list[Given]]] = []
    stances: list[tuple[str, Value]] = []
    for name in (name for name in record if name in asked and record[name] is not None):
        for entry in _several(record[name]):
            value = _values(entry)
            if value is None:
                raise InputError(f"wrong nesting: {name!r} holds neither choices nor regions")
            if all(isinstance(x, str) and reading.vocabulary.only_stance(x) for x in value.chosen):
                stances.append((name, value))
            elif value.region:
                regions.append((value.region, [Given(name, value.chosen)]))
            else:
                about_all.append(Given(name, value.chosen))
    if regions:
        _pair(stances, regions, reading)
    else:
        about_all += [Given(name, value.chosen) for name, value in stances]
    marks = [*whole(item, reading.vocabulary.tags(about_all))]
    for region, answers in regions:
        marks += on_region(item, region, answers, reading)
    return reading.reply(place, item, reading.who(source, annotator), marks)


def _pair(
    stances: Sequence[tuple[str, Value]], regions: Sequence[tuple[Region, list[Given]]], reading: Reading
) -> None:
    """Add stances to the regions they were chosen for: JSON_MIN drops the region of a single choice, not its order."""
    for name in dict.fromkeys(name for name, _ in stances):
        values = [value for other, value in stances if other == name]
        label = reading.vocabulary.label(name.removeprefix(STANCE_PREFIX))
        mine = [answers for _, answers in regions if label is None or _has(label, answers, reading)]
        if len(mine) != len(values):
            raise InputError(
                f"{name!r} has {len(values)} stances for {len(mine)} regions, and JSON_MIN does not say which "
                "is whose; export as JSON"
            )
        for answers, value in zip(mine, values, strict=True):
            answers.append(Given(name, value.chosen))


def _has(label: str, answers: Sequence[Given], reading: Reading) -> bool:
    return any(reading.vocabulary.label(x) == label for given in answers for x in given.values if isinstance(x, str))


def write_min(items: Sequence[Item], codebook: Codebook, offsets: Offsets | None) -> Iterator[dict[str, Any]]:
    """Give one flat record per annotation, as Label Studio's converter does; items without one keep their data."""
    count = 0
    for number, item in enumerate(items, 1):
        record: dict[str, Any] = {"id": number, **data(item)}
        if not item.answers:
            yield record
        for annotator, marks in item.answers.items():
            count += 1
            controls: dict[str, list[Any]] = {}
            for result in results(item, marks, codebook, offsets):
                choices = result["value"].get("choices", ())
                controls.setdefault(result["from_name"], []).append(
                    choices[0] if len(choices) == 1 else result["value"]
                )
            flat = {
                name: values[0] if len(values) == 1 and not _is_region(values[0]) else values
                for name, values in controls.items()
            }
            who = int(annotator) if annotator.isascii() and str(annotator).isdigit() else annotator
            who = who if str(who) == annotator else annotator
            yield record | flat | {WHO: who, ANNOTATION: count}


def _is_region(value: Any) -> bool:
    return isinstance(value, dict) and LABELS in value
