"""Label Studio: JSON and JSON_MIN; its spans are code points.

JSON keeps the results of each annotation: ``choices``, ``taxonomy`` and ``labels`` with their control's name, those of
one region under one id. JSON_MIN has one flat object per annotation, in which a control's name is a field; the stance
of a region then lies beside its label in a second list and is paired with it by order.

The controls that ``weerklank-train labelling-config`` writes are: one of choices per dimension, each label with its own
``stance_<label>``; for whole texts ``labels`` on regions with ``stance`` per region. Others are read as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from models.codebook import Codebook
from training.formats.label_studio_min import read_min
from training.formats.label_studio_values import Region, Tolerant, Value, data, on_region, results
from training.formats.reading import Reading, Source, attempt, read_records, whole
from training.formats.record import Item, LeftOut, Offsets, Place, Reply, Skipped
from training.formats.vocabulary import Given


class _Result(Tolerant):
    id: str | None = None
    from_name: str | None = None
    value: Value = Field(default_factory=Value)


class _Annotation(Tolerant):
    result: tuple[_Result, ...]
    completed_by: int | str | dict[str, Any] | None = None
    was_cancelled: bool = False
    skipped: bool = False
    model_version: str | None = None


class _Task(Tolerant):
    id: int | str | None = None
    data: dict[str, Any]
    annotations: tuple[Any, ...] = ()
    completions: tuple[Any, ...] = ()
    """Name of the annotations before Label Studio 1.0."""
    predictions: tuple[Any, ...] = ()


def read(source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    """Read an export: JSON, or JSON_MIN, which has no ``data``."""
    flat: list[tuple[Place, Mapping[str, Any]]] = []
    for found in read_records(source, reading.encoding, "task"):
        if isinstance(found, LeftOut):
            yield found
            continue
        place, record = found
        if not any(name in record for name in ("data", "annotations", "completions", "predictions")):
            flat.append((place, record))
        else:
            number = str(record.get("id") or "")
            yield from attempt(place, number, _replies, record, source, reading)
    yield from read_min(flat, source, reading)


def _replies(place: Place, record: Mapping[str, Any], source: Source, reading: Reading) -> Iterator[Reply | LeftOut]:
    task = _Task.model_validate(record)
    item = reading.item(task.data, number=task.id)
    annotations = task.annotations or task.completions
    if reading.predictions:
        for number, raw in enumerate(task.predictions, 1):
            where = Place(place.file, f"{place.where}, prediction {number}")
            yield from attempt(where, item.id, _reply, raw, item, source, reading, True)
    elif not annotations:
        only = ", only a model's prediction (--predictions)" if task.predictions else ""
        raise Skipped(f"not annotated yet{only}")
    for number, raw in enumerate(annotations, 1):
        where = Place(place.file, f"{place.where}, annotation {number}")
        yield from attempt(where, item.id, _reply, raw, item, source, reading, False)


def _reply(place: Place, raw: Any, item: Item, source: Source, reading: Reading, predicted: bool) -> Reply:
    annotation = _Annotation.model_validate(raw)
    if annotation.was_cancelled or annotation.skipped:
        raise Skipped("cancelled by the annotator")
    regions: dict[str, list[Given]] = {}
    spans: dict[str, Region] = {}
    about_all: list[Given] = []
    for result in annotation.result:
        if not (result.from_name and reading.asks(result.from_name)):
            continue
        given = Given(result.from_name, result.value.chosen)
        region = result.value.region
        key = result.id or (f"{region[0]}-{region[1]}" if region else "")
        if region:
            spans[key] = region
        if region or key in spans:
            regions.setdefault(key, []).append(given)
        elif result.value.chosen:
            about_all.append(given)
    marks = [*whole(item, reading.vocabulary.tags(about_all))]
    for key, answers in regions.items():
        marks += on_region(item, spans[key], answers, reading)
    if predicted:
        return reading.reply(place, item, annotation.model_version or "predictions", marks)
    return reading.reply(place, item, reading.who(source, who(annotation.completed_by)), marks)


def who(completed_by: int | str | Mapping[str, Any] | None) -> str | int | None:
    """Name an annotator: by e-mail address, or by number."""
    if isinstance(completed_by, Mapping):
        return completed_by.get("email") or completed_by.get("id")
    return completed_by


def write(items: Sequence[Item], codebook: Codebook, offsets: Offsets | None) -> Iterator[dict[str, Any]]:
    """Give the tasks with their annotations and predictions."""
    count = 0
    for number, item in enumerate(items, 1):
        annotations = []
        for annotator, marks in item.answers.items():
            count += 1
            annotations.append(
                {
                    "id": count,
                    "completed_by": _completed_by(annotator),
                    "was_cancelled": False,
                    "result": results(item, marks, codebook, offsets),
                }
            )
        task: dict[str, Any] = {"id": number, "data": data(item), "annotations": annotations, "predictions": []}
        if item.suggestion is not None:
            prediction: dict[str, Any] = {"model_version": item.model}
            scores = [mark.probability for mark in item.suggestion if mark.probability is not None]
            if scores:
                prediction["score"] = min(scores)
            task["predictions"] = [prediction | {"result": results(item, item.suggestion, codebook, offsets)}]
        yield task


def _completed_by(annotator: str) -> int | dict[str, str]:
    """Write a number as Label Studio's own user id, and any other name as an e-mail address."""
    if annotator.isascii() and annotator.isdigit() and str(int(annotator)) == annotator:
        return int(annotator)
    return {"email": annotator}
