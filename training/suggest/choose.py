"""Choose sentences to annotate: uncertain ones, unlike each other, with a budget per label, rare labels first.

- Budget: each label has a number of sentences to be asked for; labels with fewer examples get more, by the square root
  of how rare they are, or what the user says.
- Uncertainty: for its label, a sentence whose probability is near the threshold (uncertainty sampling; Lewis & Gale,
  1994, "A Sequential Algorithm for Training Text Classifiers"; label by label as Brinker, 2006, "On Active Learning in
  Multi-label Classification"). For a label that the model hardly knows these are the most probable ones, so that
  examples of it are found at all.
- Diversity: of several times as many uncertain sentences as wanted, k-means, weighted by uncertainty, makes as many
  clusters as sentences are wanted and gives the one nearest to each centre (Zhdanov, 2019, "Diverse Mini-Batch Active
  Learning").
- Chance: a share is drawn at random, for what the model cannot know that it does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from models.errors import InputError

Floats = NDArray[np.float64]
# Candidates per sentence that is wanted: Zhdanov (2019) finds 10 to 50 good; with fewer, uncertainty counts for more.
CANDIDATES = 10
CHANCE = 0.1


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence to annotate, and why."""

    row: int
    label: int | None
    """Index of the label that it is asked for; None where it was drawn at random."""


def quotas(counts: Sequence[int], n: int, fixed: Mapping[int, int] | None = None) -> list[int]:
    """Divide `n` sentences over labels.

    Parameters
    ----------
    counts : sequence of int
        Sentences per label that were annotated already.
    n : int
    fixed : mapping of label index to int, optional
        Budgets that the user set; the other labels share what is left.

    Returns
    -------
    list of int
        Sums to `n`, unless all labels are fixed.

    Raises
    ------
    InputError
        When the fixed budgets are more than `n`.
    """
    fixed = fixed or {}
    left = n - sum(fixed.values())
    if left < 0:
        raise InputError(f"The budgets of labels sum to {n - left}, more than the {n} sentences asked for.")
    weights = np.array([0.0 if j in fixed else (1 + count) ** -0.5 for j, count in enumerate(counts)])
    shares = left * weights / weights.sum() if weights.any() else weights
    whole = np.floor(shares).astype(int)
    missing = left - int(whole.sum()) if weights.any() else 0
    whole[np.argsort(whole - shares, kind="stable")[:missing]] += 1
    return [fixed.get(j, int(share)) for j, share in enumerate(whole)]


def choose(
    probabilities: Floats,
    thresholds: Floats,
    vectors: NDArray[np.float32],
    quota: Sequence[int],
    n: int,
    seed: int,
    chance: float = CHANCE,
) -> list[Choice]:
    """Choose `n` sentences, or all when there are fewer.

    Parameters
    ----------
    probabilities : array of shape (n_sentences, n_labels)
        Of a model; what is chosen is what it is unsure of.
    thresholds : array of shape (n_labels,)
    vectors : array of shape (n_sentences, n_dimensions)
        Which sentences are alike.
    quota : sequence of int
        Sentences per label; scaled to what chance leaves over.
    n : int
    seed : int
    chance : float
        Share drawn at random, 0-1.
    """
    random = np.random.default_rng(seed)
    n = min(n, len(probabilities))
    n_asked = min(n - round(chance * n), sum(quota))
    unsure = uncertainty(probabilities, thresholds)
    free = np.ones(len(probabilities), dtype=bool)
    chosen: list[Choice] = []
    wanted = _scaled(quota, n_asked)
    for j in sorted(range(len(wanted)), key=lambda j: (-wanted[j], j)):
        rows = np.flatnonzero(free)
        rows = rows[np.argsort(-unsure[rows, j], kind="stable")][: CANDIDATES * wanted[j]]
        for row in _spread(rows, vectors, unsure[rows, j], wanted[j], seed):
            chosen.append(Choice(int(row), j))
            free[row] = False
    rest = random.permutation(np.flatnonzero(free))[: n - len(chosen)]
    return [*chosen, *(Choice(int(row), None) for row in rest)]


def uncertainty(probabilities: Floats, thresholds: Floats) -> Floats:
    """Give 1 at the threshold and 0 where the model is sure, shape as `probabilities`."""
    t = np.clip(thresholds, 0.01, 0.99)
    return np.where(probabilities < t, probabilities / t, (1 - probabilities) / (1 - t))


def _scaled(quota: Sequence[int], n: int) -> list[int]:
    """Bring quotas down to a sum of `n`, each by the same share (largest remainders)."""
    total = sum(quota)
    if not total:
        return list(quota)
    shares = np.array(quota) * n / total
    whole = np.floor(shares).astype(int)
    whole[np.argsort(whole - shares, kind="stable")[: n - int(whole.sum())]] += 1
    return [int(share) for share in whole]


def _spread(
    rows: NDArray[np.int64], vectors: NDArray[np.float32], weights: Floats, n: int, seed: int
) -> NDArray[np.int64]:
    """Take `n` of the rows that lie apart."""
    if n <= 0 or len(rows) <= n:
        return rows[: max(0, n)]
    x = vectors[rows]
    means = KMeans(n, n_init=1, random_state=seed).fit(x, sample_weight=np.maximum(weights, 1e-6))
    distance = means.transform(x)
    taken: list[int] = []
    for cluster in range(n):  # nearest to each centre; two centres may share their nearest
        order = np.argsort(distance[:, cluster], kind="stable")
        taken.append(next(int(i) for i in order if int(i) not in taken))
    return rows[taken]
