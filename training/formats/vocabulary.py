"""Labels and stances as tools write them: ``autonomy:constrained``, a Dutch name, a taxonomy path, two questions.

Everything is looked up in the codebook, by id, by name and by English name, in any case.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.codebook import Codebook
from models.errors import InputError
from training.corpus import Annotation
from training.formats.record import quoted

SEPARATORS = ":/|("
STANCE_PREFIX = "stance_"


def spell(tag: Annotation) -> str:
    """Write a tag in one word, for tools that know only flat labels."""
    return f"{tag.label}:{tag.stance}"


@dataclass(frozen=True, slots=True)
class Given:
    """Values that an annotator chose under one question, or on one region."""

    question: str
    """Name of the question or control; may be empty."""
    values: Sequence[str | Sequence[str]]
    """Chosen values; a path of values for a taxonomy."""


class Vocabulary:
    """The words for labels and stances of a codebook.

    Parameters
    ----------
    codebook : Codebook
    default_stance : str, optional
        Stance of labels that come without one.

    Raises
    ------
    InputError
        When the codebook does not have `default_stance`.
    """

    def __init__(self, codebook: Codebook, default_stance: str | None = None) -> None:
        self.codebook = codebook
        self._labels = _names((x.id, x.name, x.name_en) for x in codebook.labels)
        self._stances = _names((x.id, x.name, x.name_en) for x in codebook.stances)
        self._dimensions = _names((x.id, x.name, x.name_plural, x.name_en) for x in codebook.dimensions)
        if default_stance is not None and default_stance not in codebook.stance_ids:
            raise InputError(
                f"--default-stance {quoted(default_stance)} is not in the codebook; "
                f"choose from: {', '.join(codebook.stance_ids)}."
            )
        self._default = default_stance

    def label(self, word: str) -> str | None:
        """Find the label that a word names."""
        return self._labels.get(_plain(word))

    def stance(self, word: str) -> str | None:
        """Find the stance that a word names."""
        return self._stances.get(_plain(word))

    def only_stance(self, word: str) -> bool:
        """Say whether a word names a stance and no label."""
        return self.stance(word) is not None and self.label(word) is None

    def tag(self, label: str, stance: str | None) -> Annotation:
        """Make a tag; a missing stance becomes the default.

        Raises
        ------
        InputError
            When there is neither a stance nor a default.
        """
        stance = stance or self._default
        if stance is None:
            raise InputError(
                f"label {label!r} has no stance (name one with --default-stance, such as {self.codebook.stance_ids[0]})"
            )
        return Annotation(label=label, stance=stance)

    def split(self, value: str) -> tuple[str, str | None]:
        """Read one value as a label with or without a stance.

        Raises
        ------
        InputError
            When it names no label, or a stance that does not exist.
        """
        if label := self.label(value):
            return label, None
        for i, character in enumerate(value):
            if character in SEPARATORS and (label := self.label(value[:i])):
                word = value[i + 1 :].removesuffix(")") if character == "(" else value[i + 1 :]
                if stance := self.stance(word):
                    return label, stance
                raise InputError(f"stance {quoted(word.strip())} of label {label!r} is not in the codebook")
        raise InputError(f"label {quoted(value.strip())} is not in the codebook")

    def tags(self, given: Iterable[Given]) -> tuple[Annotation, ...]:
        """Put together what was chosen for one item, or for one region of it.

        Raises
        ------
        InputError
            When a label or stance is unknown, is missing, or contradicts another.
        """
        stances: dict[str, str | None] = {}
        later: list[tuple[str, str]] = []  # (label, stance) from questions that only ask for a label's stance
        loose: list[str] = []
        for answer in given:
            about, asked = self._question(answer.question)
            for value in answer.values:
                if not isinstance(value, str):
                    _add(stances, *self._path(value))
                elif about and (stance := self.stance(value)):
                    if asked:
                        later.append((about, stance))
                    else:
                        _add(stances, about, stance)
                elif about and asked and self.label(value) is None and not set(value) & set(SEPARATORS):
                    raise InputError(f"stance {quoted(value.strip())} of label {about!r} is not in the codebook")
                elif self.only_stance(value) and (stance := self.stance(value)):
                    loose.append(stance)
                else:
                    _add(stances, *self.split(value))
        for label, stance in later:
            if label not in stances:
                raise InputError(f"a stance is chosen for label {label!r}, but the label itself is not")
            _add(stances, label, stance)
        if len(set(loose)) > 1:
            raise InputError(f"there are two stances for one place: {' and '.join(sorted(set(loose)))}")
        open_labels = [label for label, stance in stances.items() if stance is None]
        if loose and not stances:
            raise InputError("there is a stance without a label")
        if loose and len(open_labels) > 1:
            raise InputError(f"one stance is given for {len(open_labels)} labels; it is not said for which")
        for label in open_labels if loose else []:
            stances[label] = loose[0]
        order = self.codebook.label_ids.index
        return tuple(self.tag(label, stances[label]) for label in sorted(stances, key=order))

    def _question(self, name: str) -> tuple[str | None, bool]:
        """Find the label that a question is about, and whether it asks only for the stance of that label."""
        prefix = name.casefold().startswith(STANCE_PREFIX)
        return self.label(name[len(STANCE_PREFIX) :] if prefix else name), prefix

    def _path(self, path: Sequence[str]) -> tuple[str, str | None]:
        """Read a taxonomy path: dimension, label, stance, of which the first and the last may be missing."""
        rest = [word for word in path if _plain(word) not in self._dimensions or self.label(word)]
        if not rest:
            raise InputError("a choice names a dimension but no label")
        if len(rest) == 1:
            return self.split(rest[0])
        return self.split(f"{rest[0]}:{rest[1]}")


def _add(stances: dict[str, str | None], label: str, stance: str | None) -> None:
    if stance and stances.get(label) not in (None, stance):
        raise InputError(f"label {label!r} has two stances: {stances[label]} and {stance}")
    stances[label] = stance or stances.get(label)


def _plain(word: str) -> str:
    return re.sub(r"\s+", " ", word).strip().casefold()


def _names(entries: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Map names to ids; an id wins from a name, and a name that two share names neither."""
    rows = list(entries)
    found: dict[str, set[str]] = {}
    for first, *names in rows:
        for name in names:
            found.setdefault(_plain(name), set()).add(first)
    unique = {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}
    return unique | {row[0]: row[0] for row in rows}
