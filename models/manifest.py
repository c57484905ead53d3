"""The manifest: what an artefact says about itself, as a strict schema.

Everything that serving needs besides the arrays is here, keyed by label id: thresholds, calibration,
versions, metrics, self-test. `manifest.json` is the one file that is read before anything is verified, so it is
parsed as plain JSON and refuses fields that it does not know.
"""

import platform
from importlib.metadata import version
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from models.codebook import Codebook

FORMAT_VERSION: Final = 2
# Libraries whose objects or arithmetic are part of the artefact.
LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib", "spacy", "simplemma", "tokenizers", "onnxruntime")

Profile = Literal["fast", "accurate"]
"""``fast``: linear classifiers alone; ``accurate``: mixed with the sentence encoder."""
PROFILES: tuple[Profile, ...] = get_args(Profile)
OperatingPoint = Literal["balanced", "precise", "sensitive"]
"""Which thresholds: best F1 at few false alarms; hardly any false alarm; hardly anything missed."""
OPERATING_POINTS: tuple[OperatingPoint, ...] = get_args(OperatingPoint)
DEFAULT_OPERATING_POINT: OperatingPoint = "balanced"

Probability = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Record(BaseModel):
    """Base of the manifest's parts: immutable, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileEntry(Record):
    """One file of the artefact."""

    path: str
    """Relative to the artefact's folder, with forward slashes."""
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    sha256: Sha256


class PipelineEntry(Record):
    """The language pipeline that the artefact was trained with."""

    name: str
    """Its own name, such as ``nl_core_news_md``."""
    version: str
    folder: str | None = None
    """Where it lies, when it is no installed package."""


class LabelEntry(Record):
    """What training settled for one label."""

    positives: Annotated[int, Field(ge=0)]
    """Training sentences with this label."""
    calibration: Literal["sigmoid"]


class LabelMetrics(Record):
    """Quality of one label on the test part."""

    n: int
    """Test sentences with this label."""
    precision: Probability
    recall: Probability
    f1: Probability
    f1_low: Probability
    """Lower end of the 95% bootstrap interval."""
    f1_high: Probability
    average_precision: Probability


class ReliabilityBin(Record):
    """(sentence, label) pairs of about the same probability."""

    stated: Probability
    """Mean of their probabilities."""
    observed: Probability
    """Share of them that has the label."""
    n: int


class Metrics(Record):
    """Quality on writers that no choice was made on."""

    test_writers: tuple[str, ...]
    n_sentences: int
    macro_f1: Probability
    macro_f1_low: Probability
    macro_f1_high: Probability
    macro_precision: Probability
    macro_recall: Probability
    micro_f1: Probability
    micro_f1_low: Probability
    micro_f1_high: Probability
    mean_average_precision: Probability
    false_alarm_rate: Probability
    """Share of sentences without any tag that got at least one."""
    expected_calibration_error: Probability
    reliability: tuple[ReliabilityBin, ...]
    stance_accuracy: Probability
    """Share of right stances among the tags whose label was found rightly."""
    labels: dict[str, LabelMetrics]


class SelfTest(Record):
    """One sentence with the probabilities that a healthy artefact gives it."""

    text: str
    probabilities: dict[Profile, dict[str, Probability]]


class ProfileEntry(Record):
    """What training settled and measured for one profile."""

    thresholds: dict[OperatingPoint, dict[str, Probability]]
    """Per operating point and label; a tag is present exactly when probability >= threshold."""
    metrics: dict[OperatingPoint, Metrics]
    """Quality per operating point; empty when no test writers were held out."""


class Manifest(Record):
    """All that an artefact says about itself."""

    format_version: Literal[2]
    name: str
    version: str
    pipeline: PipelineEntry
    codebook: Codebook
    codebook_digest: str
    labels: dict[str, LabelEntry]
    stances: tuple[str, ...]
    python: str
    libraries: dict[str, str]
    data_fingerprint: Sha256
    """SHA-256 over the sentences and labels that training used."""
    train_writers: tuple[str, ...]
    n_train_sentences: int
    training_config: dict[str, Any]
    profiles: dict[Profile, ProfileEntry]
    self_test: tuple[SelfTest, ...]
    files: tuple[FileEntry, ...]

    @property
    def default_profile(self) -> Profile:
        """The profile that is used when none is asked for: the most accurate there is."""
        return "accurate" if "accurate" in self.profiles else "fast"

    @property
    def metrics(self) -> Metrics | None:
        """Quality of the default profile at the default operating point; None when it was not measured."""
        return self.profiles[self.default_profile].metrics.get(DEFAULT_OPERATING_POINT)


def library_versions() -> dict[str, str]:
    """Versions of the libraries that an artefact depends on, as installed."""
    return {name: version(name) for name in LIBRARIES}


def python_version() -> str:
    """Version of the running Python."""
    return platform.python_version()
