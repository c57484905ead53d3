"""Cue words of the stance, read from `stance_cues.toml`: negation, mood, loss, gain, contrast.

Usage::

    cues = read_cues(DEFAULT_CUES.read_text(encoding="utf-8"))
    list(cues.hits("te weinig ruimte".split()))    # [('lack', 0), ('lack', 1), ('permission', 2)]
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_CUES = Path(__file__).with_name("stance_cues.toml")

Words = Annotated[list[Annotated[str, Field(pattern=r"^\S")]], Field(min_length=1)]


class CueFile(BaseModel):
    """What `stance_cues.toml` states."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deniers: Words
    turns: Words
    marks: Words
    verbs: Words
    subjects: Words
    cues: dict[str, Words]


@dataclass(frozen=True, slots=True)
class Cues:
    """Cue words, ready to be looked up."""

    deniers: frozenset[str]
    """Words that negate what follows."""
    turns: frozenset[str]
    """Words that end the reach of a negation."""
    marks: frozenset[str]
    """Punctuation that closes a clause."""
    verbs: frozenset[str]
    """Common finite verbs."""
    subjects: frozenset[str]
    words: dict[str, list[str]]
    """Cues of each whole word."""
    beginnings: dict[str, list[tuple[str, str]]]
    """Word beginnings with their cue, by their first `shortest` characters."""
    phrases: dict[str, list[tuple[tuple[str, ...], str]]]
    """Expressions of several words and their cue, by their first word."""
    shortest: int
    """Length of the shortest beginning, in characters."""

    def of(self, word: str) -> Iterator[str]:
        """List the cues of one word."""
        yield from self.words.get(word, ())
        for beginning, cue in self.beginnings.get(word[: self.shortest], ()):
            if word.startswith(beginning):
                yield cue

    def hits(self, words: Sequence[str]) -> Iterator[tuple[str, int]]:
        """List the cues of a sentence, each with the place of its (first) word."""
        for i, word in enumerate(words):
            yield from ((cue, i) for cue in self.of(word))
            for phrase, cue in self.phrases.get(word, ()):
                found = words[i : i + len(phrase)]
                if len(found) == len(phrase) and all(map(_matches, found, phrase)):
                    yield cue, i


def _matches(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


@cache
def read_cues(text: str) -> Cues:
    """Read cue words from the text of a TOML file.

    Artefacts hold the text that they were trained with, so that an edited list never meets weights that do not know it.

    Raises
    ------
    pydantic.ValidationError
        When a list is missing, empty or unknown.
    """
    file = CueFile.model_validate(tomllib.loads(text))
    words: dict[str, list[str]] = {}
    beginnings: dict[str, list[tuple[str, str]]] = {}
    shortest = min((len(p) - 1 for ps in file.cues.values() for p in ps if p.endswith("*") and " " not in p), default=0)
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for cue, patterns in file.cues.items():
        for pattern in patterns:
            parts = tuple(pattern.split())
            if len(parts) > 1:
                phrases.setdefault(parts[0], []).append((parts, cue))
            elif pattern.endswith("*"):
                beginnings.setdefault(pattern[:shortest], []).append((pattern[:-1], cue))
            else:
                words.setdefault(pattern, []).append(cue)
    return Cues(
        frozenset(file.deniers),
        frozenset(file.turns),
        frozenset(file.marks),
        frozenset(file.verbs),
        frozenset(file.subjects),
        words,
        beginnings,
        phrases,
        shortest,
    )
