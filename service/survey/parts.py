"""The parts of a run that are done, kept in a private folder until all of it is, so that a killed run can resume.

A part is used again only when file, options and model are those it was made with, and when it is whole: the folder
holds the fingerprint of all three, and each part begins with the hash of its content. Parts hold no text.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from models.errors import InputError
from service.survey.batch import PART_SCHEMA

FOLDER = ".weerklank-parts"
FINGERPRINT = "fingerprint.json"
STAGING = "finished"
DIGEST_BYTES = 32


class Parts:
    """The parts of one run, by number from 0.

    Parameters
    ----------
    out : Path
        Folder of the output; the parts lie in a folder in it that only its owner can read.
    made_of : mapping of str to JSON values
        All that the content of the parts depends on. Parts that were made of anything else are thrown away.

    Raises
    ------
    InputError
        When the folder cannot be written, or another run is using it.
    """

    def __init__(self, out: Path, made_of: Mapping[str, Any]) -> None:
        self.folder = out / FOLDER
        try:
            out.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            # Never through a link that somebody laid there: what lies in the folder is thrown away.
            self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise InputError(f"{out}: cannot be written ({error.strerror}). Give another folder with -o.") from None
        if not self._is_mine():
            os.close(self._lock)
            raise InputError(f"{out}: another run is writing here. Wait for it, or give another folder.")
        self._begin(json.dumps(dict(made_of), sort_keys=True, ensure_ascii=False))

    def _is_mine(self) -> bool:
        """Take the folder; not when another run has it, nor when one that had it has just thrown it away."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # gone with the process, however it ends
            return os.path.samestat(os.fstat(self._lock), self.folder.stat())
        except OSError:
            return False

    def _begin(self, made_of: str) -> None:
        stated = self.folder / FINGERPRINT
        fingerprint = hashlib.sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()
        if not stated.is_file() or stated.read_bytes() != fingerprint.encode():
            self._empty()
            self._write(stated, fingerprint.encode())
        shutil.rmtree(self.folder / STAGING, ignore_errors=True)
        self.staging = self.folder / STAGING
        self.staging.mkdir(mode=0o700)

    def read(self, number: int, rows: pa.Array) -> pa.RecordBatch | None:
        """Give a part, or None where it is not there or is not whole.

        Parameters
        ----------
        number : int
        rows : pyarrow.Array
            The row numbers that it must have.
        """
        try:
            content = self._path(number).read_bytes()
        except OSError:
            return None
        digest, stream = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if hashlib.sha256(stream).digest() != digest:
            return None
        with pa.ipc.open_stream(stream) as reader:
            part = reader.read_next_batch()
        return part if part.schema == PART_SCHEMA and part.column("row") == rows else None

    def write(self, number: int, part: pa.RecordBatch) -> None:
        """Keep a part."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, PART_SCHEMA, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_batch(part)
        stream = sink.getvalue().to_pybytes()
        self._write(self._path(number), hashlib.sha256(stream).digest() + stream)

    def remove(self) -> None:
        """Throw the folder away: all is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Let others use the folder."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        """Keep the folder to itself for a while."""
        return self

    def __exit__(self, *error: object) -> None:
        """Let others use the folder."""
        self.close()

    def _path(self, number: int) -> Path:
        return self.folder / f"part-{number:07d}.arrow"

    def _write(self, path: Path, content: bytes) -> None:
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(path)

    def _empty(self) -> None:
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
