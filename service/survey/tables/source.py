"""The bytes of a survey file: hashed once, read as often as is needed, from disk or from standard input.

What cannot be read twice (standard input, a pipe) goes through a temporary file without a name, which nobody else can
open and which is gone when this process is.
"""

import hashlib
import io
import os
import shutil
import stat
import sys
import tempfile
import weakref
from pathlib import Path
from typing import BinaryIO, Literal

from models.errors import InputError

STDIN: Literal["-"] = "-"
CHUNK = 1 << 20  # bytes read at a time


class Source:
    """An open survey file.

    Attributes
    ----------
    name : str
        What messages call it.
    size : int
        Bytes.
    sha256 : str
        Of all bytes, in hexadecimal digits.
    """

    def __init__(self, source: Path | Literal["-"]) -> None:
        """Open the file and hash it.

        Raises
        ------
        InputError
            When there is no such file, it cannot be read, or it is empty.
        """
        self.name = "stdin" if source == STDIN else str(source)
        try:
            self._descriptor = _descriptor(source)
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read ({error.strerror or 'no such file'}).") from None
        self.close = weakref.finalize(self, os.close, self._descriptor)
        self.size, self._changed = _version(self._descriptor)
        if not self.size:
            raise InputError(f"{self.name}: is empty; give a file with a header and at least one row.")
        with self.reader() as file:
            self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()

    def reader(self) -> io.BufferedReader:
        """Read the bytes from the start; readers do not disturb each other.

        Raises
        ------
        InputError
            When the file was changed after it was opened: its rows would not be those that were hashed.
        """
        if _version(self._descriptor) != (self.size, self._changed):
            raise InputError(f"{self.name}: was changed while it was being read; run again.")
        return io.BufferedReader(_Reader(self._descriptor, self.name), CHUNK)

    def head(self, size: int) -> bytes:
        """Read the first bytes."""
        with self.reader() as file:
            return file.read(size)


class _Reader(io.RawIOBase):
    """A place in a file of its own, so that several can read from one descriptor."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = name
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place}.get(whence)
        self._place = (os.fstat(self._descriptor).st_size if base is None else base) + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = os.pread(self._descriptor, len(buffer), self._place)
        except OSError as error:
            raise InputError(f"{self._name}: cannot be read at byte {self._place} ({error.strerror}).") from None
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def _descriptor(source: Path | Literal["-"]) -> int:
    if source == STDIN:
        return _spooled(sys.stdin.buffer)
    descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path; a folder is refused here
        return _spooled(file)


def _spooled(file: BinaryIO) -> int:
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(file, spool, CHUNK)
        spool.flush()
        return os.dup(spool.fileno())


def _version(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns
