"""Evidence: the words that carried a decision, read off the model's own weights and scores.

A label's score is a sum over features, and in the accurate profile also a mean over subwords. Each feature's and
subword's share is split evenly over the words that it comes from, which gives each word its part of the score; the
words with the largest parts are the evidence.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.classifiers import LabelClassifier
from models.encoder import Reading
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


def linear_parts(
    sentences: Sequence[Sentence],
    x: sparse.csr_matrix,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    features: FeatureSet,
    classifier: LabelClassifier,
    pipeline: Pipeline,
) -> list[NDArray[np.float32]]:
    """Split the linear score of each (sentence, label) pair over the words of its sentence.

    Parameters
    ----------
    sentences : sequence of Sentence
    x : csr_matrix of shape (n_sentences, n_columns)
    pairs : (rows, labels)
        Indices, rows ascending.
    features : FeatureSet
    classifier : LabelClassifier
    pipeline : Pipeline

    Returns
    -------
    list of arrays of shape (n_words,)
    """
    parts = []
    last = -1
    for row, label in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
        if row != last:
            last, sentence = row, sentences[row]
            columns = features.parts_of(sentence)
            vectors = pipeline.word_vectors([word.form for word in sentence.words])
        parts.append(word_parts(sentence, x[row], columns, vectors, classifier, label))
    return parts


def encoder_parts(sentence: Sentence, reading: Reading, label: int) -> NDArray[np.float32]:
    """Split the encoder's score of a label over the words of a sentence, shape (n_words,).

    The score is a mean over subwords; what a subword scores above that mean speaks for the label.
    """
    scores = reading.scores[:, label]
    share = (scores - scores.mean()) / len(scores)
    word_of = {k: i for i, word in enumerate(sentence.words) for k in range(word.at, word.at + len(word.form))}
    parts = np.zeros(len(sentence.words), dtype=np.float32)
    for (start, end), value in zip(reading.spans, share.tolist(), strict=True):
        words = {word_of[k] for k in range(start, end) if k in word_of}
        for i in words:
            parts[i] += value / len(words)
    return parts


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
