"""Static word vectors: writing and reading gives the same, and a broken file is an artefact error."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ArtefactError
from models.vectors import StaticVectors

WORDS = ("ik", "één", "collega's", "👍")
VECTORS = StaticVectors.quantise(WORDS, np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32))


def write_arrays(path: Path, **arrays: object) -> None:
    good = {
        "words": np.frombuffer("\n".join(WORDS).encode(), dtype=np.uint8),
        "rows": VECTORS.rows,
        "scale": VECTORS.scale,
    }
    kept = {name: array for name, array in (good | arrays).items() if array is not None}
    with path.open("wb") as file:
        np.savez(file, **kept)


def truncate(path: Path) -> None:
    write_arrays(path)
    path.write_bytes(path.read_bytes()[:-40])


def damage(path: Path) -> None:
    VECTORS.save(path)
    data = bytearray(path.read_bytes())
    data[60:80] = bytes(20)
    path.write_bytes(bytes(data))


BROKEN: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("geen vectoren"),
    "only a zip signature": lambda path: path.write_bytes(b"PK\x03\x04"),
    "truncated": truncate,
    "damaged": damage,
    "one array, not an archive": lambda path: path.write_bytes(one_array()),
    "no words": lambda path: write_arrays(path, words=None),
    "no rows": lambda path: write_arrays(path, rows=None),
    "no scale": lambda path: write_arrays(path, scale=None),
    "a pickled object": lambda path: write_arrays(path, rows=np.array([{}], dtype=object)),
    "words in another encoding": lambda path: write_arrays(path, words=np.frombuffer(b"\xff\xfe", dtype=np.uint8)),
    "a word too few": lambda path: write_arrays(path, words=np.frombuffer(b"ik\njij\nwij", dtype=np.uint8)),
    "a scale of another length": lambda path: write_arrays(path, scale=VECTORS.scale[:-1]),
}


def one_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, VECTORS.rows)
    return buffer.getvalue()


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    VECTORS.save(tmp_path / "vectors.npz")
    from_path = StaticVectors.load(tmp_path / "vectors.npz")
    from_bytes = StaticVectors.load(io.BytesIO((tmp_path / "vectors.npz").read_bytes()))
    for read in (from_path, from_bytes):
        assert read.words == WORDS
        np.testing.assert_array_equal(read.rows, VECTORS.rows)
        np.testing.assert_array_equal(read.scale, VECTORS.scale)
        np.testing.assert_array_equal(read.matrix(), VECTORS.matrix())


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_an_artefact_error(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "vectors.npz"
    make(path)
    with pytest.raises(ArtefactError, match=r"vectors\.npz"):
        StaticVectors.load(path)


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=3), min_size=1, max_size=8))
def test_rounding_stays_within_half_a_step(values: list[list[float]]) -> None:
    matrix = np.array(values, dtype=np.float32)
    vectors = StaticVectors.quantise(tuple("abcdefgh"[: len(values)]), matrix)
    assert vectors.rows.dtype == np.int8
    assert np.all(np.abs(vectors.matrix() - matrix) <= vectors.scale * 0.5001 + 1e-9)


def test_the_shipped_vectors_know_everyday_words(small_vectors: StaticVectors) -> None:
    assert len(small_vectors.words) == len(small_vectors.rows) == 3000
    assert {"ik", "werk", "vertrouwen"} <= set(small_vectors.words)
    assert small_vectors.matrix().any(axis=1).all()
