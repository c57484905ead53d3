"""Write down a training run, and read what was written.

A run's folder holds ``run.json`` (configuration, seeds, fingerprints of the data, figures, environment), the model card
and the report. None of it holds a sentence of the corpus.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import InputError
from models.manifest import DEFAULT_OPERATING_POINT, Metrics, OperatingPoint, Profile
from models.tagger import Tagger
from training.config import Config
from training.corpus import AnnotatedText, fingerprint
from training.runs.environment import Environment, environment_now

RUNS = Path("build/runs")
RECORD = "run.json"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Record):
    """What was learned from, and what was judged on."""

    train_fingerprint: str
    """SHA-256 over texts and tags."""
    train_writers: tuple[str, ...]
    n_train_sentences: int
    test_fingerprint: str | None
    test_writers: tuple[str, ...]
    n_test_sentences: int


class Run(_Record):
    """One training run."""

    name: str
    started: datetime
    """UTC."""
    seconds: float
    artefact: str
    """Name and version."""
    digest: str
    """Of the artefact as it was written."""
    codebook: str
    """Name and version."""
    codebook_digest: str
    pipeline: str
    default_profile: Profile
    seeds: dict[str, int]
    """By section of the configuration."""
    config: dict[str, Any]
    data: Data
    metrics: dict[Profile, dict[OperatingPoint, Metrics]]
    """Empty without test writers."""
    environment: Environment

    @property
    def main(self) -> Metrics | None:
        """Figures of the default profile at the default operating point."""
        return self.metrics.get(self.default_profile, {}).get(DEFAULT_OPERATING_POINT)


def record_run(
    runs: Path,
    name: str | None,
    tagger: Tagger,
    config: Config,
    test: Sequence[AnnotatedText],
    started: datetime,
    seconds: float,
) -> tuple[Run, Path]:
    """Write down what was trained.

    Parameters
    ----------
    runs : Path
        Folder that holds the runs.
    name : str, optional
        By default the time of the start and the beginning of the artefact's digest.
    tagger : Tagger
        As it was trained.
    config : Config
    test : sequence of AnnotatedText
        The test part.
    started : datetime
    seconds : float

    Returns
    -------
    (Run, Path)
        The run and its folder.
    """
    manifest, digest = tagger.artefact.manifest, tagger.artefact.digest
    name = name or f"{started:%Y%m%d-%H%M%S}-{digest.removeprefix('sha256:')[:8]}"
    folder = folder_of(runs, name)
    settings = config.model_dump(mode="json")
    run = Run(
        name=name,
        started=started,
        seconds=round(seconds, 1),
        artefact=f"{manifest.name} {manifest.version}",
        digest=digest,
        codebook=f"{manifest.codebook.name} {manifest.codebook.version}",
        codebook_digest=manifest.codebook_digest,
        pipeline=f"{manifest.pipeline.name} {manifest.pipeline.version}",
        default_profile=manifest.default_profile,
        seeds={section: value["seed"] for section, value in settings.items() if "seed" in (value or ())},
        config=settings,
        data=Data(
            train_fingerprint=manifest.data_fingerprint,
            train_writers=manifest.train_writers,
            n_train_sentences=manifest.n_train_sentences,
            test_fingerprint=fingerprint(test) if test else None,
            test_writers=tuple(sorted({text.writer for text in test})),
            n_test_sentences=sum(len(text.sentences) for text in test),
        ),
        metrics={profile: entry.metrics for profile, entry in manifest.profiles.items() if entry.metrics},
        environment=environment_now(),
    )
    folder.mkdir(parents=True)
    for document, text in tagger.artefact.documents.items():
        (folder / document).write_text(text, encoding="utf-8")
    record = json.dumps(run.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (folder / RECORD).write_text(record + "\n", encoding="utf-8")
    return run, folder


def folder_of(runs: Path, name: str) -> Path:
    """Give the folder for a new run.

    Raises
    ------
    InputError
        When the name cannot be a folder's, or there is such a run.
    """
    if not re.fullmatch(r"[\w][\w.-]*", name):
        raise InputError(f"A run cannot be called {name!r}: use letters, digits, dots, dashes and underscores.")
    if (runs / name).exists():
        raise InputError(f"There is a run {name!r} in {runs} already; choose another name.")
    return runs / name


def read_runs(runs: Path, names: Sequence[str] = ()) -> list[Run]:
    """Read all runs in the order of their start, or those with the given names in the given order.

    Raises
    ------
    InputError
        When there is no run, none of that name, or a record is none.
    """
    if names:
        return [_read(runs / name / RECORD, runs) for name in names]
    found = sorted((_read(path, runs) for path in runs.glob(f"*/{RECORD}")), key=lambda run: run.started)
    if not found:
        raise InputError(f"There is no run in {runs}; `weerklank-train fit` leaves one.")
    return found


def _read(path: Path, runs: Path) -> Run:
    try:
        return Run.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"There is no run {path.parent.name!r} in {runs}; see `weerklank-train runs`.") from None
    except (ValidationError, UnicodeDecodeError):
        raise InputError(f"{path} is no record of a run that this version can read.") from None
