"""Excel workbooks as a table: one sheet, its first row with cells the header.

A formula counts with the value that Excel last calculated. What a person would not read as the value of one row (a
formula error, a formula never calculated, a cell swallowed by a merge) makes the row a problem.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from models.errors import InputError
from service.survey.tables.cells import written
from service.survey.tables.columns import shown
from service.survey.tables.kinds import Kind
from service.survey.tables.problems import RowProblem
from service.survey.tables.source import CHUNK, Source
from service.survey.tables.table import Read, Table
from service.survey.tables.xlsx_formulas import unread_formulas

# A workbook comes into memory whole. The largest sheet there can be (1,048,576 rows of comments) unpacks to less.
MOST_BYTES = 2 << 30
# Deflate makes a thousandth of zeros; sheets of real workbooks were seen to shrink to a thirtieth at most.
SMALL_BYTES = 64 << 20
MOST_PACKED = 100


class XlsxTable(Table):
    """A sheet of a workbook."""

    kind = Kind.XLSX

    def __init__(self, source: Source, sheet: str | None) -> None:
        """Read the sheet.

        Raises
        ------
        InputError
            When the workbook is damaged or unpacks to an unreasonable size, or the sheet is not there or not chosen.
        """
        super().__init__(source)
        _check_size(source)
        try:
            with source.reader() as file:
                self._sheet = _chosen(source.name, CalamineWorkbook.from_filelike(file), sheet)
        except (CalamineError, OSError, ValueError):
            raise InputError(f"{self.name}: is damaged or no Excel workbook; save it again in Excel.") from None
        self.name = f"{source.name}, sheet {shown(self._sheet.name)}"
        self._start = self._sheet.start or (0, 0)
        header = [str(written(cell) or "") for cell in next(self._cells(), [])]
        dialect: dict[str, str | int] = {"sheet": self._sheet.name, "header_row": self._start[0] + 1}
        self._describe(header, max(self._sheet.height - 1, 0), dialect)
        self._formulas = unread_formulas(source, self._sheet.name)

    def _read(self, places: Sequence[int]) -> Iterator[Read]:
        hidden = self._merged(places)
        top, left = self._start
        for row, cells in enumerate(islice(self._cells(), 1, None), top + 1):
            odd = [self._formulas.get((row, left + place)) or hidden.get((row, left + place)) for place in places]
            yield Read(row + 1, [wrong or cells[place] for wrong, place in zip(odd, places, strict=True)])

    def _cells(self) -> Iterator[Sequence[object]]:
        """Read the rows from the first one with cells; the library begins with the blank ones above it."""
        return islice(self._sheet.iter_rows(), self._start[0], None)

    def _merged(self, places: Sequence[int]) -> dict[tuple[int, int], RowProblem]:
        """Find the cells of these columns that a merge has taken the value from."""
        columns = {self._start[1] + place for place in places}
        last = self._start[0] + self._sheet.height - 1
        return {
            (row, column): RowProblem.MERGED_CELL
            for (top, left), (bottom, right) in self._sheet.merged_cell_ranges or ()
            for column in columns
            if left <= column <= right
            for row in range(max(top, self._start[0]), min(bottom, last) + 1)
            if (row, column) != (top, left)
        }


def _chosen(name: str, workbook: CalamineWorkbook, sheet: str | None) -> CalamineSheet:
    visible = [
        about.name
        for about in workbook.sheets_metadata
        if about.typ is SheetTypeEnum.WorkSheet and about.visible is SheetVisibleEnum.Visible
    ]
    if sheet is not None:
        if sheet not in workbook.sheet_names:
            names = ", ".join(map(shown, workbook.sheet_names))
            raise InputError(f"{name}: there is no sheet {shown(sheet)}. The sheets are: {names}.")
        return workbook.get_sheet_by_name(sheet)
    filled = [read for read in map(workbook.get_sheet_by_name, visible) if read.height]
    if len(filled) > 1:
        names = ", ".join(shown(read.name) for read in filled)
        raise InputError(f"{name}: more than one sheet holds data; choose one with --sheet: {names}.")
    if not filled:
        raise InputError(f"{name}: has no sheet with data that is visible; choose one with --sheet, or fill one.")
    return filled[0]


def _check_size(source: Source) -> None:
    """Refuse a workbook that unpacks to far more than it says or than sheets do, before it is unpacked into memory."""
    try:
        with source.reader() as file, zipfile.ZipFile(file) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > MOST_BYTES or (unpacked > SMALL_BYTES and unpacked > MOST_PACKED * source.size):
                raise InputError(
                    f"{source.name}: unpacks to {unpacked >> 20} MB, too much for a workbook; export it as CSV."
                )
            for member in archive.infolist():
                with archive.open(member) as packed:
                    while packed.read(CHUNK):
                        pass  # reading to the end compares size and checksum with what was announced
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        raise InputError(f"{source.name}: is damaged or cut off; save it again in Excel.") from None
