"""Fixtures that more than one folder of tests uses."""

from pathlib import Path

import pytest

from models import Tagger, load_tagger
from models.tagger import SHIPPED_ARTEFACT
from models.vectors import StaticVectors

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
