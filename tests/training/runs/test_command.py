"""command.py: runs are listed, and what differs between them is shown."""

import json
import shutil

import pytest

from tests.complaints import CONFIG, CORPUS
from tests.training.conftest import fit_options


@pytest.fixture
def two(trained, tmp_path):
    """The run of `fit`, and another that was started later, with another seed and another macro-F1."""
    folder = shutil.copytree(trained.folder.with_name("runs"), tmp_path / "runs")
    (first,) = folder.iterdir()
    record = json.loads((first / "run.json").read_text(encoding="utf-8"))
    record |= {"name": "later", "started": "2099-01-01T00:00:00Z"}
    record["config"]["labels"]["smoothing"] = 2.0
    record["metrics"]["fast"]["balanced"]["macro_f1"] = 0.123
    (folder / "later").mkdir()
    (folder / "later" / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder, first.name


def table(done):
    assert (done.code, done.err) == (0, "")
    return [line.split("\t") for line in done.out.splitlines()]


def test_runs_are_listed_in_order_with_their_figures(run, two, trained):
    folder, name = two
    head, first, second = table(run("runs", "--runs", folder))
    assert [first[0], second[0]] == [name, "later"]
    column = head.index("macro_f1")
    assert [first[column], second[column]] == [f"{trained.metrics.macro_f1:.3f}", "0.123"]
    assert len(head) == len(first) == len(second)


def test_comparing_runs_shows_the_settings_that_differ_and_all_figures(run, two, trained):
    folder, name = two
    rows = {key: values for key, *values in table(run("runs", name, "later", "--runs", folder))}
    assert rows[""] == [name, "later"]
    assert [key for key in rows if key.startswith(("config.", "data.", "environment."))] == ["config.labels.smoothing"]
    assert rows["config.labels.smoothing"] == ["1.0", "2.0"]
    assert rows["fast.balanced.macro_f1"] == [f"{trained.metrics.macro_f1:.3f}", "0.123"]
    assert rows["f1.delay"][0] == f"{trained.metrics.labels['delay'].f1:.3f}"


def test_a_run_that_is_not_there_is_refused(run, two):
    assert run("runs", "mine", "--runs", two[0]).refuses("no run 'mine'")


def test_fit_refuses_a_name_that_is_taken_before_it_trains(run, two, word_file, tmp_path):
    folder, name = two
    options = fit_options(CORPUS, CONFIG, word_file, folder.with_name("artefact"))
    assert run(*options, "--run", name).refuses("already")
    assert not (tmp_path / "artefact").exists()
