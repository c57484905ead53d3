"""Survey files are read as they are; what is wrong with one is named, with its place."""

import csv
import hashlib
import io
import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.errors import InputError
from service.survey.tables.table import open_table

SURVEY = "id;afdeling;opmerking\n1;Zorg;Fijn team\n2;Zorg;\n3;Keuken;Te druk, helaas\n"


def rows_of(path: Path, *names: str, sheet: str | None = None, rows: int = 2) -> list[tuple]:
    """Read columns of a file: per row its number, the cells and the problem's code."""
    with open_table(path, sheet) as table:
        read = [
            tuple(row.values()) for batch in table.batches(names or table.columns, rows) for row in batch.to_pylist()
        ]
        assert len(read) == table.rows
    assert [row[0] for row in read] == list(range(1, len(read) + 1))
    return [(*row[1:-1], row[-1] and row[-1].partition(":")[0]) for row in read]


def problems_of(path: Path, *names: str) -> list[str]:
    with open_table(path) as table:
        return [
            text for batch in table.batches(names or table.columns, 5) for text in batch["problem"].to_pylist() if text
        ]


def written(folder: Path, content: str | bytes, name: str = "onderzoek.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def refusal(path: Path, *names: str, sheet: str | None = None) -> str:
    with pytest.raises(InputError) as caught, open_table(path, sheet) as table:
        list(table.batches(names, 5))
    return str(caught.value)


def test_a_batch_has_row_columns_and_problem(tmp_path: Path) -> None:
    with open_table(written(tmp_path, SURVEY)) as table:
        batches = list(table.batches(["opmerking", "afdeling"], 2))
        again = list(table.batches(["opmerking", "afdeling"], 2))
    fields = [("row", pa.int64()), ("opmerking", pa.string()), ("afdeling", pa.string()), ("problem", pa.string())]
    assert batches[0].schema == pa.schema(fields)
    assert [batch.num_rows for batch in batches] == [2, 1]
    assert batches == again
    assert pa.Table.from_batches(batches)["row"].to_pylist() == [1, 2, 3]
    assert table.columns == ("id", "afdeling", "opmerking")
    assert (table.kind, table.rows) == ("csv", 3)
    assert table.dialect == {"encoding": "utf-8", "delimiter": ";", "quoting": '"'}
    assert table.sha256 == hashlib.sha256(SURVEY.encode()).hexdigest()


def test_two_readings_of_one_table_do_not_disturb_each_other(tmp_path: Path) -> None:
    with open_table(written(tmp_path, SURVEY)) as table:
        pairs = list(zip(table.batches(["id"], 1), table.batches(["id"], 1), strict=True))
    assert all(one == other for one, other in pairs)


DELIMITED = [
    ("semicolon", "a;b\n1,5;2\n3,5;4\n", ";"),
    ("comma", "a,b\n1;5,2\n3,4\n", ","),
    ("tab", "a\tb\n1, 2; 3\t2\n", "tab"),
    ("bar", "a|b\n1|2\n", "|"),
    ("declared", "sep=|\na|b;c\n1|2;3\n", "|"),
    ("none", "opmerking\nNou, dit; en dat\nNiets\n", "none"),
    ("none, with commas in the header", "opmerking, vrij\nFijn\nGoed\nEen, twee, drie\n", "none"),
    ("quoted header that holds others", '"a";"b, c, d"\n1;2\n', ";"),
    ("one ragged row", "a;b\n1;2\n3\n4;5\n", ";"),
]


@pytest.mark.parametrize(("name", "text", "delimiter"), DELIMITED, ids=[row[0] for row in DELIMITED])
def test_the_delimiter_is_detected(tmp_path: Path, name: str, text: str, delimiter: str) -> None:
    with open_table(written(tmp_path, text)) as table:
        assert table.dialect["delimiter"] == delimiter


QUOTED = [
    ("doubled", 'id;o\n1;"Hij zei ""nee"";\nen ging"\n2;x\n', 'Hij zei "nee";\nen ging', '"'),
    ("escaped", 'id;o\n1;"Hij zei \\"nee\\"; weg"\n2;x\n', 'Hij zei "nee"; weg', '", escaped by \\'),
    ("single", "'id';'o'\n'1';'Foto''s; veel'\n'2';'x'\n", "Foto's; veel", "'"),
    ("spaced", 'id, o\n1, "ja, hoor"\n2, x\n', "ja, hoor", '"'),
    ("none", 'id;o\n1;"Nee" zei hij\n2;"Ja\n3;x\n', '"Nee" zei hij', "none"),
    ("apostrophes are no quotes", "id;o\n1;'s Ochtends; \n2;'t Gaat\n", "'s Ochtends", '"'),
]


@pytest.mark.parametrize(("name", "text", "cell", "quoting"), QUOTED, ids=[row[0] for row in QUOTED])
def test_the_quoting_is_detected(tmp_path: Path, name: str, text: str, cell: str, quoting: str) -> None:
    path = written(tmp_path, text)
    assert rows_of(path, "o")[0] == (cell, None)
    with open_table(path) as table:
        assert table.dialect["quoting"] == quoting


ACCENTS = "id;opmerking\n1;Eén coördinator, foto’s: €5\n2;Beëindigd\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8 with byte order mark"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_the_encoding_is_detected(tmp_path: Path, encoding: str, name: str) -> None:
    path = written(tmp_path, ACCENTS, encoding=encoding)
    assert rows_of(path, "id", "opmerking") == [("1", "Eén coördinator, foto’s: €5", None), ("2", "Beëindigd", None)]
    with open_table(path) as table:
        assert table.dialect["encoding"] == name


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_an_encoding_that_is_not_read_is_named_rather_than_guessed(tmp_path: Path, encoding: str) -> None:
    text = "id;opmerking\n1;Één reünie, geëvalueerd, hé, café, privé, eén, bücher\n"
    assert "save it as CSV UTF-8" in refusal(written(tmp_path, text, encoding=encoding), "opmerking")


@pytest.mark.parametrize(("first", "second", "bad"), [("utf-8", "cp1252", 4), ("cp1252", "utf-8", 4)])
def test_a_file_that_changes_encoding_half_way_loses_only_those_rows(
    tmp_path: Path, first: str, second: str, bad: int
) -> None:
    start = "id;opmerking\n1;Eén\n2;coördinatie en financiën\n3;gewoon\n".encode(first)
    path = written(tmp_path, start + "4;café\n5;prima\n".encode(second))
    codes = [code for _, code in rows_of(path, "opmerking")]
    assert codes == [None, None, None, "wrong_encoding", None]
    assert problems_of(path, "opmerking") == [
        f'wrong_encoding: line {bad + 1}, column "opmerking" is in another encoding than the rest of the file'
    ]
    assert rows_of(path, "id")[3] == ("4", None)  # what was asked for can be read


LINES = [
    ("Windows line ends", "a;b\r\n1;2\r\n", [("1", "2", None)]),
    ("old Macintosh line ends", "a;b\r1;2\r", [("1", "2", None)]),
    ("no line end", "a;b\n1;2", [("1", "2", None)]),
    ("blank lines are no rows", "\n\na;b\n\n1;2\n\n3;4\n\n", [("1", "2", None), ("3", "4", None)]),
    ("a row of blank cells is one", "a;b\n;\n1;2\n", [(None, None, None), ("1", "2", None)]),
    ("quoted line breaks", 'a;b\n"1\r\n\n1";2\n3;4\n', [("1\r\n\n1", "2", None), ("3", "4", None)]),
    ("delimiters at the end", "a;b\n1;2;;\n3;4;\n", [("1", "2", None), ("3", "4", None)]),
    ("a header with blank ends", "a;b;;\n1;2\n3;4;;\n", [("1", "2", None), ("3", "4", None)]),
    ("a line separator of Unicode", "a;b\n1\u2028\x0b\x85;2\n", [("1\u2028\x0b\x85", "2", None)]),
]


@pytest.mark.parametrize(("name", "text", "rows"), LINES, ids=[row[0] for row in LINES])
def test_rows_are_what_a_spreadsheet_would_make_of_them(tmp_path: Path, name: str, text: str, rows: list) -> None:
    assert rows_of(written(tmp_path, text), "a", "b") == rows


def test_blank_lines_under_a_single_column_are_empty_comments(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, "opmerking\nja\n\nnee\n")) == [("ja", None), (None, None), ("nee", None)]


