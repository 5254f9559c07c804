"""Tables as files for spreadsheets: text is always text, so that no cell can become a formula."""

import csv
from collections.abc import Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import NamedTuple

import xlsxwriter

BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

Cell = str | int | float | date | None


class Sheet(NamedTuple):
    """A table with a name and a line of headings."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(sheet: Sheet) -> str:
    """The table as CSV in UTF-8, marked so that spreadsheets know it; text that looks like a formula is quoted."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_plain(heading) for heading in sheet.headings])
    writer.writerows([[_plain(cell) for cell in row] for row in sheet.rows])
    return BYTE_ORDER_MARK + text.getvalue()


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The tables as a workbook: numbers are numbers, dates dates, and all else text as it stands."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for column, heading in enumerate(sheet.headings):
                page.write_string(0, column, heading, bold)
            for line, row in enumerate(sheet.rows, 1):
                for column, cell in enumerate(row):
                    _write(page, line, column, cell, day)
    return made.getvalue()


def _write(page: "xlsxwriter.worksheet.Worksheet", line: int, column: int, cell: Cell, day: object) -> None:
    if isinstance(cell, date):
        page.write_datetime(line, column, cell, day)
    elif isinstance(cell, int | float):
        page.write_number(line, column, cell)
    elif cell is not None:
        page.write_string(line, column, cell)
