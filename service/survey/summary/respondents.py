"""Keep what each respondent mentioned until all rows are read, without memory that grows with their number.

One respondent's rows may stand far apart, so each respondent needs a place until the end. SQLite's unnamed temporary
database keeps them: pages beyond its cache go to a file that has no name and is gone with the process. No respondent's
id and no text goes in, only a keyed hash whose key never leaves memory.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

BITS: Final = 62
"""Bits per column; SQLite's integers have 64, one of them the sign."""
CHUNK: Final = 10_000
CACHE_KIB: Final = 16_384


class Respondents:
    """One row per respondent.

    Parameters
    ----------
    n_bits : int
        How many (label, stance) pairs there are.
    common : callable
        Gives the group of a respondent from the two groups in which he or she answered.
    """

    def __init__(self, n_bits: int, common: Callable[[int, int], int]) -> None:
        self._n_bits = n_bits
        self._key = secrets.token_bytes(32)
        self._masks = [f"mask{i}" for i in range(-(-n_bits // BITS))]
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.create_function("common", 2, common)
        columns = ", ".join(f"{mask} INTEGER" for mask in self._masks)
        places = ", ".join("?" * (4 + len(self._masks)))
        merged = ", ".join(f"{mask} = {mask} | excluded.{mask}" for mask in self._masks)
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            f"CREATE TABLE respondent (id BLOB PRIMARY KEY, place INTEGER, toward INTEGER, against INTEGER, {columns})"
            " WITHOUT ROWID"
        )
        self._upsert = (
            f"INSERT INTO respondent VALUES ({places}) ON CONFLICT DO UPDATE SET"  # noqa: S608 - no outside text
            " place = CASE WHEN place = excluded.place THEN place ELSE common(place, excluded.place) END,"
            f" toward = toward + excluded.toward, against = against + excluded.against, {merged}"
        )

    def add(self, names: Sequence[str], places: np.ndarray, bits: np.ndarray, sides: np.ndarray) -> None:
        """Add one row per answer.

        Parameters
        ----------
        names : sequence of str
            Who answered, as the file says.
        places : ndarray, shape (n_rows,)
            Number of the group.
        bits : ndarray of bool, shape (n_rows, n_bits)
            What is mentioned.
        sides : ndarray of int, shape (n_rows, 2)
            Sentences on either side of the balance.
        """
        keys = [self._id(name) for name in names]
        columns = [places, sides[:, 0], sides[:, 1]]
        for start in range(0, self._n_bits, BITS):
            part = bits[:, start : start + BITS]
            columns.append(part @ (1 << np.arange(part.shape[1], dtype=np.int64)))
        rows = np.column_stack(columns).astype(np.int64).tolist()
        self._database.execute("BEGIN")
        self._database.executemany(self._upsert, ([key, *row] for key, row in zip(keys, rows, strict=True)))
        self._database.execute("COMMIT")

    def batches(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield (places, bits, sides) of at most `CHUNK` respondents at a time."""
        names = ", ".join(["place", "toward", "against", *self._masks])
        cursor = self._database.execute(f"SELECT {names} FROM respondent")  # noqa: S608 - no outside text
        while rows := cursor.fetchmany(CHUNK):
            table = np.array(rows, dtype=np.int64)
            masks = table[:, 3:, None] >> np.arange(BITS) & 1
            yield table[:, 0], masks.reshape(len(rows), -1)[:, : self._n_bits].astype(bool), table[:, 1:3]

    def places(self, names: Sequence[str]) -> dict[str, int]:
        """Give the group of each respondent who was added."""
        found = {}
        for name in dict.fromkeys(names):
            row = self._database.execute("SELECT place FROM respondent WHERE id = ?", (self._id(name),)).fetchone()
            if row is not None:
                found[name] = int(row[0])
        return found

    def _id(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode(), key=self._key, digest_size=16).digest()
