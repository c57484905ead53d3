"""The lexicon: per label words and expressions that point to it, as a baseline that any model must beat.

One file per label, ``lexicon/<label>.tsv``, one entry a line: expression, tab, and the stance it leans to (its first
letter, or - for none). Expressions are compared lemma by lemma.

Usage::

    lexicon = read_lexicon(LEXICON_FOLDER, codebook, pipeline)
    present, stances = lexicon.predict(sentences)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.codebook import Codebook
from models.errors import CorpusError
from models.pipeline import Pipeline, Sentence

LEXICON_FOLDER = Path(__file__).with_name("lexicon")
NO_LEAN = "-"


@dataclass(frozen=True, slots=True)
class Entry:
    """One expression of the lexicon."""

    lemmas: tuple[str, ...]
    label: int
    """Index of its label."""
    stance: int | None
    """Index of the stance that it leans to."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All expressions, by their first lemma."""

    entries: dict[str, list[Entry]]
    n_labels: int

    def predict(self, sentences: Sequence[Sentence]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Tag each sentence with the labels whose expressions stand in it.

        Returns
        -------
        (present, stances)
            Each of shape (n_sentences, n_labels); the stance is that of the longest expression found, the codebook's
            first where it leans to none.
        """
        present = np.zeros((len(sentences), self.n_labels), dtype=bool)
        stances = np.zeros((len(sentences), self.n_labels), dtype=np.int64)
        for i, sentence in enumerate(sentences):
            longest = np.zeros(self.n_labels, dtype=np.int64)
            lemmas = tuple(word.lemma for word in sentence.words)
            for start, lemma in enumerate(lemmas):
                for entry in self.entries.get(lemma, ()):
                    size = len(entry.lemmas)
                    if size > longest[entry.label] and lemmas[start : start + size] == entry.lemmas:
                        longest[entry.label] = size
                        present[i, entry.label] = True
                        stances[i, entry.label] = entry.stance or 0
        return present, stances


def has_lexicon(folder: Path, codebook: Codebook) -> bool:
    """Tell whether a folder has a file for every label of a codebook."""
    return all((folder / f"{label}.tsv").is_file() for label in codebook.label_ids)


def read_lexicon(folder: Path, codebook: Codebook, pipeline: Pipeline) -> Lexicon:
    """Read the lexicon of a codebook's labels.

    Raises
    ------
    CorpusError
        When a label has no file, or a line is not an expression and a stance's first letter or ``-``.
    """
    lean = {stance[0]: k for k, stance in enumerate(codebook.stance_ids)} | {NO_LEAN: None}
    entries: dict[str, list[Entry]] = {}
    for j, label in enumerate(codebook.label_ids):
        path = folder / f"{label}.tsv"
        if not path.is_file():
            raise CorpusError(f"The lexicon in {folder} has no file {path.name}.")
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        for number, row in enumerate(rows, 1):
            if len(row) != 2 or not row[0].strip() or row[1] not in lean:
                raise CorpusError(
                    f"{path.name}:{number}: give an expression, a tab and one of {', '.join(sorted(lean))}."
                )
        for row, unit in zip(rows, pipeline.read_units([row[0] for row in rows]), strict=True):
            lemmas = tuple(word.lemma for word in unit.words)
            entries.setdefault(lemmas[0], []).append(Entry(lemmas, j, lean[row[1]]))
    return Lexicon(entries, len(codebook.labels))
