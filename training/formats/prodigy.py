"""Prodigy: JSON lines as ``prodigy db-out`` writes them; its spans are code points.

- choice (``textcat.manual``): ``{"text", "accept": ["autonomy:sought"], "answer": "accept"}``;
- binary (``textcat.teach``, ``mark``): ``{"text", "label": "autonomy:sought", "answer": "reject"}``, one line per
  label: what was accepted over all lines is what the annotator found;
- spans (``spans.manual``): ``{"text", "spans": [{"start", "end", "label"}], "answer": "accept"}``.

``ignore`` leaves the line out, and so does ``reject`` for choice and spans, where it judges the task and not a label.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr

from models.codebook import Codebook
from models.errors import InputError
from training.corpus import Annotation
from training.formats.offsets import inward, outward
from training.formats.reading import Reading, Source, attempt, read_records, whole
from training.formats.record import ITEM_ID, Item, LeftOut, Mark, Offsets, Place, Reply, Skipped, quoted
from training.formats.vocabulary import Given, spell

OFFSETS: Offsets = "codepoint"
WHO = ("_annotator_id", "_session_id")


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Option(_Tolerant):
    id: StrictStr | StrictInt
    text: str | None = None


class _Span(_Tolerant):
    start: StrictInt
    end: StrictInt
    label: str


class _Task(_Tolerant):
    """What is read of one line."""

    answer: Literal["accept", "reject", "ignore"] | None = None
    label: str | None = None
    options: tuple[_Option, ...] = ()
    accept: tuple[StrictStr | StrictInt, ...] | None = None
    spans: tuple[_Span, ...] | None = None
    meta: dict[str, Any] = {}


def read(source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    """Read what ``db-out`` wrote; lines of all kinds may stand in one file."""
    for found in read_records(source, reading.encoding):
        if isinstance(found, LeftOut):
            yield found
        else:
            place, record = found
            meta = record.get("meta")
            item = str(meta.get(ITEM_ID) or "") if isinstance(meta, dict) else ""
            yield from attempt(place, item, _reply, record, source, reading)


def _reply(place: Place, record: Mapping[str, Any], source: Source, reading: Reading) -> Reply:
    task = _Task.model_validate(record)
    item = reading.item({**task.meta, **record}, ("text",))
    if task.answer is None:
        raise Skipped("not annotated yet: there is no 'answer'")
    if task.answer == "ignore":
        raise Skipped("ignored by the annotator")
    who = reading.who(source, *(record.get(name) for name in WHO))
    if task.accept is None and task.label is not None:
        tags = reading.vocabulary.tags([Given("", [task.label])])
        accepted = tags if task.answer == "accept" else ()
        return Reply(place, item, who, whole(item, accepted), frozenset(tags) - frozenset(accepted), partial=True)
    if task.answer == "reject":
        raise Skipped("rejected by the annotator")
    if task.accept is None and task.spans is None and not task.options:
        raise InputError("there is neither 'label', 'accept' nor 'spans'")
    names = {option.id: option.text for option in task.options}
    values = [_word(value, names, reading) for value in task.accept or ()]
    marks = [*whole(item, reading.vocabulary.tags([Given("", values)]))]
    for span in task.spans or ():
        start, end = inward(item.text, span.start, span.end, reading.offsets or OFFSETS)
        marks += [Mark(tag, start, end) for tag in reading.vocabulary.tags([Given("", [span.label])])]
    return reading.reply(place, item, who, marks)


def _word(value: str | int, names: Mapping[str | int, str | None], reading: Reading) -> str:
    """Choose between an option's id and its text: whichever is in the codebook."""
    text = names.get(value)
    if text is not None:
        try:
            reading.vocabulary.split(str(value))
        except InputError:
            return text
    return str(value)


def write_choice(items: Sequence[Item], offsets: Offsets | None) -> Iterator[dict[str, Any]]:
    """Give one record per item and annotator; spans where items are whole texts."""
    for item in items:
        for annotator, marks in _answers(item):
            if item.origin.sentences is None:
                body: dict[str, Any] = {"accept": [spell(mark.tag) for mark in marks], "_view_id": "choice"}
            else:
                spans = [(*outward(item.text, m.start, m.end, offsets or OFFSETS), spell(m.tag)) for m in marks]
                body = {"spans": [dict(zip(("start", "end", "label"), span, strict=True)) for span in spans]}
                body["_view_id"] = "spans_manual"
            yield _task(item, body, annotator)


def write_binary(items: Sequence[Item], codebook: Codebook) -> Iterator[dict[str, Any]]:
    """Give one record per item, annotator and label: accepted with its stance, or rejected in every stance.

    Raises
    ------
    InputError
        When an item is a whole text, of which no label can be accepted.
    """
    for item in items:
        if item.origin.sentences is not None:
            raise InputError(f"A binary choice has no spans (item {quoted(item.id)}); use --unit sentence.")
        for annotator, marks in _answers(item):
            stances = {mark.tag.label: mark.tag.stance for mark in marks}
            for label in codebook.label_ids:
                for stance in codebook.stance_ids:
                    if annotator is None and stances.get(label) != stance:
                        continue  # a model's suggestion asks only for what it suggests
                    tag = Annotation(label=label, stance=stance)
                    answer = "accept" if stances.get(label) == stance else "reject"
                    yield _task(item, {"label": spell(tag), "_view_id": "classification"}, annotator, answer)


def _answers(item: Item) -> list[tuple[str | None, Sequence[Mark]]]:
    """List what is to be written: the answers, or else the suggestion, which no one has answered."""
    return list(item.answers.items()) or [(None, item.suggestion or ())]


def _task(item: Item, body: dict[str, Any], annotator: str | None, answer: str = "accept") -> dict[str, Any]:
    said = {} if annotator is None else {"answer": answer, "_annotator_id": annotator, "_session_id": annotator}
    return {"text": item.text, **body, **said, "meta": {ITEM_ID: item.id, **item.origin.fields()}}
