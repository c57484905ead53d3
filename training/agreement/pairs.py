"""Compare annotators two by two: Cohen's kappa, which labels one gives where the other gives another, and where.

Kappa (Cohen, 1960) is scikit-learn's; unlike alpha it is of two people, and shows who reads the codebook otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from training.agreement.codes import SideBySide

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement of two annotators."""

    first: str
    second: str
    n: int
    """Sentences that both read."""
    kappa: float
    """Over all (sentence, label) pairs: is the label given?"""
    per_label: tuple[float, ...]
    """The same per label, in the codebook's order; NaN for a label that neither gave."""

    @property
    def lowest(self) -> int | None:
        """Index of the label that the two agree on least; None where neither gave any."""
        known = [j for j, value in enumerate(self.per_label) if not np.isnan(value)]
        return min(known, key=lambda j: self.per_label[j], default=None)


@dataclass(frozen=True, slots=True)
class Disputed:
    """A sentence on which annotators differ."""

    text_id: str
    number: int
    """Number of the sentence in its text, from 1."""
    row: int
    share: float
    """Share of pairs of annotators that differ in a label or its stance, on the mean over the labels that any of them
    gave; 0-1."""
    labels: tuple[int, ...]
    """Indices of the labels that they differ on, in their presence or stance."""
    n_read: int


def pairwise_kappa(codes: SideBySide) -> list[Kappa]:
    """Measure Cohen's kappa for each two annotators that read sentences in common."""
    found = []
    for a, b in combinations(range(len(codes.annotators)), 2):
        both = codes.read[a] & codes.read[b]
        if both.any():
            one, other = codes.present[a, both], codes.present[b, both]
            columns = tuple(_kappa(one[:, j], other[:, j]) for j in range(one.shape[1]))
            overall = _kappa(one.ravel(), other.ravel())
            found.append(Kappa(codes.annotators[a], codes.annotators[b], int(both.sum()), overall, columns))
    return found


def _kappa(one: Floats, other: Floats) -> float:
    if not (one.any() or other.any()):
        return float("nan")
    if (one == other).all():  # full agreement, also where only one value was given and kappa is not defined
        return 1.0
    return float(cohen_kappa_score(one, other))


def most_disputed(codes: SideBySide, n: int | None = None) -> list[Disputed]:
    """List the sentences that annotators differ on, the most disputed first; at most `n` of them."""
    found = []
    for row, (text_id, number) in enumerate(codes.places):
        values = codes.codes[codes.read[:, row], row]
        given = np.flatnonzero((values >= 0).any(axis=0))
        differs = np.array([_differing_pairs(values[:, j]) for j in given])
        if differs.any():
            labels = tuple(int(j) for j in given[differs > 0])
            found.append(Disputed(text_id, number, row, float(differs.mean()), labels, len(values)))
    found.sort(key=lambda item: (-item.share, -len(item.labels), item.row))
    return found[:n]


def _differing_pairs(values: Floats) -> float:
    """Give the share of pairs of annotators that said something else of one label."""
    pairs = list(combinations(values.tolist(), 2))
    return float(np.mean([one != other for one, other in pairs]))


def label_confusion(codes: SideBySide) -> Floats:
    """Count which label one annotator gave where another gave another.

    For each sentence and each two of its readers, in both directions: a label that both gave counts on the diagonal;
    one that only the first gave is shared out over those that only the second gave, or counts in the last column
    where there are none. So a row sums to how often the label was given, and the labels (not the last column) are
    symmetric but for shares.

    Returns
    -------
    array of shape (n_labels, n_labels + 1)
    """
    n_labels = codes.codes.shape[2]
    counts = np.zeros((n_labels, n_labels + 1))
    for one, other in _readings(codes):
        both, mine, theirs = one & other, np.flatnonzero(one & ~other), np.flatnonzero(other & ~one)
        counts[both, np.flatnonzero(both)] += 1
        columns = theirs if len(theirs) else np.array([n_labels])
        counts[np.ix_(mine, columns)] += 1 / len(columns)
    return counts


def _readings(codes: SideBySide) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield what two readers of a sentence gave, in both directions, where any of them gave a label."""
    given = codes.present > 0
    for row in np.flatnonzero(given.any(axis=(0, 2))):
        for a, b in combinations(np.flatnonzero(codes.read[:, row]), 2):
            yield given[a, row], given[b, row]
            yield given[b, row], given[a, row]
