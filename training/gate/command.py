"""The command ``weerklank-train gate``."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from models.errors import GateRefused, InputError
from models.tagger import SHIPPED_ARTEFACT, load_tagger
from training.config import load_config
from training.corpus import CORPUS_FOLDER, read_corpus, split_by_writer
from training.evaluation.background import read_background
from training.evaluation.documents import put_documents
from training.evaluation.judge import with_metrics
from training.evaluation.study import study_of
from training.gate.compare import Comparison, compare
from training.gate.sides import Sides, load_sides
from training.gate.thresholds import as_csv
from training.report import write_report
from training.swap import replace_folder

CANDIDATE = Path("build/candidate")
FINDINGS = Path("build/gate")


def gate(
    candidate: Annotated[Path, typer.Option(help="Folder of the candidate.")] = CANDIDATE,
    standing: Annotated[Path, typer.Option(help="Folder of the artefact that stands.")] = SHIPPED_ARTEFACT,
    promote: Annotated[
        bool, typer.Option("--promote", help="Replace the standing artefact if the gate opens.")
    ] = False,
    first: Annotated[
        bool, typer.Option("--first", help="Put the candidate where no artefact stands yet, without a comparison.")
    ] = False,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for comparison, thresholds and report.")] = FINDINGS,
    config: Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")] = None,
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
) -> None:
    """Compare a candidate with the standing artefact on the same test texts."""
    if first:
        _first(candidate, standing)
        return
    settings = load_config(config)
    sides = load_sides(candidate, standing)
    _, test = split_by_writer(read_corpus(corpus, sides.candidate.codebook), settings.corpus.test_writers)
    comparison, evaluation = compare(sides, test, settings)
    background = read_background(corpus, sides.candidate.codebook)
    artefact = with_metrics(sides.candidate.artefact, evaluation)
    study = study_of(evaluation, artefact, sides.candidate.pipeline, background, comparison)
    page = write_report(artefact.manifest, background, study)
    _write(out, comparison, page)
    if comparison.refusals:
        raise GateRefused(f"{'; '.join(comparison.refusals)}. The standing artefact stays; see {out / 'report.html'}.")
    change = comparison.profiles[sides.standing.artefact.manifest.default_profile].macro_f1
    typer.echo(
        f"macro-F1 {change.standing:.3f} -> {change.candidate:.3f} "
        f"(difference {change.low:+.3f} to {change.high:+.3f}): the gate opens"
    )
    typer.echo(f"what changed, and what old thresholds mean now: {out}")
    if promote:
        digest = _promote(candidate, standing, sides, page)
        typer.echo(f"{standing} now holds the candidate ({digest})")


def _first(candidate: Path, standing: Path) -> None:
    """Put a candidate where nothing stands; it is verified and tested by itself."""
    if standing.exists():
        raise InputError(f"{standing} is there already: leave out --first, and the gate compares the two.")
    tagger = load_tagger(candidate)
    tagger.self_test()
    fresh = _copy(candidate, standing)
    replace_folder(standing, fresh)
    typer.echo(f"{standing} now holds the candidate ({tagger.artefact.digest}); it was compared with nothing")


def _promote(candidate: Path, standing: Path, sides: Sides, page: str) -> str:
    """Copy the candidate, with the report that knows of the comparison, into the place of the standing artefact."""
    sides.candidate.self_test()
    fresh = _copy(candidate, standing)
    digest = put_documents(fresh, sides.candidate.artefact.manifest, {"report.html": page})
    load_tagger(fresh)  # what is put in place can be read
    replace_folder(standing, fresh)
    return digest


def _copy(candidate: Path, standing: Path) -> Path:
    """Copy whole before anything is moved, so that a break leaves one that works."""
    fresh = standing.with_name(standing.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    standing.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(candidate, fresh)
    return fresh


def _write(out: Path, comparison: Comparison, page: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    record = asdict(comparison)
    thresholds = record.pop("thresholds")
    sides = {side: record[side] for side in ("standing", "candidate")}
    for name, value in (("comparison.json", record), ("thresholds.json", {**sides, "thresholds": thresholds})):
        (out / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "thresholds.csv").write_text(as_csv(comparison.thresholds), encoding="utf-8")
    (out / "report.html").write_text(page, encoding="utf-8")
