"""Fixtures of the training tests: an invented codebook with a small corpus, and an artefact trained on them."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from models import Codebook, Tagger, load_codebook
from models.manifest import Metrics
from models.pipeline import EMBEDDED, Sentence
from models.vectors import StaticVectors
from training.cli import main
from training.config import Config, load_config
from training.corpus import AnnotatedText, Examples, examples_of, read_corpus
from training.train import train

DATA = Path(__file__).parents[1] / "data"


class Complaints(NamedTuple):
    """Customer complaints: a domain of which the code cannot know a thing."""

    codebook: Codebook
    config: Config
    texts: list[AnnotatedText]


class Trained(NamedTuple):
    """What training on the complaints gave; c1 to c3 were trained on, c4 was held out."""

    tagger: Tagger
    metrics: Metrics
    folder: Path
    progress: list[str]


class Read(NamedTuple):
    """The complaints of the writers that are trained on, as a language pipeline reads them."""

    sentences: list[Sentence]
    examples: Examples


class Run(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def complaints() -> Complaints:
    codebook = load_codebook(DATA / "complaints.toml")
    return Complaints(
        codebook, load_config(DATA / "complaints_config.toml"), read_corpus(DATA / "complaints", codebook)
    )


@pytest.fixture(scope="session")
def trained(
    complaints: Complaints, small_vectors: StaticVectors, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    folder = tmp_path_factory.mktemp("trained") / "klachten-nl"
    progress: list[str] = []
    tagger, metrics = train(
        complaints.config, complaints.codebook, complaints.texts, small_vectors, EMBEDDED, folder, progress.append
    )
    return Trained(tagger, metrics, folder, progress)


@pytest.fixture(scope="session")
def read(complaints: Complaints, trained: Trained) -> Read:
    texts = [text for text in complaints.texts if text.writer != "c4"]
    examples = examples_of(texts, complaints.codebook)
    return Read(list(trained.tagger.pipeline.read_units(examples.texts)), examples)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Call `weerklank-train` in this process, as its console script does."""

    def call(*arguments: str | Path) -> Run:
        words: Sequence[str] = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["weerklank-train", *words])
        capfd.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capfd.readouterr()
        return Run(int(str(code)), out, err)

    return call
