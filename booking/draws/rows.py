"""Rows of published files: plain lines with a check each, so that one changed byte is found and its row named.

A row is its fields with commas between, then a comma, eight hexadecimal digits, and a line feed. The digits are the
first of SHA-256(file name | row number | fields), rows counting from 1; so rows cannot be swapped either.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CHECK = 8
_ESCAPED = {ord(sign): f"%{ord(sign):02X}" for sign in "%,+" + "".join(map(chr, range(33))) + "\x7f"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it must be; `row` is 0 where the whole file is meant."""

    file: str
    row: int
    detail: str

    def __str__(self) -> str:
        return f"{self.file} row {self.row}: {self.detail}" if self.row else f"{self.file}: {self.detail}"


class Unreadable(Exception):
    """A file that is damaged; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def escaped(text: str) -> str:
    """A name as a field: commas, plus and percent signs, blanks and control characters become %XX."""
    return text.translate(_ESCAPED)


def unescaped(field: str) -> str:
    """The name that a field stands for."""
    first, *others = field.split("%")
    return first + "".join(chr(int(part[:2], 16)) + part[2:] for part in others)


def written(file: str, rows: Iterable[Sequence[str]]) -> bytes:
    """A file of such rows; the fields are escaped already."""
    return "".join(_line(file, number, ",".join(fields)) for number, fields in enumerate(rows, 1)).encode()


def read(file: str, data: bytes) -> list[list[str]]:
    """The rows of a file.

    Raises:
        Unreadable: at the first row whose check does not fit.
    """
    if data and not data.endswith(b"\n"):
        raise Unreadable(Fault(file, data.count(b"\n") + 1, "the last row does not end with a line feed"))
    return [_fields(file, number, line) for number, line in enumerate(data.split(b"\n")[:-1], 1)]


def first_difference(file: str, expected: bytes, found: bytes) -> Fault | None:
    """The first row in which a file differs from what it must be."""
    if expected == found:
        return None
    for number, (mine, theirs) in enumerate(zip(_lines(expected), _lines(found), strict=False), 1):
        if mine != theirs:
            shown = mine.decode().rpartition(",")[0]
            return Fault(file, number, f"recomputed, this row is {shown}")
    return Fault(file, min(expected.count(b"\n"), found.count(b"\n")) + 1, "rows are missing, or too many")


def _line(file: str, number: int, fields: str) -> str:
    return f"{fields},{_check(file, number, fields.encode())}\n"


def _check(file: str, number: int, fields: bytes) -> str:
    return hashlib.sha256(f"{file}|{number}|".encode() + fields).hexdigest()[:CHECK]


def _fields(file: str, number: int, line: bytes) -> list[str]:
    fields, _, check = line.rpartition(b",")
    if _check(file, number, fields).encode() != check:
        raise Unreadable(Fault(file, number, "the row was changed: its check does not fit"))
    try:
        return fields.decode().split(",")
    except UnicodeDecodeError as error:
        raise Unreadable(Fault(file, number, "the row is not UTF-8")) from error


def _lines(data: bytes) -> Iterator[bytes]:
    return iter(data.split(b"\n"))