PROBLEMS = [
    ("short", "2;Zorg", "ragged_row: line 3 has 2 cells where the header has 3."),
    ("long", "2;Zorg;goed;maar", "ragged_row: line 3 has 4 cells where the header has 3."),
    ("quote", '2;Zorg;"Nee" zei hij', "bad_quoting: line 3 has text after a closing quote; double quotes in a cell."),
    ("NUL", "2;Zorg;a\0b", 'nul_character: line 3, column "opmerking" has a NUL character: the file is damaged there'),
    ("too long", "2;Zorg;" + "x" * 131_073, "cell_too_long: line 3 has a cell of more than 131072 characters."),
]


@pytest.mark.parametrize(("name", "line", "problem"), PROBLEMS, ids=[row[0] for row in PROBLEMS])
def test_a_bad_row_is_named_and_the_rest_is_read(tmp_path: Path, name: str, line: str, problem: str) -> None:
    path = written(tmp_path, f"id;afdeling;opmerking\n1;Zorg;goed\n{line}\n3;Keuken;fijn\n")
    assert problems_of(path, "id", "opmerking") == [problem]
    rows = rows_of(path, "id", "opmerking")
    assert rows == [("1", "goed", None), (None, None, problem.partition(":")[0]), ("3", "fijn", None)]


