"""What a worker does with a chunk of texts: tag them and lay the answers out as JSON.

Both are CPU work and belong to the worker, so that the event loop has bytes to pass on and nothing to compute.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.manifest import OperatingPoint
from models.tagger import Tagger
from service.names import Lang
from service.offsets import Offsets
from service.schemas import answer_body

# A turn at a worker: some tenths of a second at most, so that requests take turns. A longer text is a turn by itself.
CHUNK_CHARACTERS = 10_000
CHUNK_TEXTS = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """How the caller wants the answer."""

    offsets: Offsets
    operating_point: OperatingPoint
    lang: Lang


@dataclass(frozen=True, slots=True)
class Item:
    """One text; plain, so that it can be sent to another process."""

    id: str
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Texts of one request that are tagged in one turn."""

    items: tuple[Item, ...]
    wish: Wish
    with_ids: bool = True
    """Whether the answers name their id: those of a batch do."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to a chunk."""

    bodies: list[bytes]
    """One JSON object per text, in order."""
    outcomes: Counter[tuple[str, str | None]]
    """Number of texts per status and reason."""


def answer(tagger: Tagger, chunk: Chunk) -> Answers:
    """Tag a chunk and lay out its answers."""
    wish, items = chunk.wish, chunk.items
    taggings = tagger.tag([item.text for item in items], [item.language for item in items], wish.operating_point)
    bodies = []
    for item, tagging in zip(items, taggings, strict=True):
        body = answer_body(tagging, item.text, tagger.codebook, wish.offsets, wish.lang)
        bodies.append(to_json({"id": item.id, **body} if chunk.with_ids else body))
    return Answers(bodies, Counter((tagging.status, tagging.reason) for tagging in taggings))


def cut(items: Sequence[Item], wish: Wish) -> Iterator[Chunk]:
    """Cut a batch into chunks."""
    part: list[Item] = []
    size = 0
    for item in items:
        if part and (size + len(item.text) > CHUNK_CHARACTERS or len(part) == CHUNK_TEXTS):
            yield Chunk(tuple(part), wish)
            part, size = [], 0
        part.append(item)
        size += len(item.text)
    if part:
        yield Chunk(tuple(part), wish)


def to_json(value: Any) -> bytes:
    """Write JSON as every answer of the service does."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
