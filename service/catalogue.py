"""What the service says about itself: the codebook, the model and the limits."""

from typing import Any

from models.codebook import Codebook
from models.tagger import Tagger
from service.settings import Settings


def labels_body(codebook: Codebook) -> dict[str, Any]:
    """Lay out the codebook for ``GET /v1/labels``."""
    rule = codebook.balance
    return {
        **codebook.model_dump(mode="json", exclude={"balance"}),
        "climate": None if rule is None else {"positive": rule.toward, "negative": rule.against},
    }


def model_reference(tagger: Tagger) -> dict[str, str]:
    """Name the model as every answer does."""
    manifest = tagger.artefact.manifest
    return {"name": manifest.name, "version": manifest.version, "digest": tagger.artefact.digest}


def model_body(tagger: Tagger, settings: Settings) -> dict[str, Any]:
    """Lay out the manifest's public part, the limits and the model card for ``GET /v1/model``."""
    manifest = tagger.artefact.manifest
    public = manifest.model_dump(mode="json", exclude={"codebook", "files", "self_test", "training_config"})
    return {
        **public,
        "digest": tagger.artefact.digest,
        "limits": {
            "max_body_bytes": settings.max_body_bytes,
            "max_text_characters": settings.max_text_characters,
            "max_batch_items": settings.max_batch_items,
        },
        "model_card": tagger.artefact.documents.get("MODEL_CARD.md", ""),
    }
