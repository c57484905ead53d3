"""Parquet, JSON lines and SPSS files, and values as text."""

import datetime as dt
import json
import math
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from service.survey.tables.cells import written as as_text
from service.survey.tables.problems import RowProblem
from service.survey.tables.table import open_table
from tests.service.survey.tables.test_table import problems_of, refusal, rows_of, written

MOMENT = dt.datetime(2024, 5, 1, 13, 30)  # noqa: DTZ001 - spreadsheets know no time zones
WRITTEN = [
    (None, None),
    ("", None),
    (" ", " "),
    (3, "3"),
    (3.0, "3"),
    (2.5, "2.5"),
    (-0.0, "0"),
    (1e300, str(int(1e300))),
    (math.nan, None),
    (math.inf, "inf"),
    (True, "true"),
    (Decimal("1E+2"), "100"),
    (dt.date(2024, 5, 1), "2024-05-01"),
    (MOMENT, "2024-05-01 13:30:00"),
    (dt.time(8, 0), "08:00:00"),
    (dt.timedelta(hours=30, seconds=5), "30:00:05"),
    (-dt.timedelta(minutes=1), "-0:01:00"),
    ("é".encode(), "é"),
    (b"\xe9", RowProblem.WRONG_ENCODING),
    ([1], RowProblem.NESTED_VALUE),
    ({"a": 1}, RowProblem.NESTED_VALUE),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_value_is_written_as_a_person_would(value: object, text: str | None) -> None:
    assert as_text(value) == text


# JSON lines


def test_json_lines_are_rows_and_their_keys_columns(tmp_path: Path) -> None:
    lines = '{"id": 1, "opmerking": "Fijn"}\n\n{"opmerking": "Eén\\nregel", "team": 3.0}\r\n{"opmerking": null}\n{}'
    path = written(tmp_path, "\ufeff" + lines, "a.jsonl")
    assert rows_of(path) == [
        ("1", "Fijn", None, None),
        (None, "Eén\nregel", "3", None),
        (None, None, None, None),
        (None, None, None, None),
    ]
    with open_table(path) as table:
        assert (table.kind, table.columns, table.rows) == ("jsonl", ("id", "opmerking", "team"), 4)


BAD_LINES = [
    ('{"o": "x"', "bad_json: line 2, column 10: no valid JSON (Expecting ',' delimiter)."),
    ('["x"]', "bad_json: line 2, column 1: no JSON object."),
    ('{"o": 1, "o": 2}', "bad_json: line 2 has an object with a key that is there twice."),
    ('{"o": ' + "[" * 100_000, "bad_json: line 2 has a number or a nesting that is too large."),
    ('{"o": ' + "9" * 5000 + "}", "bad_json: line 2 has a number or a nesting that is too large."),
    ('{"o": {"tekst": "x"}}', 'nested_value: line 2, column "o" has a list or an object instead of one value'),
    ('{"o": ["x"]}', 'nested_value: line 2, column "o" has a list or an object instead of one value'),
    ('{"o": "a\\u0000"}', 'nul_character: line 2, column "o" has a NUL character: the file is damaged there'),
    (
        '{"o": "\\ud83d"}',
        'half_character: line 2, column "o" has half a character, probably cut off by the program that wrote it',
    ),
]


@pytest.mark.parametrize(("line", "problem"), BAD_LINES, ids=[text[:40] for _, text in BAD_LINES])
def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path: Path, line: str, problem: str) -> None:
    path = written(tmp_path, f'{{"o": "een"}}\n{line}\n{{"o": "drie"}}\n', "a.jsonl")
    assert problems_of(path, "o") == [problem]
    assert [cell for cell, _ in rows_of(path, "o")] == ["een", None, "drie"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id;opmerking\n1;x\n", "line 1, column 1: no valid JSON (Expecting value). Write one JSON object a line."),
        ('{\n  "id": 1\n}\n', "line 1, column 2: no valid JSON"),
        ('[{"id": 1}]', "is one JSON list"),
        ("{}\n{}\n", "has no header"),
    ],
)
def test_what_is_no_json_lines_is_refused_with_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    assert message in refusal(written(tmp_path, text, "a.jsonl"), "id")


def test_a_key_of_json_lines_that_no_line_has_is_named(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, '{"id": 1}\n{"opmerkng": ""}\n', "a.jsonl"), "opmerking")
    assert 'no column "opmerking"; the nearest is "opmerkng". The columns are: "id", "opmerkng".' in message


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from("abc"),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.integers() | st.booleans(),
            min_size=1,
        ),
        min_size=1,
        max_size=10,
    ),
    plain=st.booleans(),
)
def test_what_json_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict], plain: bool
) -> None:
    text = "".join(json.dumps(row, ensure_ascii=plain) + "\n" for row in rows)
    path = written(tmp_path_factory.mktemp("json"), text, "a.jsonl")
    for name in {name for row in rows for name in row}:
        assert rows_of(path, name) == [(as_text(row.get(name)), None) for row in rows]


# Parquet


def parquet(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "a.parquet",
        id=pa.array([1, None, 3]),
        cijfer=pa.array([7.0, 7.5, float("nan")]),
        team=pa.array(["A", "B", "A"]).dictionary_encode(),
        **{
            "o.p": pa.array(["Fijn", "", None], pa.large_string()),
            "dag": pa.array([MOMENT.date()] * 3),
            "nano": pa.array([MOMENT] * 3, pa.timestamp("ns")),
            "bytes": pa.array([b"ja", b"n\xc3\xa9", b"\xe9"]),
        },
    )
    start = "2024-05-01"
    assert rows_of(path) == [
        ("1", "7", "A", "Fijn", start, f"{start} 13:30:00", "ja", None),
        (None, "7.5", "B", None, start, f"{start} 13:30:00", "né", None),
        (None, None, None, None, None, None, None, "wrong_encoding"),
    ]
    assert rows_of(path, "o.p") == [("Fijn", None), (None, None), (None, None)]


