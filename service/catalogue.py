"""What the service says about itself: the codebook, the model and the limits."""

from typing import Any

from pydantic import BaseModel, create_model

from models.artefact import Artefact
from models.codebook import Codebook, Dimension, Label, Stance
from models.manifest import Manifest, Profile
from service.names import DEFAULT_LANG, Lang, name_of
from service.settings import Settings

PRIVATE = {"codebook", "files", "self_test", "training_config"}
LIMITS = ("max_body_bytes", "max_text_characters", "max_batch_items", "max_waiting", "body_seconds")


class StanceOut(Stance):
    """What a sentence can say of a label; `name` is in the language that was asked for."""

    name_nl: str


class DimensionOut(Dimension):
    """A family of labels."""

    name_nl: str


class LabelOut(Label):
    """One thing that a sentence can be tagged with."""

    name_nl: str


class ClimateOut(BaseModel):
    """The labels that a text's balance weighs against each other."""

    positive: str
    negative: str


class LabelsOut(BaseModel):
    """The codebook."""

    name: str
    version: str
    language: str
    title: str
    stances: list[StanceOut]
    dimensions: list[DimensionOut]
    labels: list[LabelOut]
    climate: ClimateOut | None


class LimitsOut(BaseModel):
    """What a request may hold, and how many may wait."""

    max_body_bytes: int
    max_text_characters: int
    max_batch_items: int
    max_waiting: int
    body_seconds: float


def model_schema() -> type[BaseModel]:
    """Make the schema of ``GET /v1/model``: the public fields of the manifest, and what the service adds."""
    public: dict[str, Any] = {
        name: (field.annotation, ...) for name, field in Manifest.model_fields.items() if name not in PRIVATE
    }
    return create_model(
        "ModelInfo", **public, digest=(str, ...), profile=(Profile, ...), limits=(LimitsOut, ...), model_card=(str, ...)
    )


def labels_body(codebook: Codebook, lang: Lang = DEFAULT_LANG) -> dict[str, Any]:
    """Lay out the codebook for ``GET /v1/labels``; ids are the same in every language."""
    rule = codebook.balance

    def laid_out(records: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [
            {**record.model_dump(mode="json"), "name": name_of(record, lang), "name_nl": record.name}
            for record in records
        ]

    return {
        **codebook.model_dump(mode="json", exclude={"balance"}),
        "stances": laid_out(codebook.stances),
        "dimensions": laid_out(codebook.dimensions),
        "labels": laid_out(codebook.labels),
        "climate": None if rule is None else {"positive": rule.toward, "negative": rule.against},
    }


def model_reference(artefact: Artefact) -> dict[str, str]:
    """Name the model as every answer does."""
    return {"name": artefact.manifest.name, "version": artefact.manifest.version, "digest": artefact.digest}


def model_body(artefact: Artefact, profile: Profile, settings: Settings) -> dict[str, Any]:
    """Lay out the manifest's public part, the limits and the model card for ``GET /v1/model``."""
    return {
        **artefact.manifest.model_dump(mode="json", exclude=PRIVATE),
        "digest": artefact.digest,
        "profile": profile,
        "limits": {name: getattr(settings, name) for name in LIMITS},
        "model_card": artefact.documents.get("MODEL_CARD.md", ""),
    }
