"""Krippendorff's alpha per label and per stance, with intervals.

Alpha (Krippendorff, 2018, *Content Analysis*) is 1 for full agreement and 0 for what chance would give; it copes with
sentences that only some annotators read. Intervals are 95% percentile intervals of a bootstrap over whole texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.typing import NDArray

from models.codebook import Codebook
from training.agreement.codes import SideBySide, lay_side_by_side
from training.corpus import AnnotatedText

STANCE = "stance"
# Of the bootstrap: enough for two decimals of an interval.
SAMPLES, SEED = 500, 7
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one label, on one stance, or on stances over all labels."""

    name: str
    n: int
    """Sentences that at least two annotators read and at least one gave this label; for stances, labels of sentences
    that at least two annotators gave (and at least one of them with this stance)."""
    alpha: float
    low: float
    """Lower end of the 95% bootstrap interval over texts."""
    high: float


def measure_agreement(
    annotations: Mapping[str, Sequence[AnnotatedText]], codebook: Codebook, samples: int = SAMPLES, seed: int = SEED
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
    codes = lay_side_by_side(annotations, codebook)
    stances, owner = _stances(codes)
    overall = _agreement(STANCE, stances, _draws(owner, samples, seed))
    return [*label_agreement(codes, codebook, samples, seed), overall]


def label_agreement(codes: SideBySide, codebook: Codebook, samples: int, seed: int) -> list[Agreement]:
    """Measure agreement on whether each label is given."""
    present, draws = codes.present, _draws(codes.text_of, samples, seed)
    return [_agreement(label, present[:, :, j], draws) for j, label in enumerate(codebook.label_ids)]


def stance_agreement(codes: SideBySide, codebook: Codebook, samples: int, seed: int) -> list[Agreement]:
    """Measure agreement on each stance against the others, and last on all; where at least two gave the label."""
    stances, owner = _stances(codes)
    draws = _draws(owner, samples, seed)
    each = [
        _agreement(stance, np.where(np.isnan(stances), np.nan, stances == k), draws)
        for k, stance in enumerate(codebook.stance_ids)
    ]
    return [*each, _agreement(STANCE, stances, draws)]


def _stances(codes: SideBySide) -> tuple[Floats, NDArray[np.int64]]:
    """List stances of labels that at least two gave, shape (n_annotators, n_units), and the text of each unit."""
    pairs = np.where(codes.codes < 0, np.nan, codes.codes).reshape(len(codes.codes), -1)
    given_twice = (~np.isnan(pairs)).sum(axis=0) >= 2
    return pairs[:, given_twice], np.repeat(codes.text_of, codes.codes.shape[2])[given_twice]


def _draws(text_of: NDArray[np.int64], samples: int, seed: int) -> list[NDArray[np.int64]]:
    """Resample whole texts; gives the units of each resample."""
    random = np.random.default_rng(seed)
    units = [np.flatnonzero(text_of == t) for t in np.unique(text_of)]
    if not units:
        return []
    return [np.concatenate([units[t] for t in random.integers(0, len(units), len(units))]) for _ in range(samples)]


def _agreement(name: str, values: Floats, draws: Sequence[NDArray[np.int64]]) -> Agreement:
    # All stances together are counted wherever they are compared; a label or a single stance where anybody gave it.
    n = values.shape[1] if name == STANCE else int((np.nansum(values, axis=0) > 0).sum())
    if not n:
        return Agreement(name, 0, 1.0, 1.0, 1.0)
    # Counted once: the library would do it anew for every resample.
    counts = np.stack([(values == value).sum(axis=0) for value in np.unique(values[~np.isnan(values)])], axis=1)
    low, high = np.percentile([_alpha(counts[units]) for units in draws], [2.5, 97.5])
    return Agreement(name, n, _alpha(counts), float(low), float(high))


def _alpha(counts: NDArray[np.int64]) -> float:
    """Alpha of how often each value was given per unit, shape (n_units, n_values); 1 where nothing can differ."""
    if (counts.sum(axis=0) > 0).sum() < 2:
        return 1.0
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
