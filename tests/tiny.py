"""A sentence encoder with random weights, small enough to be made and run in no time, yet of the real build."""

from collections.abc import Iterable, Sequence

import numpy as np

from models.codebook import Codebook
from models.encoder import HELD_OUT, SentenceEncoder
from training.blend import STEP, TunedEncoder, held_out_file, key_of
from training.encoder.base import Base, Piece
from training.encoder.export import export
from training.encoder.network import Params, first_params

N_HIDDEN, N_INNER, N_HEADS, N_LAYERS, N_POSITIONS = 64, 96, 2, 2, 128
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
LETTERS = tuple("▁abcdefghijklmnopqrstuvwxyzé.,'")
PIECES = ("▁de", "▁het", "▁ik", "▁te", "▁niet", "en", "er", "aa", "oo", "ie", "ij", "cht")
# The network and the graph add up in another order; this is what 32-bit floats leave of that.
CLOSE = 1e-4


def tiny_base(words: Iterable[str] = (), seed: int = 0) -> Base:
    """Make a pretrained encoder that knows letters, a few Dutch subwords and the given words."""
    random = np.random.default_rng(seed)

    def floats(*shape: int, scale: float = 1.0) -> np.ndarray:
        return random.normal(scale=scale, size=shape).astype(np.float32)

    def linear(n_in: int, n_out: int) -> dict[str, np.ndarray]:
        return {"w": floats(n_in, n_out, scale=1.5 * n_in**-0.5), "b": floats(n_out, scale=0.1)}

    def norm() -> dict[str, np.ndarray]:
        return {"w": 1 + floats(N_HIDDEN, scale=0.1), "b": floats(N_HIDDEN, scale=0.1)}

    known = dict.fromkeys([*LETTERS, *PIECES, *(f"▁{word}" for word in words)])
    pieces = [Piece(text, 0.0) for text in SPECIAL] + [Piece(text, -12.0 / len(text)) for text in known]
    layers = tuple(
        {
            "qkv": linear(N_HIDDEN, 3 * N_HIDDEN),
            "output": linear(N_HIDDEN, N_HIDDEN),
            "norm1": norm(),
            "inner": linear(N_HIDDEN, N_INNER),
            "outer": linear(N_INNER, N_HIDDEN),
            "norm2": norm(),
        }
        for _ in range(N_LAYERS)
    )
    special = {"bos": 0, "pad": 1, "eos": 2, "unk": 3}
    embeddings, positions = floats(len(pieces), N_HIDDEN), floats(N_POSITIONS, N_HIDDEN, scale=0.3)
    return Base(tuple(pieces), special, embeddings, positions, norm(), layers, N_HEADS)


def tiny_params(base: Base, n_labels: int, n_stances: int, seed: int = 1) -> Params:
    """Make the parameters of a network whose head has learned something, if only by chance."""
    params = first_params(base, N_LAYERS, n_labels, n_stances, seed)
    return {**params, "head": {"w": 20 * params["head"]["w"], "b": params["head"]["b"]}}


def tiny_files(n_labels: int, n_stances: int, words: Iterable[str] = (), max_tokens: int = 64) -> dict[str, bytes]:
    base = tiny_base(words)
    return export(tiny_params(base, n_labels, n_stances), base, max_tokens, [4, 8])


def tuned_on(texts: Sequence[str], codebook: Codebook) -> TunedEncoder:
    """Make a random encoder whose held-out sentences are the given ones."""
    files = tiny_files(len(codebook.labels), len(codebook.stances))
    readings = SentenceEncoder.from_files(files).read(texts)
    scores = np.stack([reading.scores.mean(axis=0) for reading in readings])
    scores = (np.rint(scores / STEP) * STEP).astype(np.float32)
    keys = np.array([key_of(text) for text in texts], dtype=np.uint64)
    files[HELD_OUT] = held_out_file(texts, scores, codebook)
    return TunedEncoder(files, keys, scores, (*codebook.label_ids, *codebook.stance_ids))
