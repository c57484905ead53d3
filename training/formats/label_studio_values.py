"""What Label Studio's controls hold, in JSON and JSON_MIN alike: choices, and labels on regions.

Spans are code points.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, StrictInt

from models.codebook import Codebook
from training.formats.offsets import inward, outward
from training.formats.reading import Reading
from training.formats.record import ITEM_ID, Item, Mark, Offsets
from training.formats.vocabulary import STANCE_PREFIX, Given

OFFSETS: Offsets = "codepoint"
LABELS, STANCE = "labels", "stance"
Region: TypeAlias = tuple[int, int, str | None]
"""Start, end and, where it is given, the words of a region."""


class Tolerant(BaseModel):
    """A part of a record, of which only the fields that matter are read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Value(Tolerant):
    """What a control holds."""

    start: StrictInt | None = None
    end: StrictInt | None = None
    text: Any = None
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    hypertextlabels: tuple[str, ...] = ()
    taxonomy: tuple[tuple[str, ...], ...] = ()

    @property
    def chosen(self) -> tuple[str | tuple[str, ...], ...]:
        """All that was chosen."""
        return (*self.choices, *self.labels, *self.hypertextlabels, *self.taxonomy)

    @property
    def region(self) -> Region | None:
        """The stretch of text that it is about, or None for all of it."""
        if self.start is None or self.end is None:
            return None
        return self.start, self.end, self.text if isinstance(self.text, str) else None


def on_region(item: Item, region: Region, answers: Sequence[Given], reading: Reading) -> list[Mark]:
    """Mark a region with what was chosen for it."""
    start, end = inward(item.text, region[0], region[1], reading.offsets or OFFSETS, region[2])
    return [Mark(tag, start, end) for tag in reading.vocabulary.tags(answers)]


def data(item: Item) -> dict[str, Any]:
    """Give the fields of a task."""
    return {"text": item.text, ITEM_ID: item.id, **item.origin.fields()}


def results(item: Item, marks: Sequence[Mark], codebook: Codebook, offsets: Offsets | None) -> list[dict[str, Any]]:
    """Give the results of an annotation, for the labelling configuration that the codebook makes."""
    found: list[dict[str, Any]] = []
    if item.origin.sentences is None:
        for dimension in codebook.dimensions:
            chosen = [m.tag.label for m in marks if codebook.label(m.tag.label).dimension == dimension.id]
            if chosen:
                found.append(_result(f"d{len(found)}", dimension.id, "choices", {"choices": chosen}))
        for mark in marks:
            name = STANCE_PREFIX + mark.tag.label
            found.append(_result(f"d{len(found)}", name, "choices", {"choices": [mark.tag.stance]}))
        return found
    for number, mark in enumerate(marks):
        start, end = outward(item.text, mark.start, mark.end, offsets or OFFSETS)
        region = {"start": start, "end": end, "text": item.text[mark.start : mark.end]}
        found.append(_result(f"r{number}", LABELS, "labels", region | {"labels": [mark.tag.label]}))
        found.append(_result(f"r{number}", STANCE, "choices", region | {"choices": [mark.tag.stance]}))
    return found


def _result(key: str, name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": key, "from_name": name, "to_name": "text", "type": kind, "value": value}
