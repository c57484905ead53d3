"""The common record: what every annotation tool is asked about, and what an annotator answered.

A text that is annotated in a tool is an `Item`: one sentence of a corpus text, or a whole text whose sentences are
stretches of it. A `Reply` is what one annotator said of one item. Offsets are code points, end exclusive; the modules
of the tools convert what their tool counts in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputError
from models.wrong_fields import wrong_fields
from training.corpus import Annotation, Kind

Offsets = Literal["codepoint", "utf16"]
ITEM_ID = "item_id"
MAX_QUOTED = 60


def _storable(text: str) -> str:
    """Refuse half a surrogate pair, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"holds half an emoji (a lone surrogate) at character {error.start + 1}") from None
    return text


Storable = Annotated[str, Field(min_length=1), AfterValidator(_storable)]


class Origin(BaseModel):
    """Where an item comes from: the fields that go with it through a tool and back."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    text_id: Storable | None = None
    sentence: Annotated[int, Field(ge=1)] | None = None
    """Which sentence of its text the item is, from 1; None for a whole text."""
    writer: Storable | None = None
    kind: Kind | None = None
    sector: Storable | None = None
    sentences: Annotated[str, Field(pattern=r"^\d+-\d+( \d+-\d+)*$")] | None = None
    """The sentences of a whole text as code point offsets: ``0-31 32-50``."""

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The sentences of a whole text as (start, end)."""
        return tuple((int(a), int(b)) for a, b in re.findall(r"(\d+)-(\d+)", self.sentences or ""))

    def fields(self) -> dict[str, str | int]:
        """Give the fields that are known, for a tool to carry along."""
        return self.model_dump(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with its stance on a stretch of an item."""

    tag: Annotation
    start: int
    end: int
    probability: float | None = None
    """How sure the model is, 0-1; None for what a person said."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a tool shows to annotators."""

    id: str
    text: str
    origin: Origin = field(default_factory=Origin)
    answers: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    """Marks by annotator; an annotator who read the item and found nothing has none."""
    suggestion: tuple[Mark, ...] | None = None
    """What a model says of the item, as a pre-annotation."""
    model: str = "weerklank"
    """Name of that model."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, in words that lead a person there."""

    file: str
    where: str
    """Such as ``line 12`` or ``task 7, annotation 3``."""

    def __str__(self) -> str:
        return f"{self.file}: {self.where}" if self.where else self.file


@dataclass(frozen=True, slots=True)
class Reply:
    """What one annotator said of one item."""

    place: Place
    item: Item
    annotator: str
    marks: tuple[Mark, ...]
    denied: frozenset[Annotation] = frozenset()
    """Tags that the annotator was asked about and rejected."""
    partial: bool = False
    """True where the annotator's other replies on the item add to this one: one question per label."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that does not come into the corpus, and why."""

    place: Place
    item: str
    """Id of the item, empty where it is unknown."""
    reason: str
    fault: bool = True
    """False where the annotator left it out: cancelled, ignored, not yet read."""


class Skipped(InputError):
    """A record that its annotator cancelled or has not read: no fault of the file."""


def quoted(value: object) -> str:
    """Quote a value in a message, if it is short and has no spaces: anything else could be someone's sentence."""
    text = str(value)
    if re.fullmatch(rf"[^\s]{{1,{MAX_QUOTED}}}", text) and text.isprintable():
        return repr(text)
    return f"({len(text)} characters, not shown here)"


def origin_of(fields: Mapping[str, Any], writer_field: str = "writer") -> Origin:
    """Read the fields that say where an item comes from; empty ones count as missing.

    Raises
    ------
    InputError
        When a field has a value that it cannot have.
    """
    known = {name: fields.get(name) for name in Origin.model_fields} | {"writer": fields.get(writer_field)}
    try:
        return Origin.model_validate({name: value for name, value in known.items() if value not in (None, "")})
    except ValidationError as error:
        raise InputError(wrong_fields(error)) from None
