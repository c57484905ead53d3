"""Check a corpus: what must be mended before anything is trained on it, and what it is made of.

Usage::

    weerklank-train check [--corpus DIR]
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash, MinHashLSH

from models.codebook import Codebook
from training.corpus import AnnotatedText, examples_of

# Two sentences are near-duplicates when they share this part of their words (Jaccard similarity).
NEAR_DUPLICATE = 0.8
# The index proposes pairs from a sketch of their words; a lower bar makes it miss hardly any.
PROPOSED = 0.7
# Short sentences ("Goede sfeer.") repeat by chance, so only longer ones are compared.
MIN_COMPARED_WORDS = 5
# More sentences of one writer than this with the same opening is writing by template.
MAX_SAME_OPENING = 4
OPENING_WORDS = 5
PERMUTATIONS = 64

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands."""

    text_id: str
    number: int
    """Number of the sentence in its text, from 1."""

    def __str__(self) -> str:
        return f"{self.text_id} sentence {self.number}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend."""

    place: Place
    kind: str
    detail: str


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


def find_problems(texts: Sequence[AnnotatedText]) -> list[Problem]:
    """Find duplicate, near-duplicate and template-like sentences, and ids that stand twice."""
    places = [
        (Place(text.id, i), text.writer, _WORD.findall(sentence.text.lower()))
        for text in texts
        for i, sentence in enumerate(text.sentences, 1)
    ]
    problems = [
        Problem(Place(name, 1), "duplicate id", f"{n} texts have this id")
        for name, n in Counter(text.id for text in texts).items()
        if n > 1
    ]
    return [*problems, *_duplicates(places), *_templates(places)]


def _duplicates(places: Iterable[tuple[Place, str, list[str]]]) -> list[Problem]:
    problems = []
    exact: dict[str, Place] = {}
    index = MinHashLSH(threshold=PROPOSED, num_perm=PERMUTATIONS)
    known: dict[Place, set[str]] = {}
    for place, _, words in places:
        key = " ".join(words)
        if key in exact and key:
            problems.append(Problem(place, "duplicate", f"same words as {exact[key]}"))
            continue
        exact[key] = place
        if len(words) < MIN_COMPARED_WORDS:
            continue
        sketch = MinHash(num_perm=PERMUTATIONS)
        mine = set(words)
        sketch.update_batch([word.encode() for word in sorted(mine)])
        for other in index.query(sketch):
            if len(mine & known[other]) / len(mine | known[other]) >= NEAR_DUPLICATE:
                problems.append(Problem(place, "near-duplicate", f"nearly the words of {other}"))
                break
        if place not in known:  # an id that stands twice is a problem of its own
            index.insert(place, sketch)
            known[place] = mine
    return problems


def _templates(places: Iterable[tuple[Place, str, list[str]]]) -> list[Problem]:
    openings: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place, writer, words in places:
        if len(words) > OPENING_WORDS:
            openings[writer, " ".join(words[:OPENING_WORDS])].append(place)
    return [
        Problem(found[0], "template", f"{len(found)} sentences of writer {writer} open with the same words")
        for (writer, _), found in openings.items()
        if len(found) > MAX_SAME_OPENING
    ]


def take_inventory(texts: Sequence[AnnotatedText], codebook: Codebook) -> Inventory:
    """Count texts, sentences, labels and stances."""
    examples = examples_of(texts, codebook)
    lengths = [len(_WORD.findall(text)) for text in examples.texts]
    labels = []
    for j, label in enumerate(codebook.labels):
        rows = np.flatnonzero(examples.labels[:, j])
        stem = label.name.lower()[:6]
        free = [stem not in examples.texts[i].lower() for i in rows]
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
