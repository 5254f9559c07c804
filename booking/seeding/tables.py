"""CSV files as people save them: UTF-8 with or without its mark, or GB18030; read row by row, in bounded memory."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import BinaryIO, NamedTuple

from booking.seeding.problems import FilesRefused, Problem
from booking.web.locale import N_

MOST_COLUMNS = 100
_CHUNK = 1 << 20
_BROKEN = "\N{REPLACEMENT CHARACTER}"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Cells(NamedTuple):
    """One row as text.

    Attributes:
        line: where it begins.
        by_column: the cells by the columns' names, whatever the header calls them.
        headers: what the header calls them.
    """

    line: int
    by_column: Mapping[str, str]
    headers: Mapping[str, str] = {}


def read_cells(
    file: BinaryIO, name: str, required: Sequence[str], optional: Sequence[str], aliases: Mapping[str, str]
) -> Iterator[Cells | Problem]:
    """Every row of a CSV file, or what is wrong with it.

    Args:
        file: seekable; read twice, first to find its encoding.
        name: what reports call the file.
        required: columns that must be there.
        optional: columns that may be there; any other is refused, for it is probably a slip.
        aliases: other names of columns, in small letters, e.g. 姓名 for name.

    Raises:
        FilesRefused: it is no CSV file, or its header cannot be used.
    """
    encoding = _encoding(file, name)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _rows(text, name, [*required], [*required, *optional], aliases)
    finally:
        text.detach()


def _encoding(file: BinaryIO, name: str) -> str:
    """The encoding in which all of the file is text; a slip in a UTF-8 file does not make it GB18030."""
    file.seek(0)
    start = file.read(4)
    if start.startswith(_WORKBOOKS):
        raise _refused(name, N_("这是 Excel 工作簿，不是 CSV。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”。"))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(name, N_("这个文件是 UTF-16 编码。请另存为“CSV UTF-8（逗号分隔）”。"))
    good, bad, line = _characters(file, "utf-8")
    if not bad:
        return "utf-8-sig"
    if start.startswith(codecs.BOM_UTF8) or good > 4 * bad:
        raise _refused(name, N_("这一行里有坏掉的字，不是合格的 UTF-8。请打开原文件改正，再另存为“CSV UTF-8”。"), line)
    good, bad, line = _characters(file, "gb18030")
    if not bad:
        return "gb18030"
    text = N_("从这一行起读不出文字：既不是 UTF-8，也不是 GB18030。请用表格软件另存为“CSV UTF-8（逗号分隔）”。")
    raise _refused(name, text, line)


def _refused(name: str, text: str, line: int = 0, **params: str) -> FilesRefused:
    return FilesRefused([Problem(file=name, line=line, text=text, params=params)])


def _characters(file: BinaryIO, encoding: str) -> tuple[int, int, int]:
    """How many characters beyond ASCII an encoding can read, how many it cannot, and the first line with such."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    file.seek(0)
    good = bad = lines = first = 0
    while True:
        chunk = file.read(_CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        broken = text.count(_BROKEN)
        if broken and not first:
            first = lines + text[: text.index(_BROKEN)].count("\n") + 1
        bad += broken
        good += len(text) - len(text.encode("ascii", "ignore")) - broken
        lines += text.count("\n")
        if not chunk:
            return good, bad, first


def _rows(
    text: io.TextIOWrapper, name: str, required: list[str], known: list[str], aliases: Mapping[str, str]
) -> Iterator[Cells | Problem]:
    reader = csv.reader(text, strict=True)
    columns: list[str] = []
    headers: Mapping[str, str] = {}
    line = 1
    try:
        for row in reader:
            begins, line = line, reader.line_num + 1
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not columns:
                columns = _columns(cells, aliases)
                if faults := list(_faults_in_header(name, begins, cells, columns, required, known)):
                    raise FilesRefused(faults)
                headers = dict(zip(columns, cells, strict=False))
            elif len(cells) > len(columns) and any(cells[len(columns) :]):
                yield _too_many(name, begins, cells, columns)
            else:
                yield Cells(begins, dict(zip(columns, cells, strict=False)), headers)
    except csv.Error as error:
        yield _malformed(name, line, error)
        return
    if not columns:
        raise _refused(name, N_("这个文件是空的。首行要写列名，至少有：{columns}。"), 1, columns="、".join(required))


def _columns(cells: list[str], aliases: Mapping[str, str]) -> list[str]:
    """The header, less the blank cells that spreadsheets leave at its end."""
    last = max(index for index, cell in enumerate(cells) if cell)
    names = [cell.lower().replace(" ", "_") for cell in cells[: min(last + 1, MOST_COLUMNS)]]
    return [aliases.get(name, name) for name in names]


def _faults_in_header(
    name: str, line: int, header: list[str], columns: list[str], required: list[str], known: list[str]
) -> Iterator[Problem]:
    for column in required:
        if column not in columns:
            text = N_("缺少“{value}”这一列。首行至少要有：{columns}。")
            yield Problem(file=name, line=line, value=column, text=text, params={"columns": "、".join(required)})
    for index, (written, column) in enumerate(zip(header, columns, strict=False)):
        if column in columns[:index]:
            text = N_("“{value}”与前面的“{first}”是同一列。请删去一列。")
            first = header[columns.index(column)]
            yield Problem(file=name, line=line, value=written, text=text, params={"first": first})
        elif column not in known:
            close = get_close_matches(column, known, n=1) or known
            text = N_("不认识“{value}”这一列。请改成 {columns}，或者删去这一列。")
            yield Problem(file=name, line=line, value=written, text=text, params={"columns": "、".join(close)})


def _too_many(name: str, line: int, cells: list[str], columns: list[str]) -> Problem:
    text = N_("这一行有 {found} 格，首行只有 {expected} 格。单元格里有逗号时，整格要用英文双引号括起来。")
    return Problem(
        file=name, line=line, value=",".join(cells), text=text, params={"found": len(cells), "expected": len(columns)}
    )


def _malformed(name: str, line: int, error: csv.Error) -> Problem:
    text = N_('从这一行起读不下去（{error}）。多半是英文双引号没有成对：格里的 " 要写成 ""，整格再用双引号括起来。')
    return Problem(file=name, line=line, text=text, params={"error": str(error)})
