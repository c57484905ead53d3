"""Train a tagger: the whole way from corpus to artefact, in the order of the lines below.

Usage::

    report = train(load_config(), load_codebook(), corpus, vectors, pipeline="embedded", out=Path("build/candidate"))
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from models.artefact import Artefact, write_artefact
from models.codebook import Codebook
from models.errors import CorpusError
from models.manifest import (
    FORMAT_VERSION,
    LabelEntry,
    Manifest,
    Metrics,
    PipelineEntry,
    ProfileEntry,
    SelfTest,
    library_versions,
    python_version,
)
from models.pipeline import Pipeline, load_pipeline
from models.tagger import Tagger, load_tagger, make_tagger
from models.vectors import StaticVectors
from training.blend import TunedEncoder
from training.config import Config
from training.corpus import AnnotatedText, Examples, examples_of, fingerprint, split_by_writer
from training.evaluation.background import Background
from training.evaluation.judge import with_metrics
from training.evaluation.study import Study, make_study
from training.learn import Fitted, learn
from training.report import write_model_card, write_report

SELF_TEST_SENTENCES = 8


def train(
    config: Config,
    codebook: Codebook,
    corpus: Sequence[AnnotatedText],
    vectors: StaticVectors | None,
    pipeline_name: str,
    out: Path,
    encoder: TunedEncoder | None = None,
    progress: Callable[[str], None] = lambda line: None,
    background: Background | None = None,
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
    encoder : TunedEncoder, optional
        Fine-tuned for the same codebook; with it the artefact has an accurate profile beside the fast one.
    progress : callable
        Is called with a line for each step.
    background : Background, optional
        What report and model card tell beside the figures.

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
    for gap in gaps(examples, codebook):
        progress(gap)
    fitted = learn(sentences, examples, codebook, config, pipeline, encoder, progress)
    artefact = _assemble(fitted, pipeline, vectors, config, codebook, train_part, examples, encoder)
    background, study = background or Background(), None
    if test_part:
        progress("judging")
        study = make_study(artefact, pipeline, test_part, config, background)
        artefact = with_metrics(artefact, study.evaluation)
    progress("writing the artefact")
    _save(artefact, pipeline, out, background, study)
    tagger = load_tagger(out)
    return tagger, tagger.artefact.manifest.metrics


def _check_enough(examples: Examples) -> None:
    """Refuse a corpus from which nothing can be learned or validated."""
    if len(set(examples.writers)) < 2:
        raise CorpusError(
            "Training needs at least two writers besides the test writers, so that one can be held out; there is one."
        )
    if not examples.labels.any():
        raise CorpusError("No training sentence carries a tag; there is nothing to learn.")


def gaps(examples: Examples, codebook: Codebook) -> list[str]:
    """Tell which labels and stances of the codebook no training sentence has: the tagger will never find them."""
    labels = [label for j, label in enumerate(codebook.label_ids) if not examples.labels[:, j].any()]
    stances = [stance for k, stance in enumerate(codebook.stance_ids) if not (examples.stances == k).any()]
    return [
        f"Note: no training sentence has the {kind} {name!r}; the tagger will never find it."
        for kind, names in (("label", labels), ("stance", stances))
        for name in names
    ]


def _assemble(
    fitted: Fitted,
    pipeline: Pipeline,
    vectors: StaticVectors | None,
    config: Config,
    codebook: Codebook,
    train_part: Sequence[AnnotatedText],
    examples: Examples,
    encoder: TunedEncoder | None,
) -> Artefact:
    positives = examples.labels.sum(axis=0)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        name=config.name,
        version=config.version,
        pipeline=PipelineEntry(name=pipeline.name, version=pipeline.version, folder=pipeline.folder),
        codebook=codebook,
        codebook_digest=codebook.digest,
        labels={
            label: LabelEntry(positives=int(positives[j]), calibration="sigmoid")
            for j, label in enumerate(codebook.label_ids)
        },
        stances=codebook.stance_ids,
        python=python_version(),
        libraries=library_versions(),
        data_fingerprint=fingerprint(train_part),
        train_writers=tuple(sorted(set(examples.writers))),
        n_train_sentences=len(examples.texts),
        training_config=config.model_dump(mode="json"),
        profiles={
            profile: ProfileEntry(thresholds=thresholds, metrics={})
            for profile, thresholds in fitted.thresholds.items()
        },
        self_test=(),
        files=(),
    )
    return Artefact(
        manifest,
        "",
        fitted.label_features,
        fitted.stance_features,
        fitted.labels,
        fitted.stances,
        fitted.blend,
        encoder.files if encoder is not None else None,
        vectors,
        {},
    )


def _save(artefact: Artefact, pipeline: Pipeline, out: Path, background: Background, study: Study | None) -> None:
    manifest = artefact.manifest.model_copy(update={"self_test": _self_test(artefact, pipeline)})
    card, page = (write(manifest, background, study) for write in (write_model_card, write_report))
    documents = {"MODEL_CARD.md": card, "report.html": page}
    write_artefact(out, artefact.with_manifest(manifest), documents)


def _self_test(artefact: Artefact, pipeline: Pipeline) -> tuple[SelfTest, ...]:
    """Take the codebook's own examples, or label names where it has none, with their probabilities now."""
    codebook = artefact.manifest.codebook
    taggers = {profile: make_tagger(artefact, pipeline, profile) for profile in artefact.manifest.profiles}
    texts = [label.examples[0] if label.examples else label.name for label in codebook.labels]
    tests = []
    for text in texts[:SELF_TEST_SENTENCES]:
        (sentences,) = pipeline.read([text])
        probabilities = {}
        for profile, tagger in taggers.items():
            best = tagger.probabilities(sentences).max(axis=0)
            probabilities[profile] = dict(zip(codebook.label_ids, best.tolist(), strict=True))
        tests.append(SelfTest(text=text, probabilities=probabilities))
    return tuple(tests)
