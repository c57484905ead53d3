"""What the client sends and gets back, as frozen pydantic models.

They stand apart from the server's schemas because those need the codebook and with it the whole language pipeline,
which a caller of a service need not load. Fields that a newer server adds are ignored in analyses, and kept as
attributes in `Labels` and `ModelInfo`.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.client.errors import ClientError

Offsets = Literal["codepoint", "utf16"]
OperatingPoint = Literal["balanced", "precise", "sensitive"]
Language = Literal["nl"]


class _Record(BaseModel):
    # A validation error would quote what it was given, which may be a text.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _OpenRecord(_Record):
    model_config = ConfigDict(extra="allow")


class Readiness(_Record):
    """The service's word that it is ready."""

    status: str


@dataclass(frozen=True, slots=True)
class Item:
    """One text of a batch."""

    id: str
    text: str = field(repr=False)
    language: Language | None = None


class Span(_Record):
    """A stretch of the text as sent, end exclusive, in the offsets that were asked for."""

    start: int
    end: int


class Tag(_Record):
    """One tag of a sentence."""

    dimension: str
    label: str
    name: str
    stance: str
    stance_probability: float
    probability: float
    threshold: float
    evidence: tuple[Span, ...]


class Sentence(Span):
    """One sentence with its tags."""

    tags: tuple[Tag, ...]


class DetectedLanguage(_Record):
    """The language, stated (confidence 1) or detected."""

    code: str
    confidence: float


class SummaryTag(_Record):
    """All that a text says of one label."""

    dimension: str
    label: str
    name: str
    stances: dict[str, int]
    """Number of sentences per stance id."""
    probability: float


class Balance(_Record):
    """How two labels weigh against each other in a text."""

    dimension: str
    counts: dict[str, int]
    """Number of sentences per label id."""
    value: float | None
    """From -1 to 1; None when there is nothing to weigh."""


class Summary(_Record):
    """The sum of a text's sentences."""

    tags: tuple[SummaryTag, ...] = ()
    balance: Balance | None = None
    """None when the codebook weighs nothing."""

    @model_validator(mode="before")
    @classmethod
    def _name_the_balance(cls, summary: Any) -> Any:
        """Find the balance, which the answer gives under the dimension's own id."""
        if not isinstance(summary, dict):
            return summary
        for dimension, counts in summary.items():
            if isinstance(counts, dict) and "balance" in counts:
                labels = {label: n for label, n in counts.items() if label != "balance"}
                return {
                    "tags": summary.get("tags"),
                    "balance": {"dimension": dimension, "counts": labels, "value": counts["balance"]},
                }
        return summary


class ModelReference(_Record):
    """Which model answered."""

    name: str
    version: str
    digest: str


class Analysis(_Record):
    """The answer for one text.

    In a batch, an item whose request failed has the status ``failed`` and no sentences, and `error` says why; an item
    on which the tagger itself failed has the same status and a reason.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)  # for the error

    id: str | None = None
    """That of the item; None outside a batch."""
    status: Literal["ok", "abstained", "failed"]
    reason: str | None = None
    language: DetectedLanguage = DetectedLanguage(code="und", confidence=0.0)
    sentences: tuple[Sentence, ...] = ()
    summary: Summary = Summary()
    model: ModelReference | None = None
    """None when no model saw the text."""
    error: ClientError | None = Field(None, exclude=True)
    """Why the request for this item failed."""


class Batch(_Record):
    """The answer for one request with several texts."""

    items: tuple[Analysis, ...]
    model: ModelReference


class LabelInfo(_OpenRecord):
    """One entry of the codebook: a dimension, label or stance."""

    id: str
    name: str


class Labels(_OpenRecord):
    """The codebook."""

    dimensions: tuple[LabelInfo, ...]
    labels: tuple[LabelInfo, ...]
    stances: tuple[LabelInfo, ...]


class Limits(_OpenRecord):
    """How much one request may hold."""

    max_body_bytes: int = Field(ge=1)
    max_text_characters: int = Field(ge=1)
    max_batch_items: int = Field(ge=1)


class ModelInfo(_OpenRecord):
    """The model's public manifest, with the service's limits."""

    name: str
    version: str
    digest: str
    limits: Limits
