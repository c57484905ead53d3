"""documents.py: documents and figures change, what tags does not, and the artefact stays whole."""

import shutil

import pytest

from models import load_tagger
from models.artefact import read_artefact
from training.evaluation.documents import write_documents


@pytest.fixture
def folder(trained, tmp_path):
    return shutil.copytree(trained.folder, tmp_path / "artefact")


def test_new_documents_stand_in_an_artefact_that_still_verifies(folder, trained):
    manifest = trained.tagger.artefact.manifest
    digest = write_documents(folder, manifest, {"MODEL_CARD.md": "# Één\n"})
    artefact = read_artefact(folder, digest)
    assert artefact.documents["MODEL_CARD.md"] == "# Één\n"
    assert artefact.documents["report.html"] == trained.tagger.artefact.documents["report.html"]
    assert {entry.path for entry in artefact.manifest.files} == {entry.path for entry in manifest.files}
    assert [path.name for path in folder.parent.iterdir()] == ["artefact"]


def test_unchanged_documents_give_the_digest_that_training_gave(folder, trained):
    documents = dict(trained.tagger.artefact.documents)
    assert write_documents(folder, trained.tagger.artefact.manifest, documents) == trained.tagger.artefact.digest


def test_the_tagger_says_the_same_as_before(folder, trained):
    write_documents(folder, trained.tagger.artefact.manifest, {"report.html": "new"})
    texts = ["Pas acht weken later stond er een monteur op de stoep."]
    assert load_tagger(folder).tag(texts, ["nl"]) == trained.tagger.tag(texts, ["nl"])
