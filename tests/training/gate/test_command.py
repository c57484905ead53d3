"""command.py: ``weerklank-train gate`` compares, writes down what it found, and promotes."""

import csv
import json
import shutil

import pytest

from models.artefact import read_artefact
from tests.complaints import CONFIG, CORPUS
from tests.training.conftest import config_with


@pytest.fixture
def artefact(trained, tmp_path):
    """A copy of the artefact, to be changed or replaced."""
    return shutil.copytree(trained.folder, tmp_path / "models" / "standing")


@pytest.fixture
def worse(trained, tmp_path):
    """An artefact whose thresholds are so high that it gives no tag."""
    folder = shutil.copytree(trained.folder, tmp_path / "worse")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    thresholds = manifest["profiles"]["fast"]["thresholds"]
    thresholds["balanced"] = dict.fromkeys(thresholds["balanced"], 1.0)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def gate(run, tmp_path):
    def call(candidate, standing, *options):
        sides = ["--candidate", candidate, "--standing", standing, "--out", tmp_path / "gate"]
        return run("gate", *sides, "--corpus", CORPUS, "--config", CONFIG, *options)

    return call


def test_the_gate_opens_for_an_equal_candidate_and_promotes_it(gate, trained, artefact, tmp_path):
    (artefact / "left-over.txt").write_text("old", encoding="utf-8")
    done = gate(trained.folder, artefact, "--promote")
    figure = f"{trained.metrics.macro_f1:.3f}"
    assert (done.code, done.err) == (0, "")
    first, second, third = done.out.splitlines()
    assert first == f"macro-F1 {figure} -> {figure} (difference +0.000 to +0.000): the gate opens"
    assert second.endswith(str(tmp_path / "gate"))
    promoted = read_artefact(artefact)
    assert third == f"{artefact} now holds the candidate ({promoted.digest})"
    assert {path.name for path in artefact.iterdir()} == {path.name for path in trained.folder.iterdir()}
    assert [path.name for path in artefact.parent.iterdir()] == ["standing"]


def test_what_is_promoted_is_the_candidate_with_the_comparison_in_its_report(gate, trained, artefact):
    gate(trained.folder, artefact, "--promote")
    for path in trained.folder.iterdir():
        if path.name not in {"report.html", "manifest.json"}:
            assert (artefact / path.name).read_bytes() == path.read_bytes()
    promoted = read_artefact(artefact)
    assert "What an old cut-off means now" in promoted.documents["report.html"]
    manifest = trained.tagger.artefact.manifest
    assert promoted.manifest.model_copy(update={"files": ()}) == manifest.model_copy(update={"files": ()})


def test_without_promote_nothing_is_replaced(gate, trained, artefact):
    before = (artefact / "manifest.json").read_bytes()
    assert gate(trained.folder, artefact).code == 0
    assert (artefact / "manifest.json").read_bytes() == before


def test_old_thresholds_stand_beside_new_ones_in_csv_json_and_report(gate, trained, artefact, tmp_path):
    gate(trained.folder, artefact)
    rows = list(csv.DictReader((tmp_path / "gate" / "thresholds.csv").read_text(encoding="utf-8").splitlines()))
    record = json.loads((tmp_path / "gate" / "thresholds.json").read_text(encoding="utf-8"))
    assert record["standing"]["digest"] == trained.tagger.artefact.digest
    assert len(rows) == len(record["thresholds"]) == 2 * (3 + 9)
    own = trained.tagger.artefact.manifest.profiles["fast"].thresholds
    for row in rows:
        if row["operating_point"]:
            assert float(row["old"]) == float(row["operating_point_now"]) == own[row["operating_point"]][row["label"]]
    assert "What an old cut-off means now" in (tmp_path / "gate" / "report.html").read_text(encoding="utf-8")
    comparison = json.loads((tmp_path / "gate" / "comparison.json").read_text(encoding="utf-8"))
    assert comparison["test_writers"] == ["c4"]
    assert comparison["profiles"]["fast"]["macro_f1"]["candidate"] == trained.metrics.macro_f1


def test_no_sentence_stands_in_what_the_gate_writes(gate, trained, artefact, tmp_path, complaints):
    gate(trained.folder, artefact)
    sentences = [s.text for text in complaints.texts for s in text.sentences]
    for path in (tmp_path / "gate").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not any(sentence in text for sentence in sentences), path.name


def test_the_gate_refuses_a_worse_candidate_and_leaves_the_standing_artefact(gate, artefact, worse, tmp_path):
    before = (artefact / "manifest.json").read_bytes()
    assert gate(worse, artefact, "--promote").refuses("macro-F1 fell", "to 0.000", "delay", "rudeness", "stays")
    assert (artefact / "manifest.json").read_bytes() == before
    assert "The gate stays shut" in (tmp_path / "gate" / "report.html").read_text(encoding="utf-8")


def test_promoting_an_artefact_onto_itself_is_refused_and_does_not_lose_it(gate, artefact):
    assert gate(artefact, artefact, "--promote").refuses("nothing to compare")
    assert (artefact / "manifest.json").is_file()


def test_without_a_standing_artefact_the_gate_says_how_to_begin(gate, trained, tmp_path):
    assert gate(trained.folder, tmp_path / "none", "--promote").refuses("nothing to compare", "--first")
    assert not (tmp_path / "none").exists()


def test_the_first_artefact_is_put_where_none_stands(gate, trained, tmp_path):
    place = tmp_path / "models" / "mine"
    done = gate(trained.folder, place, "--first")
    assert (done.code, done.err) == (0, "")
    assert "compared with nothing" in done.out
    assert read_artefact(place).digest == trained.tagger.artefact.digest
    assert [path.name for path in place.parent.iterdir()] == ["mine"]


def test_first_does_not_replace_what_stands(gate, trained, artefact):
    assert gate(trained.folder, artefact, "--first").refuses("is there already", "--first")


def test_a_standing_artefact_that_cannot_be_read_is_named_with_the_way_out(gate, trained, artefact):
    (artefact / "features.joblib").write_bytes(b"")
    assert gate(trained.folder, artefact).refuses("nothing to compare", "move", "--first")


def test_without_test_writers_the_gate_says_what_to_do(run, trained, artefact, tmp_path):
    config = config_with('["c4"]', "[]", tmp_path)
    sides = ["--candidate", trained.folder, "--standing", artefact, "--out", tmp_path / "gate"]
    assert run("gate", *sides, "--corpus", CORPUS, "--config", config).refuses("nothing to compare", "test_writers")
