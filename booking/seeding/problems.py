"""What is wrong in a file, and what to write instead."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from booking.errors import BookingError, Invalid
from booking.web.locale import N_


class Problem(Struct, frozen=True, kw_only=True):
    """One fault: where it is, the bad value, and a sentence that says what to write instead.

    Attributes:
        line: where the row begins, the header being 1; 0 means the file as a whole.
        column: the column's name, or "" where no single one is to blame.
        text: the Chinese sentence with named places for `params`; a key of the translations.
    """

    file: str
    line: int = 0
    column: str = ""
    value: str = ""
    text: str
    params: dict[str, Any] = {}

    def worded(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of `translate`, Chinese by itself."""
        return translate(self.text).format(value=shortened(self.value), **self.params)

    def said(self, translate: Callable[[str], str] = str) -> str:
        """Where it is and what it is, as one line of a report."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}{' column ' + self.column if self.column else ''}: {self.worded(translate)}"

    def __str__(self) -> str:
        return self.said()


class FilesRefused(Invalid):
    """Something is wrong in the files; nothing of them was used."""

    code = "files_refused"
    text = N_("文件里有 {count} 处要改，一行也没有导入。改好后再试一次。")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([BookingError.__str__(self), *map(str, self.problems)])


def shortened(value: str) -> str:
    """A value fit for one line of a report, whatever was in the cell."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
