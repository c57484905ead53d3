"""Measure how far annotators agree: Krippendorff's alpha per label, and for the stance of labels that both gave.

Annotations lie beside the corpus, in ``annotations/<annotator>/<writer>.jsonl``, with the ids of the corpus. Alpha
(Krippendorff, 2018, *Content Analysis*) is 1 for full agreement and 0 for what chance would give; it copes with
sentences that only some annotators read.

Usage::

    weerklank-train agreement [--corpus DIR]
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import krippendorff
import numpy as np
from numpy.typing import NDArray

from models.codebook import Codebook
from models.errors import CorpusError
from training.corpus import AnnotatedText, examples_of, read_corpus

ANNOTATIONS = "annotations"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one label, or on stances over all labels."""

    name: str
    n: int
    """Sentences that at least two annotators read and at least one gave this label."""
    alpha: float
    low: float
    """Lower end of the 95% bootstrap interval over texts."""
    high: float


def read_annotations(folder: Path, codebook: Codebook) -> dict[str, list[AnnotatedText]]:
    """Read the annotations beside a corpus; gives texts by annotator.

    Raises
    ------
    CorpusError
        When there are fewer than two annotators.
    """
    folders = sorted(path for path in (folder / ANNOTATIONS).glob("*") if path.is_dir())
    if len(folders) < 2:
        raise CorpusError(f"{folder / ANNOTATIONS} has fewer than two annotators; give each a folder of .jsonl files.")
    return {path.name: read_corpus(path, codebook) for path in folders}


def measure_agreement(
    annotations: Mapping[str, Sequence[AnnotatedText]], codebook: Codebook, samples: int = 500, seed: int = 7
) -> list[Agreement]:
    """Measure agreement per label, and last on stances.

    Parameters
    ----------
    annotations : mapping of annotator to texts
    codebook : Codebook
    samples : int
        Bootstrap resamples of whole texts.
    seed : int
    """
    codes, text_of = _side_by_side(annotations, codebook)
    read_twice = (~np.isnan(codes[:, :, 0])).sum(axis=0) >= 2
    codes, text_of = codes[:, read_twice], text_of[read_twice]
    found = []
    for j, label in enumerate(codebook.label_ids):
        present = np.where(np.isnan(codes[:, :, j]), np.nan, codes[:, :, j] >= 0)
        n = int((np.nansum(present, axis=0) > 0).sum())
        found.append(_agreement(label, n, present, text_of, samples, seed))
    pairs = np.where(codes < 0, np.nan, codes).reshape(len(codes), -1)
    given_twice = (~np.isnan(pairs)).sum(axis=0) >= 2
    owner = np.repeat(text_of, codes.shape[2])[given_twice]
    stances = pairs[:, given_twice]
    found.append(_agreement("stance", stances.shape[1], stances, owner, samples, seed))
    return found


def _draws(text_of: NDArray[np.int64], samples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Resample whole texts; yields the units of each resample."""
    random = np.random.default_rng(seed)
    units = [np.flatnonzero(text_of == t) for t in np.unique(text_of)]
    for _ in range(samples):
        yield np.concatenate([units[t] for t in random.integers(0, len(units), len(units))])


def _side_by_side(
    annotations: Mapping[str, Sequence[AnnotatedText]], codebook: Codebook
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Lay annotations side by side.

    Returns
    -------
    codes : array of shape (n_annotators, n_sentences, n_labels)
        Index of the stance, -1 where the label was not given, NaN where the sentence was not read.
    text_of : array of shape (n_sentences,)
        Number of the text that each sentence stands in.
    """
    sizes = {text.id: len(text.sentences) for texts in annotations.values() for text in texts}
    start = dict(zip(sizes, np.cumsum([0, *sizes.values()]), strict=False))
    codes = np.full((len(annotations), sum(sizes.values()), len(codebook.labels)), np.nan)
    for a, texts in enumerate(annotations.values()):
        for text in texts:
            if len(text.sentences) != sizes[text.id]:
                raise CorpusError(f"Annotators differ in how many sentences text {text.id} has.")
            first = int(start[text.id])
            codes[a, first : first + sizes[text.id]] = examples_of([text], codebook).stances
    text_of = np.repeat(np.arange(len(sizes)), list(sizes.values()))
    return codes, text_of


def _agreement(
    name: str, n: int, values: NDArray[np.float64], text_of: NDArray[np.int64], samples: int, seed: int
) -> Agreement:
    if not n:
        return Agreement(name, 0, 1.0, 1.0, 1.0)
    low, high = np.percentile([_alpha(values[:, units]) for units in _draws(text_of, samples, seed)], [2.5, 97.5])
    return Agreement(name, n, _alpha(values), float(low), float(high))


def _alpha(values: NDArray[np.float64]) -> float:
    """Alpha of values of shape (n_annotators, n_units); 1 where there is nothing to disagree on."""
    seen = np.unique(values[~np.isnan(values)])
    if len(seen) < 2:
        return 1.0
    return float(krippendorff.alpha(reliability_data=values, level_of_measurement="nominal"))
