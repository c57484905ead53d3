"""Evidence: the words that carried a decision, read off the classifier's own weights.

A label's score is a sum over features. Each feature's share is split evenly over the words that it comes
from, which gives each word its part of the score; the words with the largest parts are the evidence.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.classifiers import LabelClassifier
from models.features import FeatureSet
from models.pipeline import Pipeline, Sentence

# Words are taken, largest part first, until they hold this share of what speaks for the label.
# A reading choice, not a researched constant: more and the whole sentence lights up.
EVIDENCE_SHARE = 0.6
MAX_WORDS = 6


def word_parts(
    sentence: Sentence,
    row: sparse.csr_matrix,
    columns: list[list[int]],
    vectors: NDArray[np.float32],
    classifier: LabelClassifier,
    label: int,
) -> NDArray[np.float32]:
    """Split a label's score over the words of a sentence.

    Parameters
    ----------
    sentence : Sentence
    row : csr_matrix of shape (1, n_columns)
        The sentence's features.
    columns : list of list of int
        Feature columns each word takes part in, from `FeatureSet.parts_of`.
    vectors : array of shape (n_words, n_dimensions)
        Word vectors, zeros for unknown words.
    classifier : LabelClassifier
    label : int
        Index of the label.

    Returns
    -------
    array of shape (n_words,)
        Each word's part of the score; negative parts speak against the label.
    """
    shares = Counter(column for word in columns for column in word)
    value = {
        column: float(x) * float(classifier.sparse_weights[column, label]) / shares[column]
        for column, x in zip(row.indices.tolist(), row.data.tolist(), strict=True)
        if shares[column]
    }
    parts = np.array([sum(value.get(c, 0.0) for c in word) for word in columns], dtype=np.float32)
    dense = vectors @ classifier.dense_weights[:, label] / max(1, sentence.known_words)
    return np.asarray(parts + dense, dtype=np.float32)


def spans(sentence: Sentence, parts: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Choose the evidence words and join neighbours into spans.

    Returns
    -------
    list of (start, end)
        Code point offsets in the text as received, ascending; at least one where the sentence has a word.
    """
    candidates = [i for i in np.argsort(-parts, kind="stable") if any(c.isalnum() for c in sentence.words[i].form)]
    if not candidates:
        return []
    positive = [i for i in candidates if parts[i] > 0] or candidates[:1]
    goal = EVIDENCE_SHARE * float(parts[positive].sum())
    chosen: list[int] = []
    reached = 0.0
    for i in positive[:MAX_WORDS]:
        chosen.append(int(i))
        reached += float(parts[i])
        if reached >= goal:
            break
    joined: list[tuple[int, int]] = []
    last = -2
    for i in sorted(chosen):
        word = sentence.words[i]
        if joined and i == last + 1:
            joined[-1] = (joined[-1][0], word.end)
        else:
            joined.append((word.start, word.end))
        last = i
    return joined


def find_evidence(
    sentence: Sentence,
    row: sparse.csr_matrix,
    labels: list[int],
    features: FeatureSet,
    classifier: LabelClassifier,
    pipeline: Pipeline,
) -> list[list[tuple[int, int]]]:
    """Find the evidence of each given label of one sentence; one list of spans per label."""
    columns = features.parts_of(sentence)
    vectors = pipeline.word_vectors([word.form for word in sentence.words])
    return [spans(sentence, word_parts(sentence, row, columns, vectors, classifier, label)) for label in labels]
