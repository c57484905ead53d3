"""The commands ``weerklank-train suggest`` and ``weerklank-train suggest-trial``."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.codebook import Codebook, load_codebook
from models.errors import InputError
from models.features import mean_vectors
from models.manifest import Profile
from models.pipeline import EMBEDDED, load_pipeline
from models.tagger import SHIPPED_ARTEFACT, Tagger, load_tagger
from models.vectors import StaticVectors
from training.config import load_config
from training.corpus import CORPUS_FOLDER, Annotation, examples_of, read_corpus, split_by_writer
from training.formats.catalogue import FORMATS, format_of, write_items
from training.formats.record import Item, Mark
from training.formats.vocabulary import Vocabulary
from training.suggest.choose import CHANCE, Choice, choose, quotas
from training.suggest.pool import Pool, read_texts, split

TRIAL = Path(__file__).parents[1] / "suggest.tsv"
MAX_SHOWN = 20
# Sentences scored at a time: enough to keep the machine busy, few enough to keep memory flat.
BATCH = 5000


def suggest(
    files: Annotated[list[Path], typer.Argument(help="Unlabelled texts: .txt (one a line), .jsonl, .csv or .xlsx.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write.")],
    form: Annotated[str, typer.Option("--format", help=f"Format to write: {', '.join(FORMATS)}.")] = "label-studio",
    n: Annotated[int, typer.Option("-n", "--sentences", min=1, help="Sentences to choose.")] = 200,
    budget: Annotated[
        list[str] | None, typer.Option(help="LABEL=SENTENCES for this label; the others share what is left.")
    ] = None,
    chance: Annotated[float, typer.Option(min=0, max=1, help="Share drawn at random.")] = CHANCE,
    model: Annotated[Path, typer.Option(help="Folder of the artefact that is unsure.")] = SHIPPED_ARTEFACT,
    profile: Annotated[str, typer.Option(help="Profile of the artefact: fast or accurate.")] = "fast",
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="What is annotated already: counted per label, not chosen again.")
    ] = None,
    text_field: Annotated[str | None, typer.Option(help="Field or column that holds the text.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is left to chance.")] = 7,
) -> None:
    """Choose which sentences of unlabelled texts to annotate next, and write them with the model's own tags."""
    wanted = format_of(form)
    tagger = load_tagger(model, profile=_profile(profile))
    book = tagger.codebook
    fixed = _budgets(budget or [], book)
    texts, left_out = read_texts(files, Vocabulary(book), text_field)
    for line in left_out[:MAX_SHOWN]:
        _note(line)
    if len(left_out) > MAX_SHOWN:
        _note(f"(and {len(left_out) - MAX_SHOWN} more)")
    known = examples_of(read_corpus(corpus, book), book) if corpus is not None else None
    pool = split(texts, tagger.pipeline, known.texts if known is not None else ())
    if not pool.items:
        raise InputError("No sentence is left to choose from: all are too short, or annotated already.")
    manifest = tagger.artefact.manifest
    counts = (
        known.labels.sum(axis=0).tolist()
        if known is not None
        else [manifest.labels[label].positives for label in book.label_ids]
    )
    _note(f"scoring {len(pool.items)} sentences of {len(texts)} texts")
    chosen = choose(
        _probabilities(tagger, pool),
        tagger.thresholds(),
        mean_vectors(pool.sentences),
        quotas(counts, n, fixed),
        n,
        seed,
        chance,
    )
    for path in write_items(out, wanted, _with_tags(tagger, pool, chosen), book):
        typer.echo(f"{form}: {path}")
    asked = Counter(choice.label for choice in chosen)
    typer.echo("label\tsentences")
    for j, label in enumerate(book.label_ids):
        typer.echo(f"{label}\t{asked[j]}")
    typer.echo(f"(by chance)\t{asked[None]}")
    if left_out:
        raise typer.Exit(3)


def suggest_trial(
    out: Annotated[Path, typer.Option("-o", "--out", help="Table to write (.tsv); the .svg goes beside it.")] = TRIAL,
    seeds: Annotated[int, typer.Option(min=1, help="Times that it is repeated, with other draws.")] = 5,
    start: Annotated[int, typer.Option(min=1, help="Sentences that are annotated at the start.")] = 300,
    step: Annotated[int, typer.Option(min=1, help="Sentences that are annotated per round.")] = 300,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds.")] = 5,
    pool: Annotated[int, typer.Option(min=1, help="Sentences to choose from.")] = 6000,
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")] = None,
    vectors: Annotated[Path | None, typer.Option(help="Word vectors; by default those that ship.")] = None,
) -> None:
    """Measure `suggest`: the learning curve of suggested sentences against random ones, on annotated texts."""
    from training.suggest.curve import curve_plot, summary, table  # heavy, and only needed here
    from training.suggest.simulate import Plan, simulate

    settings, book = load_config(config), load_codebook(codebook)
    texts, _ = split_by_writer(read_corpus(corpus, book), settings.corpus.test_writers)
    pipeline = load_pipeline(EMBEDDED, StaticVectors.load(vectors or SHIPPED_ARTEFACT / "vectors.npz"))
    points = []
    for seed in range(seeds):
        points += simulate(texts, book, settings, pipeline, Plan(seed, start, step, rounds, pool), _note)
        rows = summary(points)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(table(rows), encoding="utf-8")
        out.with_suffix(".svg").write_text(curve_plot(rows), encoding="utf-8")
    typer.echo(f"learning curve: {out}")


def _profile(name: str) -> Profile:
    match name:
        case "fast" | "accurate":
            return name
    raise InputError(f"There is no profile {name!r}; choose fast or accurate.")


def _budgets(words: list[str], book: Codebook) -> dict[int, int]:
    """Read budgets such as ``label=40``."""
    found: dict[int, int] = {}
    for word in words:
        label, _, number = word.partition("=")
        if label not in book.label_ids or not number.isascii() or not number.isdigit():
            raise InputError(f"--budget {word!r} is no LABEL=SENTENCES; labels: {', '.join(book.label_ids)}.")
        found[book.label_ids.index(label)] = int(number)
    return found


def _probabilities(tagger: Tagger, pool: Pool) -> np.ndarray:
    parts = [
        tagger.probabilities(pool.sentences[first : first + BATCH]) for first in range(0, len(pool.sentences), BATCH)
    ]
    return np.concatenate(parts)


def _with_tags(tagger: Tagger, pool: Pool, chosen: list[Choice]) -> list[Item]:
    """Give the chosen sentences with the tags that the model would give them."""
    book = tagger.codebook
    rows = [choice.row for choice in chosen]
    scores = tagger.scorer.score([pool.sentences[row] for row in rows])
    places, columns = np.nonzero(scores.probabilities >= tagger.thresholds())
    parts = tagger.scorer.parts(scores, places, columns)
    stances = tagger.scorer.stances(scores, places, columns, parts).argmax(axis=1)
    marks: list[list[Mark]] = [[] for _ in rows]
    for place, column, stance in zip(places.tolist(), columns.tolist(), stances.tolist(), strict=True):
        tag = Annotation(label=book.label_ids[column], stance=book.stance_ids[stance])
        probability = float(scores.probabilities[place, column])
        marks[place].append(Mark(tag, 0, len(pool.items[rows[place]].text), probability))
    manifest = tagger.artefact.manifest
    name = f"{manifest.name} {manifest.version}"
    return [
        replace(pool.items[row], suggestion=tuple(found), model=name) for row, found in zip(rows, marks, strict=True)
    ]


def _note(line: str) -> None:
    typer.echo(line, err=True)
