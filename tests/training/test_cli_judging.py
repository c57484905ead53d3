"""cli.py: the commands that judge: evaluate, quality, gate and agreement."""

import json
import shutil

import pytest

from tests.complaints import CODEBOOK, CONFIG, CORPUS
from tests.training.conftest import config_with

ON_COMPLAINTS = ["--corpus", CORPUS, "--config", CONFIG]


@pytest.fixture
def artefact(trained, tmp_path):
    """A copy of the artefact, to be changed or replaced."""
    return shutil.copytree(trained.folder, tmp_path / "standing")


@pytest.fixture
def worse(trained, tmp_path):
    """An artefact whose thresholds are so high that it gives no tag."""
    folder = shutil.copytree(trained.folder, tmp_path / "worse")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    thresholds = manifest["profiles"]["fast"]["thresholds"]
    thresholds["balanced"] = dict.fromkeys(thresholds["balanced"], 1.0)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_evaluate_prints_a_table_with_the_figures_of_the_manifest(run, trained):
    done = run("evaluate", "--model", trained.folder, *ON_COMPLAINTS)
    assert (done.code, done.err) == (0, "")
    rows = [row.split("\t") for row in done.out.splitlines()]
    assert rows[0] == ["label", "n", "precision", "recall", "f1", "f1_low", "f1_high", "average_precision"]
    for row, (label, m) in zip(rows[1:3], trained.metrics.labels.items(), strict=True):
        figures = (m.precision, m.recall, m.f1, m.f1_low, m.f1_high, m.average_precision)
        assert row == [label, str(m.n), *(f"{x:.3f}" for x in figures)]
    assert dict(rows[3:])["macro_f1"] == f"{trained.metrics.macro_f1:.3f}"
    assert dict(rows[3:])["stance_accuracy"] == f"{trained.metrics.stance_accuracy:.3f}"
    assert len(rows) == 9


def test_evaluate_without_test_writers_is_refused(run, trained, tmp_path):
    config = config_with('["c4"]', "[]", tmp_path)
    done = run("evaluate", "--model", trained.folder, "--corpus", CORPUS, "--config", config)
    assert done.refuses("test writer")


def test_quality_prints_the_table_that_stands_in_the_model_card(run, trained):
    done = run("quality", "--model", trained.folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.strip() in trained.tagger.artefact.documents["MODEL_CARD.md"]
    # One row per label, and one per operating point of its one profile.
    assert done.out.count("\n| `") == len(trained.metrics.labels) + 3


def test_quality_of_an_artefact_without_figures_is_refused(run, refitted):
    _, folder = refitted
    assert run("quality", "--model", folder).refuses("not evaluated", str(folder))


def test_the_gate_opens_for_an_equal_candidate_and_promotes_it(run, trained, artefact):
    (artefact / "left-over.txt").write_text("old", encoding="utf-8")
    done = run("gate", "--candidate", trained.folder, "--standing", artefact, "--promote", *ON_COMPLAINTS)
    figure = f"{trained.metrics.macro_f1:.3f}"
    assert (done.code, done.err) == (0, "")
    assert done.out == f"macro-F1 {figure} -> {figure}: the gate opens\n{artefact} now holds the candidate\n"
    assert {path.name for path in artefact.iterdir()} == {path.name for path in trained.folder.iterdir()}
    assert (artefact / "manifest.json").read_bytes() == (trained.folder / "manifest.json").read_bytes()
    assert [path.name for path in artefact.parent.iterdir()] == ["standing"]


def test_the_gate_refuses_a_worse_candidate_and_leaves_the_standing_artefact(run, artefact, worse):
    before = (artefact / "manifest.json").read_bytes()
    done = run("gate", "--candidate", worse, "--standing", artefact, "--promote", *ON_COMPLAINTS)
    assert done.refuses("Macro-F1 fell", "to 0.000")
    assert (artefact / "manifest.json").read_bytes() == before


def test_promoting_an_artefact_onto_itself_does_not_lose_it(run, artefact):
    run("gate", "--candidate", artefact, "--standing", artefact, "--promote", *ON_COMPLAINTS)
    assert (artefact / "manifest.json").is_file()


def test_agreement_prints_alpha_of_each_label_and_of_the_stance(run, tmp_path):
    for annotator, writer in [("a1", "c1"), ("a2", "c1")]:
        (tmp_path / "annotations" / annotator).mkdir(parents=True)
        shutil.copy(CORPUS / f"{writer}.jsonl", tmp_path / "annotations" / annotator)
    done = run("agreement", "--corpus", tmp_path, "--codebook", CODEBOOK)
    assert (done.code, done.err) == (0, "")
    assert [row.split("\t") for row in done.out.splitlines()] == [
        ["label", "n", "alpha", "low", "high"],
        ["delay", "10", "1.000", "1.000", "1.000"],
        ["rudeness", "10", "1.000", "1.000", "1.000"],
        ["stance", "20", "1.000", "1.000", "1.000"],
    ]


def test_agreement_of_one_annotator_is_refused(run):
    assert run("agreement", "--corpus", CORPUS, "--codebook", CODEBOOK).refuses("fewer than two annotators")
