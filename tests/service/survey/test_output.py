"""Output appears whole or not at all, for the owner alone where it must, and runs no formula in a spreadsheet."""

import csv
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from models.errors import InputError
from service.survey.output import csv_output, neutralised, parquet_output, whole_file, write_bytes, write_text

SCHEMA = pa.schema([("row", pa.int64()), ("label", pa.string()), ("probability", pa.float32())])
BATCH = pa.record_batch([[1, -2], ["autonomie", None], [0.5, -0.25]], schema=SCHEMA)

CELLS = [
    ("=1+1", "'=1+1"),
    ("+31 6 12345678", "'+31 6 12345678"),
    ("- eerste punt", "'- eerste punt"),
    ("@HYPERLINK()", "'@HYPERLINK()"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("\n=1", "'\n=1"),
    ("＝1", "'＝1"),
    ("gewoon = goed", "gewoon = goed"),
    ("a\n=1", "a\n=1"),
    ("^", "^"),
    ("1", "1"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "safe"), CELLS)
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(tmp_path: Path, text: str, safe: str) -> None:
    assert neutralised(text) == safe
    schema = pa.schema([("tekst", pa.string())])
    with csv_output(tmp_path / "a.csv", schema) as write:
        write(pa.record_batch([[text]], schema=schema))
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["tekst"], [safe]]


def test_a_column_name_is_neutralised_and_a_number_is_not(tmp_path: Path) -> None:
    schema = pa.schema([("=1+1", pa.int64())])
    with csv_output(tmp_path / "a.csv", schema) as write:
        write(pa.record_batch([[-1]], schema=schema))
    assert (tmp_path / "a.csv").read_text() == '"\'=1+1"\n-1\n'


def test_batches_become_one_file(tmp_path: Path) -> None:
    with csv_output(tmp_path / "a.csv", SCHEMA) as write:
        write(BATCH)
        write(BATCH)
    rows = ['1,"autonomie",0.5', "-2,,-0.25"] * 2
    assert (tmp_path / "a.csv").read_text() == "\n".join(['"row","label","probability"', *rows, ""])
    with parquet_output(tmp_path / "a.parquet", SCHEMA) as write:
        write(BATCH)
        write(BATCH)
    assert pq.read_table(tmp_path / "a.parquet").to_batches() == [BATCH, BATCH]


def test_an_output_without_rows_has_its_columns(tmp_path: Path) -> None:
    with csv_output(tmp_path / "a.csv", SCHEMA), parquet_output(tmp_path / "a.parquet", SCHEMA):
        pass
    assert (tmp_path / "a.csv").read_text() == '"row","label","probability"\n'
    assert pq.read_schema(tmp_path / "a.parquet").equals(SCHEMA)


def test_equal_batches_make_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with csv_output(tmp_path / f"{name}.csv", SCHEMA) as write, parquet_output(tmp_path / name, SCHEMA) as add:
            write(BATCH)
            add(BATCH)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_files_are_the_owners_alone_from_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "comments.parquet"
    path.touch(mode=0o644)
    before = os.umask(0o022)
    try:
        with whole_file(path, private=True) as file:
            file.write(b"x")
            assert [mode(part) for part in tmp_path.glob(".*.part")] == [0o600]
        write_text(tmp_path / "report.html", "x")
    finally:
        os.umask(before)
    assert (mode(path), mode(tmp_path / "report.html")) == (0o600, 0o644)


def break_off(file: BinaryIO, path: Path) -> None:
    file.write(b"nie")
    file.flush()
    assert path.read_text() == "oud"
    raise ValueError("halverwege")


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_text(path, "oud")
    with pytest.raises(ValueError, match="halverwege"), whole_file(path) as file:
        break_off(file, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "oud"
    write_bytes(path, b"nieuw")
    assert path.read_text() == "nieuw"
    assert list(tmp_path.iterdir()) == [path]


def half(write: Callable[[pa.RecordBatch], None]) -> None:
    write(BATCH)
    raise ValueError("halverwege")


@pytest.mark.parametrize("output", [csv_output, parquet_output])
def test_a_half_written_batch_output_leaves_nothing(tmp_path: Path, output: Callable) -> None:
    with pytest.raises(ValueError, match="halverwege"), output(tmp_path / "a", SCHEMA) as write:
        half(write)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_overwritten_and_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("blijft")
    (tmp_path / ".a.part").symlink_to(tmp_path / "victim")
    write_text(tmp_path / "a", "nieuw", private=True)
    assert (tmp_path / "victim").read_text() == "blijft"
    assert (tmp_path / "a").read_text() == "nieuw"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nergens/a: cannot be written \(No such file or directory\)"):
        write_text(tmp_path / "nergens" / "a", "x")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=20))
def test_every_cell_comes_back_as_it_was_but_for_the_apostrophe(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    schema = pa.schema([("row", pa.int64()), ("tekst", pa.string())])
    with csv_output(path, schema) as write:
        write(pa.record_batch([list(range(len(texts))), texts], schema=schema))
    with path.open(newline="", encoding="utf-8") as file:
        assert [row[1] for row in csv.reader(file)][1:] == [neutralised(text) for text in texts]
