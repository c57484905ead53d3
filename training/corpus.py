"""The corpus: annotated texts in JSON lines, one file per writer.

Usage::

    texts = read_corpus(Path("training/corpus"), codebook)
    examples = examples_of(texts)
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.codebook import Codebook
from models.errors import CorpusError
from models.wrong_fields import wrong_fields

CORPUS_FOLDER = Path(__file__).with_name("corpus")
MAX_REPORTED = 20
UNKNOWN = "is not in the codebook"

Kind = Literal["survey", "reflection", "article", "dialogue"]
NonEmpty = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Annotation(_Record):
    """A label with its stance."""

    label: NonEmpty
    stance: NonEmpty


class AnnotatedSentence(_Record):
    """One sentence and the tags that its annotator gave it."""

    text: NonEmpty
    tags: tuple[Annotation, ...] = ()


class AnnotatedText(_Record):
    """One line of a corpus file."""

    id: NonEmpty
    writer: NonEmpty
    kind: Kind
    sector: NonEmpty
    sentences: Annotated[tuple[AnnotatedSentence, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Examples:
    """Sentences of a corpus side by side with their labels, as training sees them."""

    texts: tuple[str, ...]
    text_ids: tuple[str, ...]
    """Id of the text that each sentence stands in."""
    writers: tuple[str, ...]
    kinds: tuple[str, ...]
    labels: NDArray[np.bool_]
    """Shape (n_sentences, n_labels)."""
    stances: NDArray[np.int64]
    """Index of the stance, or -1 where the label is absent; shape (n_sentences, n_labels)."""

    def take(self, rows: NDArray[np.bool_]) -> "Examples":
        """Give the sentences for which `rows`, shape (n_sentences,), is true."""
        index = np.flatnonzero(rows)
        return Examples(
            tuple(self.texts[i] for i in index),
            tuple(self.text_ids[i] for i in index),
            tuple(self.writers[i] for i in index),
            tuple(self.kinds[i] for i in index),
            self.labels[index],
            self.stances[index],
        )


def read_corpus(folder: Path, codebook: Codebook) -> list[AnnotatedText]:
    """Read all files of a corpus folder, in the order of their names.

    Raises
    ------
    CorpusError
        When there is no file, or a line is no JSON, lacks a field or has a label or stance that the codebook
        does not know. The message names file, line and field, and never quotes a sentence.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorpusError(f"There is no .jsonl file in {folder}; the corpus has one per writer.")
    problems: list[str] = []
    unknown = False
    texts: list[AnnotatedText] = []
    for file in files:
        try:
            content = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            problems.append(f"{file.name}: not UTF-8 at byte {error.start}")
            continue
        # Not splitlines: a sentence may hold other line separators than the line feed.
        for number, line in enumerate(content.split("\n"), 1):
            if line.strip():
                try:
                    text = AnnotatedText.model_validate(json.loads(line))
                except json.JSONDecodeError:
                    problems.append(f"{file.name}:{number}: no valid JSON")
                    continue
                except ValidationError as error:
                    problems.append(f"{file.name}:{number}: {wrong_fields(error)}")
                    continue
                wrong = _wrong_tags(text, codebook)
                unknown = unknown or any(problem.endswith(UNKNOWN) for problem in wrong)
                problems += [f"{file.name}:{number}: {problem}" for problem in wrong]
                texts.append(text)
    if not texts and not problems:
        problems.append(f"the files in {folder} hold no text")
    if problems:
        more = f" (and {len(problems) - MAX_REPORTED} more)" if len(problems) > MAX_REPORTED else ""
        hint = (
            f". The codebook is {codebook.name} {codebook.version}; name the one of this corpus with --codebook "
            "(or with --model, where a command takes it from an artefact)."
        )
        raise CorpusError("\n".join(problems[:MAX_REPORTED]) + more + (hint if unknown else ""))
    return texts


def _wrong_tags(text: AnnotatedText, codebook: Codebook) -> list[str]:
    problems = []
    for i, sentence in enumerate(text.sentences, 1):
        seen: set[str] = set()
        if not sentence.text.strip():
            problems.append(f"sentence {i} is empty")
        for tag in sentence.tags:
            if tag.label not in codebook.label_ids:
                problems.append(f"sentence {i}: label {tag.label!r} {UNKNOWN}")
            if tag.stance not in codebook.stance_ids:
                problems.append(f"sentence {i}: stance {tag.stance!r} {UNKNOWN}")
            if tag.label in seen:
                problems.append(f"sentence {i}: label {tag.label!r} is given twice")
            seen.add(tag.label)
    return problems


def examples_of(texts: Iterable[AnnotatedText], codebook: Codebook) -> Examples:
    """Lay the sentences of texts side by side with their labels and stances."""
    rows = [(text, sentence) for text in texts for sentence in text.sentences]
    column = {label: j for j, label in enumerate(codebook.label_ids)}
    stance = {name: k for k, name in enumerate(codebook.stance_ids)}
    stances = np.full((len(rows), len(column)), -1, dtype=np.int64)
    for i, (_, sentence) in enumerate(rows):
        for tag in sentence.tags:
            stances[i, column[tag.label]] = stance[tag.stance]
    return Examples(
        tuple(sentence.text for _, sentence in rows),
        tuple(text.id for text, _ in rows),
        tuple(text.writer for text, _ in rows),
        tuple(text.kind for text, _ in rows),
        stances >= 0,
        stances,
    )


def split_by_writer(
    texts: Sequence[AnnotatedText], test_writers: Iterable[str]
) -> tuple[list[AnnotatedText], list[AnnotatedText]]:
    """Hold out whole writers; gives (training part, test part).

    Raises
    ------
    CorpusError
        When a test writer has no text, or nothing is left to train on.
    """
    held_out = set(test_writers)
    writers = {text.writer for text in texts}
    missing = held_out - writers
    if missing:
        lacking = ", ".join(repr(writer) for writer in sorted(missing))
        there = ", ".join(sorted(writers)[:MAX_REPORTED]) + (" ..." if len(writers) > MAX_REPORTED else "")
        raise CorpusError(
            f"The corpus has no text by test writer {lacking}. Its writers are {there}: name some of them under "
            "[corpus] test_writers in a configuration of your own (--config)."
        )
    train = [text for text in texts if text.writer not in held_out]
    if not train:
        raise CorpusError("No text is left to train on: every writer is a test writer.")
    return train, [text for text in texts if text.writer in held_out]


def fingerprint(texts: Iterable[AnnotatedText]) -> str:
    """Give the SHA-256 over all texts and tags, independent of file layout."""
    lines = sorted(json.dumps(text.model_dump(), sort_keys=True, ensure_ascii=False) for text in texts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
