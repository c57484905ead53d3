"""Find what must be mended in a corpus: ids and sentences that stand twice, and writing by template.

Labels, stances and empty texts are looked at before that, when the corpus is read (`training.corpus.read_corpus`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH

from training.corpus import AnnotatedText

# Two sentences are near-duplicates when they share this part of their words (Jaccard similarity).
NEAR_DUPLICATE = 0.8
# The index proposes pairs from a sketch of their words; a lower bar makes it miss hardly any.
PROPOSED = 0.7
# Short sentences ("Goede sfeer.") repeat by chance, so only longer ones are compared.
MIN_COMPARED_WORDS = 5
# More sentences of one writer than this with the same frame is writing by template.
MAX_SAME_FRAME = 4
END_WORDS = 5
# Fewer words at either end are enough where both ends are the same.
BOTH_END_WORDS = 3
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
class _Read:
    place: Place
    writer: str
    words: tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """List the words of a sentence, in lower case and without punctuation."""
    return tuple(_WORD.findall(text.lower()))


def find_problems(texts: Sequence[AnnotatedText]) -> list[Problem]:
    """Find duplicate, near-duplicate and template-like sentences, and ids that stand twice."""
    read = [
        _Read(Place(text.id, i), text.writer, words_of(sentence.text))
        for text in texts
        for i, sentence in enumerate(text.sentences, 1)
    ]
    twice = [
        Problem(Place(name, 1), "duplicate id", f"{n} texts have this id")
        for name, n in Counter(text.id for text in texts).items()
        if n > 1
    ]
    return [*twice, *_duplicates(read), *_templates(read)]


def _duplicates(read: Iterable[_Read]) -> Iterator[Problem]:
    exact: dict[tuple[str, ...], Place] = {}
    index = MinHashLSH(threshold=PROPOSED, num_perm=PERMUTATIONS)
    known: dict[Place, set[str]] = {}
    for item in read:
        if item.words in exact and item.words:
            yield Problem(item.place, "duplicate", f"same words as {exact[item.words]}")
            continue
        exact[item.words] = item.place
        if len(item.words) < MIN_COMPARED_WORDS:
            continue
        sketch = MinHash(num_perm=PERMUTATIONS)
        mine = set(item.words)
        sketch.update_batch([word.encode() for word in sorted(mine)])
        for other in index.query(sketch):
            if len(mine & known[other]) / len(mine | known[other]) >= NEAR_DUPLICATE:
                yield Problem(item.place, "near-duplicate", f"nearly the words of {other}")
                break
        if item.place not in known:  # an id that stands twice is a problem of its own
            index.insert(item.place, sketch)
            known[item.place] = mine


def _opening(words: tuple[str, ...]) -> tuple[str, ...] | None:
    return words[:END_WORDS] if len(words) > END_WORDS else None


def _closing(words: tuple[str, ...]) -> tuple[str, ...] | None:
    return words[-END_WORDS:] if len(words) > END_WORDS else None


def _both_ends(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give both ends of a sentence that has something between them: the rest is a slot that was filled."""
    if len(words) <= 2 * BOTH_END_WORDS:
        return None
    return (*words[:BOTH_END_WORDS], *words[-BOTH_END_WORDS:])


FRAMES: tuple[tuple[str, Callable[[tuple[str, ...]], tuple[str, ...] | None]], ...] = (
    ("open with the same words", _opening),
    ("close with the same words", _closing),
    ("open and close with the same words", _both_ends),
)


def _templates(read: Sequence[_Read]) -> Iterator[Problem]:
    """Find frames that a writer filled more often than `MAX_SAME_FRAME` times; a group of sentences is told once."""
    told: set[tuple[Place, ...]] = set()
    for what, frame_of in FRAMES:
        frames: dict[tuple[str, tuple[str, ...]], list[Place]] = defaultdict(list)
        for item in read:
            frame = frame_of(item.words)
            if frame is not None:
                frames[item.writer, frame].append(item.place)
        for (writer, _), found in frames.items():
            if len(found) > MAX_SAME_FRAME and tuple(found) not in told:
                told.add(tuple(found))
                yield Problem(found[0], "template", f"{len(found)} sentences of writer {writer} {what}")
