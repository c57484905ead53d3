"""Features: sentences as one sparse matrix of n-grams beside one dense matrix of mean word vectors.

A feature set is a list of blocks. Each block reads one *view* of a sentence, a string of words joined by
spaces, through a scikit-learn vectorizer. Only scikit-learn's own types go into the artefact.

Views:

- ``lemmas``: the lemma of each word;
- ``forms``: the words as written, lower case.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from models.errors import CorpusError
from models.pipeline import Sentence
from models.stance_cues import read_cues
from models.stance_features import outline_of, pair_tokens

View = Literal["lemmas", "forms"]
# Words are joined by single spaces, so that a library's own tokenizing, by white space, gives them back.
TOKEN_PATTERN = r"\S+"  # noqa: S105 (no password)


class BlockState(TypedDict):
    """What the artefact stores of a block: library types only."""

    view: View
    vectorizer: TfidfVectorizer


def view_of(sentence: Sentence, view: View) -> str:
    """Give one view of a sentence: its words joined by single spaces."""
    if view == "lemmas":
        return " ".join(word.lemma for word in sentence.words)
    return " ".join(word.form for word in sentence.words)


@dataclass(slots=True)
class Block:
    """One vectorizer on one view."""

    view: View
    vectorizer: TfidfVectorizer
    _analyze: Callable[[str], list[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._analyze = self.vectorizer.build_analyzer()

    @property
    def is_character_block(self) -> bool:
        """Whether the block counts character n-grams within words, rather than word n-grams."""
        return bool(self.vectorizer.analyzer == "char_wb")

    def parts_of(self, sentence: Sentence) -> list[list[int]]:
        """List the block's feature columns that each word of a sentence takes part in.

        Returns
        -------
        list of list of int
            One list per word, columns within this block; a column may stand at several words.
        """
        vocabulary = self.vectorizer.vocabulary_
        columns: list[list[int]] = [[] for _ in sentence.words]
        words = view_of(sentence, self.view).split(" ")
        if self.is_character_block:
            for i, word in enumerate(words):
                columns[i] = [vocabulary[gram] for gram in self._analyze(word) if gram in vocabulary]
            return columns
        shortest, longest = self.vectorizer.ngram_range
        for n in range(shortest, longest + 1):
            for i in range(len(words) - n + 1):
                column = vocabulary.get(" ".join(words[i : i + n]))
                if column is not None:
                    for j in range(i, i + n):
                        columns[j].append(column)
        return columns


@dataclass(slots=True)
class FeatureSet:
    """All blocks, in the order in which their columns stand side by side."""

    blocks: list[Block]

    @property
    def n_columns(self) -> int:
        """Number of sparse columns of all blocks together."""
        return sum(len(block.vectorizer.vocabulary_) for block in self.blocks)

    def fit(self, sentences: Sequence[Sentence]) -> None:
        """Learn the vocabularies from sentences."""
        for block in self.blocks:
            try:
                block.vectorizer.fit([view_of(s, block.view) for s in sentences])
            except ValueError:  # scikit-learn's word for a vocabulary without a single n-gram
                raise CorpusError(
                    f"No n-gram of the {block.view} occurs {block.vectorizer.min_df} times; "
                    "give more sentences or lower the minimal counts in the configuration."
                ) from None

    def transform(self, sentences: Sequence[Sentence]) -> sparse.csr_matrix:
        """Turn sentences into sparse features, shape (n_sentences, n_columns)."""
        parts = [block.vectorizer.transform([view_of(s, block.view) for s in sentences]) for block in self.blocks]
        return sparse.csr_matrix(sparse.hstack(parts, format="csr", dtype=np.float32))

    def parts_of(self, sentence: Sentence) -> list[list[int]]:
        """List the columns, over all blocks, that each word of a sentence takes part in."""
        columns: list[list[int]] = [[] for _ in sentence.words]
        offset = 0
        for block in self.blocks:
            for i, part in enumerate(block.parts_of(sentence)):
                columns[i].extend(offset + column for column in part)
            offset += len(block.vectorizer.vocabulary_)
        return columns

    def state(self) -> list[BlockState]:
        """Give what the artefact stores."""
        return [{"view": block.view, "vectorizer": block.vectorizer} for block in self.blocks]

    @classmethod
    def from_state(cls, state: list[BlockState]) -> "FeatureSet":
        """Rebuild a feature set from what the artefact stored."""
        return cls([Block(**block) for block in state])


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels found in sentences: what a stance is asked of."""

    rows: NDArray[np.int64]
    """Index of each pair's sentence, ascending; shape (n_pairs,)."""
    labels: Sequence[str]
    """Id of each pair's label."""
    places: Sequence[int]
    """Index of the word that speaks most for the label."""


class StanceState(TypedDict):
    """What the artefact stores of a stance feature set: library types only."""

    sentences: list[BlockState]
    pairs: TfidfVectorizer
    pair_weight: float
    cues: str


@dataclass(frozen=True, slots=True)
class StanceFeatureSet:
    """Features of (sentence, label) pairs: n-grams of the sentence, and what its cue words say of the label."""

    sentences: FeatureSet
    pairs: TfidfVectorizer
    pair_weight: float
    """How many times as large the pairs' features are as the sentences', in both of which rows have length 1."""
    cues: str
    """Text of the cue words' file."""

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.sentences.n_columns + len(self.pairs.vocabulary_)

    def fit(self, sentences: Sequence[Sentence], pairs: Pairs) -> None:
        """Learn the vocabularies from pairs."""
        self.sentences.fit([sentences[i] for i in np.unique(pairs.rows)])
        self.pairs.fit(self._strings(sentences, pairs))

    def transform(self, sentences: Sequence[Sentence], pairs: Pairs) -> sparse.csr_matrix:
        """Turn pairs into sparse features, shape (n_pairs, n_columns)."""
        rows, places = np.unique(pairs.rows, return_inverse=True)
        grams = self.sentences.transform([sentences[i] for i in rows])[places]
        cues = self.pairs.transform(self._strings(sentences, pairs)) * np.float32(self.pair_weight)
        return sparse.csr_matrix(sparse.hstack([grams, cues], format="csr", dtype=np.float32))

    def _strings(self, sentences: Sequence[Sentence], pairs: Pairs) -> Iterator[str]:
        cues = read_cues(self.cues)
        last, outline = -1, None
        for row, label, place in zip(pairs.rows.tolist(), pairs.labels, pairs.places, strict=True):
            if outline is None or row != last:
                last, outline = row, outline_of([word.form for word in sentences[row].words], cues)
            yield pair_tokens(outline, label, place)

    def state(self) -> StanceState:
        """Give what the artefact stores."""
        return {
            "sentences": self.sentences.state(),
            "pairs": self.pairs,
            "pair_weight": self.pair_weight,
            "cues": self.cues,
        }

    @classmethod
    def from_state(cls, state: StanceState) -> "StanceFeatureSet":
        """Rebuild a feature set from what the artefact stored."""
        return cls(FeatureSet.from_state(state["sentences"]), state["pairs"], state["pair_weight"], state["cues"])


def mean_vectors(sentences: Sequence[Sentence]) -> NDArray[np.float32]:
    """Stack the sentences' mean word vectors, shape (n_sentences, n_dimensions)."""
    return np.stack([s.vector for s in sentences]).astype(np.float32)
