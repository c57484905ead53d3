"""Read annotations by several people and lay them side by side.

Annotations lie beside the corpus, in ``annotations/<annotator>/<writer>.jsonl``, with the ids of the corpus. Not
everybody needs to have read everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from models.codebook import Codebook
from models.errors import CorpusError
from training.corpus import AnnotatedText, examples_of, read_corpus

ANNOTATIONS = "annotations"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What each annotator said of the sentences that at least two of them read."""

    annotators: tuple[str, ...]
    codes: NDArray[np.float64]
    """Index of the stance, -1 where the label was not given, NaN where the sentence was not read; shape
    (n_annotators, n_sentences, n_labels)."""
    text_of: NDArray[np.int64]
    """Number of the text that each sentence stands in, shape (n_sentences,)."""
    places: tuple[tuple[str, int], ...]
    """Per sentence the id of its text and its number there, from 1."""
    texts: tuple[str, ...]
    """The sentences themselves."""

    @property
    def read(self) -> NDArray[np.bool_]:
        """Which annotator read which sentence, shape (n_annotators, n_sentences)."""
        return ~np.isnan(self.codes[:, :, 0])

    @property
    def present(self) -> NDArray[np.float64]:
        """Tell whether a label was given (1 or 0; NaN where the sentence was not read); shape as `codes`."""
        return np.where(np.isnan(self.codes), np.nan, self.codes >= 0)


def read_annotations(folder: Path, codebook: Codebook) -> dict[str, list[AnnotatedText]]:
    """Read the annotations beside a corpus; gives texts by annotator.

    Raises
    ------
    CorpusError
        When there are fewer than two annotators.
    """
    folders = sorted(path for path in (folder / ANNOTATIONS).glob("*") if path.is_dir())
    if len(folders) < 2:
        raise CorpusError(f"{folder / ANNOTATIONS} has fewer than two annotators; give each a folder of .jsonl files.")
    return {unquote(path.name): read_corpus(path, codebook) for path in folders}


def lay_side_by_side(annotations: Mapping[str, Sequence[AnnotatedText]], codebook: Codebook) -> SideBySide:
    """Lay annotations side by side; sentences that fewer than two annotators read are left out.

    Raises
    ------
    CorpusError
        When annotators differ in how many sentences a text has.
    """
    known = {text.id: text for texts in annotations.values() for text in texts}
    start: dict[str, int] = {}
    size = 0
    for text in known.values():
        start[text.id] = size
        size += len(text.sentences)
    codes = np.full((len(annotations), size, len(codebook.labels)), np.nan)
    for a, texts in enumerate(annotations.values()):
        for text in texts:
            n = len(known[text.id].sentences)
            if len(text.sentences) != n:
                raise CorpusError(f"Annotators differ in how many sentences text {text.id} has.")
            codes[a, start[text.id] : start[text.id] + n] = examples_of([text], codebook).stances
    kept = np.flatnonzero((~np.isnan(codes[:, :, 0])).sum(axis=0) >= 2)
    places = [(text.id, i) for text in known.values() for i in range(1, len(text.sentences) + 1)]
    sentences = [sentence.text for text in known.values() for sentence in text.sentences]
    text_of = np.repeat(np.arange(len(known)), [len(text.sentences) for text in known.values()])
    return SideBySide(
        annotators=tuple(annotations),
        codes=codes[:, kept],
        text_of=text_of[kept],
        places=tuple(places[i] for i in kept),
        texts=tuple(sentences[i] for i in kept),
    )
