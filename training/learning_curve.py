"""The command ``weerklank-train learning-curve``: how quality grows with the number of writers.

Part of the training writers is held out; from growing shares of the others the fast profile's label classifiers are
learned. Calibration and thresholds come from one half of the held-out writers and are judged on the other, and the
other way round. Test writers take no part: what the curve tells (annotate more, or stop?) is a choice.
"""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from models.codebook import Codebook, load_codebook
from models.errors import CorpusError
from models.features import mean_vectors
from models.pipeline import EMBEDDED, Sentence, load_pipeline
from models.tagger import SHIPPED_ARTEFACT
from models.vectors import StaticVectors
from training.calibrate import Floats, writer_folds
from training.config import Config, load_config
from training.corpus import CORPUS_FOLDER, Examples, examples_of, fingerprint, read_corpus, split_by_writer
from training.evaluation.background import LEARNING_CURVE, CurvePoint, LearningCurve
from training.evaluation.metrics import Counts, average_precision
from training.experiments.mixing import sigmoid, under_ceiling
from training.fit import fit_labels, label_features

# Shares of the writers that are learned from: closer together where the curve is steep.
SHARES = (0.125, 0.25, 0.5, 0.75, 1.0)
LEARNER = "The label classifiers of the fast profile"


def learning_curve(
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File to write; by default in the corpus, where reports find it.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")] = None,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")] = None,
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
    vectors: Annotated[Path | None, typer.Option(help="Word vectors; by default those that ship.")] = None,
    folds: Annotated[int | None, typer.Option(min=1, help="Hold out only so many of the folds of writers.")] = None,
) -> None:
    """Measure how quality grows with the number of writers that are learned from (minutes)."""
    settings, book = load_config(config), load_codebook(codebook)
    texts, _ = split_by_writer(read_corpus(corpus, book), settings.corpus.test_writers)
    examples = examples_of(texts, book)
    pipeline = load_pipeline(EMBEDDED, StaticVectors.load(vectors or SHIPPED_ARTEFACT / "vectors.npz"))
    _note(f"reading {len(examples.texts)} sentences")
    sentences = list(pipeline.read_units(examples.texts))
    curve = measure(sentences, examples, book, settings, fingerprint(texts), folds, _note)
    out = out or corpus / LEARNING_CURVE
    out.write_text(json.dumps(curve.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
    typer.echo("share\twriters\tsentences\tmean_average_precision\tmacro_f1")
    for p in curve.points:
        typer.echo(
            f"{p.share:.3f}\t{p.n_writers:.1f}\t{p.n_sentences:.0f}\t{p.mean_average_precision:.3f}\t{p.macro_f1:.3f}"
        )
    _note(f"learning curve: {out}")


def measure(
    sentences: Sequence[Sentence],
    examples: Examples,
    codebook: Codebook,
    config: Config,
    data: str,
    n_folds: int | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> LearningCurve:
    """Measure a learning curve on training sentences.

    Parameters
    ----------
    sentences, examples
        The training part, as it was read and as it was annotated.
    codebook : Codebook
    config : Config
    data : str
        Fingerprint of the training part.
    n_folds : int, optional
        Hold out only so many of the folds.
    progress : callable
        Is called with a line for each step.

    Raises
    ------
    CorpusError
        When there are fewer than three writers: one to hold out, and more than one to learn from.
    """
    if len(set(examples.writers)) < 3:
        raise CorpusError(
            "A learning curve needs three training writers: one to hold out, and more than one to learn from."
        )
    parts = writer_folds(examples.writers, config.validation.folds, config.validation.seed)[:n_folds]
    writers = np.array(examples.writers)
    rows = []
    for share in SHARES:
        measured = []
        for k, held_out in enumerate(parts, 1):
            learned = np.isin(writers, _some(writers[~held_out], share, config.validation.seed))
            figures = _judge(sentences, examples, learned, held_out, config)
            measured.append((len(set(writers[learned])), int(learned.sum()), *figures))
            progress(f"{share:.1%} of the writers, fold {k} of {len(parts)}: mean average precision {figures[0]:.3f}")
        n_writers, n_sentences, mean_average, macro = np.array(measured).T
        rows.append(
            CurvePoint(
                share=share,
                n_writers=float(n_writers.mean()),
                n_sentences=float(n_sentences.mean()),
                mean_average_precision=round(float(mean_average.mean()), 4),
                low=round(float(mean_average.min()), 4),
                high=round(float(mean_average.max()), 4),
                macro_f1=round(float(macro.mean()), 4),
            )
        )
    return LearningCurve(
        codebook=codebook.digest,
        learner=LEARNER,
        n_folds=len(parts),
        seed=config.validation.seed,
        data_fingerprint=data,
        points=tuple(rows),
    )


def _some(writers: NDArray[np.str_], share: float, seed: int) -> NDArray[np.str_]:
    """Draw a share of the writers, at least one; a larger share holds all of a smaller one."""
    names = np.unique(writers)
    return np.asarray(np.random.default_rng(seed).permutation(names)[: math.ceil(share * len(names))])


def _judge(
    sentences: Sequence[Sentence],
    examples: Examples,
    learned: NDArray[np.bool_],
    held_out: NDArray[np.bool_],
    config: Config,
) -> tuple[float, float]:
    """Learn from some sentences and judge on others; gives (mean average precision, macro-F1)."""
    scores, test = _scores(sentences, examples, learned, held_out, config), examples.take(held_out)
    # Halves by writer; a single one is halved by text.
    units = test.writers if len(set(test.writers)) > 1 else test.text_ids
    found, average = np.zeros(test.labels.shape, dtype=bool), []
    for half in writer_folds(units, 2, config.validation.seed):
        other = ~half
        probabilities_of = sigmoid([s[other] for s in scores], test.labels[other])
        thresholds = under_ceiling(probabilities_of([s[other] for s in scores]), test.labels[other], config)
        probabilities = probabilities_of([s[half] for s in scores]).astype(float)
        found[half] = probabilities >= thresholds
        gold = test.labels[half]
        average += [average_precision(probabilities[:, j], gold[:, j]) for j in np.flatnonzero(gold.any(axis=0))]
    if not average:
        return 0.0, 0.0
    return float(np.mean(average)), float(Counts.of(test.labels, found).macro_f1)


def _scores(
    sentences: Sequence[Sentence],
    examples: Examples,
    learned: NDArray[np.bool_],
    held_out: NDArray[np.bool_],
    config: Config,
) -> tuple[Floats, Floats]:
    """Score held-out sentences on n-grams and on vectors, each of shape (n_held_out, n_labels)."""
    known = [s for s, keep in zip(sentences, learned, strict=True) if keep]
    new = [s for s, keep in zip(sentences, held_out, strict=True) if keep]
    features = label_features(config)
    features.fit(known)
    model = fit_labels(features.transform(known), mean_vectors(known), examples.labels[learned], config)
    ngrams, vectors = model.scores(features.transform(new), mean_vectors(new))
    return ngrams.astype(float), vectors.astype(float)


def _note(line: str) -> None:
    typer.echo(line, err=True)
