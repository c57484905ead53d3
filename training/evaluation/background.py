"""What a report shows beside the measured figures.

Where the corpus comes from, how far annotators agree, what simpler systems reach, and how quality grows with the number
of writers. All of it lies in or beside the corpus, and any part may be missing::

    corpus/about.toml             where the texts come from, who annotated them, under which licence
    corpus/annotations/           annotations by several people, see `training.agreement`
    corpus/learning_curve.json    written by ``weerklank-train learning-curve``
    training/baselines.md         written by ``weerklank-train baselines``
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from models.codebook import Codebook
from models.errors import InputError
from models.wrong_fields import wrong_fields
from training.agreement import ANNOTATIONS, read_annotations
from training.baselines.command import PAGE
from training.corpus import AnnotatedText

ABOUT, LEARNING_CURVE = "about.toml", "learning_curve.json"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class About(_Record):
    """Where a corpus comes from, in the words of who made it (after Gebru et al., 2021, "Datasheets for Datasets")."""

    name: str
    license: str
    origin: str
    """Who wrote the texts, when, what for, and whether they know of this use."""
    annotation: str
    """Who tagged the training part, and how."""
    test: str
    """How the test part differs: its writers, its annotation."""
    caveats: str


class CurvePoint(_Record):
    """Quality after learning from some of the writers."""

    share: float
    """Of the training writers that are learned from, 0-1."""
    n_writers: float
    """Mean over the folds."""
    n_sentences: float
    mean_average_precision: float
    low: float
    """Lowest over the folds."""
    high: float
    macro_f1: float


class LearningCurve(_Record):
    """How quality grows with the number of writers, on held-out training writers."""

    codebook: str
    """Digest of the codebook."""
    learner: str
    n_folds: int
    seed: int
    data_fingerprint: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """What is known beside the measured figures."""

    about: About | None = None
    annotations: Mapping[str, Sequence[AnnotatedText]] = field(default_factory=dict)
    """By annotator."""
    learning_curve: LearningCurve | None = None
    baselines: str = ""
    """The page that ``weerklank-train baselines`` wrote."""


def read_background(corpus: Path, codebook: Codebook, baselines: Path = PAGE) -> Background:
    """Read what there is.

    Raises
    ------
    InputError
        When a file is there but is not what it should be.
    CorpusError
        When annotations cannot be read.
    """
    curve = _curve(corpus / LEARNING_CURVE)
    n_annotators = sum(path.is_dir() for path in (corpus / ANNOTATIONS).glob("*"))
    return Background(
        _about(corpus / ABOUT),
        read_annotations(corpus, codebook) if n_annotators > 1 else {},
        curve if curve is not None and curve.codebook == codebook.digest else None,
        baselines.read_text(encoding="utf-8") if baselines.is_file() else "",
    )


def _about(path: Path) -> About | None:
    if not path.is_file():
        return None
    try:
        return About.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no valid TOML: {error}") from None
    except ValidationError as error:
        raise InputError(f"{path} says not what the model card needs: {wrong_fields(error)}") from None


def _curve(path: Path) -> LearningCurve | None:
    if not path.is_file():
        return None
    try:
        return LearningCurve.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ValidationError):
        raise InputError(f"{path} is no learning curve; write it anew with `weerklank-train learning-curve`.") from None
