"""Output files that appear whole or not at all, and that do no harm when a spreadsheet opens them.

A file is written beside its final place under a name with ``.part`` at the end, and takes its name when it is complete
and on the disk. What a killed run leaves behind, the next one overwrites.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv
from pyarrow import parquet as pq

from models.errors import InputError

PRIVATE = 0o600
COMMON = 0o666  # less what the umask takes away
# First characters that make spreadsheets run a cell (OWASP, "CSV Injection"), with their full-width forms.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DANGEROUS_START = rf"\A([{''.join(DANGEROUS).replace('-', chr(92) + '-')}])"
# Zstandard packs labels and nulls to about half of what the default does, at the same speed.
COMPRESSION = "zstd"

WriteBatch = Callable[[pa.RecordBatch], None]


def neutralised(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


@contextmanager
def whole_file(path: Path, private: bool = False) -> Iterator[BinaryIO]:
    """Write a file that takes its name only when the block ends well; on an error nothing is left.

    Parameters
    ----------
    path : Path
        Where it is to stand, in a folder that exists.
    private : bool
        Whether only the owner may read it (mode 0600, from the first byte).

    Raises
    ------
    InputError
        When the file cannot be written there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # never through a link that somebody laid there
        with open(os.open(part, flags, PRIVATE if private else COMMON), "wb") as file:  # noqa: PTH123 - a descriptor
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or 'unknown reason'}).") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes, private: bool = False) -> None:
    """Write a file whole."""
    with whole_file(path, private) as file:
        file.write(data)


def write_text(path: Path, text: str, private: bool = False) -> None:
    """Write a text file whole, in UTF-8."""
    write_bytes(path, text.encode("utf-8"), private)


@contextmanager
def csv_output(path: Path, schema: pa.Schema, private: bool = False) -> Iterator[WriteBatch]:
    """Write a CSV file batch by batch; texts that a spreadsheet would run are neutralised, in the header too."""
    names = [neutralised(name) for name in schema.names]
    renamed = pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])
    with whole_file(path, private) as file, pa_csv.CSVWriter(file, renamed) as writer:

        def write(batch: pa.RecordBatch) -> None:
            columns = [_neutralised(column) for column in batch.columns]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=renamed))

        yield write


@contextmanager
def parquet_output(path: Path, schema: pa.Schema, private: bool = False) -> Iterator[WriteBatch]:
    """Write a Parquet file batch by batch; each batch becomes a row group."""
    with whole_file(path, private) as file, pq.ParquetWriter(file, schema, compression=COMPRESSION) as writer:
        yield writer.write_batch


def _neutralised(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, DANGEROUS_START, r"'\1")