def test_parquet_with_more_row_groups_than_batches_keeps_its_order(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": list(range(1000))}), tmp_path / "a.parquet", row_group_size=7)
    assert rows_of(tmp_path / "a.parquet", "n", rows=64) == [(str(n), None) for n in range(1000)]


def test_dates_beyond_the_calendar_and_text_that_is_none_are_named(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(pa.string(), 2, pa.array([b"ja", b"\xff"], pa.binary()).buffers())
    path = parquet(tmp_path / "a.parquet", d=pa.array([0, 1 << 60], pa.timestamp("us")), o=broken)
    assert rows_of(path, "d") == [("1970-01-01 00:00:00", None), (None, "wrong_date")]
    assert rows_of(path, "o") == [("ja", None), (None, "wrong_encoding")]


def test_nested_and_double_columns_of_parquet_are_refused_when_asked_for(tmp_path: Path) -> None:
    names = ["o", "x", "x", "y"]
    columns = [pa.array([["a"], ["b"]]), pa.array([1, 2]), pa.array([3, 4]), pa.array([5, 6])]
    pq.write_table(pa.Table.from_arrays(columns, names), tmp_path / "a.parquet")
    assert 'column "o" holds lists or structures' in refusal(tmp_path / "a.parquet", "o")
    assert "the columns 2 and 3 are both called" in refusal(tmp_path / "a.parquet", "x")
    assert rows_of(tmp_path / "a.parquet", "y") == [("5", None), ("6", None)]


def test_parquet_that_is_empty_cut_off_or_damaged_is_named(tmp_path: Path) -> None:
    assert "no rows" in refusal(parquet(tmp_path / "a.parquet", o=pa.array([], pa.string())), "o")
    pq.write_table(
        pa.table({"o": [f"tekst {n}" for n in range(500)]}), tmp_path / "b.parquet", write_page_checksum=True
    )
    data = bytearray((tmp_path / "b.parquet").read_bytes())
    assert "damaged or cut off" in refusal(written(tmp_path, bytes(data[:-20]), "c.parquet"), "o")
    data[len(data) // 4] ^= 255
    assert "is damaged after row 0" in refusal(written(tmp_path, bytes(data), "d.parquet"), "o")


# SPSS


@pytest.fixture
def sav(tmp_path: Path) -> Path:
    frame = pl.DataFrame(
        {
            "afdeling": [1.0, 2.0, 9.0, None, 5.0],
            "opmerking": ["Fijn", "é" * 5000, "Beëindigd", "", None],
            "datum": [1.36e10, 1e18, 0.0, None, -1e18],
            "dag": [1.36e10] * 5,
            "duur": [5400.0] * 5,
            "code": ["a", "99", "b", "a", ""],
        }
    )
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        variable_value_labels={"afdeling": {1: "Zorg", 2: "Keuken", 9: "Weet niet"}, "code": {"a": "Ja"}},
        missing_ranges={"afdeling": [9], "code": ["99"]},
        variable_format={"datum": "DATETIME20", "dag": "DATE11", "duur": "TIME8"},
    )
    return tmp_path / "a.sav"


def test_spss_codes_are_read_as_their_labels_and_missing_values_as_empty(sav: Path) -> None:
    assert rows_of(sav, "afdeling") == [("Zorg", None), ("Keuken", None), (None, None), (None, None), ("5", None)]
    assert rows_of(sav, "code") == [("Ja", None), (None, None), ("b", None), ("Ja", None), (None, None)]
    assert [cell for cell, _ in rows_of(sav, "opmerking")] == ["Fijn", "é" * 5000, "Beëindigd", None, None]
    with open_table(sav) as table:
        assert (table.kind, table.rows, table.dialect) == ("sav", 5, {"encoding": "UTF-8"})


def test_spss_dates_are_dates_and_wrong_ones_are_named(sav: Path) -> None:
    assert rows_of(sav, "datum") == [
        ("2013-10-01 09:46:40", None),
        (None, "wrong_date"),
        ("1582-10-14 00:00:00", None),
        (None, None),
        (None, "wrong_date"),
    ]
    assert rows_of(sav, "dag", "duur")[0] == ("2013-10-01", "1:30:00", None)


def test_spss_files_longer_than_a_chunk_are_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.survey.tables.sav_table.CHUNK", 10)
    for count in (20, 25):
        pyreadstat.write_sav(pl.DataFrame({"n": list(range(count)), "o": ["x"] * count}), tmp_path / "a.sav")
        assert rows_of(tmp_path / "a.sav", "n", "o", rows=7) == [(str(n), "x", None) for n in list(range(count))]


def test_spss_files_that_are_damaged_are_refused(sav: Path, tmp_path: Path) -> None:
    assert "damaged or cut off" in refusal(written(tmp_path, sav.read_bytes()[:400], "b.sav"), "opmerking")
    assert "damaged or cut off" in refusal(written(tmp_path, sav.read_bytes()[:-200], "c.sav"), "opmerking")
    assert 'the nearest is "opmerking"' in refusal(sav, "opmerkingen")
