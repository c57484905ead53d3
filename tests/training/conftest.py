"""Fixtures of the training tests: an invented codebook with a small corpus, and an artefact trained on them."""

import subprocess
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
CORPUS, CODEBOOK, CONFIG = DATA / "complaints", DATA / "complaints.toml", DATA / "complaints_config.toml"


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

    def refuses(self, *words: str) -> bool:
        """Was it exit code 2, nothing on stdout, and one line that says why, with these words?"""
        assert (self.code, self.out, len(self.err.splitlines())) == (2, "", 1), self
        assert self.err.startswith("weerklank-train: ")
        assert all(word in self.err for word in words), self.err
        return True


class Refitted(NamedTuple):
    """What `weerklank-train fit` gave on the complaints, in a process of its own."""

    run: Run
    folder: Path


@pytest.fixture(scope="session")
def complaints() -> Complaints:
    codebook = load_codebook(CODEBOOK)
    return Complaints(codebook, load_config(CONFIG), read_corpus(CORPUS, codebook))


@pytest.fixture(scope="session")
def trained(complaints: Complaints, small_vectors: StaticVectors, tmp_path_factory: pytest.TempPathFactory) -> Trained:
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


@pytest.fixture(scope="session")
def refitted(small_vectors: StaticVectors, tmp_path_factory: pytest.TempPathFactory) -> Refitted:
    home = tmp_path_factory.mktemp("refitted")
    small_vectors.save(home / "words.npz")
    options = {"--config": CONFIG, "--codebook": CODEBOOK, "--corpus": CORPUS}
    options |= {"--vectors": home / "words.npz", "--out": home / "artefact"}
    words = [str(word) for option in options.items() for word in option]
    command = [str(Path(sys.executable).with_name("weerklank-train")), "fit", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
    return Refitted(Run(done.returncode, done.stdout, done.stderr), home / "artefact")


@pytest.fixture
def config_with(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write the configuration of the complaints with something replaced."""

    def write(old: str, new: str) -> Path:
        text = CONFIG.read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "mine.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path / "mine.toml"

    return write


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
