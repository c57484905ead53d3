"""The language pipeline: from a text to sentences with words, lemmas and a vector.

This is the only module that touches spaCy. Two kinds of pipeline offer the same four things
(sentences, tokens, lemmas, vectors), so that features, tagger and training are one code:

- ``embedded``: spaCy's blank Dutch tokenizer, simplemma's lemmas and the static vectors in the artefact.
  Everything comes from PyPI.
- any installed spaCy pipeline, such as ``nl_core_news_md``, or a folder that `spacy.load` accepts.

Usage::

    pipeline = load_pipeline("embedded", vectors=StaticVectors.load(path))
    for sentences in pipeline.read(["Ik mag mijn eigen week indelen."]):
        print([word.lemma for word in sentences[0].words])
"""

import importlib.metadata
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import simplemma
import spacy
from numpy.typing import NDArray
from spacy.lang.nl import Dutch, DutchDefaults
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vectors import Vectors

from models.clean import CleanText, clean
from models.errors import ArtefactIncompatible, PipelineError
from models.sentences import is_abbreviation, sentence_starts
from models.vectors import StaticVectors

EMBEDDED = "embedded"
# Is raised when the embedded pipeline's own rules change what training saw.
EMBEDDED_RULES = 1
INSTALL_HINTS = {
    "nl_core_news_md": (
        "pip install 'nl_core_news_md @ https://github.com/explosion/spacy-models/releases/download/"
        "nl_core_news_md-3.8.0/nl_core_news_md-3.8.0-py3-none-any.whl'"
    )
}
# Parts of a spaCy pipeline that none of the four things needs. Fixed at load: switching pipes per
# request races between threads.
UNUSED_PIPES = ("parser", "ner", "senter")
# "werk.meer rust": a full stop without a space after it, which survey takers often type. Not in web addresses.
MISSING_SPACE = r"(?<=[a-zà-ÿ]{3})\.(?=[a-zà-ÿ]{3,})(?!(?:com|org|net|edu|gov|info|html|pdf)\b)"
# Endings that make "name.ending" a web address without http:// or www. before it.
WEB_ENDINGS = frozenset("nl be com org net eu edu gov info io de uk fr".split())


@dataclass(frozen=True, slots=True)
class Word:
    """One token of a sentence."""

    start: int
    """First character, as a code point offset in the text as received."""
    end: int
    """One past the last character."""
    form: str
    """The word as the features see it: cleaned and in lower case."""
    lemma: str
    """Dictionary form, lower case."""
    at: int
    """First character in `Sentence.text`."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: the unit that gets tags."""

    start: int
    end: int
    text: str
    """The sentence as written, cleaned: what the sentence encoder reads."""
    words: tuple[Word, ...]
    vector: NDArray[np.float32]
    """Mean of the word vectors, shape (n_dimensions,); zeros where no word is known."""
    known_words: int
    """Number of words that have a vector."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A loaded language pipeline; safe to use from several threads."""

    name: str
    """Its own name, such as ``nl_core_news_md``."""
    version: str
    nlp: Language
    folder: str | None = None
    """Where it lies, when it is no installed package."""
    scale: NDArray[np.float32] | None = None
    """Value of one step of the word vectors per dimension, where they are kept as integers."""

    @property
    def dimensions(self) -> int:
        """Length of the word vectors."""
        return int(self.nlp.vocab.vectors.shape[1])

    def read(self, texts: Sequence[str]) -> Iterator[list[Sentence]]:
        """Split texts into sentences; yields one list per text, in order."""
        cleaned = [clean(text) for text in texts]
        docs = self.nlp.pipe(item.text for item in cleaned)
        for doc, item in zip(docs, cleaned, strict=True):
            yield self._sentences(doc, item)

    def read_units(self, texts: Sequence[str]) -> Iterator[Sentence]:
        """Read texts that are one annotated sentence each; yields exactly one sentence per text."""
        for text, sentences in zip(texts, self.read(texts), strict=True):
            words: list[Word] = []
            content = ""
            for sentence in sentences:
                content += " " if content else ""
                words += [replace(word, at=word.at + len(content)) for word in sentence.words]
                content += sentence.text
            known = sum(s.known_words for s in sentences)
            total = sum((s.vector * max(1, s.known_words) for s in sentences), np.zeros(self.dimensions))
            vector = np.asarray(total / max(1, known), dtype=np.float32)
            yield Sentence(0, len(text), content, tuple(words), vector, known)

    def word_vectors(self, forms: Sequence[str]) -> NDArray[np.float32]:
        """Look up vectors, shape (n_forms, n_dimensions); zeros for unknown words."""
        rows = self._rows(forms)
        vectors = np.zeros((len(forms), self.dimensions), dtype=np.float32)
        known = np.flatnonzero(rows >= 0)
        vectors[known] = self.nlp.vocab.vectors.data[rows[known]]
        if self.scale is not None:
            vectors *= self.scale
        return vectors

    def _rows(self, forms: Sequence[str]) -> NDArray[np.int64]:
        strings = self.nlp.vocab.strings
        keys = np.array([strings[form] for form in forms], dtype=np.uint64)
        return np.asarray(self.nlp.vocab.vectors.find(keys=keys), dtype=np.int64)

    def _sentences(self, doc: Doc, cleaned: CleanText) -> list[Sentence]:
        tokens = [token for token in doc if not token.is_space]
        spans = [(token.idx, token.idx + len(token)) for token in tokens]
        content = doc.text  # put together anew at each access
        starts = sentence_starts(content, spans)
        if not starts:
            return []
        words: list[Word] = []
        for first, last in zip(starts, [*starts[1:], len(tokens)], strict=True):
            begin = spans[first][0]
            words.extend(
                Word(*cleaned.span(start, end), token.lower_, (token.lemma_ or token.text).lower(), start - begin)
                for token, (start, end) in zip(tokens[first:last], spans[first:last], strict=True)
            )
        vectors = self.word_vectors([word.form for word in words])
        known: NDArray[np.bool_] = np.count_nonzero(vectors, axis=1) > 0
        sentences = []
        for first, last in zip(starts, [*starts[1:], len(words)], strict=True):
            count = int(known[first:last].sum())
            vector = vectors[first:last].sum(axis=0) / max(1, count)
            part = tuple(words[first:last])
            own = content[spans[first][0] : spans[last - 1][1]]
            sentences.append(Sentence(part[0].start, part[-1].end, own, part, vector, count))
        return sentences


