"""Put the items that come back from a tool together as corpus texts: each annotator's reading, and the settled one."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.codebook import Codebook
from models.errors import InputError
from training.corpus import AnnotatedText, Kind
from training.formats.record import Item, LeftOut, Origin, Reply
from training.formats.settle import Disputed, Gathered, Tags, settle

Spans = Sequence[tuple[int, int]]
Splitter = Callable[[str], Spans]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an item is when nothing says so."""

    kind: Kind = "survey"
    sector: str = "unknown"
    parts: int = 10
    """Texts without a writer are dealt out over so many made-up writers: training holds out whole writers."""

    def writer(self, origin: Origin, text_id: str) -> str:
        """Give the writer, or one of the parts by the text's id."""
        if origin.writer is not None:
            return origin.writer
        return f"part{int(hashlib.sha256(text_id.encode()).hexdigest(), 16) % self.parts + 1}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import makes."""

    corpus: list[AnnotatedText]
    annotations: dict[str, list[AnnotatedText]]
    """Each annotator's own reading, by annotator."""
    disputed: list[Disputed]
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with what each of its readers found."""

    text: str
    readings: dict[str, Tags]


_Member = tuple[Item, list[_Sentence]]


def corpus_of(gathered: Gathered, codebook: Codebook, split: Splitter, defaults: Defaults) -> Imported:
    """Lay items out as texts, per annotator and settled.

    Sentences of one text stay together if all who read one of them read all; else each becomes a text of its own, so
    that all annotators have the same texts.

    Parameters
    ----------
    gathered : Gathered
    codebook : Codebook
    split : callable
        Finds the sentences of a text in which stretches are marked and whose sentences are not known.
    defaults : Defaults
    """
    done = Imported([], {who: [] for who in gathered.replies}, [], list(gathered.left_out))
    groups: dict[str, list[_Member]] = {}
    for item, spans, replies in _spans(gathered, split):
        sentences, wrong = _sentences(item, spans, replies)
        done.left_out.extend(wrong)
        if sentences:
            groups.setdefault(item.origin.text_id or item.id, []).append((item, sentences))
    for text_id, members in groups.items():
        members.sort(key=lambda member: member[0].origin.sentence or 0)
        whole = len({frozenset(s.readings) for _, sentences in members for s in sentences}) == 1
        for number, chunk in [(text_id, members)] if whole else [(item.id, [(item, s)]) for item, s in members]:
            _add(done, number, defaults.writer(chunk[0][0].origin, text_id), chunk, codebook, defaults)
    return Imported(
        done.corpus, {who: texts for who, texts in done.annotations.items() if texts}, done.disputed, done.left_out
    )


def _add(
    done: Imported, number: str, writer: str, chunk: Sequence[_Member], codebook: Codebook, defaults: Defaults
) -> None:
    """Add a text to the corpus, and to the readings of all who read it."""
    origin = chunk[0][0].origin
    sentences = [sentence for _, more in chunk for sentence in more]
    about = {
        "id": number,
        "writer": writer,
        "kind": origin.kind or defaults.kind,
        "sector": origin.sector or defaults.sector,
    }

    def text(tags: Sequence[Tags]) -> AnnotatedText:
        rows = [
            {"text": s.text, "tags": [{"label": x, "stance": own[x]} for x in codebook.label_ids if x in own]}
            for s, own in zip(sentences, tags, strict=True)
        ]
        return AnnotatedText.model_validate(about | {"sentences": rows})

    settled: list[Tags] = []
    for i, sentence in enumerate(sentences, 1):
        tags, disputed = settle(list(sentence.readings.values()), codebook, (number, i))
        settled.append(tags)
        done.disputed.extend(disputed)
    done.corpus.append(text(settled))
    for who in sentences[0].readings:
        done.annotations[who].append(text([sentence.readings[who] for sentence in sentences]))


def _spans(gathered: Gathered, split: Splitter) -> list[tuple[Item, Spans, dict[str, Reply]]]:
    """Find the sentences of each item; they are looked for only in an import in which stretches are marked."""
    marked = any(
        mark.start > 0 or mark.end < len(reply.item.text)
        for mine in gathered.replies.values()
        for reply in mine.values()
        for mark in reply.marks
    )
    found = []
    for item in gathered.items.values():
        replies = {who: mine[item.id] for who, mine in gathered.replies.items() if item.id in mine}
        spans: Spans = item.origin.spans
        if not spans and marked and item.origin.sentence is None:
            about_all = any(m.start == 0 and m.end == len(item.text) for r in replies.values() for m in r.marks)
            spans = () if about_all else split(item.text)
        found.append((item, spans or ((0, len(item.text)),), replies))
    return found


def _sentences(item: Item, spans: Spans, replies: Mapping[str, Reply]) -> tuple[list[_Sentence], list[LeftOut]]:
    """Give each sentence of an item the tags of the marks that touch it."""
    readings: dict[str, list[Tags]] = {}
    wrong: list[LeftOut] = []
    for who, reply in replies.items():
        try:
            readings[who] = _touched(item, spans, reply)
        except InputError as error:
            wrong.append(LeftOut(reply.place, item.id, str(error)))
    if not readings:
        return [], wrong
    return [
        _Sentence(item.text[a:b], {who: tags[i] for who, tags in readings.items()}) for i, (a, b) in enumerate(spans)
    ], wrong


def _touched(item: Item, spans: Spans, reply: Reply) -> list[Tags]:
    found: list[dict[str, str]] = [{} for _ in spans]
    for mark in reply.marks:
        touched = [
            own
            for (a, b), own in zip(spans, found, strict=True)
            if item.text[max(a, mark.start) : min(b, mark.end)].strip()
        ]
        if not touched:
            raise InputError(f"the span {mark.start}-{mark.end} holds no word of a sentence")
        for own in touched:
            if own.setdefault(mark.tag.label, mark.tag.stance) != mark.tag.stance:
                raise InputError(f"label {mark.tag.label!r} has two stances in one sentence")
    return list(found)
