"""Lay corpus texts out as items for a tool.

An item is one sentence (its id is ``<text id>#<number>``), or a whole text, its sentences joined by blanks.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from models.errors import InputError
from training.corpus import AnnotatedText
from training.formats.record import Item, Mark, Origin, quoted

Unit = Literal["sentence", "text"]


def items_of(readings: Mapping[str, Sequence[AnnotatedText]], unit: Unit = "sentence") -> list[Item]:
    """Lay out texts for a tool.

    Parameters
    ----------
    readings : mapping of annotator to texts
        Annotators who read the same text have it with the same sentences.
    unit : {"sentence", "text"}

    Raises
    ------
    InputError
        When two annotators have different sentences under one text id.
    """
    texts: dict[str, AnnotatedText] = {}
    by_annotator: dict[str, dict[str, AnnotatedText]] = {}
    for annotator, read in readings.items():
        for text in read:
            first = texts.setdefault(text.id, text)
            if [s.text for s in first.sentences] != [s.text for s in text.sentences]:
                raise InputError(f"Annotators have different sentences under text id {quoted(text.id)}.")
            by_annotator.setdefault(text.id, {})[annotator] = text
    items: list[Item] = []
    for text_id, text in texts.items():
        items += (_sentences if unit == "sentence" else _text)(text, by_annotator[text_id])
    return items


def _origin(text: AnnotatedText, **more: int | str) -> Origin:
    about = {"text_id": text.id, "writer": text.writer, "kind": text.kind, "sector": text.sector}
    return Origin.model_validate(about | more)


def _sentences(text: AnnotatedText, read: Mapping[str, AnnotatedText]) -> list[Item]:
    items = []
    for number, sentence in enumerate(text.sentences, 1):
        size = len(sentence.text)
        answers = {
            who: tuple(Mark(tag, 0, size) for tag in own.sentences[number - 1].tags) for who, own in read.items()
        }
        items.append(Item(f"{text.id}#{number}", sentence.text, _origin(text, sentence=number), answers))
    return items


def _text(text: AnnotatedText, read: Mapping[str, AnnotatedText]) -> list[Item]:
    spans: list[tuple[int, int]] = []
    for sentence in text.sentences:
        start = spans[-1][1] + 1 if spans else 0
        spans.append((start, start + len(sentence.text)))
    answers = {
        who: tuple(Mark(tag, *span) for span, s in zip(spans, own.sentences, strict=True) for tag in s.tags)
        for who, own in read.items()
    }
    origin = _origin(text, sentences=" ".join(f"{a}-{b}" for a, b in spans))
    return [Item(text.id, " ".join(s.text for s in text.sentences), origin, answers)]
