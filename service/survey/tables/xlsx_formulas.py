"""Formulas that have no value to read: those with an error, and those that no program has calculated yet.

python-calamine, which reads the values, gives an empty cell for both, and an empty comment is not what the file says.
So where a workbook holds any, openpyxl looks them up. It is the slower of the two: workbooks without formulas skip it.
"""

import re
import warnings
import zipfile

import openpyxl

from models.errors import InputError
from service.survey.tables.problems import RowProblem
from service.survey.tables.source import CHUNK, Source

HINT = re.compile(rb"""<(\w+:)?f[ />]|\bt=["']e["']""")  # a formula element, or a cell whose type is "error"
OVERLAP = 64  # bytes kept between chunks, so that a hint on their border is seen


def unread_formulas(source: Source, sheet: str) -> dict[tuple[int, int], RowProblem]:
    """Find the cells of a sheet (row and column, 0-based) whose formula has no value.

    Raises
    ------
    InputError
        When the workbook has formulas that cannot be looked up.
    """
    if not _has_formulas(source):
        return {}
    found = {}
    try:
        with source.reader() as first, source.reader() as second, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and extensions that play no part here
            values = openpyxl.load_workbook(first, read_only=True, data_only=True)
            formulas = openpyxl.load_workbook(second, read_only=True)
            rows = zip(values[sheet].iter_rows(), formulas[sheet].iter_rows(), strict=True)
            for row, (computed, written) in enumerate(rows):
                for column, (value, formula) in enumerate(zip(computed, written, strict=True)):
                    if value.data_type == "e":
                        found[row, column] = RowProblem.FORMULA_ERROR
                    elif formula.data_type == "f" and value.value is None:
                        found[row, column] = RowProblem.FORMULA_WITHOUT_VALUE
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError, OSError, zipfile.BadZipFile):
        raise InputError(
            f"{source.name}: has formulas that cannot be read; save it as CSV, or without formulas."
        ) from None
    return found


def _has_formulas(source: Source) -> bool:
    with source.reader() as file, zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            with archive.open(name) as sheet:
                before = b""
                while data := sheet.read(CHUNK):
                    if HINT.search(before + data):
                        return True
                    before = data[-OVERLAP:]
    return False
