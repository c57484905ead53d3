"""Count what a corpus is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.codebook import Codebook, Label
from training.check.problems import words_of
from training.corpus import AnnotatedText, examples_of

# So many first letters stand for a word with its inflections and compounds.
STEM_LETTERS = 6


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often a label stands in the corpus."""

    label: str
    stances: dict[str, int]
    keyword_free: float
    """Share of its sentences without a word of the label's own name; 0-1."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a corpus is made of."""

    n_texts: int
    n_sentences: int
    n_writers: int
    untagged: float
    """Share of sentences without a tag, 0-1."""
    words: tuple[int, ...]
    """Words per sentence at 5, 25, 50, 75 and 95 percent."""
    labels: tuple[LabelCount, ...]


def take_inventory(texts: Sequence[AnnotatedText], codebook: Codebook) -> Inventory:
    """Count texts, sentences, labels and stances."""
    examples = examples_of(texts, codebook)
    lengths = [len(words_of(text)) for text in examples.texts]
    labels = []
    for j, label in enumerate(codebook.labels):
        rows = np.flatnonzero(examples.labels[:, j])
        stems = _stems(label)
        free = [not any(stem in examples.texts[i].lower() for stem in stems) for i in rows]
        counts = Counter(codebook.stance_ids[k] for k in examples.stances[rows, j])
        labels.append(
            LabelCount(label.id, {s: counts[s] for s in codebook.stance_ids}, float(np.mean(free)) if free else 0.0)
        )
    return Inventory(
        n_texts=len(texts),
        n_sentences=len(examples.texts),
        n_writers=len(set(examples.writers)),
        untagged=float((~examples.labels.any(axis=1)).mean()),
        words=tuple(int(x) for x in np.percentile(lengths, [5, 25, 50, 75, 95])),
        labels=tuple(labels),
    )


def _stems(label: Label) -> list[str]:
    """List the stems of the words of a label's name; short ones ("de", "van") say nothing of it."""
    words = words_of(label.name)
    return [word[:STEM_LETTERS] for word in words if len(word) >= STEM_LETTERS] or [label.name.lower()[:STEM_LETTERS]]
