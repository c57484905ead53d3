"""Score sentences: labels, stances and the words that carried them, in the fast or the accurate profile.

The fast profile is linear in n-grams and word vectors. The accurate one mixes its scores with those of the sentence
encoder, by weights that calibration found on writers that neither had seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, log_softmax, softmax

from models.classifiers import Blend, LabelClassifier, StanceClassifier
from models.encoder import Reading, SentenceEncoder
from models.evidence import encoder_parts, linear_parts, spans
from models.features import FeatureSet, Pairs, StanceFeatureSet, mean_vectors
from models.pipeline import Pipeline, Sentence
from models.stance_features import place_of

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """What is known of a batch of sentences."""

    sentences: Sequence[Sentence]
    features: sparse.csr_matrix
    """N-grams of the label classifier, shape (n_sentences, n_columns)."""
    readings: Sequence[Reading] | None
    """Of the encoder; None in the fast profile."""
    encoded: Floats | None
    """The encoder's scores of whole sentences, shape (n_sentences, n_outputs)."""
    probabilities: NDArray[np.float64]
    """Calibrated probability of each label, shape (n_sentences, n_labels)."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """The classifiers of one profile."""

    label_ids: tuple[str, ...]
    pipeline: Pipeline
    label_features: FeatureSet
    stance_features: StanceFeatureSet
    label_classifier: LabelClassifier
    stance_classifier: StanceClassifier
    encoder: SentenceEncoder | None = None
    blend: Blend | None = None

    @property
    def n_labels(self) -> int:
        """Number of labels."""
        return len(self.label_ids)

    def score(self, sentences: Sequence[Sentence]) -> Scores:
        """Score the labels of sentences."""
        if not sentences:
            empty = np.zeros((0, self.n_labels))
            return Scores(sentences, sparse.csr_matrix((0, self.label_features.n_columns)), None, None, empty)
        x = self.label_features.transform(sentences)
        logits = self.label_classifier.logits(x, mean_vectors(sentences))
        if self.encoder is None or self.blend is None:
            return Scores(sentences, x, None, None, expit(logits.astype(float)))
        readings = self.encoder.read([sentence.text for sentence in sentences])
        encoded = np.stack([reading.scores.mean(axis=0) for reading in readings])
        mixed = self.blend.label_logits(logits, encoded[:, : self.n_labels])
        return Scores(sentences, x, readings, encoded, expit(mixed.astype(float)))

    def parts(self, scores: Scores, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> list[Floats]:
        """Split the linear score of (sentence, label) pairs over the words; one array of shape (n_words,) per pair."""
        return linear_parts(
            scores.sentences,
            scores.features,
            (rows, columns),
            self.label_features,
            self.label_classifier,
            self.pipeline,
        )

    def stances(
        self, scores: Scores, rows: NDArray[np.int64], columns: NDArray[np.int64], parts: Sequence[Floats]
    ) -> Floats:
        """Give stance probabilities of (sentence, label) pairs, shape (n_pairs, n_stances).

        Parameters
        ----------
        scores : Scores
        rows, columns : arrays of int, shape (n_pairs,)
            Indices of sentence and label; rows ascending.
        parts : sequence of arrays
            Of the same pairs, from `parts`.
        """
        n_stances = len(self.stance_classifier.bias)
        if not len(rows):
            return np.zeros((0, n_stances), dtype=np.float32)
        pairs = pairs_with_places(scores.sentences, rows, [self.label_ids[j] for j in columns], parts)
        linear = self.stance_classifier.scores(self.stance_features.transform(scores.sentences, pairs), columns)
        if scores.encoded is None or self.blend is None:
            return np.asarray(softmax(linear, axis=1))
        encoded = scores.encoded[:, self.n_labels :].reshape(-1, self.n_labels, n_stances)[rows, columns]
        mixed = self.blend.stance_scores(log_softmax(linear, axis=1), log_softmax(encoded, axis=1))
        return np.asarray(softmax(mixed, axis=1))

    def evidence(self, scores: Scores, row: int, label: int, parts: Floats) -> list[tuple[int, int]]:
        """Find the words that carried a label of a sentence, as spans; `parts` is its linear score's, from `parts`."""
        sentence = scores.sentences[row]
        if scores.readings is not None and self.blend is not None:
            encoded = encoder_parts(sentence, scores.readings[row], label)
            parts = self.blend.linear[label] * parts + self.blend.encoder[label] * encoded
        return spans(sentence, parts)


def pairs_with_places(
    sentences: Sequence[Sentence], rows: NDArray[np.int64], labels: Sequence[str], parts: Sequence[Floats]
) -> Pairs:
    """Find the word of each pair that speaks most for its label."""
    places = [
        place_of([word.form for word in sentences[row].words], part.tolist())
        for row, part in zip(rows.tolist(), parts, strict=True)
    ]
    return Pairs(rows, labels, places)
