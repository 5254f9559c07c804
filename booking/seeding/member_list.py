"""Lists of real members as organisations send them: read, compared with what is stored, and reported before use."""

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO, Literal, NamedTuple

import msgspec
from msgspec import Struct

from booking.members.rules.identity import normalised_number
from booking.seeding.cells import Convert, RowReader, Unfit, day, dialled, one_of, several, unmangled
from booking.seeding.problems import Problem
from booking.seeding.rows import MemberRow
from booking.seeding.tables import Cells, read_cells
from booking.web.locale import N_

MOST_ROWS = 1_000_000
"""What was seen is remembered to find repeats: some 400 bytes a row. A larger list comes in several files."""
MOST_PROBLEMS = 1_000
"""As many are listed one by one; all are counted."""
_BATCH = 1_000

HEADERS = {
    "会员号": "number",
    "会员编号": "number",
    "会员证号": "number",
    "member_number": "number",
    "姓名": "name",
    "性别": "sex",
    "出生年份": "birth_year",
    "出生年月日": "birth_year",
    "出生日期": "birth_year",
    "date_of_birth": "birth_year",
    "手机": "phone",
    "手机号": "phone",
    "手机号码": "phone",
    "mobile": "phone",
    "单位代码": "organisation",
    "组织代码": "organisation",
    "organisation_code": "organisation",
    "类别": "categories",
    "人员类别": "categories",
    "category": "categories",
    "服务卡号": "card",
    "5·1服务卡号": "card",
    "卡号": "card",
    "card_number": "card",
    "会费缴至": "dues_paid_until",
    "入会日期": "joined_on",
    "入会时间": "joined_on",
}
SEXES = {"男": "male", "女": "female", "male": "male", "female": "female", "m": "male", "f": "female"}
CATEGORIES = {
    "一线职工": "frontline",
    "科技人才": "sci_tech_talent",
    "劳模": "model_worker",
    "劳动模范": "model_worker",
    "困难职工": "hardship",
    "frontline": "frontline",
    "sci_tech_talent": "sci_tech_talent",
    "model_worker": "model_worker",
    "hardship": "hardship",
}
UNIQUE = ("number", "phone", "card")

Outcome = Literal["new", "changed", "unchanged", "refused"]


class Stored(NamedTuple):
    """What is stored already, asked for in batches.

    Attributes:
        members: member numbers → those that exist.
        owners: `phone` or `card`, and values → the numbers of the members who have them.
    """

    members: Callable[[Sequence[str]], Mapping[str, MemberRow]]
    owners: Callable[[str, Sequence[str]], Mapping[str, str]]


