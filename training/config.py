"""Training configuration: config.toml as a strict schema.

Usage::

    config = load_config()                    # the one that ships
    config = load_config(Path("mine.toml"))
"""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputError
from models.features import View

DEFAULT_CONFIG = Path(__file__).with_name("config.toml")


def _ascending(ends: tuple[int, int]) -> tuple[int, int]:
    if ends[0] > ends[1]:
        raise ValueError(f"the first length, {ends[0]}, must not exceed the second, {ends[1]}")
    return ends


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
    regularisation_c: Positive


class ValidationConfig(_Section):
    """Cross-validation over writers."""

    folds: Annotated[int, Field(ge=2)]
    max_false_alarm_rate: Share
    seed: Seed


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


class Config(_Section):
    """All that training needs to know."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: str
    corpus: CorpusConfig
    features: FeatureConfig
    labels: LabelConfig
    stances: StanceConfig
    validation: ValidationConfig
    evaluation: EvaluationConfig
    gate: GateConfig
    vectors: VectorConfig


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
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputError(f"{path} is no training configuration: {problems}") from None
