"""Training configuration: config.toml as a strict schema.

Usage::

    config = load_config()                    # the one that ships
    config = load_config(Path("mine.toml"))
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import InputError
from models.features import View
from models.manifest import OPERATING_POINTS, OperatingPoint
from models.wrong_fields import wrong_fields

DEFAULT_CONFIG = Path(__file__).with_name("config.toml")


def _ascending(ends: tuple[int, int]) -> tuple[int, int]:
    if ends[0] > ends[1]:
        raise ValueError(f"the first length, {ends[0]}, must not exceed the second, {ends[1]}")
    return ends


def _name(name: str) -> str:
    if re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) is None:
        raise ValueError("must be of small letters a-z, digits and hyphens, such as 'my-model'")
    return name


Range = Annotated[tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]], AfterValidator(_ascending)]
Seed = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CorpusConfig(_Section):
    """Which writers are held out."""

    test_writers: tuple[str, ...]


class FeatureConfig(_Section):
    """Vocabularies of the label classifiers."""

    word_view: View
    word_ngrams: Range
    character_ngrams: Range
    min_word_count: Count
    min_character_count: Count


class LabelConfig(_Section):
    """Fitting of the label classifiers."""

    regularisation_c: Positive
    smoothing: Positive
    vector_alpha: Positive


class StanceConfig(_Section):
    """Vocabulary and fitting of the stance classifier."""

    word_ngrams: Range
    character_ngrams: Range
    min_word_count: Count
    min_character_count: Count
    min_pair_count: Count
    pair_weight: Positive
    regularisation_c: Positive
    score_scale: Positive


class ValidationConfig(_Section):
    """Cross-validation over writers."""

    folds: Annotated[int, Field(ge=2)]
    seed: Seed


class PointConfig(_Section):
    """What the thresholds of an operating point maximise, and under which ceiling."""

    beta: Positive
    max_false_alarm_rate: Share


class EvaluationConfig(_Section):
    """Bootstrap on the test part."""

    bootstrap_samples: Annotated[int, Field(ge=20)]
    seed: Seed


class GateConfig(_Section):
    """What a candidate may lose."""

    max_macro_f1_loss: Share
    max_label_f1_loss: Share


class VectorConfig(_Section):
    """Distilling of the static word vectors."""

    words: Count
    dimensions: Count
    frequency_weight: Positive
    pca_words: Count


class EncoderConfig(_Section):
    """Fine-tuning of the sentence encoder."""

    held_out_writers: tuple[str, ...]
    layers: Count
    frozen_layers: Annotated[int, Field(ge=0)]
    learned_bits: Annotated[int, Field(ge=2, le=8)]
    max_tokens: Annotated[int, Field(ge=8, le=64)]
    batch_size: Count
    epochs: Count
    untagged_share: Share
    rate: Positive
    layer_decay: Share
    head_rate: Positive
    warmup_steps: Count
    weight_decay: Annotated[float, Field(ge=0)]
    max_gradient_norm: Positive
    stance_weight: Positive
    refit_epochs: Annotated[int, Field(ge=0)]
    refit_rate: Positive
    refit_others: Share
    seed: Seed

    @property
    def bits(self) -> list[int]:
        """Bits per weight of each layer: what never learned came in 4."""
        return [4] * self.frozen_layers + [self.learned_bits] * (self.layers - self.frozen_layers)


class Config(_Section):
    """All that training needs to know."""

    name: Annotated[str, AfterValidator(_name)]
    version: str
    corpus: CorpusConfig
    features: FeatureConfig
    labels: LabelConfig
    stances: StanceConfig
    validation: ValidationConfig
    operating_points: dict[OperatingPoint, PointConfig]
    evaluation: EvaluationConfig
    gate: GateConfig
    vectors: VectorConfig
    encoder: EncoderConfig

    @model_validator(mode="after")
    def _all_points(self) -> Self:
        missing = [point for point in OPERATING_POINTS if point not in self.operating_points]
        if missing:
            raise ValueError(f"operating_points lacks {', '.join(missing)}")
        return self


def load_config(path: Path | None = None) -> Config:
    """Read a training configuration.

    Raises
    ------
    InputError
        When the file is missing, is no TOML, or a field is missing, unknown or out of range.
    """
    path = path or DEFAULT_CONFIG
    try:
        return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise InputError(f"There is no configuration at {path} that can be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no valid TOML: {error}") from None
    except ValidationError as error:
        raise InputError(f"{path} is no training configuration: {wrong_fields(error)}") from None
