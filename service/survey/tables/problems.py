"""Why one row of a survey file could not be read, while the rest could.

Readers are strict where a guess could put words in somebody's mouth or somebody in the wrong group, and say so per row;
only a file that cannot be understood as a whole is refused. A problem is a code, which can be counted, and a sentence
with the place: ``ragged_row: line 7 has 2 cells where the header has 3.`` It never quotes a cell.
"""

from enum import StrEnum

ESCAPED_BYTES = range(0xDC80, 0xDD00)  # where Python's "surrogateescape" keeps bytes that it could not decode


class RowProblem(StrEnum):
    """What is wrong with a row; the first word of its problem."""

    RAGGED_ROW = "ragged_row"
    BAD_QUOTING = "bad_quoting"
    CELL_TOO_LONG = "cell_too_long"
    WRONG_ENCODING = "wrong_encoding"
    NUL_CHARACTER = "nul_character"
    HALF_CHARACTER = "half_character"
    FORMULA_ERROR = "formula_error"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    MERGED_CELL = "merged_cell"
    WRONG_DATE = "wrong_date"
    BAD_JSON = "bad_json"
    NESTED_VALUE = "nested_value"

    def at(self, place: str, sentence: str) -> str:
        """Write the problem with its place, such as ``line 7``."""
        return f"{self.value}: {place} {sentence}"


SENTENCES = {
    RowProblem.WRONG_ENCODING: "is in another encoding than the rest of the file",
    RowProblem.NUL_CHARACTER: "has a NUL character: the file is damaged there",
    RowProblem.HALF_CHARACTER: "has half a character, probably cut off by the program that wrote it",
    RowProblem.FORMULA_ERROR: "has a formula with an error such as #NAME? for a value",
    RowProblem.FORMULA_WITHOUT_VALUE: "has a formula that was never calculated: open and save the file in Excel",
    RowProblem.MERGED_CELL: "lies in merged cells: unmerge them and fill every row",
    RowProblem.WRONG_DATE: "has a date outside the years 1 to 9999",
    RowProblem.NESTED_VALUE: "has a list or an object instead of one value",
}
"""What is said of a cell, after ``line 7, column opmerking``."""


def flaw(text: str) -> RowProblem | None:
    """Say what makes a text unfit to be read on, or None."""
    if "\0" in text:
        return RowProblem.NUL_CHARACTER
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        escaped = ord(text[error.start]) in ESCAPED_BYTES
        return RowProblem.WRONG_ENCODING if escaped else RowProblem.HALF_CHARACTER
    return None
