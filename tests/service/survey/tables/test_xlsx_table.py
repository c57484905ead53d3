"""Workbooks: what a person sees in a cell is what is read, and what nobody can read is named."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from models.errors import InputError
from service.survey.tables.table import open_table
from tests.service.survey.tables.test_table import problems_of, refusal, rows_of, written

HEADER = ["id", "afdeling", "opmerking"]


def workbook(path: Path, *rows: list, sheet: str = "Data") -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def changed(path: Path) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.load_workbook(path)
    return book, book.worksheets[0]


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    rows = [[1, "Zorg", "Fijn team"], [2, "Zorg", None], [3, "Keuken", "Te druk"]]
    return workbook(tmp_path / "onderzoek.xlsx", HEADER, *rows)


def test_a_workbook_is_read_as_its_cells(survey: Path) -> None:
    assert rows_of(survey) == [
        ("1", "Zorg", "Fijn team", None),
        ("2", "Zorg", None, None),
        ("3", "Keuken", "Te druk", None),
    ]
    with open_table(survey) as table:
        assert (table.kind, table.columns, table.rows) == ("xlsx", tuple(HEADER), 3)
        assert table.dialect == {"sheet": "Data", "header_row": 1}


VALUES = [
    (1.0, "1"),
    (2.5, "2.5"),
    (True, "true"),
    (dt.date(2024, 5, 1), "2024-05-01"),
    (dt.datetime(2024, 5, 1, 13, 30), "2024-05-01 13:30:00"),  # noqa: DTZ001 - Excel knows no time zones
    (dt.time(13, 30), "13:30:00"),
    ("=", "="),
    ("#NAME?", "#NAME?"),
    ("x" * 32_767, "x" * 32_767),
    ("regel\nregel", "regel\nregel"),
]


def test_values_are_written_as_a_person_would(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["v"], [""], *([None] for _ in VALUES))
    book, page = changed(path)
    for row, (value, _) in enumerate(VALUES, 2):
        cell = page.cell(row, 1, value)
        if isinstance(value, str):
            cell.data_type = "s"  # text, where openpyxl would make a formula or an error of it
    book.save(path)
    assert rows_of(path)[: len(VALUES)] == [(text, None) for _, text in VALUES]


@pytest.mark.parametrize("serial", [-5, 60, 2_958_466, 99_999_999, 1e300])
def test_a_wrong_date_stops_nothing(tmp_path: Path, serial: float) -> None:
    path = workbook(tmp_path / "a.xlsx", ["datum", "opmerking"], [serial, "goed"])
    book, page = changed(path)
    page["A2"].number_format = "yyyy-mm-dd"
    book.save(path)
    assert rows_of(path, "opmerking") == [("goed", None)]
    assert len(rows_of(path, "datum")) == 1


def test_rows_and_columns_before_the_table_are_skipped_and_places_stay_right(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [], [], [None, "id", "opmerking"], [None, 1, "=1+1"], [], [None, 2, "ja"])
    assert problems_of(path, "opmerking")[0].startswith(
        'formula_without_value: row 4, column "opmerking" has a formula'
    )
    assert rows_of(path, "id") == [("1", None), (None, None), ("2", None)]


def test_a_formula_counts_with_its_value_and_without_one_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["id", "opmerking"], [1, "=1+1"], [2, "ja"], [3, '="ne"&"e"'])
    assert rows_of(path, "opmerking") == [
        (None, "formula_without_value"),
        ("ja", None),
        (None, "formula_without_value"),
    ]
    for blank in ("<v></v>", "<v/>", "<v />"):
        with_sheet(path, f"<f>1+1</f>{blank}", "<f>1+1</f><v>2</v>")
    assert rows_of(path, "opmerking")[0] == ("2", None)
    assert rows_of(path, "id") == [("1", None), ("2", None), ("3", None)]


def test_a_comment_that_excel_made_a_formula_error_of_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["id", "opmerking"], [1, "#NAME?"], [2, "ja"])
    assert rows_of(path, "opmerking") == [(None, "formula_error"), ("ja", None)]


def test_cells_that_a_merge_swallowed_are_named(survey: Path) -> None:
    book, page = changed(survey)
    page.merge_cells("B2:B3")
    page.merge_cells("C4:D4")  # the comment stands in the first cell of this one
    book.save(survey)
    assert rows_of(survey, "afdeling", "opmerking") == [
        ("Zorg", "Fijn team", None),
        (None, None, "merged_cell"),
        ("Keuken", "Te druk", None),
    ]
    assert rows_of(survey, "opmerking")[1] == (None, None)
    assert 'row 3, column "afdeling" lies in merged cells' in problems_of(survey, "afdeling")[0]


def test_a_merge_of_the_whole_sheet_costs_no_time_or_memory(survey: Path) -> None:
    merge = '<mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    with_sheet(survey, "</sheetData>", f"</sheetData>{merge}")
    assert [code for _, code in rows_of(survey, "opmerking")] == [None, "merged_cell", "merged_cell"]


def test_of_several_sheets_with_data_one_must_be_chosen(survey: Path) -> None:
    book, _ = changed(survey)
    book.create_sheet("Leeg")
    book.create_sheet("Verborgen").append(["x"])
    book["Verborgen"].sheet_state = "hidden"
    book.save(survey)
    assert len(rows_of(survey, "id")) == 3  # one that is empty or hidden asks no question
    book.create_sheet("Nog een").append(["y"])
    book["Nog een"].append(["z"])
    book.save(survey)
    assert 'choose one with --sheet: "Data", "Nog een"' in refusal(survey, "id")
    assert rows_of(survey, "y", sheet="Nog een") == [("z", None)]
    message = refusal(survey, "id", sheet="data")
    assert 'there is no sheet "data". The sheets are: "Data", "Leeg", "Verborgen", "Nog een".' in message


def test_a_missing_column_names_the_sheet(survey: Path) -> None:
    assert 'onderzoek.xlsx, sheet "Data": there is no column "x"' in refusal(survey, "x")


def test_empty_workbooks_are_named(tmp_path: Path) -> None:
    assert "no sheet with data" in refusal(workbook(tmp_path / "leeg.xlsx"), "x")
    assert "has a header but no rows" in refusal(workbook(tmp_path / "kop.xlsx", HEADER), "id")
    empty = workbook(tmp_path / "kies.xlsx")
    assert "has no header" in refusal(empty, "id", sheet="Data")


def test_a_workbook_that_claims_to_be_something_else_is_refused(survey: Path, tmp_path: Path) -> None:
    path = written(tmp_path, survey.read_bytes(), "onderzoek.csv")
    message = refusal(path, "id")
    assert "line 1, column 1: is an Excel workbook, not a CSV file; rename it to end in .xlsx" in message
    with zipfile.ZipFile(tmp_path / "map.xlsx", "w") as archive:
        archive.writestr("onderzoek.csv", "id;opmerking\n")
    assert "is an archive and no Excel workbook" in refusal(tmp_path / "map.xlsx", "id")


def test_a_workbook_that_unpacks_to_far_too_much_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(80):
                sheet.write(bytes(1 << 20))
    assert "unpacks to 80 MB, too much for a workbook" in refusal(path, "id")


def test_a_workbook_that_lies_about_its_size_is_refused(survey: Path) -> None:
    data = bytearray(survey.read_bytes())
    with zipfile.ZipFile(survey) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    place = data.rindex(sheet.filename.encode()) - 46 + 24  # the size in the directory at the end of the archive
    data[place : place + 4] = (10).to_bytes(4, "little")
    survey.write_bytes(data)
    assert "damaged" in refusal(survey, "id")


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 4000), value=st.integers(0, 255), length=st.integers(1, 20))
def test_a_damaged_workbook_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int, length: int
) -> None:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["id"])
    book.worksheets[0].append(["=1+1"])
    book.save(file)
    data = bytearray(file.getvalue())
    data[place % len(data) : place % len(data) + length] = bytes([value]) * length
    path = written(tmp_path_factory.mktemp("stuk"), bytes(data), "a.xlsx")
    try:
        assert len(rows_of(path, "id")) == 1
    except InputError:
        assert refusal(path, "id").startswith(str(path))


def with_sheet(path: Path, old: str, new: str) -> None:
    """Change the XML of the first sheet, for what openpyxl does not write."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text.replace(old, new) if name == "xl/worksheets/sheet1.xml" else text)
