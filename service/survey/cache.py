"""What was said of comments before, so that identical ones are tagged once; on disk, so that memory stays flat.

No text is kept: a comment is known by a keyed hash, whose key lives in this process alone, so that nobody can look up
whether a comment he can guess is in the file. The file has no name and is gone with the process.
"""

import hashlib
import secrets
import sqlite3
from pathlib import Path
from typing import Self

DIGEST_BYTES = 16
# Pages that SQLite keeps in memory, in KiB; the operating system keeps others as long as it has room.
PAGES_KIB = 16_384


class Cache:
    """Answers by comment.

    Parameters
    ----------
    folder : Path
        Private folder on the disk that may be used.
    """

    def __init__(self, folder: Path) -> None:
        self._key = secrets.token_bytes(32)
        path = folder / "answers"
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", f"cache_size=-{PAGES_KIB}"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE answers (digest BLOB PRIMARY KEY, answer BLOB) WITHOUT ROWID")
        path.unlink()

    def digest(self, text: str) -> bytes:
        """Give the keyed hash of a comment."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES, key=self._key).digest()

    def get(self, digest: bytes) -> bytes | None:
        """Give the answer to a comment, or None where there is none yet."""
        row = self._connection.execute("SELECT answer FROM answers WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else row[0]

    def put(self, digest: bytes, answer: bytes) -> None:
        """Keep the answer to a comment."""
        self._connection.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", (digest, answer))

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Be open for a while."""
        return self

    def __exit__(self, *error: object) -> None:
        """Forget everything."""
        self.close()
