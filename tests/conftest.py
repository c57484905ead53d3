"""Fixtures that more than one folder of tests uses."""

from pathlib import Path

import pytest

from models import Tagger, load_tagger
from models.pipeline import EMBEDDED
from models.tagger import SHIPPED_ARTEFACT
from models.vectors import StaticVectors
from tests.complaints import Complaints, read_complaints
from tests.tiny import tuned_on
from training.train import train

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    """The artefact that ships, loaded once."""
    return load_tagger()


@pytest.fixture(scope="session")
def small_vectors() -> StaticVectors:
    """The 3,000 most frequent of the word vectors that ship."""
    full = StaticVectors.load(SHIPPED_ARTEFACT / "vectors.npz")
    return StaticVectors(full.words[:3000], full.rows[:3000], full.scale)


@pytest.fixture(scope="session")
def complaints() -> Complaints:
    return read_complaints()


@pytest.fixture(scope="session")
def accurate_folder(complaints: Complaints, small_vectors: StaticVectors, tmp_path_factory) -> Path:
    """An artefact of complaints with both profiles; its tiny encoder held out writer c3."""
    folder = tmp_path_factory.mktemp("accurate") / "klachten-nl"
    held_out = [s.text for text in complaints.texts if text.writer == "c3" for s in text.sentences]
    encoder = tuned_on(held_out, complaints.codebook)
    train(complaints.config, complaints.codebook, complaints.texts, small_vectors, EMBEDDED, folder, encoder)
    return folder


@pytest.fixture(scope="session")
def accurate(accurate_folder: Path) -> Tagger:
    """The tagger of complaints in its accurate profile."""
    return load_tagger(accurate_folder, profile="accurate")


@pytest.fixture(scope="session")
def fast(accurate_folder: Path) -> Tagger:
    """The same in its fast profile."""
    return load_tagger(accurate_folder, profile="fast")
