"""Bootstrap over writers: how far a figure would move had other people written the test part.

Sentences of one text hang together, and so do texts by one writer. A resample therefore draws writers with
replacement, and of each drawn writer texts with replacement (Davison & Hinkley, 1997, *Bootstrap Methods and their
Application*, section 3.8, on hierarchical data). With the few writers that a test part has, drawing writers alone would
give too narrow intervals, and none at all for a single one; the second draw mends that. Intervals are 95% percentile
intervals.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.corpus import Examples

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Resamples:
    """How often each text stands in each resample."""

    text_of: NDArray[np.int64]
    """Number of the text that each sentence stands in, shape (n_sentences,)."""
    weights: Floats
    """Shape (n_resamples, n_texts)."""

    @classmethod
    def of(cls, examples: Examples, samples: int, seed: int) -> Self:
        """Draw resamples of a test part."""
        _, first, text_of = np.unique(np.array(examples.text_ids), return_index=True, return_inverse=True)
        writer_of = np.array(examples.writers)[first]
        names = np.unique(writer_of)
        random = np.random.default_rng(seed)
        drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=samples)
        weights = np.zeros((samples, len(first)))
        for k, name in enumerate(names):
            own = np.flatnonzero(writer_of == name)
            weights[:, own] = random.multinomial(drawn[:, k] * len(own), np.full(len(own), 1 / len(own)))
        return cls(text_of, weights)

    def sums(self, table: ArrayLike) -> Floats:
        """Sum the rows of a table, shape (n_sentences, n_columns), over each resample: (n_resamples, n_columns)."""
        rows = np.asarray(table, dtype=float)
        per_text = np.zeros((self.weights.shape[1], rows.shape[1]))
        np.add.at(per_text, self.text_of, rows)
        return np.asarray(self.weights @ per_text)

    def of_sentences(self, start: int, stop: int) -> Floats:
        """Give how often each sentence stands in some of the resamples, shape (stop - start, n_sentences)."""
        return self.weights[start:stop][:, self.text_of]


def interval(value: float, draws: Floats) -> Interval:
    """Give a figure its interval; `draws` has one value per resample, NaN where the resample has no answer."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return Interval(value, value, value)
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(value, float(low), float(high))
