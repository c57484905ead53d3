"""Argilla: a list of records as dictionaries, as ``dataset.records.to_list()`` and ``to_json()`` give them.

A record is ``{"id", "fields": {"text"}, "metadata", "suggestions", "responses": {question: [{"value", "user_id"}]}}``;
the form of Argilla's server, ``"responses": [{"user_id", "status", "values"}]``, is read, too. Annotators are UUIDs
there: other names become one, and come back from the metadata. Argilla's page counts spans in UTF-16 units.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from models.errors import InputError
from training.formats.offsets import inward, outward
from training.formats.reading import Reading, Source, attempt, read_records, whole
from training.formats.record import ITEM_ID, Item, LeftOut, Mark, Offsets, Place, Reply, Skipped, quoted
from training.formats.vocabulary import Given, spell

OFFSETS: Offsets = "utf16"
LABELS, SPANS = "labels", "spans"
# Argilla cannot publish a dataset without a required question, and a required question wants an answer: this is the
# choice of who found nothing in a sentence, and what is asked beside spans.
NOTHING, READ = "none", "read"
ANNOTATORS = "annotators"
LEFT_OUT = {"draft": "a draft that was not submitted", "discarded": "discarded by the annotator"}


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class _Response(_Tolerant):
    value: Any = None
    user_id: str = ""
    status: str | None = "submitted"


class _UserResponse(_Tolerant):
    values: dict[str, _Response] | None = None
    user_id: str = ""
    status: str | None = "submitted"


class _Suggestion(_Tolerant):
    value: Any = None
    agent: str | None = None


class _Record(_Tolerant):
    """What is read of one record."""

    id: str | None = None
    fields: dict[str, Any]
    metadata: dict[str, Any] | None = None
    responses: dict[str, list[_Response]] | list[_UserResponse] | None = None
    suggestions: dict[str, _Suggestion] | None = None


def read(source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    """Read a list of records; drafts and discarded responses are left out."""
    for found in read_records(source, reading.encoding):
        if isinstance(found, LeftOut):
            yield found
        else:
            place, record = found
            yield from attempt(place, str(record.get("id") or ""), _replies, record, source, reading)


def _replies(place: Place, raw: Mapping[str, Any], source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    if "fields" not in raw:
        raise InputError("there is no 'fields'; export with dataset.records.to_list(), without flatten")
    record = _Record.model_validate(raw)
    metadata = record.metadata or {}
    item = reading.item({**metadata, **record.fields}, number=record.id)
    entries = metadata.get(ANNOTATORS)
    pairs = [str(entry).partition("=") for entry in entries] if isinstance(entries, list) else []
    names = {user: name for user, _, name in pairs if name}
    users = _by_user(record)
    if reading.predictions and record.suggestions:
        agent = next((s.agent for s in record.suggestions.values() if s.agent), "suggestions")
        values = {question: s.value for question, s in record.suggestions.items()}
        yield reading.reply(place, item, agent, _marks(item, values, reading))
    elif not users:
        raise Skipped(
            "not annotated yet" + (", only a model's suggestion (--predictions)" if record.suggestions else "")
        )
    for user, (status, values) in users.items():
        where = Place(place.file, f"{place.where}, response {list(users).index(user) + 1}")
        annotator = reading.who(source, names.get(user, user))
        yield from attempt(where, item.id, _reply, item, annotator, status, values, reading)


def _by_user(record: _Record) -> dict[str, tuple[str, dict[str, Any]]]:
    """Sort responses by user: status, and value per question."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    if isinstance(record.responses, list):
        for response in record.responses:
            values = {question: answer.value for question, answer in (response.values or {}).items()}
            found[response.user_id] = (response.status or "submitted", values)
    else:
        for question, answers in (record.responses or {}).items():
            for answer in answers:
                _, values = found.get(answer.user_id, ("", {}))
                found[answer.user_id] = (answer.status or "submitted", {**values, question: answer.value})
    return found


def _reply(place: Place, item: Item, annotator: str, status: str, values: Mapping[str, Any], reading: Reading) -> Reply:
    if status in LEFT_OUT:
        raise Skipped(LEFT_OUT[status])
    return reading.reply(place, item, annotator, _marks(item, values, reading))


def _marks(item: Item, values: Mapping[str, Any], reading: Reading) -> list[Mark]:
    given: list[Given] = []
    marks: list[Mark] = []
    for question, value in values.items():
        if not reading.asks(question) or value is None or question == READ:
            continue
        entries = [x for x in (value if isinstance(value, list) else [value]) if x != NOTHING]
        given.append(Given(question, [entry for entry in entries if isinstance(entry, str)]))
        for entry in entries:
            match entry:
                case str():
                    pass
                case {"label": str(label), "start": int(start), "end": int(end)}:
                    a, b = inward(item.text, start, end, reading.offsets or OFFSETS)
                    marks += [Mark(tag, a, b) for tag in reading.vocabulary.tags([Given("", [label])])]
                case _:
                    raise InputError(f"question {quoted(question)} holds no labels; name those that do with --question")
    return [*whole(item, reading.vocabulary.tags(given)), *marks]


def write(items: Sequence[Item], offsets: Offsets | None) -> Iterator[dict[str, Any]]:
    """Give the records as dictionaries that ``argilla.Record.from_dict`` takes."""
    for item in items:
        question = LABELS if item.origin.sentences is None else SPANS
        responses: dict[str, list[dict[str, Any]]] = {}
        for annotator, marks in item.answers.items():
            about = {"user_id": user_id(annotator), "status": "submitted"}
            responses.setdefault(question, []).append({"value": _value(item, marks, offsets), **about})
            if question == SPANS:
                responses.setdefault(READ, []).append({"value": NOTHING, **about})
        metadata: dict[str, Any] = {ITEM_ID: item.id, **item.origin.fields()}
        renamed = [f"{user_id(name)}={name}" for name in item.answers if user_id(name) != name]
        yield {
            "id": item.id,
            "fields": {"text": item.text},
            "metadata": metadata | ({ANNOTATORS: renamed} if renamed else {}),
            "suggestions": {} if item.suggestion is None else {question: _suggested(item, item.suggestion, offsets)},
            "responses": responses,
            "vectors": {},
        }


def _value(item: Item, marks: Sequence[Mark], offsets: Offsets | None) -> list[Any]:
    if item.origin.sentences is None:
        return [spell(mark.tag) for mark in marks] or [NOTHING]
    stretches = [outward(item.text, mark.start, mark.end, offsets or OFFSETS) for mark in marks]
    return [
        {"label": spell(mark.tag), "start": start, "end": end}
        for mark, (start, end) in zip(marks, stretches, strict=True)
    ]


def _suggested(item: Item, marks: Sequence[Mark], offsets: Offsets | None) -> dict[str, Any]:
    scores = [mark.probability for mark in marks if mark.probability is not None]
    found = {"value": _value(item, marks, offsets), "agent": item.model}
    return found | {"score": scores} if marks and len(scores) == len(marks) else found


def user_id(annotator: str) -> str:
    """Give an annotator's UUID: the name itself if it is one, else one made from the name."""
    try:
        return annotator if str(UUID(annotator)) == annotator else str(uuid5(NAMESPACE_URL, annotator))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, annotator))
