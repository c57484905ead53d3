"""What all variants share: sentences with their labels, and features that are computed once.

Features that are learned (vocabularies, components) are learned anew per fold, from its training writers alone.
Every block knows what it cost, so that a variant pays for all that it uses, whichever variant came first.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD

from models.features import Block as Vocabulary
from models.features import view_of
from models.pipeline import Pipeline, Sentence
from training.config import Config
from training.corpus import Examples
from training.fit import character_block, word_block

Floats = NDArray[np.float32]
Matrix = sparse.csr_matrix | Floats
# Beyond 200 components the classifiers on them gain little and take far longer.
COMPONENTS = 200
# Groups of features that a fold learns from its training part; all others are given.
LEARNED = frozenset({"lemmas", "forms", "characters", "previous", "components"})
COMPONENTS_OF = ("lemmas", "characters")


@dataclass(frozen=True, slots=True)
class Block:
    """One group of features of a fold's sentences."""

    train: Matrix
    test: Matrix
    train_seconds: float
    """CPU seconds to learn it and to compute it for the fold's training part."""
    test_seconds: float
    """CPU seconds to compute it for the fold's held-out part."""


@dataclass(slots=True)
class Material:
    """The sentences, and features of them in which nothing is learned."""

    sentences: Sequence[Sentence]
    examples: Examples
    config: Config
    makers: Mapping[str, Callable[[], Floats]]
    """Makes the dense feature of that name for all sentences, shape (n_sentences, n_columns)."""
    _made: dict[str, tuple[Floats, float]] = field(default_factory=dict)

    def dense(self, name: str) -> tuple[Floats, float]:
        """Give a dense feature of all sentences, and the CPU seconds that it took."""
        if name not in self._made:
            start = time.process_time()
            values = self.makers[name]()
            self._made[name] = (values, time.process_time() - start)
        return self._made[name]


@dataclass(slots=True)
class Fold:
    """Writers to learn from and writers to score."""

    material: Material
    kept: NDArray[np.bool_]
    """Sentences to learn from, shape (n_sentences,)."""
    held_out: NDArray[np.bool_]
    _blocks: dict[str, Block] = field(default_factory=dict)

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Labels of the training part, shape (n_kept, n_labels)."""
        return self.material.examples.labels[self.kept]

    def block(self, name: str) -> Block:
        """Give a group of features, computed at its first use."""
        if name not in self._blocks:
            c = self.material.config.features
            match name:
                case "lemmas" | "forms":
                    made = self._ngrams(word_block(name, c.word_ngrams, c.min_word_count))
                case "characters":
                    made = self._ngrams(character_block(c.character_ngrams, c.min_character_count))
                case "previous":
                    made = self._ngrams(word_block("lemmas", (1, 1), c.min_word_count), previous=True)
                case "components":
                    made = self._components()
                case _:
                    made = self._given(name)
            self._blocks[name] = made
        return self._blocks[name]

    def stack(self, names: Sequence[str]) -> Block:
        """Put groups of features side by side."""
        blocks = [self.block(name) for name in names]
        return Block(
            _beside([block.train for block in blocks]),
            _beside([block.test for block in blocks]),
            sum(block.train_seconds for block in blocks),
            sum(block.test_seconds for block in blocks),
        )

    def _ngrams(self, vocabulary: Vocabulary, previous: bool = False) -> Block:
        views = [view_of(s, vocabulary.view) for s in self.material.sentences]
        if previous:
            views = [views[i] if i >= 0 else "" for i in previous_rows(self.material.examples)]
        start = time.process_time()
        train = vocabulary.vectorizer.fit_transform([views[i] for i in np.flatnonzero(self.kept)])
        middle = time.process_time()
        test = vocabulary.vectorizer.transform([views[i] for i in np.flatnonzero(self.held_out)])
        return Block(train, test, middle - start, time.process_time() - middle)

    def _components(self) -> Block:
        ngrams = self.stack(COMPONENTS_OF)
        start = time.process_time()
        size = min(COMPONENTS, min(ngrams.train.shape) - 1)
        svd = TruncatedSVD(size, n_iter=3, random_state=self.material.config.validation.seed)
        train = svd.fit_transform(ngrams.train)
        middle = time.process_time()
        test = svd.transform(ngrams.test)
        end = time.process_time()
        return Block(
            train.astype(np.float32),
            test.astype(np.float32),
            ngrams.train_seconds + middle - start,
            ngrams.test_seconds + end - middle,
        )

    def _given(self, name: str) -> Block:
        values, seconds = self.material.dense(name)
        each = seconds / len(values)
        return Block(
            values[self.kept], values[self.held_out], each * int(self.kept.sum()), each * int(self.held_out.sum())
        )


def previous_rows(examples: Examples) -> list[int]:
    """List the row of the sentence before each sentence in the same text, -1 for a text's first."""
    return [i - 1 if i and examples.text_ids[i - 1] == name else -1 for i, name in enumerate(examples.text_ids)]


def max_vectors(sentences: Sequence[Sentence], pipeline: Pipeline) -> Floats:
    """Take the maximum of each dimension over a sentence's known words, shape (n_sentences, n_dimensions)."""
    pooled = np.zeros((len(sentences), pipeline.dimensions), dtype=np.float32)
    for i, sentence in enumerate(sentences):
        vectors = pipeline.word_vectors([word.form for word in sentence.words])
        known = vectors[vectors.any(axis=1)]
        if len(known):
            pooled[i] = known.max(axis=0)
    return pooled


def _beside(parts: Sequence[Matrix]) -> Matrix:
    if len(parts) == 1:
        return parts[0]
    if any(sparse.issparse(part) for part in parts):
        table: sparse.csr_matrix = sparse.hstack([sparse.csr_matrix(part) for part in parts], "csr", np.float32)
        return table
    return np.hstack([np.asarray(part) for part in parts])
