"""Static word vectors as a compact file: words, and one row of 8-bit integers per word.

Each dimension has its own scale; a value is ``row * scale``. 8 bits keep the file a quarter of its
size in 32-bit floats.

Usage::

    vectors = StaticVectors.load(folder / "vectors.npz")
    vectors.save(folder / "vectors.npz")
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.errors import ArtefactError


@dataclass(frozen=True, slots=True)
class StaticVectors:
    """A vocabulary with one vector per word."""

    words: tuple[str, ...]
    rows: NDArray[np.int8]
    """Quantised vectors, shape (n_words, n_dimensions)."""
    scale: NDArray[np.float32]
    """Value of one integer step per dimension, shape (n_dimensions,)."""

    @classmethod
    def quantise(cls, words: tuple[str, ...], matrix: NDArray[np.float32]) -> Self:
        """Round float vectors of shape (n_words, n_dimensions) to 8-bit integers."""
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-12).astype(np.float32) / 127
        return cls(words, np.rint(matrix / scale).astype(np.int8), scale)

    def matrix(self) -> NDArray[np.float32]:
        """Return the vectors as floats, shape (n_words, n_dimensions)."""
        return self.rows.astype(np.float32) * self.scale

    def save(self, path: Path) -> None:
        """Write the vectors to an .npz file that holds no pickled object."""
        packed = np.frombuffer("\n".join(self.words).encode(), dtype=np.uint8)
        np.savez_compressed(path, words=packed, rows=self.rows, scale=self.scale)

    @classmethod
    def load(cls, path: Path | BinaryIO) -> Self:
        """Read vectors that `save` wrote, from a path or from verified bytes.

        Raises
        ------
        ArtefactError
            When the file does not hold vectors, or their number differs from that of the words.
        """
        name = path if isinstance(path, Path) else "The vector file"
        try:
            content = BytesIO(path.read_bytes() if isinstance(path, Path) else path.read())
            with np.load(content, allow_pickle=False) as file:
                words = tuple(file["words"].tobytes().decode().split("\n"))
                vectors = cls(words, file["rows"], file["scale"])
        except (KeyError, ValueError, TypeError, EOFError, OSError, BadZipFile) as error:
            raise ArtefactError(f"{name} holds no word vectors ({type(error).__name__}).") from None
        if vectors.rows.shape != (len(words), len(vectors.scale)):
            raise ArtefactError(f"{name} has {len(words)} words but vectors of shape {vectors.rows.shape}.")
        return vectors
