"""command.py: ``weerklank-train evaluate`` and ``quality``."""

import shutil

import pytest

from models import load_tagger
from tests.complaints import CONFIG, CORPUS
from tests.training.conftest import config_with

ON_COMPLAINTS = ["--corpus", CORPUS, "--config", CONFIG]


@pytest.fixture
def artefact(trained, tmp_path):
    return shutil.copytree(trained.folder, tmp_path / "standing")


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


def test_evaluate_writes_the_report_that_training_wrote(run, trained, tmp_path):
    done = run("evaluate", "--model", trained.folder, *ON_COMPLAINTS, "-o", tmp_path / "new" / "report.html")
    assert done.code == 0
    assert (tmp_path / "new" / "report.html").read_bytes() == (trained.folder / "report.html").read_bytes()


def test_sentences_are_shown_in_a_report_when_asked(run, trained, tmp_path):
    page = tmp_path / "report.html"
    assert run("evaluate", "--model", trained.folder, *ON_COMPLAINTS, "-o", page, "--with-text").code == 0
    assert '<td class="l" lang="nl">' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "options", [["--with-text"], ["--with-text", "--write"], ["--with-text", "--write", "-o", "x.html"]]
)
def test_sentences_are_never_written_into_an_artefact(options, run, artefact):
    assert run("evaluate", "--model", artefact, *ON_COMPLAINTS, *options).refuses("--with-text", "-o FILE")


def test_evaluate_writes_card_report_and_figures_into_an_artefact(run, artefact, trained):
    done = run("evaluate", "--model", artefact, *ON_COMPLAINTS, "--write", "--against", trained.folder)
    assert done.code == 0
    written = load_tagger(artefact).artefact
    assert written.digest in done.err
    assert written.manifest.profiles == trained.tagger.artefact.manifest.profiles
    assert "What an old cut-off means now" in written.documents["report.html"]
    assert written.documents["MODEL_CARD.md"] == trained.tagger.artefact.documents["MODEL_CARD.md"]


def test_quality_prints_the_table_that_stands_in_the_model_card(run, trained):
    done = run("quality", "--model", trained.folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.strip() in trained.tagger.artefact.documents["MODEL_CARD.md"]
    # One row per label, and one per operating point of its one profile.
    assert done.out.count("\n| `") == len(trained.metrics.labels) + 3


def test_quality_of_an_artefact_without_figures_is_refused(run, refitted):
    _, folder = refitted
    assert run("quality", "--model", folder).refuses("not evaluated", str(folder))
