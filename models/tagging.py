"""What the tagger answers: one `Tagging` per text, in plain frozen dataclasses.

All offsets are code points of the text as received, end exclusive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from models.balance import Balance

Status = Literal["ok", "abstained", "failed"]
Reason = Literal["not_dutch", "too_short", "no_known_words", "internal_error"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One drive, value or climate that a sentence speaks of."""

    dimension: str
    label: str
    name: str
    """The label's name in the codebook's language."""
    stance: str
    stance_probability: float
    """Probability of the stance, given that the label is there; 0-1."""
    probability: float
    """Calibrated probability that the label is in the sentence; 0-1, at least `threshold`."""
    threshold: float
    evidence: tuple[Span, ...]
    """The words that carried the decision."""


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """One sentence with its tags, the most probable first."""

    start: int
    end: int
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class SummaryTag:
    """All that a text says of one label."""

    dimension: str
    label: str
    name: str
    stances: dict[str, int]
    """Number of sentences per stance id."""
    probability: float
    """Highest probability among the sentences."""


@dataclass(frozen=True, slots=True)
class TextLanguage:
    """The language of a text: stated by the caller (confidence 1) or detected."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Tagging:
    """The answer for one text."""

    status: Status
    reason: Reason | None
    """Why nothing was tagged, when the status is not `ok`."""
    language: TextLanguage
    sentences: tuple[TaggedSentence, ...]
    summary: tuple[SummaryTag, ...]
    """One entry per label that was found, the most probable first."""
    balance: Balance | None
    """None when the codebook has no balance rule."""


def summarise(sentences: Sequence[TaggedSentence], stances: Sequence[str]) -> tuple[SummaryTag, ...]:
    """Sum the tags of a text's sentences per label."""
    found: dict[str, list[Tag]] = {}
    for tag in _tags(sentences):
        found.setdefault(tag.label, []).append(tag)
    summary = [
        SummaryTag(
            dimension=tags[0].dimension,
            label=label,
            name=tags[0].name,
            stances={stance: sum(tag.stance == stance for tag in tags) for stance in stances},
            probability=max(tag.probability for tag in tags),
        )
        for label, tags in found.items()
    ]
    return tuple(sorted(summary, key=lambda entry: -entry.probability))


def _tags(sentences: Sequence[TaggedSentence]) -> Iterator[Tag]:
    for sentence in sentences:
        yield from sentence.tags
