"""The commands ``weerklank-train check`` and ``weerklank-train noise-trial``."""

from pathlib import Path
from typing import Annotated

import typer

from models.codebook import load_codebook
from models.errors import InputError
from models.pipeline import EMBEDDED, Sentence, load_pipeline
from models.tagger import SHIPPED_ARTEFACT
from models.vectors import StaticVectors
from training.check.inventory import take_inventory
from training.check.listing import jsonl, tsv
from training.check.noise import cross_validated, find_doubts
from training.check.problems import find_problems
from training.check.trial import judge, plant, table
from training.config import load_config
from training.corpus import CORPUS_FOLDER, Examples, examples_of, read_corpus, split_by_writer
from training.formats.catalogue import FORMATS, format_of, write_items
from training.formats.layout import items_of
from training.sample import sample_texts

TRIAL = Path(__file__).parents[1] / "noise.tsv"
LISTINGS = {".tsv": tsv, ".jsonl": jsonl}

CorpusOption = Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")]
CodebookOption = Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")]
VectorsOption = Annotated[Path | None, typer.Option(help="Word vectors; by default those that ship.")]


def check(
    corpus: CorpusOption = CORPUS_FOLDER,
    codebook: CodebookOption = None,
    noise: Annotated[
        Path | None, typer.Option(help="Write annotations that a model contradicts to this file (.tsv or .jsonl).")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help=f"Write the doubtful sentences for a tool instead: {', '.join(FORMATS)}."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Write the sentences themselves into the list, too.")] = False,
    config: ConfigOption = None,
    vectors: VectorsOption = None,
) -> None:
    """Check a corpus for wrong labels, duplicates and template writing, and count what it holds."""
    wanted = format_of(form) if form is not None else None
    if noise is not None and wanted is None and noise.suffix not in LISTINGS:
        raise InputError(
            f"{noise} is no file for a list of doubts; give one that ends in {' or '.join(LISTINGS)}, or a --format."
        )
    book = load_codebook(codebook)
    texts = read_corpus(corpus, book)
    found = take_inventory(texts, book)
    typer.echo(
        f"{found.n_sentences} sentences in {found.n_texts} texts by {found.n_writers} writers; "
        f"{found.untagged:.0%} without a tag; words per sentence at 5/25/50/75/95%: " + "/".join(map(str, found.words))
    )
    typer.echo("label\t" + "\t".join(book.stance_ids) + "\twithout its own word")
    for label in found.labels:
        typer.echo(f"{label.label}\t" + "\t".join(map(str, label.stances.values())) + f"\t{label.keyword_free:.0%}")
    problems = find_problems(texts)
    for problem in problems:
        typer.echo(f"{problem.place}: {problem.kind}: {problem.detail}", err=True)
    if noise is not None:
        examples = examples_of(texts, book)
        probabilities = cross_validated(_read(examples, vectors), examples, load_config(config), _note)
        doubts = find_doubts(probabilities, examples, book)
        rows = list(dict.fromkeys(doubt.row for doubt in doubts))
        if wanted is not None:
            items = items_of({"corpus": texts})  # in the order of the examples
            write_items(noise, wanted, [items[row] for row in rows], book)
        else:
            noise.parent.mkdir(parents=True, exist_ok=True)
            noise.write_text(LISTINGS[noise.suffix](doubts, examples if text else None), encoding="utf-8")
        typer.echo(f"doubts: {noise} ({len(doubts)} labels in {len(rows)} sentences, the most doubtful first)")
    if problems:
        raise typer.Exit(2)


def noise_trial(
    out: Annotated[Path, typer.Option("-o", "--out", help="Table to write (.tsv).")] = TRIAL,
    share: Annotated[float, typer.Option(min=0.001, max=0.5, help="Share of sentences to annotate wrongly.")] = 0.05,
    seed: Annotated[int, typer.Option(min=0, help="Seed of which sentences, and how.")] = 7,
    sentences: Annotated[int | None, typer.Option(min=1, help="Take about so many, for a quick run.")] = None,
    corpus: CorpusOption = CORPUS_FOLDER,
    codebook: CodebookOption = None,
    config: ConfigOption = None,
    vectors: VectorsOption = None,
) -> None:
    """Measure `check --noise`: annotate some training sentences wrongly and count how many of them it lists."""
    settings, book = load_config(config), load_codebook(codebook)
    texts, _ = split_by_writer(read_corpus(corpus, book), settings.corpus.test_writers)
    examples, planted = plant(examples_of(sample_texts(texts, sentences, seed), book), share, seed)
    probabilities = cross_validated(_read(examples, vectors), examples, settings, _note)
    results = judge(find_doubts(probabilities, examples, book), planted)
    found = table(*results, sentences=len(planted), share=share, seed=seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(found, encoding="utf-8")
    typer.echo(found.rstrip("\n"))


def _read(examples: Examples, vectors: Path | None) -> list[Sentence]:
    _note(f"reading {len(examples.texts)} sentences")
    words = StaticVectors.load(vectors or SHIPPED_ARTEFACT / "vectors.npz")
    return list(load_pipeline(EMBEDDED, words).read_units(examples.texts))


def _note(line: str) -> None:
    typer.echo(line, err=True)
