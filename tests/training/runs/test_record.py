"""record.py and environment.py: a run leaves all that it was made of, and no sentence."""

import json
import re
import shutil
import subprocess

import pytest

from models.errors import InputError
from training.corpus import fingerprint
from training.runs.environment import environment_now
from training.runs.record import folder_of, read_runs


@pytest.fixture(scope="session")
def runs(trained):
    """The folder in which `weerklank-train fit` left its run."""
    return trained.folder.with_name("runs")


@pytest.fixture
def run_of_fit(runs):
    (found,) = read_runs(runs)
    return found


def test_fit_leaves_a_folder_with_record_card_and_report(runs, trained):
    (folder,) = runs.iterdir()
    assert {path.name for path in folder.iterdir()} == {"run.json", "MODEL_CARD.md", "report.html"}
    assert (folder / "report.html").read_bytes() == (trained.folder / "report.html").read_bytes()
    assert trained.run.err.splitlines()[-1] == f"run: {folder}"


def test_a_run_holds_configuration_seeds_data_and_figures(run_of_fit, trained, complaints):
    manifest = trained.tagger.artefact.manifest
    assert run_of_fit.config == complaints.config.model_dump(mode="json")
    assert run_of_fit.seeds["validation"] == complaints.config.validation.seed
    assert run_of_fit.seeds["evaluation"] == complaints.config.evaluation.seed
    assert run_of_fit.digest == trained.tagger.artefact.digest
    assert run_of_fit.data.train_fingerprint == manifest.data_fingerprint
    test = [text for text in complaints.texts if text.writer == "c4"]
    assert run_of_fit.data.test_fingerprint == fingerprint(test)
    assert (run_of_fit.data.test_writers, run_of_fit.data.n_test_sentences) == (("c4",), 31)
    assert run_of_fit.metrics == {"fast": manifest.profiles["fast"].metrics}
    assert run_of_fit.main == trained.metrics
    assert run_of_fit.seconds > 0
    assert re.fullmatch(rf"\d{{8}}-\d{{6}}-{run_of_fit.digest[7:15]}", run_of_fit.name)


def test_no_sentence_stands_in_a_run(runs, complaints):
    (folder,) = runs.iterdir()
    sentences = [s.text for text in complaints.texts for s in text.sentences]
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not any(sentence in text for sentence in sentences), path.name


def test_the_environment_names_versions_and_the_commit_of_the_code():
    found = environment_now()
    assert found.libraries["numpy"]
    root = __file__.split("/tests/")[0]
    git = subprocess.run(["git", "-C", root, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    assert found.commit == (git.stdout.strip() or None)


NAMES = ["", "..", "a/b", ".hidden", "with space"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_folder_is_refused(name, tmp_path):
    with pytest.raises(InputError, match="cannot be called"):
        folder_of(tmp_path, name)


def test_a_run_is_not_overwritten(runs, run_of_fit):
    with pytest.raises(InputError, match="already"):
        folder_of(runs, run_of_fit.name)


BROKEN = ["", "[]", "{}", json.dumps({"name": "x"})]


@pytest.mark.parametrize("content", BROKEN)
def test_a_record_that_is_none_is_refused_by_path(content, runs, tmp_path):
    broken = shutil.copytree(runs, tmp_path / "runs")
    (folder,) = broken.iterdir()
    (folder / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json is no record"):
        read_runs(broken)


def test_runs_that_are_not_there_are_named(runs, tmp_path):
    with pytest.raises(InputError, match="no run 'mine'"):
        read_runs(runs, ["mine"])
    with pytest.raises(InputError, match="weerklank-train fit"):
        read_runs(tmp_path)
