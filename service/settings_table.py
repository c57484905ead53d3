"""All settings as one table, made from `Settings` itself, so that no page can tell anything else."""

from pathlib import Path
from typing import Any

from models.tagger import SHIPPED_ARTEFACT
from service.settings import PREFIX, Settings


def settings_rows() -> list[tuple[str, str, str]]:
    """Give the variable, default and meaning of each setting."""
    return [
        (f"{PREFIX}{name.upper()}", _shown(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def settings_table() -> str:
    """Lay the settings out in Markdown."""
    lines = ["| variable | default | what |", "| --- | --- | --- |"]
    lines += [f"| `{variable}` | {default} | {what.replace('|', '/')} |" for variable, default, what in settings_rows()]
    return "\n".join(lines)


def _shown(default: Any) -> str:
    if default is None:
        return ""
    if isinstance(default, Path):
        return "the shipped artefact" if default == SHIPPED_ARTEFACT else default.as_posix()
    return str(default).lower() if isinstance(default, bool) else str(default)
