"""The two questions: is label L in this sentence, and with which stance.

Both are linear in the features at prediction time, whatever way they were trained, so that the words that
carried a decision can be read off the weights. All state is numpy arrays.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]


class _Arrays:
    """Saving and restoring of classes that hold arrays only."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, for the artefact."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_state(cls, state: dict[str, NDArray[Any]]) -> Self:
        """Rebuild from what `state` gave; 16-bit weights become 32-bit."""
        return cls(**{name: array.astype(np.float32) for name, array in state.items()})


@dataclass(frozen=True, slots=True)
class LabelClassifier(_Arrays):
    """One calibrated binary classifier per label, side by side."""

    sparse_weights: Floats
    """Shape (n_columns, n_labels)."""
    dense_weights: Floats
    """Weights of the mean word vector, shape (n_dimensions, n_labels)."""
    bias: Floats
    """Shape (n_labels,)."""
    slope: Floats
    """Calibration: probability = expit(slope * score + intercept); shape (n_labels,)."""
    intercept: Floats
    """Shape (n_labels,)."""

    def scores(self, x: sparse.csr_matrix, vectors: Floats) -> Floats:
        """Score sentences before calibration, shape (n_sentences, n_labels)."""
        return np.asarray(x @ self.sparse_weights + vectors @ self.dense_weights + self.bias)

    def logits(self, x: sparse.csr_matrix, vectors: Floats) -> Floats:
        """Give log-odds of the calibrated probabilities, shape (n_sentences, n_labels)."""
        return np.asarray(self.slope * self.scores(x, vectors) + self.intercept)


@dataclass(frozen=True, slots=True)
class StanceClassifier(_Arrays):
    """A multinomial classifier over stances, given a sentence and a label in it."""

    weights: Floats
    """Shape (n_columns, n_stances)."""
    label_weights: Floats
    """What each label says of the stance by itself, shape (n_labels, n_stances)."""
    bias: Floats
    """Shape (n_stances,)."""

    def scores(self, x: sparse.csr_matrix, labels: NDArray[np.int64]) -> Floats:
        """Score the stances of pairs of a sentence and a label; softmax gives their probabilities.

        Parameters
        ----------
        x : csr_matrix of shape (n_pairs, n_columns)
            Features of each pair's sentence.
        labels : array of shape (n_pairs,)
            Index of each pair's label.

        Returns
        -------
        array of shape (n_pairs, n_stances)
        """
        return np.asarray(x @ self.weights + self.label_weights[labels] + self.bias)


@dataclass(frozen=True, slots=True)
class Blend(_Arrays):
    """How the accurate profile mixes the linear classifiers with the sentence encoder."""

    linear: Floats
    """Weight of the linear log-odds, shape (n_labels,)."""
    encoder: Floats
    """Weight of the encoder's score, shape (n_labels,)."""
    intercept: Floats
    """Shape (n_labels,)."""
    stance_linear: Floats
    """Weight of the linear classifier's log-probabilities, shape (1,)."""
    stance_encoder: Floats
    """Weight of the encoder's log-probabilities, shape (1,)."""
    stance_bias: Floats
    """Shape (n_stances,)."""

    def label_logits(self, linear: Floats, encoder: Floats) -> Floats:
        """Mix log-odds and encoder scores of labels, both of shape (n_sentences, n_labels)."""
        return np.asarray(self.linear * linear + self.encoder * encoder + self.intercept)

    def stance_scores(self, linear: Floats, encoder: Floats) -> Floats:
        """Mix log-probabilities of stances, both of shape (n_pairs, n_stances)."""
        return np.asarray(self.stance_linear * linear + self.stance_encoder * encoder + self.stance_bias)
