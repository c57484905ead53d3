"""Settings of the service, from environment variables that begin with ``WEERKLANK_``.

An unknown or wrong variable is refused at start, so that a typing error never silently means the default.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputError
from models.tagger import SHIPPED_ARTEFACT

PREFIX = "WEERKLANK_"


class Settings(BaseModel):
    """All settings, with their defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[Path, Field(description="Folder of the artefact.")] = SHIPPED_ARTEFACT
    model_digest: Annotated[
        str | None, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="Refuse any other artefact.")
    ] = None
    max_body_bytes: Annotated[int, Field(ge=1_000, description="Largest request body.")] = 2_000_000
    max_text_characters: Annotated[int, Field(ge=100, description="Longest text.")] = 50_000
    max_batch_items: Annotated[int, Field(ge=1, description="Most items in a batch.")] = 500


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from environment variables.

    Raises
    ------
    InputError
        When a variable is unknown or has a wrong value; all of them are named at once.
    """
    environment = os.environ if environment is None else environment
    given = {name[len(PREFIX) :].lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)
        )
        raise InputError(f"Wrong settings: {problems}") from None
