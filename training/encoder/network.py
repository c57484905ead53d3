"""The encoder as a differentiable function: a transformer that reads a batch of sentences, with a linear head.

The head reads every token and the sentence's score is the mean over its tokens, so that a score divides over
the words that it comes from. The lowest layers stay as they were pretrained: what they know of Dutch is not this
corpus's to change, and what does not learn costs little.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from training.encoder.base import Base

Params = dict[str, Any]
DROPOUT = 0.1
# Where a sigmoid starts: most labels are absent from most sentences.
FIRST_BIAS = -3.0


def first_params(base: Base, n_layers: int, n_labels: int, n_stances: int, seed: int) -> Params:
    """Make the parameters before learning: the pretrained layers and a head of small random weights."""
    n_hidden = base.embeddings.shape[1]
    n_out = n_labels * (1 + n_stances)
    head = np.random.default_rng(seed).normal(scale=0.02, size=(n_hidden, n_out)).astype(np.float32)
    bias = np.where(np.arange(n_out) < n_labels, FIRST_BIAS, 0).astype(np.float32)
    return {
        "positions": base.positions,
        "norm": base.first_norm,
        "layers": list(base.layers[:n_layers]),
        "head": {"w": head, "b": bias},
    }


def token_scores(
    params: Params,
    embeddings: jax.Array,
    mask: jax.Array,
    n_heads: int,
    key: jax.Array | None = None,
) -> jax.Array:
    """Read sentences, one score per token and output.

    Parameters
    ----------
    params : dict
    embeddings : array of shape (n_sentences, n_tokens, n_hidden)
    mask : array of bool, shape (n_sentences, n_tokens)
        False where a sentence has ended.
    n_heads : int
    key : random key, optional
        With one, dropout is on.

    Returns
    -------
    array of shape (n_sentences, n_tokens, n_outputs)
    """
    keys = iter([None] * 99 if key is None else jax.random.split(key, 2 * len(params["layers"]) + 1))
    x = _norm(embeddings + params["positions"][: embeddings.shape[1]], params["norm"])
    x = _drop(x, next(keys))
    bias = jnp.where(mask, 0.0, -1e9)[:, None, None]
    for layer in params["layers"]:
        x = _norm(x + _drop(_linear(_attend(x, layer, bias, n_heads), layer["output"]), next(keys)), layer["norm1"])
        # The tanh form of GELU: far faster than the error function, and within what rounding to 4 bits does.
        inner = jax.nn.gelu(_linear(x, layer["inner"]), approximate=True)
        x = _norm(x + _drop(_linear(inner, layer["outer"]), next(keys)), layer["norm2"])
    return _linear(x, params["head"])


def sentence_scores(scores: jax.Array, mask: jax.Array) -> jax.Array:
    """Average token scores over the tokens of each sentence, shape (n_sentences, n_outputs)."""
    weight = mask[..., None]
    return (scores * weight).sum(axis=1) / weight.sum(axis=1)


def _attend(x: jax.Array, layer: Params, bias: jax.Array, n_heads: int) -> jax.Array:
    n_sentences, n_tokens, n_hidden = x.shape
    size = n_hidden // n_heads
    query, key, value = jnp.moveaxis(_linear(x, layer["qkv"]).reshape(n_sentences, n_tokens, 3, n_heads, size), 2, 0)
    weights = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", query, key) * size**-0.5 + bias)
    return jnp.einsum("bhqk,bkhd->bqhd", weights, value).reshape(x.shape)


def _linear(x: jax.Array, layer: Params) -> jax.Array:
    return jnp.asarray(x @ layer["w"] + layer["b"])


def _norm(x: jax.Array, layer: Params) -> jax.Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = jax.lax.rsqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
    return jnp.asarray(centred * scale * layer["w"] + layer["b"])


def _drop(x: jax.Array, key: jax.Array | None) -> jax.Array:
    if key is None:
        return x
    keep = jax.random.bits(key, x.shape, "uint8") >= round(256 * DROPOUT)
    return jnp.where(keep, x / (1 - DROPOUT), 0)


def freeze(params: Params, n_frozen: int) -> tuple[Params, Params]:
    """Divide parameters into those that learn and those that stay."""
    learning = {"layers": params["layers"][n_frozen:], "head": params["head"]}
    frozen = {"positions": params["positions"], "norm": params["norm"], "layers": params["layers"][:n_frozen]}
    return learning, frozen


def thaw(learning: Params, frozen: Params) -> Params:
    """Put divided parameters together again."""
    return {**frozen, "layers": [*frozen["layers"], *learning["layers"]], "head": learning["head"]}


def as_numpy(params: Params) -> Params:
    """Fetch parameters as numpy arrays."""
    return jax.tree.map(np.asarray, params)  # type: ignore[no-any-return]


Scores = NDArray[np.float32]