def test_a_cell_as_long_as_excel_allows_is_read(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, f"id;o\n1;{'é' * 32_767}\n"), "o") == [("é" * 32_767, None)]


def test_half_a_character_cut_off_by_the_exporter_is_named(tmp_path: Path) -> None:
    text = "id;o\n1;Top \ud83d\n2;Goed\n".encode("utf-16-le", "surrogatepass")
    assert rows_of(written(tmp_path, b"\xff\xfe" + text), "o") == [(None, "half_character"), ("Goed", None)]


REFUSED = [
    ("nothing", "", "onderzoek.csv: is empty"),
    ("header only", "id;opmerking\n", "has a header but no rows"),
    ("blank", "\n \n\n", "has no header"),
    ("unclosed quote", 'id;opmerking\n1;ja\n2;"Nee\n3;ja\n', 'line 3, column 2 ("opmerking"): a quote opens here'),
    ("unclosed quote, met by another", 'id;opmerking\n2;"Nee\n3;"ja"\n', 'line 2, column 2 ("opmerking"): a quote'),
    (
        "unclosed quote, long file",
        'id;opmerking\n2;"Nee\n' + "3;veel te druk, al jaren\n" * 20_000,
        "a quote opens here",
    ),
    ("unclosed header", 'id;"opmerking\n2;Nee\n', "line 1, column 2: a quote opens here"),
    ("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1", "is not a text file"),
    ("PDF", b"%PDF-1.7 ...", "is a PDF document"),
    ("gzip", b"\x1f\x8b\x08\0", "compressed (gzip); unpack it first"),
    ("web page", "<!DOCTYPE html><table>", "line 1, column 1: is a web page"),
    ("JSON list", '[{"id": 1}]', "line 1, column 1: is one JSON list"),
    (
        "JSON lines",
        '{"id": 1}\n',
        "line 1, column 1: is a file of JSON lines, not a CSV file; rename it to end in .jsonl",
    ),
    ("Parquet", b"PAR1\x15\4PAR1", "line 1, column 1: is a Parquet file, not a CSV file"),
    ("SPSS", b"$FL2@(#) SPSS", "line 1, column 1: is an SPSS file, not a CSV file"),
    ("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "with a password or in the old .xls format"),
    ("broken archive", b"PK\x03\x04 and nothing more", "damaged or cut off"),
    ("half of UTF-16", b"\xff\xfei\0d\0;\0o\0\n\0" + b"1\0;\0x", "cut off in the middle of a character"),
]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_file_that_cannot_be_understood_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    assert message in refusal(written(tmp_path, content), "opmerking")


def test_a_text_file_that_claims_to_be_something_else_is_refused(tmp_path: Path) -> None:
    for ending, what in (("xlsx", "an Excel workbook"), ("parquet", "a Parquet file"), ("sav", "an SPSS file")):
        message = refusal(written(tmp_path, SURVEY, f"onderzoek.{ending}"), "opmerking")
        assert f"line 1, column 1: is a CSV file, not {what}; rename it to end in .csv" in message


def test_a_line_without_end_is_refused_without_reading_on(tmp_path: Path) -> None:
    assert "line 2: is too long" in refusal(written(tmp_path, "id;o\n1;" + "x" * (1 << 22)), "o")


def test_a_missing_column_is_named_with_the_nearest_and_those_there_are(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, SURVEY), "Opmerkingen")
    assert 'there is no column "Opmerkingen"; the nearest is "opmerking".' in message
    assert message.endswith('The columns are: "id", "afdeling", "opmerking".')


def test_a_message_shortens_and_counts_columns(tmp_path: Path) -> None:
    header = ";".join([*(f"v{number}" for number in range(50)), "Wat wilt u nog kwijt over uw werk? " * 5])
    message = refusal(written(tmp_path, f"{header}\n" + ";" * 50 + "\n"), "niets")
    assert message.endswith('"v39" and 11 more.')
    assert '"Wat wilt u nog kwijt over uw werk? Wat wilt u nog kwijt over…"' not in message


