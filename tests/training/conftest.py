"""Fixtures of the training tests: an invented codebook with a small corpus, and an artefact trained on them."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from models import Tagger, load_tagger
from models.manifest import Metrics
from models.pipeline import Sentence
from models.vectors import StaticVectors
from tests.complaints import CODEBOOK, CONFIG, CORPUS, Complaints
from training.cli import main
from training.corpus import Examples, examples_of


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


class Trained(NamedTuple):
    """What `weerklank-train fit` gave on the complaints; c1 to c3 were trained on, c4 was held out."""

    tagger: Tagger
    metrics: Metrics
    folder: Path
    run: Run


class Read(NamedTuple):
    """The complaints of the writers that are trained on, as a language pipeline reads them."""

    sentences: list[Sentence]
    examples: Examples


def console_script() -> Path:
    """Find `weerklank-train` as it is installed."""
    return Path(sys.executable).with_name("weerklank-train")


def fit_options(corpus: Path, config: Path, vectors: Path, out: Path, encoder: Path | None = None) -> list[str]:
    """Write out the options with which `fit` trains on complaints."""
    options = {"--corpus": corpus, "--config": config, "--codebook": CODEBOOK, "--vectors": vectors, "--out": out}
    options["--runs"] = out.with_name("runs")
    last = ["--no-encoder"] if encoder is None else ["--encoder", str(encoder)]
    return ["fit", *(str(word) for option in options.items() for word in option), *last]


def config_with(old: str, new: str, folder: Path) -> Path:
    """Write the configuration of the complaints with something replaced."""
    text = CONFIG.read_text(encoding="utf-8")
    assert old in text
    (folder / "mine.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / "mine.toml"


@pytest.fixture(scope="session")
def word_file(small_vectors: StaticVectors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The word vectors of the tests as a file."""
    path = tmp_path_factory.mktemp("words") / "words.npz"
    small_vectors.save(path)
    return path


@pytest.fixture(scope="session")
def trained(word_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained") / "klachten-nl"
    out, err = io.StringIO(), io.StringIO()
    words = fit_options(CORPUS, CONFIG, word_file, folder)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["weerklank-train", *words])
        with pytest.raises(SystemExit) as stop:
            main()
    run = Run(int(stop.value.code or 0), out.getvalue(), err.getvalue())
    tagger = load_tagger(folder)
    metrics = tagger.artefact.manifest.metrics
    assert metrics is not None
    return Trained(tagger, metrics, folder, run)


@pytest.fixture(scope="session")
def refitted(word_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """`weerklank-train fit` in a process of its own, on the same training part without any test writer."""
    home = tmp_path_factory.mktemp("refitted")
    (home / "corpus").mkdir()
    for writer in ("c1", "c2", "c3"):
        shutil.copy(CORPUS / f"{writer}.jsonl", home / "corpus")
    config = config_with('["c4"]', "[]", home)
    command = [str(console_script()), *fit_options(home / "corpus", config, word_file, home / "artefact")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
    return Run(done.returncode, done.stdout, done.stderr), home / "artefact"


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
