"""Settings of the service, from environment variables that begin with ``WEERKLANK_``.

An unknown or wrong variable is refused at start, so that a typing error never silently means the default.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputError
from models.manifest import Profile
from models.tagger import SHIPPED_ARTEFACT
from service.keys import KEYS_PATTERN, RATE_LIMIT_PATTERN

PREFIX = "WEERKLANK_"
# Where pydantic would speak of its own matters, or print a long pattern.
IN_WORDS = {
    "extra_forbidden": "There is no such setting, see `weerklank settings`",
    "string_pattern_mismatch": "The value is not of the form that `weerklank settings` shows",
}


class Settings(BaseModel):
    """All settings, with their defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[Path, Field(description="Folder of the artefact.")] = SHIPPED_ARTEFACT
    model_digest: Annotated[
        str | None, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="Refuse any other artefact.")
    ] = None
    profile: Annotated[
        Profile | None, Field(description="fast or accurate; by default the most accurate that the artefact has.")
    ] = None
    threads: Annotated[int, Field(ge=0, description="Threads of the sentence encoder; 0 takes all cores.")] = 0
    max_body_bytes: Annotated[int, Field(ge=1_000, description="Largest request body.")] = 2_000_000
    max_text_characters: Annotated[int, Field(ge=100, description="Longest text.")] = 50_000
    max_batch_items: Annotated[int, Field(ge=1, description="Most items in a batch.")] = 500
    workers: Annotated[int, Field(ge=1, le=256, description="Processes that tag; they share the artefact.")] = 1
    max_waiting: Annotated[int, Field(ge=0, description="Most requests that wait; beyond them, 503.")] = 32
    keys: Annotated[
        str | None, Field(pattern=KEYS_PATTERN, description="NAME=sha256:..., separated by commas; or off.")
    ] = None
    keys_file: Annotated[Path | None, Field(description="File of `weerklank keys`; a change is seen at once.")] = None
    rate_limit: Annotated[str, Field(pattern=RATE_LIMIT_PATTERN, description="Calls per key.")] = "600/minute"
    metrics_open: Annotated[bool, Field(description="Whether /metrics is answered without a key.")] = False
    max_connections: Annotated[int, Field(ge=1, description="Most connections at a time; another one is closed.")] = 800
    body_seconds: Annotated[
        float, Field(gt=0, description="Time in which a request's head, then its body, must arrive.")
    ] = 30
    notice_seconds: Annotated[
        float, Field(ge=0, description="After SIGTERM, how long to serve on with /health/ready at 503.")
    ] = 1
    drain_seconds: Annotated[
        int, Field(ge=0, description="After that, how long requests under way may take to end.")
    ] = 30
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="info writes one line per request.")
    ] = "info"


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
            f"{PREFIX}{str(e['loc'][0]).upper()}: {IN_WORDS.get(e['type'], e['msg'])}"
            for e in error.errors(include_input=False)
        )
        raise InputError(f"Wrong settings: {problems}") from None
