"""Mix the linear classifiers with the sentence encoder, on writers that neither had seen.

The encoder is fine-tuned apart (`weerklank-train encoder`, hours rather than minutes); what it says of the writers
that its first pass held out lies beside it. For the same sentences cross-validation gives the linear scores. A logistic
regression per label mixes the two, and one over all labels mixes the stances.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from models.classifiers import Blend
from models.codebook import Codebook
from models.encoder import ENCODER_FILES, HELD_OUT
from models.errors import InputError
from models.tagger import SHIPPED_ARTEFACT
from training.calibrate import mix

Floats = NDArray[np.float64]
# Held-out scores are stored in steps of this size, far below what moves a probability.
STEP = 1 / 32


@dataclass(frozen=True, slots=True)
class TunedEncoder:
    """A fine-tuned encoder and what its first pass said of writers that it had not seen."""

    files: Mapping[str, bytes]
    keys: NDArray[np.uint64]
    """Of the held-out sentences, see `key_of`; shape (n_sentences,)."""
    scores: NDArray[np.float32]
    """Shape (n_sentences, n_labels * (1 + n_stances)): labels first, then the stances of each label."""
    outputs: tuple[str, ...]
    """Label ids, then stance ids."""

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read an encoder from the folder that `weerklank-train encoder` wrote; without one, the encoder that ships.

        Raises
        ------
        InputError
            When a file is missing or is not what it should be.
        """
        folder = folder or SHIPPED_ARTEFACT
        try:
            files = {name: (folder / name).read_bytes() for name in ENCODER_FILES}
            with np.load(BytesIO(files[HELD_OUT]), allow_pickle=False) as table:
                outputs = tuple(str(name) for name in table["outputs"])
                return cls(files, table["keys"], table["scores"].astype(np.float32) * np.float32(STEP), outputs)
        except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
            raise InputError(
                f"{folder}: no fine-tuned encoder there ({type(error).__name__}). Make one with "
                "`weerklank-train encoder`, or train with `--no-encoder`."
            ) from None

    def knows(self, codebook: Codebook) -> bool:
        """Tell whether the encoder was fine-tuned for the labels and stances of a codebook."""
        return self.outputs == (*codebook.label_ids, *codebook.stance_ids)

    def rows_of(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find which of the given sentences were held out: their rows in `texts`, and in `scores`."""
        place = {int(key): i for i, key in enumerate(self.keys)}
        found = [(i, place[key]) for i, key in enumerate(map(key_of, texts)) if key in place]
        table = np.array(found, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]


def held_out_file(texts: Sequence[str], scores: NDArray[np.float32], codebook: Codebook) -> bytes:
    """Lay out held-out scores, of shape (n_sentences, n_outputs), as the file that `TunedEncoder.load` reads."""
    buffer = BytesIO()
    np.savez_compressed(
        buffer,
        keys=np.array([key_of(text) for text in texts], dtype=np.uint64),
        scores=np.rint(scores / STEP).astype(np.int16),
        outputs=np.array([*codebook.label_ids, *codebook.stance_ids]),
    )
    return buffer.getvalue()


def key_of(sentence: str) -> int:
    """Give a sentence's key: the first 8 bytes of its hash, so that the file holds no text and survives reordering."""
    return int.from_bytes(hashlib.sha256(sentence.encode()).digest()[:8], "little")


def fit_blend(
    linear_logits: Floats,
    encoder_scores: NDArray[np.float32],
    labels: NDArray[np.bool_],
    linear_stances: NDArray[np.float32],
    stances: NDArray[np.int64],
) -> Blend:
    """Fit the mix on held-out sentences.

    Parameters
    ----------
    linear_logits : array of shape (n_sentences, n_labels)
        Log-odds of the linear classifiers.
    encoder_scores : array of shape (n_sentences, n_labels * (1 + n_stances))
    labels : array of bool, shape (n_sentences, n_labels)
    linear_stances : array of shape (n_pairs, n_stances)
        Scores of the linear stance classifier for the (sentence, label) pairs with a tag, in the order of `np.nonzero`.
    stances : array of int, shape (n_sentences, n_labels)
        Index of the stance, -1 where the label is absent.
    """
    n_labels = labels.shape[1]
    (linear, encoder), intercept = mix((linear_logits, encoder_scores[:, :n_labels].astype(float)), labels)
    rows, columns = np.nonzero(stances >= 0)
    encoded = encoder_scores[:, n_labels:].reshape(len(labels), n_labels, -1)[rows, columns]
    a, b = log_softmax(linear_stances, axis=1), log_softmax(encoded.astype(float), axis=1)
    gold = stances[rows, columns]

    def loss(x: Floats) -> float:
        return -float(log_softmax(x[0] * a + x[1] * b + x[2:], axis=1)[np.arange(len(gold)), gold].mean())

    best = minimize(loss, np.r_[0.5, 0.5, np.zeros(a.shape[1])], method="L-BFGS-B").x
    arrays = (linear, encoder, intercept, best[:1], best[1:2], best[2:])
    return Blend(*(np.asarray(array, dtype=np.float32) for array in arrays))
