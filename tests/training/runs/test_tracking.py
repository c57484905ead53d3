"""tracking.py: a run stands in MLflow's own file store with all its figures."""

import os
from pathlib import Path

import pytest
from mlflow import MlflowClient

from models.errors import InputError
from training.runs.record import read_runs
from training.runs.tracking import EXPERIMENT, log_run


@pytest.fixture
def kept(trained):
    """The run that `weerklank-train fit` left, and its folder."""
    runs = trained.folder.with_name("runs")
    (run,) = read_runs(runs)
    return run, runs / run.name


@pytest.fixture
def store(tmp_path, monkeypatch):
    # MLflow wants to be told that a file store is meant.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return (tmp_path / "mlruns").as_uri()


def test_a_run_stands_in_the_store_with_settings_figures_and_files(kept, store, trained):
    run, folder = kept
    client = MlflowClient(tracking_uri=store)
    logged = client.get_run(log_run(run, folder, store))
    assert (logged.info.run_name, logged.info.status) == (run.name, "FINISHED")
    assert logged.info.end_time - logged.info.start_time == pytest.approx(1000 * run.seconds, abs=1)
    assert logged.data.params["validation.seed"] == str(run.config["validation"]["seed"])
    assert logged.data.params["labels.smoothing"] == str(run.config["labels"]["smoothing"])
    assert logged.data.metrics["fast/balanced/macro_f1"] == trained.metrics.macro_f1
    assert logged.data.metrics["fast/precise/delay/recall"] == run.metrics["fast"]["precise"].labels["delay"].recall
    assert logged.data.tags["weerklank.data"] == run.data.train_fingerprint
    assert {entry.path for entry in client.list_artifacts(logged.info.run_id)} == {
        path.name for path in folder.iterdir()
    }


def test_a_second_run_goes_into_the_same_experiment(kept, store):
    first, second = (log_run(*kept, store) for _ in range(2))
    client = MlflowClient(tracking_uri=store)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert {run.info.run_id for run in client.search_runs([experiment.experiment_id])} == {first, second}


def test_no_sentence_stands_in_the_store(kept, store, tmp_path, complaints):
    log_run(*kept, store)
    sentences = [s.text for text in complaints.texts for s in text.sentences]
    files = [path for path in (tmp_path / "mlruns").rglob("*") if path.is_file()]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not any(sentence in text for sentence in sentences), path.name


def test_what_mlflow_refuses_is_told_with_the_folder_that_keeps_the_run(kept, store, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "false")
    with pytest.raises(InputError, match="refused") as refusal:
        log_run(*kept, store)
    assert str(kept[1]) in str(refusal.value)


def test_nothing_is_reported_to_mlflow_itself(kept, store):
    log_run(*kept, store)
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert not Path("mlruns").exists()
