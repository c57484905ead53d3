"""All that a report and a model card tell about a tagger's quality, in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.artefact import Artefact
from models.pipeline import Pipeline
from training.config import Config
from training.corpus import AnnotatedText
from training.evaluation.background import Background
from training.evaluation.judge import Evaluation, judge
from training.evaluation.settings import Setting, settings_of
from training.evaluation.yardsticks import Yardstick, agreement_ceiling, learned_systems, simple_systems
from training.gate.compare import Comparison


@dataclass(frozen=True, slots=True)
class Study:
    """A tagger on the test part, and what stands beside it."""

    evaluation: Evaluation
    settings: Sequence[Setting]
    """Every profile at every operating point, the default first."""
    below: Sequence[Yardstick]
    """Simpler systems."""
    ceiling: Yardstick | None
    """Annotators judged by each other."""
    comparison: Comparison | None = None
    """With the artefact that stood before."""


def make_study(
    artefact: Artefact, pipeline: Pipeline, texts: Sequence[AnnotatedText], config: Config, background: Background
) -> Study:
    """Judge an artefact on the test part, and whatever stands beside it."""
    return study_of(judge(artefact, pipeline, texts, config), artefact, pipeline, background)


def study_of(
    evaluation: Evaluation,
    artefact: Artefact,
    pipeline: Pipeline,
    background: Background,
    comparison: Comparison | None = None,
) -> Study:
    """Put an evaluation beside baselines and the agreement of annotators."""
    codebook = artefact.manifest.codebook
    below = simple_systems(evaluation, codebook, pipeline)
    below += learned_systems(background.baselines, evaluation.examples)
    ceiling = agreement_ceiling(background.annotations, evaluation, codebook)
    return Study(evaluation, settings_of(artefact.manifest, evaluation), below, ceiling, comparison)
