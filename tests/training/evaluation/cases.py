"""Annotated sentences and predictions, written down as tables."""

import numpy as np

from training.corpus import Examples
from training.evaluation.predictions import Predictions

LABELS = ("delay", "rudeness")


def examples(stances, texts=None, writers=None):
    """Lay out annotated sentences, one text each unless `texts` says otherwise; -1 where a label is absent."""
    table = np.array(stances, dtype=np.int64)
    n = len(table)
    ids = tuple(texts or [f"x-{i}" for i in range(n)])
    return Examples(("",) * n, ids, tuple(writers or ["c9"] * n), ("survey",) * n, table >= 0, table)


def predictions(probabilities, stances=None):
    """Tag what has a probability of a half or more."""
    table = np.array(probabilities, dtype=float)
    found = np.zeros(table.shape, dtype=np.int64) if stances is None else np.array(stances, dtype=np.int64)
    return Predictions(table, table >= 0.5, found)


def noisy(share, n=240, n_writers=1):
    """Annotated sentences, three to a text, with a tagger that is wrong about a share of all labels."""
    random = np.random.default_rng(11)
    texts = [f"x-{i // 3}" for i in range(n)]
    writers = [f"c{(i // 3) % n_writers}" for i in range(n)]
    gold = examples(np.where(random.random((n, 2)) < 0.4, 0, -1), texts, writers)
    wrong = random.random((n, 2)) < share
    sure = random.uniform(0.6, 0.95, (n, 2))
    return predictions(np.where(gold.labels ^ wrong, sure, 1 - sure)), gold