def test_a_column_that_is_there_twice_is_refused_only_when_it_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "id;o;o\n1;a;b\n")
    assert rows_of(path, "id") == [("1", None)]
    assert 'the columns 2 and 3 are both called "o"' in refusal(path, "o")


def test_a_column_is_found_whatever_its_spaces_and_accents(tmp_path: Path) -> None:
    path = written(tmp_path, 'id;" Wat vindt\nu van\u00a0de cafe\u0301s? "\n1;leuk\n')
    assert rows_of(path, "Wat vindt u van de cafés?") == [("leuk", None)]


def test_columns_cannot_have_the_names_of_the_batches_own(tmp_path: Path) -> None:
    path = written(tmp_path, "row;problem\n1;2\n")
    for name in ("row", "problem"):
        assert f'a column cannot be called "{name}" here' in refusal(path, name)


def test_a_column_asked_for_twice_comes_once(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, SURVEY), "id", "id")[0] == ("1", None)


def test_a_sheet_is_refused_for_what_has_none(tmp_path: Path) -> None:
    assert "leave out --sheet" in refusal(written(tmp_path, SURVEY), "id", sheet="Blad1")


def test_what_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nergens.csv")
    assert "Is a directory" in refusal(tmp_path)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, SURVEY)
    with open_table(path) as table:
        path.write_text(SURVEY + "4;Zorg;nieuw\n", encoding="utf-8")
        with pytest.raises(InputError, match="was changed while it was being read"):
            list(table.batches(["id"], 5))


def test_a_pipe_can_be_read_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pijp"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=[SURVEY])
    writer.start()
    assert rows_of(pipe, "afdeling") == [("Zorg", None), ("Zorg", None), ("Keuken", None)]
    writer.join()


@pytest.mark.parametrize(("text", "kind"), [(SURVEY, "csv"), ('{"a": 1}\n{"b": 2}\n{}\n', "jsonl")])
def test_standard_input_is_kept_where_nobody_else_can_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, kind: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_table("-") as table:
        kept = os.fstat(table._source._descriptor)
        counts = [sum(batch.num_rows for batch in table.batches(table.columns[-1:], 2)) for _ in range(2)]
        assert (table.name, table.kind, counts) == ("stdin", kind, [3, 3])
        assert (stat.S_IMODE(kept.st_mode), kept.st_nlink, list(tmp_path.iterdir())) == (0o600, 0, [])


def test_no_message_quotes_a_cell(tmp_path: Path) -> None:
    cell = "Mijn leidinggevende Annelies"
    lines = [f"1;{cell}", f'2;"{cell}" zei ik', f"3;{cell};x", f"4;{cell}\0", f"5;{cell}"]
    for problem in problems_of(written(tmp_path, "id;o\n" + "\n".join(lines) + "\n"), "o"):
        assert "Annelies" not in problem
    assert "Annelies" not in refusal(written(tmp_path, f'id;o\n1;x\n2;"{cell}\n'), "o")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r"), max_size=30)
# "x" in the first cell, for a row of empty cells alone is a blank line to polars
tables = st.lists(st.tuples(st.just("x"), texts, texts), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    table=tables,
    delimiter=st.sampled_from(";,\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([0, 1]),
)
def test_what_the_csv_module_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, table: list, delimiter: str, end: str, quoting: int
) -> None:
    assume(quoting or end == "\r\n" or not any("\r" in cell for row in table for cell in row))  # written unquoted
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("a", "b", "c"), *table])
    path = written(tmp_path_factory.mktemp("csv"), file.getvalue())
    assert rows_of(path, "a", "b", "c") == [(*(cell or None for cell in row), None) for row in table]


@settings(max_examples=40, deadline=None)
@given(table=tables, separator=st.sampled_from(";,\t|"))
def test_what_polars_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, table: list, separator: str
) -> None:
    path = tmp_path_factory.mktemp("polars") / "onderzoek.csv"
    pl.DataFrame(table, schema=["a", "b", "c"], orient="row").write_csv(path, separator=separator)
    assert rows_of(path, "a", "b", "c") == [(*(cell or None for cell in row), None) for row in table]


@settings(max_examples=150, deadline=None)
@given(content=st.one_of(st.binary(min_size=1, max_size=200), st.text("ab;,\"\n\r\\\t'é", min_size=1, max_size=80)))
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, content: bytes | str) -> None:
    path = written(tmp_path_factory.mktemp("bytes"), content)
    with suppress(InputError), open_table(path) as table:
        names = [name for name in table.columns if name and table.columns.count(name) == 1]
        assert sum(batch.num_rows for batch in table.batches(names, 3)) == table.rows
