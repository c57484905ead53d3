"""The shapes of requests and answers: the HTTP contract as pydantic models.

The answer's shape follows the codebook: the balance stands under the dimension and label ids that the codebook names.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from models.clean import encodable
from models.codebook import Codebook
from models.manifest import DEFAULT_OPERATING_POINT, OperatingPoint
from models.tagging import Reason, Span, Status, Tagging
from service.names import DEFAULT_LANG, Lang, label_names
from service.offsets import Offsets, converter


def _readable(value: Any) -> Any:
    """Read half a surrogate pair, which JSON can hold but no text can, as U+FFFD: it must not fail a whole batch."""
    return encodable(value) if isinstance(value, str) else value


READABLE = BeforeValidator(_readable)
Probability = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]

MAX_ID_CHARACTERS = 200
LANGUAGE = "States the language and so skips its detection."
OFFSETS = "What start and end count: code points, or UTF-16 units."
OPERATING_POINT = "Which thresholds decide: balanced, precise (few false tags) or sensitive (little missed)."
BALANCE = "From -1 to 1; null when no sentence speaks of either."
STATUS = "ok (with or without tags), abstained or failed; then `reason` says why."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _one_unknown_field(cls, value: Any) -> Any:
        """Keep one unknown field per object: it is enough to refuse by, and 100,000 errors would take seconds."""
        if not isinstance(value, dict) or len(value) <= len(cls.model_fields):
            return value
        unknown = next((name for name in value if name not in cls.model_fields), None)
        return {name: item for name, item in value.items() if name in cls.model_fields or name == unknown}


class AnalyzeRequest(_Strict):
    """One text to tag."""

    text: Annotated[str, READABLE] = Field(description="A Dutch text; tags are given per sentence.")
    language: Literal["nl"] | None = Field(None, description=LANGUAGE)
    offsets: Offsets = Field("codepoint", description=OFFSETS)
    operating_point: OperatingPoint = Field(DEFAULT_OPERATING_POINT, description=OPERATING_POINT)


class BatchItem(_Strict):
    """One text of a batch."""

    id: str = Field(max_length=MAX_ID_CHARACTERS, description="Is echoed; need not be unique.")
    text: Annotated[str, READABLE]
    language: Literal["nl"] | None = Field(None, description=LANGUAGE)


class BatchRequest(_Strict):
    """Several texts to tag."""

    items: list[BatchItem]
    offsets: Offsets = Field("codepoint", description=OFFSETS)
    operating_point: OperatingPoint = Field(DEFAULT_OPERATING_POINT, description=OPERATING_POINT)


class SpanOut(BaseModel):
    """A stretch of the text as received, end exclusive."""

    start: Offset
    end: Offset


class TagOut(BaseModel):
    """One tag of a sentence."""

    dimension: str = Field(description="Id of the dimension; see /v1/labels.")
    label: str = Field(description="Id of the label; see /v1/labels.")
    name: str = Field(description="The label's name, in the language that was asked for.")
    stance: str = Field(description="Id of what the sentence says of the label; see /v1/labels.")
    stance_probability: Probability = Field(description="Probability of the stance, given that the label is there.")
    probability: Probability = Field(description="Probability that the label is there; at least `threshold`.")
    threshold: Probability = Field(description="Of this label, at the operating point that was asked for.")
    evidence: list[SpanOut] = Field(description="The words that carried the decision; may be empty.")


class SentenceOut(SpanOut):
    """One sentence with its tags."""

    tags: list[TagOut] = Field(description="The most probable first; may be empty.")


class LanguageOut(BaseModel):
    """The language, stated or detected."""

    code: str = Field(description="ISO 639-1; und when there is nothing to judge by.")
    confidence: Probability


class SummaryTagOut(BaseModel):
    """All that a text says of one label."""

    dimension: str
    label: str
    name: str
    stances: dict[str, int] = Field(description="Number of sentences per stance, by id.")
    probability: Probability = Field(description="The highest of the label's sentences.")


class ModelOut(BaseModel):
    """Which model answered."""

    name: str
    version: str
    digest: str = Field(description="Tells apart any two models; `WEERKLANK_MODEL_DIGEST` pins one.")


class ProblemErrorOut(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where in the body, as a JSON pointer (RFC 6901); empty for all of it.")
    code: str
    detail: str


class ProblemOut(BaseModel):
    """An error in the form of RFC 9457; it never holds a piece of the request."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    request_id: str = Field(description="As in the header X-Request-ID, and in the service's log.")
    errors: list[ProblemErrorOut] | None = None


