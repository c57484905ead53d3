"""The texts that nobody annotated yet: read from a file, split into sentences, each once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.pipeline import Pipeline, Sentence
from training.check.problems import words_of
from training.formats.reading import Reading, Source, decode, open_sources, read_records
from training.formats.record import Item, LeftOut
from training.formats.record import Place as FilePlace
from training.formats.table import csv_rows, xlsx_rows
from training.formats.vocabulary import Vocabulary

# Fewer words say too little to be worth an annotator's time.
MIN_WORDS = 3
SENTENCE_MARK = "#"


@dataclass(frozen=True, slots=True)
class Pool:
    """Sentences to choose from."""

    items: list[Item]
    sentences: list[Sentence]
    """As the language pipeline reads them, in the order of the items."""


def read_texts(paths: Sequence[Path], vocabulary: Vocabulary, text_field: str | None) -> tuple[list[Item], list[str]]:
    """Read unlabelled texts from .txt (one a line), .jsonl, .json, .csv or .xlsx files.

    Returns
    -------
    (texts, what was left out and why)

    Raises
    ------
    InputError
        When a file cannot be read, or there is no text in any. A text whose id another one has is left out.
    """
    reading = Reading(vocabulary, text_field)
    items: dict[str, Item] = {}
    left_out: list[str] = []
    for source in open_sources(paths):
        for found in _records(source, reading):
            if isinstance(found, LeftOut):
                left_out.append(f"{found.place}: {found.reason}")
                continue
            place, record = found
            try:
                item = reading.item(record, number=record.get("id"))
            except InputError as error:
                left_out.append(f"{place}: {error}")
                continue
            if item.id in items and items[item.id].text != item.text:
                left_out.append(f"{place}: its id stands there already, with another text")
                continue
            items[item.id] = item
    if not items:
        raise InputError("There is no text to choose from: " + "; ".join(left_out[:3] or ["the files are empty"]) + ".")
    return list(items.values()), left_out


def _records(source: Source, reading: Reading) -> Iterator[tuple[FilePlace, Mapping[str, Any]] | LeftOut]:
    name = source.name.casefold()
    if name.endswith(".txt"):
        for number, line in enumerate(decode(source, reading.encoding).split("\n"), 1):
            if line.strip():
                yield (
                    FilePlace(source.name, f"line {number}"),
                    {reading.text_field or "text": line.strip(), "id": f"{source.stem}-{number}"},
                )
    elif name.endswith(".csv"):
        yield from csv_rows(source, reading, ("text",))
    elif name.endswith(".xlsx"):
        yield from xlsx_rows(source, reading)
    else:
        yield from read_records(source, reading.encoding)


def split(texts: Sequence[Item], pipeline: Pipeline, known: Sequence[str] = ()) -> Pool:
    """Split texts into sentences, each different from the others and from those in `known`."""
    seen = {words_of(text) for text in known}
    items: list[Item] = []
    kept: list[str] = []
    for text, sentences in zip(texts, pipeline.read([text.text for text in texts]), strict=True):
        for number, sentence in enumerate(sentences, 1):
            own = text.text[sentence.start : sentence.end]
            words = words_of(own)
            if len(words) < MIN_WORDS or words in seen:
                continue
            seen.add(words)
            origin = text.origin.model_copy(update={"text_id": text.id, "sentence": number})
            items.append(Item(f"{text.id}{SENTENCE_MARK}{number}", own, origin))
            kept.append(own)
    return Pool(items, list(pipeline.read_units(kept)))
