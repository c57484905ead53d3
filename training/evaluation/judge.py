"""Let a tagger judge the test part, in every profile at every operating point.

Usage::

    evaluation = judge(artefact, pipeline, test_texts, config)
    artefact = with_metrics(artefact, evaluation)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.artefact import Artefact
from models.codebook import Codebook
from models.manifest import OPERATING_POINTS, Metrics, OperatingPoint, Profile
from models.pipeline import Pipeline, Sentence
from models.tagger import make_tagger
from training.config import Config, EvaluationConfig
from training.corpus import AnnotatedText, Examples, examples_of
from training.evaluation.bootstrap import Floats, Resamples
from training.evaluation.metrics import evaluate
from training.evaluation.predictions import Predictions, decide


@dataclass(frozen=True, slots=True)
class Judged:
    """One profile on the test part."""

    points: dict[OperatingPoint, Predictions]
    metrics: dict[OperatingPoint, Metrics]

    @property
    def probabilities(self) -> Floats:
        """The same at every operating point; shape (n_sentences, n_labels)."""
        return next(iter(self.points.values())).probabilities


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that a tagger says of the test part."""

    texts: Sequence[AnnotatedText]
    examples: Examples
    """The same texts, sentence by sentence."""
    sentences: Sequence[Sentence]
    """As the language pipeline read them."""
    profiles: dict[Profile, Judged]
    resamples: Resamples
    settings: EvaluationConfig


def judge(artefact: Artefact, pipeline: Pipeline, texts: Sequence[AnnotatedText], config: Config) -> Evaluation:
    """Judge an artefact on annotated texts.

    Parameters
    ----------
    artefact : Artefact
    pipeline : Pipeline
        The one that the artefact was trained with.
    texts : sequence of AnnotatedText
        Of writers that nothing was learned from, at least one.
    config : Config
        Its `evaluation` is used.
    """
    examples = examples_of(texts, artefact.manifest.codebook)
    sentences = list(pipeline.read_units(examples.texts))
    profiles = {
        profile: _judge_profile(artefact, pipeline, profile, sentences, examples, config.evaluation)
        for profile in artefact.manifest.profiles
    }
    resamples = Resamples.of(examples, config.evaluation.bootstrap_samples, config.evaluation.seed)
    return Evaluation(texts, examples, sentences, profiles, resamples, config.evaluation)


def _judge_profile(
    artefact: Artefact,
    pipeline: Pipeline,
    profile: Profile,
    sentences: Sequence[Sentence],
    examples: Examples,
    settings: EvaluationConfig,
) -> Judged:
    tagger = make_tagger(artefact, pipeline, profile)
    scores = tagger.scorer.score(sentences)  # once for all operating points
    points = {point: decide(tagger, scores, point) for point in OPERATING_POINTS}
    return Judged(
        points, {point: _measure(found, examples, tagger.codebook, settings) for point, found in points.items()}
    )


def _measure(found: Predictions, examples: Examples, codebook: Codebook, settings: EvaluationConfig) -> Metrics:
    return evaluate(found, examples, codebook.label_ids, settings.bootstrap_samples, settings.seed)


def with_metrics(artefact: Artefact, evaluation: Evaluation) -> Artefact:
    """Write what was measured into an artefact's manifest."""
    manifest = artefact.manifest
    profiles = {
        profile: entry.model_copy(update={"metrics": evaluation.profiles[profile].metrics})
        for profile, entry in manifest.profiles.items()
    }
    return artefact.with_manifest(manifest.model_copy(update={"profiles": profiles}))
