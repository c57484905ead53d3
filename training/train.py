"""Train a tagger: the whole way from corpus to artefact, in the order of the lines below.

Usage::

    report = train(load_config(), load_codebook(), corpus, vectors, pipeline="embedded", out=Path("build/candidate"))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.artefact import Artefact, write_artefact
from models.classifiers import LabelClassifier, StanceClassifier
from models.codebook import Codebook
from models.errors import CorpusError
from models.features import FeatureSet, mean_vectors
from models.manifest import (
    LabelEntry,
    Manifest,
    Metrics,
    PipelineEntry,
    SelfTest,
    library_versions,
    python_version,
)
from models.pipeline import Pipeline, Sentence, load_pipeline
from models.tagger import Tagger, load_tagger
from models.vectors import StaticVectors
from training.calibrate import calibrated, choose_thresholds, fit_calibration, out_of_fold_scores
from training.config import Config
from training.corpus import AnnotatedText, Examples, examples_of, fingerprint, split_by_writer
from training.evaluate import evaluate, predict
from training.fit import fit_labels, fit_stances, label_features, pairs_of, stance_features
from training.report import write_model_card, write_report

SELF_TEST_SENTENCES = 8


@dataclass(frozen=True, slots=True)
class Fitted:
    """The parts that learning produced."""

    label_features: FeatureSet
    stance_features: FeatureSet
    labels: LabelClassifier
    stances: StanceClassifier
    thresholds: dict[str, float]


def train(
    config: Config,
    codebook: Codebook,
    corpus: Sequence[AnnotatedText],
    vectors: StaticVectors | None,
    pipeline_name: str,
    out: Path,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[Tagger, Metrics | None]:
    """Train, judge and save a tagger.

    Parameters
    ----------
    config : Config
    codebook : Codebook
    corpus : sequence of AnnotatedText
        All texts, those of the test writers included.
    vectors : StaticVectors or None
        Word vectors for the embedded pipeline; None where the pipeline brings its own.
    pipeline_name : str
        ``embedded`` or the name of a spaCy pipeline.
    out : Path
        Folder of the artefact to write.
    progress : callable
        Is called with a line for each step.

    Returns
    -------
    (Tagger, Metrics or None)
        The tagger as it loads from `out`, and its quality on the test writers (None without any).
    """
    train_part, test_part = split_by_writer(corpus, config.corpus.test_writers)
    pipeline = load_pipeline(pipeline_name, vectors)
    examples = examples_of(train_part, codebook)
    progress(f"reading {len(examples.texts)} training sentences")
    sentences = list(pipeline.read_units(examples.texts))
    _check_enough(examples)
    fitted = learn(sentences, examples, codebook, config, progress)
    tagger = _assemble(fitted, pipeline, vectors, config, codebook, train_part, examples)
    metrics = judge(tagger, test_part, config) if test_part else None
    progress("writing the artefact")
    _save(tagger, metrics, out)
    return load_tagger(out), metrics


def _check_enough(examples: Examples) -> None:
    """Refuse a corpus from which nothing can be learned or validated."""
    if len(set(examples.writers)) < 2:
        raise CorpusError("Training needs at least two writers, so that one can be held out; the corpus has one.")
    if not examples.labels.any():
        raise CorpusError("No training sentence carries a tag; there is nothing to learn.")


def learn(
    sentences: Sequence[Sentence],
    examples: Examples,
    codebook: Codebook,
    config: Config,
    progress: Callable[[str], None] = lambda line: None,
) -> Fitted:
    """Fit, calibrate and choose thresholds on the training part."""
    scores = out_of_fold_scores(sentences, examples, config, progress)
    calibration = fit_calibration(scores, examples.labels)
    thresholds = choose_thresholds(
        calibration.probabilities(scores), examples.labels, config.validation.max_false_alarm_rate
    )
    progress("fitting on all training writers")
    features = label_features(config)
    features.fit(sentences)
    x = features.transform(sentences)
    labels = calibrated(fit_labels(x, mean_vectors(sentences), examples.labels, config), calibration)
    for_stances = stance_features(config)
    rows, columns, stances = pairs_of(examples.stances)
    for_stances.fit([sentences[i] for i in np.unique(rows)])
    size = (len(codebook.labels), len(codebook.stances))
    raw = fit_stances(for_stances.transform(sentences)[rows], columns, stances, size, config)
    stance_classifier = StanceClassifier(
        raw.weights.astype(np.float16).astype(np.float32),
        raw.label_weights.astype(np.float16).astype(np.float32),
        raw.bias,
    )
    named = {label: float(t) for label, t in zip(codebook.label_ids, thresholds, strict=True)}
    return Fitted(features, for_stances, labels, stance_classifier, named)


def judge(tagger: Tagger, texts: Sequence[AnnotatedText], config: Config) -> Metrics:
    """Evaluate a tagger on annotated texts."""
    examples = examples_of(texts, tagger.codebook)
    predictions = predict(tagger, list(tagger.pipeline.read_units(examples.texts)))
    settings = config.evaluation
    return evaluate(predictions, examples, tagger.codebook.label_ids, settings.bootstrap_samples, settings.seed)


def _assemble(
    fitted: Fitted,
    pipeline: Pipeline,
    vectors: StaticVectors | None,
    config: Config,
    codebook: Codebook,
    train_part: Sequence[AnnotatedText],
    examples: Examples,
) -> Tagger:
    positives = examples.labels.sum(axis=0)
    manifest = Manifest(
        format_version=1,
        name=config.name,
        version=config.version,
        pipeline=PipelineEntry(name=pipeline.name, version=pipeline.version, folder=pipeline.folder),
        codebook=codebook,
        codebook_digest=codebook.digest,
        labels={
            label: LabelEntry(threshold=fitted.thresholds[label], positives=int(positives[j]), calibration="sigmoid")
            for j, label in enumerate(codebook.label_ids)
        },
        stances=codebook.stance_ids,
        python=python_version(),
        libraries=library_versions(),
        data_fingerprint=fingerprint(train_part),
        train_writers=tuple(sorted(set(examples.writers))),
        n_train_sentences=len(examples.texts),
        training_config=config.model_dump(mode="json"),
        metrics=None,
        self_test=(),
        files=(),
    )
    artefact = Artefact(
        manifest,
        "",
        fitted.label_features,
        fitted.stance_features,
        fitted.labels,
        fitted.stances,
        vectors,
        {},
    )
    return Tagger(artefact, pipeline)


def _save(tagger: Tagger, metrics: Metrics | None, out: Path) -> None:
    manifest = tagger.artefact.manifest.model_copy(update={"metrics": metrics, "self_test": _self_test(tagger)})
    artefact = tagger.artefact.with_manifest(manifest)
    documents = {"MODEL_CARD.md": write_model_card(manifest), "report.html": write_report(manifest)}
    write_artefact(out, artefact, documents)


def _self_test(tagger: Tagger) -> tuple[SelfTest, ...]:
    """Take the codebook's own examples, or label names where it has none, with their probabilities now."""
    codebook = tagger.codebook
    texts = [label.examples[0] if label.examples else label.name for label in codebook.labels]
    tests = []
    for text in texts[:SELF_TEST_SENTENCES]:
        (sentences,) = tagger.pipeline.read([text])
        best = tagger.probabilities(sentences).max(axis=0)
        tests.append(
            SelfTest(
                text=text,
                probabilities={label: float(p) for label, p in zip(codebook.label_ids, best, strict=True)},
            )
        )
    return tuple(tests)
