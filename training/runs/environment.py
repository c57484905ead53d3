"""Where a run took place: versions, platform and the state of the code. No names of machine or user."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from models.manifest import library_versions, python_version


class Environment(BaseModel):
    """What else a figure may depend on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    python: str
    platform: str
    cores: int
    libraries: dict[str, str]
    commit: str | None
    """Commit of the code; None outside a git repository."""
    changed: bool
    """Whether tracked files differed from that commit."""


def environment_now() -> Environment:
    """Describe this process and the code that it runs."""
    root = Path(__file__).parents[2]
    commit = _git(root, "rev-parse", "HEAD")
    return Environment(
        python=python_version(),
        platform=platform.platform(),
        cores=os.cpu_count() or 1,
        libraries=library_versions(),
        commit=commit or None,
        changed=bool(commit and _git(root, "status", "--porcelain", "--untracked-files=no")),
    )


def _git(root: Path, *arguments: str) -> str:
    """Ask git; nothing where there is no git, or no repository just here."""
    program = shutil.which("git")
    if program is None or not (root / ".git").exists():
        return ""
    done = subprocess.run(  # noqa: S603 # a fixed program with fixed arguments
        [program, "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""
