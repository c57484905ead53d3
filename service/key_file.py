"""The file of keys: who may call the service, by name and hash, never by the key itself.

::

    {"keys": [{"name": "coach-app", "hash": "sha256:...", "created": "2026-01-31T12:00:00Z", "revoked": null}]}

JSON, for the standard library both reads and writes it. No message of this module quotes what is in the file: somebody
may have pasted a key where its hash belongs.
"""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from models.errors import InputError

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
"""Names stand in logs and metrics, so they hold nothing that would need escaping there."""
HASH_PATTERN = r"sha256:[0-9a-f]{64}"


class Key(BaseModel):
    """One key as it is kept: without the key."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
    hash: Annotated[str, Field(pattern=f"^{HASH_PATTERN}$")]
    created: AwareDatetime | None = None
    revoked: AwareDatetime | None = None


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    keys: list[Key]

    @field_validator("keys")
    @classmethod
    def _names_differ(cls, keys: list[Key]) -> list[Key]:
        if len({key.name for key in keys}) < len(keys):
            raise PydanticCustomError("name_twice", "two keys have the same name")
        return keys


def read_keys(path: Path) -> list[Key]:
    """Read the file of keys.

    Raises
    ------
    InputError
        When the file cannot be read or is not a file of keys; the message tells places in the file, not their content.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the file of keys cannot be read ({type(error).__name__}).") from None
    try:
        return _Keys.model_validate_json(content).keys
    except ValidationError as error:
        raise InputError(f"{path}: this is no file of keys ({_places(error)}). See `weerklank keys add`.") from None


def write_keys(path: Path, keys: Sequence[Key]) -> None:
    """Write the file of keys at once, readable by its owner only: who reads meanwhile sees the old or the new.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    target = path.resolve()  # through a link, which would else be replaced by a file
    temporary = None
    try:
        # mkstemp makes the file with mode 0600; in the same folder, for a rename is atomic only within a file system.
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".keys-")
        with os.fdopen(handle, "wb") as file:
            file.write(_Keys(keys=list(keys)).model_dump_json(indent=2).encode() + b"\n")
            file.flush()
            os.fsync(handle)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise InputError(f"{path}: the file of keys cannot be written ({type(error).__name__}).") from None


def _places(error: ValidationError) -> str:
    """Give where and of which kind the errors are; an unknown field's name is content, so its object is named."""
    places = []
    for found in error.errors(include_input=False, include_context=False, include_url=False):
        location = found["loc"][:-1] if found["type"] == "extra_forbidden" else found["loc"]
        places.append(f"/{'/'.join(str(part) for part in location)}: {found['type']}")
    return "; ".join(places)
