"""table.py: CSV and XLSX, made by hand and by other libraries."""

import csv
import io

import openpyxl
import pytest

from models.errors import InputError
from tests.training.formats.corpora import BOOK, bring, read, reasons
from training.corpus import AnnotatedText
from training.formats.layout import items_of
from training.formats.table import MAX_CELL, neutral, restored, write_csv, write_xlsx

FORMULAS = ["=1+1", "+31 6", "-", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''+"]
PLAIN = ["Te laat.", "'s Avonds", "", "1-2", "'", "a=b"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_looks_like_a_formula_is_neutralised_and_restored(cell):
    assert neutral(cell) == f"'{cell}"
    assert restored(neutral(cell)) == cell


@pytest.mark.parametrize("cell", PLAIN)
def test_other_cells_stay_as_they_are(cell):
    assert neutral(cell) == restored(cell) == cell


def one(text):
    return AnnotatedText.model_validate(
        {"id": "t", "writer": "w", "kind": "survey", "sector": "zorg", "sentences": [{"text": text, "tags": []}]}
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_exported_cell_begins_like_a_formula(text):
    items = items_of({"=cmd": [one(text)]})
    rows = list(csv.reader(io.StringIO(write_csv(items), newline="")))
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(items)))
    cells = [cell for row in rows for cell in row] + [cell.value for row in book.active.rows for cell in row]
    assert not [cell for cell in cells if cell and cell[0] in "=+-@\t\r"]
    assert [cell.data_type for row in book.active.rows for cell in row if cell.value] == ["s"] * 18


LATE = [("delay", "reported")]
SHEETS = [
    ("text,labels\nTe laat.,delay:reported\n", [LATE]),
    ("text;labels\nTe laat.;delay:reported\n", [LATE]),
    ("\ufefftext\tlabels\r\nTe laat.\tdelay:reported\r\n", [LATE]),
    ('text,labels\n"Te laat, en\ngrof","vertraging: gemeld; rudeness:resolved"\n', [[*LATE, ("rudeness", "resolved")]]),
    ("text,delay,rudeness\nTe laat.,reported,\nGrof.,nee,verholpen\n", [LATE, [("rudeness", "resolved")]]),
    ("text,vertraging\nTe laat.,gemeld\nBlauw.,-\n", [LATE, []]),
]


@pytest.mark.parametrize(("content", "tags"), SHEETS)
def test_a_table_made_by_hand_is_read(content, tags):
    replies = read("csv", ("mine.csv", content))
    assert [[(m.tag.label, m.tag.stance) for m in reply.marks] for reply in replies] == tags


def test_a_yes_in_a_labels_own_column_takes_the_default_stance():
    replies = read("csv", ("mine.csv", "text,delay,rudeness\nTe laat.,x,0\n"), default_stance="resolved")
    assert [[(m.tag.label, m.tag.stance) for m in reply.marks] for reply in replies] == [[("delay", "resolved")]]


def test_a_workbook_made_elsewhere_is_read_with_its_numbers():
    book = openpyxl.Workbook()
    for row in [
        ("id", "tekst", "annotator", "labels"),
        (17, "Te laat 👍.", 3, "delay:reported"),
        (18, None, 3, ""),
        (19, 2026, 3, "delay"),
    ]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    done = bring("xlsx", ("mine.xlsx", out.getvalue()), text_field="tekst")
    assert [(text.id, text.sentences[0].text) for text in done.corpus] == [("17", "Te laat 👍.")]
    assert set(done.annotations) == {"3"}
    assert reasons(done) == [
        ("row 3", "field 'tekst' is empty"),
        ("row 4", "label 'delay' has no stance (name one with --default-stance, such as reported)"),
    ]


WRONG_ROWS = [
    ("Te laat.", "line 3", "1 cells, where the header has 2"),
    ("a,b,c", "line 3", "3 cells"),
    (",delay:reported", "line 3", "field 'text' is empty"),
    ('"Te laat."x,delay:reported', "line 3", "broken quotes"),
    ("Te laat.,lateness", "line 3", "'lateness' is not in the codebook"),
]


@pytest.mark.parametrize(("row", "place", "reason"), WRONG_ROWS)
def test_a_wrong_row_is_named_by_its_line_and_the_rest_goes_on(row, place, reason):
    done = bring("csv", ("mine.csv", f"text,labels\nGrof.,rudeness:reported\n{row}\nBlauw.,\n"))
    ((where, why),) = reasons(done)
    assert where == place
    assert reason in why
    assert [text.sentences[0].text for text in done.corpus] == ["Grof.", "Blauw."]


def test_a_row_of_an_exported_sheet_that_no_one_filled_in_is_skipped():
    done = bring("csv", ("mine.csv", "text,annotator,labels\nGrof.,anna,\nBlauw.,,\n"))
    assert reasons(done) == [("line 3", "not annotated yet: neither an annotator nor a label")]


@pytest.mark.parametrize("content", ["", "zin,labels\nTe laat.,\n", b"PK\x03\x04 not a zip"])
def test_a_table_without_a_text_column_cannot_be_read(content):
    with pytest.raises(InputError, match=r"mine\.(csv|xlsx)"):
        read(
            "xlsx" if isinstance(content, bytes) else "csv",
            ("mine.xlsx" if isinstance(content, bytes) else "mine.csv", content),
        )


def test_a_text_longer_than_a_cell_is_refused_with_the_remedy():
    with pytest.raises(InputError, match="use CSV"):
        write_xlsx(items_of({"a": [one("a" * (MAX_CELL + 1))]}))


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_whole_texts_do_not_fit_a_table(write):
    with pytest.raises(InputError, match="--unit sentence"):
        write(items_of({"a": [one("Te laat.")]}, "text"))
    assert BOOK.name == "klachten-nl"
