"""fastText (Joulin et al., 2017): one linear layer on the mean of learned word and subword vectors.

The package is fasttext-community, the maintained fork of Meta's archived one. It reads its training part from a file.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.bool_]
PREFIX = "__label__"
# fastText skips lines without any label; this one stands for "no tag", and its probability is not read.
UNTAGGED = "-"
# The authors' advice for few data and rich inflection: word pairs, subwords, more rounds and a higher rate than usual.
SETTINGS = {"loss": "ova", "wordNgrams": 2, "minn": 3, "maxn": 6, "dim": 100, "epoch": 25, "lr": 0.3, "bucket": 200_000}


def learn_fasttext(views: Sequence[str], labels: Labels, seed: int) -> Callable[[Sequence[str]], Floats]:
    """Train with one-vs-all loss; gives a function from views to probabilities, shape (n_sentences, n_labels).

    Parameters
    ----------
    views : sequence of str
        Sentences as words joined by spaces.
    labels : array of bool, shape (n_sentences, n_labels)
    seed : int
    """
    import fasttext  # optional, and only needed here

    with TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        with path.open("w", encoding="utf-8") as file:
            for view, row in zip(views, labels, strict=True):
                names = " ".join(f"{PREFIX}{j}" for j in np.flatnonzero(row)) or PREFIX + UNTAGGED
                file.write(f"{names} {view}\n")
        # One thread: with more, two runs differ.
        model = fasttext.train_supervised(str(path), thread=1, seed=seed, verbose=0, **SETTINGS)

    def predict(others: Sequence[str]) -> Floats:
        probabilities = np.zeros((len(others), labels.shape[1]))
        for i, (names, values) in enumerate(zip(*model.predict(list(others), k=-1), strict=True)):
            for name, value in zip(names, values, strict=True):
                column = name.removeprefix(PREFIX)
                if column != UNTAGGED:
                    probabilities[i, int(column)] = min(1.0, float(value))
        return probabilities

    return predict
