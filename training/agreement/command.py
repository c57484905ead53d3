"""The command ``weerklank-train agreement``."""

from pathlib import Path
from typing import Annotated

import typer

from models.codebook import load_codebook
from models.errors import CorpusError
from training.agreement.alpha import SAMPLES, SEED, label_agreement, stance_agreement
from training.agreement.codes import lay_side_by_side, read_annotations
from training.agreement.pairs import label_confusion, most_disputed, pairwise_kappa
from training.corpus import CORPUS_FOLDER

SHOWN = 50


def agreement(
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with annotations/<annotator>/.")] = CORPUS_FOLDER,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Page to write (.html): tables, plots and disputed sentences.")
    ] = None,
    disputed: Annotated[int, typer.Option(min=0, help="Disputed sentences to show on the page.")] = SHOWN,
    text: Annotated[bool, typer.Option("--text", help="Show these sentences themselves, not just their ids.")] = False,
) -> None:
    """Measure how far annotators agree: Krippendorff's alpha, Cohen's kappa two by two, and what they differ on."""
    book = load_codebook(codebook)
    codes = lay_side_by_side(read_annotations(corpus, book), book)
    if not codes.places:
        raise CorpusError("No sentence was read by two annotators; agreement needs the same texts under the same ids.")
    labels = label_agreement(codes, book, SAMPLES, SEED)
    stances = stance_agreement(codes, book, SAMPLES, SEED)
    typer.echo("label\tn\talpha\tlow\thigh")
    for row in (*labels, *stances):
        typer.echo(f"{row.name}\t{row.n}\t{row.alpha:.3f}\t{row.low:.3f}\t{row.high:.3f}")
    kappas = pairwise_kappa(codes)
    typer.echo("\nannotator\tannotator\tn\tkappa")
    for pair in kappas:
        typer.echo(f"{pair.first}\t{pair.second}\t{pair.n}\t{pair.kappa:.3f}")
    if out is not None:
        from training.agreement.page import Report, write_page  # heavy, and only needed here

        all_disputed = most_disputed(codes)
        report = Report(
            codes,
            book.label_ids,
            labels,
            stances,
            kappas,
            label_confusion(codes),
            all_disputed[:disputed],
            len(all_disputed),
        )
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(write_page(report, text), encoding="utf-8")
        typer.echo(f"\nagreement: {out}")
