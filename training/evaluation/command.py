"""The commands ``weerklank-train evaluate`` and ``weerklank-train quality``."""

from pathlib import Path
from typing import Annotated

import typer

from models.errors import InputError
from models.manifest import Metrics
from models.tagger import SHIPPED_ARTEFACT, Tagger, load_tagger
from training.config import Config, load_config
from training.corpus import CORPUS_FOLDER, AnnotatedText, read_corpus, split_by_writer
from training.evaluation.background import Background, read_background
from training.evaluation.documents import write_documents
from training.evaluation.judge import with_metrics
from training.evaluation.study import Study, make_study, study_of
from training.gate.compare import compare
from training.gate.sides import Sides
from training.report import quality_table, write_model_card, write_report

OVERALL = (
    "macro_f1",
    "micro_f1",
    "mean_average_precision",
    "stance_accuracy",
    "false_alarm_rate",
    "expected_calibration_error",
)


def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of the artefact.")] = SHIPPED_ARTEFACT,
    config: Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")] = None,
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the evaluation report to this file.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write report, model card and figures into the artefact.")
    ] = False,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Show the sentences in the report's list of errors.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="Folder of an older artefact: what changed, and what old cut-offs mean now.")
    ] = None,
) -> None:
    """Judge an artefact on the test writers; prints one line per label as tab-separated values."""
    if with_text and (write or out is None):
        raise InputError("--with-text goes with -o FILE alone: an artefact holds no sentences of the test part.")
    settings = load_config(config)
    tagger = load_tagger(model)
    _, test = split_by_writer(read_corpus(corpus, tagger.codebook), settings.corpus.test_writers)
    if not test:
        raise InputError("The configuration names no test writer to judge on; see [corpus] test_writers.")
    background = read_background(corpus, tagger.codebook)
    study = _study(tagger, test, settings, background, against)
    artefact = with_metrics(tagger.artefact, study.evaluation)
    metrics = artefact.manifest.metrics
    if metrics is not None:
        _print(metrics)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(write_report(artefact.manifest, background, study, with_text), encoding="utf-8")
        typer.echo(f"report: {out}", err=True)
    if write:
        card, page = (writer(artefact.manifest, background, study) for writer in (write_model_card, write_report))
        digest = write_documents(model, artefact.manifest, {"MODEL_CARD.md": card, "report.html": page})
        typer.echo(f"{model} has a new report, model card and figures ({digest})", err=True)


def _study(
    tagger: Tagger, test: list[AnnotatedText], settings: Config, background: Background, against: Path | None
) -> Study:
    artefact, pipeline = tagger.artefact, tagger.pipeline
    if against is None:
        return make_study(artefact, pipeline, test, settings, background)
    comparison, evaluation = compare(Sides(tagger, load_tagger(against)), test, settings)
    return study_of(evaluation, artefact, pipeline, background, comparison)


def _print(metrics: Metrics) -> None:
    typer.echo("label\tn\tprecision\trecall\tf1\tf1_low\tf1_high\taverage_precision")
    for label, m in metrics.labels.items():
        numbers = (m.precision, m.recall, m.f1, m.f1_low, m.f1_high, m.average_precision)
        typer.echo(f"{label}\t{m.n}\t" + "\t".join(f"{x:.3f}" for x in numbers))
    for name in OVERALL:
        typer.echo(f"{name}\t{getattr(metrics, name):.3f}")


def quality(model: Annotated[Path, typer.Option(help="Folder of the artefact.")] = SHIPPED_ARTEFACT) -> None:
    """Print an artefact's measured quality in Markdown, as it stands in the README."""
    manifest = load_tagger(model).artefact.manifest
    if manifest.metrics is None:
        raise InputError(f"The artefact in {model} was not evaluated; hold out test writers and train again.")
    typer.echo(quality_table(manifest).rstrip("\n"))
