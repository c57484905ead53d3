"""What a tagger says of sentences as they were annotated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.manifest import DEFAULT_OPERATING_POINT, OperatingPoint
from models.pipeline import Sentence
from models.scorer import Scores
from models.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a tagger says of annotated sentences."""

    probabilities: NDArray[np.float64]
    """Shape (n_sentences, n_labels)."""
    present: NDArray[np.bool_]
    """Shape (n_sentences, n_labels)."""
    stances: NDArray[np.int64]
    """Most probable stance of each label that was found, -1 of the others; shape (n_sentences, n_labels)."""

    def of_labels(self, columns: Sequence[int]) -> "Predictions":
        """Give the predictions of some labels, in the given order."""
        return Predictions(self.probabilities[:, columns], self.present[:, columns], self.stances[:, columns])


def predict(
    tagger: Tagger, sentences: Sequence[Sentence], operating_point: OperatingPoint = DEFAULT_OPERATING_POINT
) -> Predictions:
    """Let a tagger judge sentences as they were annotated, without splitting them again."""
    return decide(tagger, tagger.scorer.score(sentences), operating_point)


def decide(tagger: Tagger, scores: Scores, operating_point: OperatingPoint) -> Predictions:
    """Turn a tagger's scores into tags at an operating point."""
    present = scores.probabilities >= tagger.thresholds(operating_point)
    rows, columns = np.nonzero(present)
    parts = tagger.scorer.parts(scores, rows, columns)
    stances = np.full(present.shape, -1, dtype=np.int64)
    stances[rows, columns] = tagger.scorer.stances(scores, rows, columns, parts).argmax(axis=1)
    return Predictions(scores.probabilities, present, stances)