class Schemas:
    """The models of requests and answers for one codebook and the limits of one service."""

    def __init__(
        self, codebook: Codebook, max_text_characters: int | None = None, max_batch_items: int | None = None
    ) -> None:
        text = Annotated[str, Field(max_length=max_text_characters, description="A Dutch text."), READABLE]
        item = create_model("BatchItem", __base__=BatchItem, text=(text, ...))
        items = Annotated[list[item], Field(max_length=max_batch_items)]  # type: ignore[valid-type]
        self.analyze_request = create_model("AnalyzeRequest", __base__=AnalyzeRequest, text=(text, ...))
        self.batch_request = create_model("BatchRequest", __base__=BatchRequest, items=(items, ...))
        summary_fields: dict[str, Any] = {"tags": (list[SummaryTagOut], ...)}
        rule = codebook.balance
        self.balance: type[BaseModel] | None = None
        if rule is not None:
            counted = Field(ge=0, description="Number of sentences that speak for it.")
            counts: dict[str, Any] = {rule.toward: (int, counted), rule.against: (int, counted)}
            self.balance = create_model("Balance", **counts, balance=(float | None, Field(description=BALANCE)))
            summary_fields[rule.dimension] = (self.balance, ...)
        self.summary = create_model("Summary", **summary_fields)
        answer: dict[str, Any] = {
            "status": (Status, Field(description=STATUS)),
            "reason": (Reason | None, ...),
            "language": (LanguageOut, ...),
            "sentences": (list[SentenceOut], ...),
            "summary": (self.summary, ...),
        }
        self.answer = create_model("Answer", **answer, model=(ModelOut, ...))
        self.item = create_model("Item", id=(str, ...), **answer)
        self.batch = create_model("Batch", items=(list[self.item], ...), model=(ModelOut, ...))  # type: ignore[name-defined]


def answer_body(
    tagging: Tagging,
    text: str,
    codebook: Codebook,
    offsets: Offsets = "codepoint",
    lang: Lang = DEFAULT_LANG,
) -> dict[str, Any]:
    """Lay out one tagging as the contract's item object (without id and model)."""
    convert, names = converter(text, offsets), label_names(codebook, lang)

    def span(item: Span) -> dict[str, int]:
        return {"start": convert(item.start), "end": convert(item.end)}

    sentences = [
        {
            **span(Span(sentence.start, sentence.end)),
            "tags": [
                {
                    "dimension": tag.dimension,
                    "label": tag.label,
                    "name": names[tag.label],
                    "stance": tag.stance,
                    "stance_probability": round(tag.stance_probability, 4),
                    "probability": round(tag.probability, 4),
                    "threshold": round(tag.threshold, 4),
                    "evidence": [span(part) for part in tag.evidence],
                }
                for tag in sentence.tags
            ],
        }
        for sentence in tagging.sentences
    ]
    summary: dict[str, Any] = {
        "tags": [
            {
                "dimension": tag.dimension,
                "label": tag.label,
                "name": names[tag.label],
                "stances": tag.stances,
                "probability": round(tag.probability, 4),
            }
            for tag in tagging.summary
        ]
    }
    rule, balance = codebook.balance, tagging.balance
    if rule is not None and balance is not None:
        value = balance.value
        summary[rule.dimension] = {
            rule.toward: balance.toward,
            rule.against: balance.against,
            "balance": None if value is None else round(value, 4),
        }
    return {
        "status": tagging.status,
        "reason": tagging.reason,
        "language": {"code": tagging.language.code, "confidence": tagging.language.confidence},
        "sentences": sentences,
        "summary": summary,
    }