@Language.component("weerklank_lemmas", assigns=["token.lemma"])
def _lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = simplemma.lemmatize(token.lower_, lang="nl")
    return doc


def check_pipeline(name: str, trained: str, folder: str | None = None) -> None:
    """Compare the installed pipeline with the one that an artefact was trained with, without loading it.

    Parameters
    ----------
    name : str
        The pipeline's own name.
    trained : str
        The version that the artefact states. All but its last part must be the same: "any 3.8 release".
    folder : str, optional
        Where it lies, when it is no installed package.

    Raises
    ------
    PipelineError
        When the pipeline is not installed.
    ArtefactIncompatible
        When another pipeline or version is installed.
    """
    here, version = (EMBEDDED, _embedded_version()) if name == EMBEDDED else _installed(name, folder)
    if here != name or version.split(".")[:-1] != trained.split(".")[:-1]:
        raise ArtefactIncompatible(
            f"The artefact was trained with the pipeline {name} {trained}, but {here} {version} is installed. "
            "Install the one it was trained with, or train again with `make train`."
        )


def _installed(name: str, folder: str | None) -> tuple[str, str]:
    """Name and version of an installed spaCy pipeline, or of one in a folder."""
    folder = folder or (name if Path(name).is_dir() else None)
    if folder is not None:
        try:
            meta = json.loads((Path(folder) / "meta.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise PipelineError(_not_installed(folder)) from None
        return f"{meta.get('lang')}_{meta.get('name')}", str(meta.get("version"))
    try:
        return name, importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise PipelineError(_not_installed(name)) from None


def _not_installed(name: str) -> str:
    hint = INSTALL_HINTS.get(name, "Install it with pip, or give the folder of a spaCy pipeline.")
    return f"The spaCy pipeline {name!r} is not installed. {hint}"


def load_pipeline(name: str = EMBEDDED, vectors: StaticVectors | None = None) -> Pipeline:
    """Load a language pipeline.

    Parameters
    ----------
    name : str
        ``embedded``, or the name or folder of an installed spaCy pipeline.
    vectors : StaticVectors, optional
        Word vectors for the embedded pipeline, which has none of its own.

    Raises
    ------
    PipelineError
        When the pipeline is not installed, is not Dutch-capable (no lemmas or vectors), or
        `vectors` is missing for the embedded one. The message says how to install it.
    """
    if name == EMBEDDED:
        if vectors is None:
            raise PipelineError("The embedded pipeline needs word vectors; give the vectors of an artefact.")
        return _embedded(vectors)
    try:
        nlp = spacy.load(name, exclude=UNUSED_PIPES)
    except OSError:
        raise PipelineError(_not_installed(name)) from None
    if nlp.vocab.vectors.shape[0] == 0 or "lemmatizer" not in " ".join(nlp.pipe_names):
        raise PipelineError(f"The spaCy pipeline {name!r} lacks word vectors or a lemmatizer; both are needed.")
    folder = name if Path(name).is_dir() else None
    nlp.max_length = 10**9  # no parser or ner runs, so the limit that protects their memory is not needed
    return Pipeline(f"{nlp.meta['lang']}_{nlp.meta['name']}", str(nlp.meta["version"]), nlp, folder)


def _may_be_address(word: str) -> bool:
    """Tell a web address from two sentences without a space between them ("werk.meer")."""
    return "/" in word or "@" in word or word.startswith("www.") or word.rsplit(".", 1)[-1] in WEB_ENDINGS


class _Defaults(DutchDefaults):
    """Dutch, with the exceptions that are abbreviations and without those that are everyday words."""

    tokenizer_exceptions = {  # noqa: RUF012 - spaCy declares it so
        word: rule
        for word, rule in DutchDefaults.tokenizer_exceptions.items()
        if not word.endswith(".") or is_abbreviation(word)
    }
    infixes = [*DutchDefaults.infixes, MISSING_SPACE]  # noqa: RUF012

    @staticmethod
    def url_match(word: str) -> Any:
        match: Any = DutchDefaults.url_match
        return match(word) if _may_be_address(word) else None


class _EmbeddedDutch(Dutch):  # type: ignore[no-untyped-call]
    Defaults = _Defaults


def _embedded(vectors: StaticVectors) -> Pipeline:
    nlp = _EmbeddedDutch()
    nlp.add_pipe("weerklank_lemmas")
    nlp.max_length = 10**9
    # As integers, a quarter of the memory: a text's own words are scaled when they are looked up.
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=vectors.rows, keys=list(vectors.words), name="weerklank_nl_vectors"
    )
    return Pipeline(EMBEDDED, _embedded_version(), nlp, scale=vectors.scale)


def _embedded_version() -> str:
    return f"{EMBEDDED_RULES}.{importlib.metadata.version('simplemma')}"
