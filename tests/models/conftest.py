"""Fixtures for the tests of `models`."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import pytest

from models import Tagger
from models.artefact import MANIFEST
from models.tagger import make_tagger

Change = Callable[[Path], object]


@pytest.fixture(scope="session")
def answers() -> list[str]:
    """Survey answers and reflections that together speak of most labels, and of none."""
    return Path(__file__).with_name("data").joinpath("answers.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def folder(accurate_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of an artefact with both profiles, to be spoilt."""
    yield Path(shutil.copytree(accurate_folder, tmp_path / "artefact"))
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="session")
def fast_alone(fast: Tagger) -> Tagger:
    """A tagger of an artefact that has the fast profile alone."""
    manifest = fast.artefact.manifest
    alone = manifest.model_copy(update={"profiles": {"fast": manifest.profiles["fast"]}})
    artefact = dataclasses.replace(fast.artefact, manifest=alone, blend=None, encoder=None)
    return make_tagger(artefact, fast.pipeline)


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every use of joblib.load fail the test."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("joblib.load was called before the artefact was verified")

    monkeypatch.setattr(joblib, "load", refuse)


def edit(change: Callable[[dict[str, Any]], object]) -> Change:
    """Make a function that changes the manifest in a folder."""

    def apply(folder: Path) -> None:
        raw = json.loads((folder / MANIFEST).read_bytes())
        change(raw)
        (folder / MANIFEST).write_text(json.dumps(raw), encoding="utf-8")

    return apply