class Judged(NamedTuple):
    """A line of the list and what becomes of it.

    Attributes:
        row: as it will be stored; what the list leaves blank stays as it was. None when refused.
        changed: the columns that differ from what is stored.
    """

    outcome: Outcome
    row: MemberRow | None = None
    changed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class MemberListReport(Struct, kw_only=True):
    """What an import would do, or has done.

    Attributes:
        changed_columns: how often each column differs, to notice a list that would move everyone.
        problems: the first `MOST_PROBLEMS` reasons; `refused` counts every row.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    changed_columns: dict[str, int] = {}
    problems: list[Problem] = []

    def count(self, judged: Judged) -> None:
        """Takes one more line into account."""
        self.rows += 1
        setattr(self, judged.outcome, getattr(self, judged.outcome) + 1)
        for column in judged.changed:
            self.changed_columns[column] = self.changed_columns.get(column, 0) + 1
        self.problems += judged.problems[: MOST_PROBLEMS - len(self.problems)]


class Entry(NamedTuple):
    """A line of the list by itself: a member, or None and what is wrong."""

    file: str
    cells: Cells
    row: MemberRow | None
    problems: tuple[Problem, ...] = ()

    def problem(self, column: str, text: str, **params: Any) -> Problem:
        """A fault in a cell, under the name that its column has in the list."""
        value, header = self.cells.by_column.get(column, ""), self.cells.headers.get(column, column)
        return Problem(file=self.file, line=self.cells.line, column=header, value=value, text=text, params=params)

    def refused(self, problems: Iterable[Problem]) -> "Entry":
        """The same line, refused for these reasons, if there are any."""
        reasons = tuple(problems)
        return self._replace(row=None, problems=reasons) if reasons else self


def read_member_list(file: BinaryIO, name: str, organisations: Container[str]) -> Generator[Entry, None, None]:
    """Every line of a list, checked by itself and against the lines before it.

    Args:
        file: seekable CSV, with Chinese or English headers.
        name: what reports call the file.
        organisations: the codes of the tree.

    Returns:
        The lines; to be closed before the file is, when it is left before its end.

    Raises:
        FilesRefused: it is no such file, or its header cannot be used.
    """
    reader = RowReader(MemberRow, _ADAPT)
    seen: dict[str, dict[str, int]] = {column: {} for column in UNIQUE}
    lines = read_cells(file, name, reader.required, reader.optional, HEADERS)
    for count, found in enumerate(lines):
        if isinstance(found, Problem):
            yield Entry(name, Cells(found.line, {}), None, (found,))
            continue
        entry = Entry(name, found, None)
        if count >= MOST_ROWS:
            yield entry.refused([entry.problem("", _TOO_LONG, most=MOST_ROWS)])
            return
        row = reader.read(found, name)
        if isinstance(row, list):
            yield entry.refused(row)
        else:
            entry = entry._replace(row=row)
            yield entry.refused([*_unknown(entry, row, organisations), *_repeated(entry, row, seen)])


_TOO_LONG = N_("这份名单超过 {most} 行。请按区县分成几个文件，逐个导入。")


def _unknown(entry: Entry, row: MemberRow, organisations: Container[str]) -> Iterator[Problem]:
    if row.organisation not in organisations:
        text = N_("组织里没有“{value}”这个代码。请写已有的单位代码，或先把单位加进组织。")
        yield entry.problem("organisation", text)


def _repeated(entry: Entry, row: MemberRow, seen: Mapping[str, dict[str, int]]) -> Iterator[Problem]:
    for column in UNIQUE:
        value, line = getattr(row, column), entry.cells.line
        if value is not None and (first := seen[column].setdefault(value, line)) != line:
            text = N_("“{value}”在第 {first} 行已经有了。请核对是谁的，只留一行。")
            yield entry.problem(column, text, first=first)


def judge(entries: Iterable[Entry], stored: Stored) -> Iterator[Judged]:
    """What becomes of each line: compared with the stored members, in batches, so that memory stays bounded."""
    entries = iter(entries)
    while batch := list(islice(entries, _BATCH)):
        rows = [entry.row for entry in batch if entry.row is not None]
        members = stored.members([row.number for row in rows])
        owners = {
            column: stored.owners(column, [value for row in rows if (value := getattr(row, column)) is not None])
            for column in ("phone", "card")
        }
        yield from (_judged(entry.refused(_taken(entry, owners)), members) for entry in batch)


def survey(entries: Iterable[Entry], stored: Stored) -> MemberListReport:
    """The dry run: what an import of this list would do."""
    report = MemberListReport()
    for judged in judge(entries, stored):
        report.count(judged)
    return report


def _taken(entry: Entry, owners: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    for column, owned in owners.items():
        owner = owned.get(getattr(entry.row, column, None) or "")
        if entry.row is not None and owner not in (None, entry.row.number):
            text = N_("“{value}”已登记在会员 {owner} 名下。请核对号码，或先改那位会员的资料。")
            yield entry.problem(column, text, owner=owner)


def _judged(entry: Entry, members: Mapping[str, MemberRow]) -> Judged:
    if entry.row is None:
        return Judged("refused", problems=entry.problems)
    before = members.get(entry.row.number)
    if before is None:
        return Judged("new", entry.row)
    after = merged(entry.row, before)
    changed = tuple(field for field in after.__struct_fields__ if getattr(after, field) != getattr(before, field))
    return Judged("changed" if changed else "unchanged", after, changed)


def merged(row: MemberRow, before: MemberRow) -> MemberRow:
    """The row, and what was stored wherever it says nothing."""
    unsaid = {
        field: getattr(before, field) for field in row.__struct_fields__ if getattr(row, field) in (None, "unknown")
    }
    return msgspec.structs.replace(row, **unsaid)


def _year(convert: Convert) -> Convert:
    """A year of birth, or a whole date of which only the year is kept."""

    def convert_year(text: str) -> int:
        try:
            return day(text).year
        except Unfit:
            year: int = convert(text.removesuffix("年"))
            return year

    return convert_year


def _categories(_: Convert) -> Convert:
    """Each once and in one order, however a list has them, so that only real differences count as changes."""
    choices = several(one_of(CATEGORIES))
    return lambda text: () if text in ("无", "none") else tuple(sorted(set(choices(text))))


def _number(convert: Convert) -> Convert:
    """As numbers are stored, and looked up at sign-in."""
    return unmangled(lambda text: normalised_number(convert(text)))


_ADAPT: Mapping[str, Callable[[Convert], Convert]] = {
    "number": _number,
    "phone": dialled,
    "card": dialled,
    "sex": lambda _: one_of(SEXES),
    "birth_year": _year,
    "categories": _categories,
}
