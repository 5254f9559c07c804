"""From the text of a cell to the type that its column asks for, with advice where that fails."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from booking.seeding.problems import Problem
from booking.seeding.rows import Days, WallTime
from booking.seeding.tables import Cells
from booking.web.locale import N_

Row = TypeVar("Row", bound=msgspec.Struct)
Convert = Callable[[str], Any]

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WALL_TIME = re.compile(r"(?:([01]?[0-9]|2[0-3]):([03])0|24:00)")
_DATES = [
    re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})"),
    re.compile(r"([0-9]{4})(年)([0-9]{1,2})月([0-9]{1,2})日"),
    re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})"),
]
_WHOLE = re.compile(r"[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_SCIENTIFIC = re.compile(r"[0-9.]+[eE]\+[0-9]+")
_MOST_CHARACTERS = 1_000
_FORM = N_("“{value}”的写法不对。")
_SEPARATORS = re.compile(r"[\s,;，；、|]+")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Unfit(Exception):
    """A cell that its column does not take; says what to write instead."""

    def __init__(self, text: str, **params: Any) -> None:
        super().__init__(text)
        self.text, self.params = text, params


class Column(NamedTuple):
    """A field of a row struct, as a column."""

    name: str
    required: bool
    convert: Convert


class RowReader(Generic[Row]):
    """Makes one kind of struct out of rows of text.

    Args:
        struct: its fields are the columns.
        adapt: for columns that people write in more ways than one, what to make of the plain conversion.

    Attributes:
        required: columns whose cells may not be blank.
        optional: columns that may be blank, or missing altogether.
    """

    def __init__(self, struct: type[Row], adapt: Mapping[str, Callable[[Convert], Convert]] | None = None) -> None:
        self._struct = struct
        self._columns = []
        for field in inspect.type_info(struct).fields:  # type: ignore[attr-defined]
            plain = converter(field.type)
            convert = adapt[field.name](plain) if adapt and field.name in adapt else plain
            self._columns.append(Column(field.name, field.required, convert))
        self.required = [column.name for column in self._columns if column.required]
        self.optional = [column.name for column in self._columns if not column.required]

    def read(self, cells: Cells, file: str) -> Row | list[Problem]:
        """The row, or everything that is wrong with its cells."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, required, convert in self._columns:
            value = cells.by_column.get(name, "")
            if not value and not required:
                continue
            try:
                if _INVISIBLE.search(value):
                    raise Unfit(N_("“{value}”里有看不见的控制字符。请把这一格重新输入一遍。"))
                values[name] = convert(value)
            except Unfit as unfit:
                problems.append(
                    Problem(
                        file=file,
                        line=cells.line,
                        column=cells.headers.get(name, name),
                        value=value,
                        text=unfit.text,
                        params=unfit.params,
                    )
                )
        return problems or self._struct(**values)


def converter(kind: inspect.Type) -> Convert:
    """How text becomes a value of this type; the bounds of the type are part of it."""
    match kind:
        case inspect.UnionType(types=types):
            (present,) = (one for one in types if not isinstance(one, inspect.NoneType))
            return converter(present)
        case inspect.Metadata(type=inspect.StrType() as text, extra=extra):
            return _text(text, (extra or {})["advice"])
        case inspect.StrType():
            return _text(kind)
        case inspect.IntType(ge=least, le=most):
            return lambda text: _whole(text, int(least or 0), int(most or 0))
        case inspect.FloatType(ge=least, le=most):
            return lambda text: _decimal(text, least or 0, most or 0)
        case inspect.LiteralType(values=values):
            return one_of({str(value): value for value in values})
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            return several(converter(item), least or 0, most)
        case inspect.BoolType() | inspect.DateType():
            return {inspect.BoolType: one_of({"yes": True, "no": False}), inspect.DateType: day}[type(kind)]
        case inspect.CustomType(cls=cls):
            return {WallTime: wall_time, Days: days}[cls]
    raise TypeError(f"no column can hold {kind}")


def _text(kind: inspect.StrType, advice: str = _FORM) -> Convert:
    pattern = re.compile(kind.pattern or "")
    least, most = kind.min_length or 0, kind.max_length or _MOST_CHARACTERS

    def convert(text: str) -> str:
        if not text:
            raise Unfit(N_("这一格不能空着。"))
        if not least <= len(text) <= most:
            words = N_("“{value}”有 {length} 个字，应是 {least} 到 {most} 个字。")
            raise Unfit(words, length=len(text), least=least, most=most)
        if not pattern.search(text):
            raise Unfit(advice)
        return text

    return convert


def _whole(text: str, least: int, most: int) -> int:
    if _WHOLE.fullmatch(text) and least <= int(text) <= most:
        return int(text)
    raise Unfit(N_("“{value}”应是 {least} 到 {most} 的整数。"), least=least, most=most)


def _decimal(text: str, least: float, most: float) -> float:
    if _DECIMAL.fullmatch(text) and least <= float(text) <= most:
        return float(text)
    raise Unfit(N_("“{value}”应是 {least} 到 {most} 的数，例如 29.97。"), least=least, most=most)


def one_of(choices: Mapping[str, Any]) -> Convert:
    """Words that stand for values, in any case of their letters."""
    lower = {word.lower(): value for word, value in choices.items()}

    def convert(text: str) -> Any:
        try:
            return lower[text.lower()]
        except KeyError:
            raise Unfit(N_("“{value}”应是其中之一：{choices}。"), choices="、".join(choices)) from None

    return convert


def several(convert: Convert, least: int = 0, most: int | None = None) -> Convert:
    """A list, its items apart by spaces or commas; none twice."""

    def convert_all(text: str) -> tuple[Any, ...]:
        words = [word for word in _SEPARATORS.split(text) if word]
        if len(words) < least:
            raise Unfit(N_("至少要写一项，几项之间用空格隔开。"))
        if most is not None and len(words) > most:
            raise Unfit(N_("“{value}”有 {found} 项，最多写 {most} 项。"), found=len(words), most=most)
        if len(set(words)) < len(words):
            raise Unfit(N_("“{value}”里有一项写了两次。请每项只写一次。"))
        return tuple(convert(word) for word in words)

    return convert_all


def day(text: str) -> date:
    """A calendar day as 2026-10-01, or as spreadsheets and people write it."""
    for form in _DATES:
        if found := form.fullmatch(text):
            with suppress(ValueError):
                return date(int(found[1]), int(found[3]), int(found[4]))
    raise Unfit(N_("“{value}”不是日期。请写成 2026-10-01 这样。"))


def wall_time(text: str) -> WallTime:
    """A time on the hour or half hour; 24:00 ends a day."""
    if found := _WALL_TIME.fullmatch(text):
        hour, half = found.groups()
        return WallTime(48 if hour is None else int(hour) * 2 + (half == "3"))
    raise Unfit(N_("“{value}”应是整点或半点，写成 08:00 或 18:30；到午夜写 24:00。"))


def days(text: str) -> Days:
    """Kinds of days: `mon-fri`, `sat sun`, `mon-sun holiday`."""
    found: set[str] = set()
    for word in text.lower().split():
        first, _, last = word.partition("-")
        if word == "holiday":
            found.add(word)
        elif first in _WEEK and (last or first) in _WEEK[_WEEK.index(first) :]:
            found.update(str(1 + i) for i in range(_WEEK.index(first), _WEEK.index(last or first) + 1))
        else:
            found.clear()
            break
    if not found:
        raise Unfit(N_("“{value}”应写星期几，例如 mon-fri、sat sun、mon-sun holiday。"))
    return Days(found)


def unmangled(convert: Convert) -> Convert:
    """Numbers that are names, out of the wrappings by which spreadsheets keep them from being numbers."""

    def convert_bare(text: str) -> Any:
        if _SCIENTIFIC.fullmatch(text):
            words = N_("“{value}”已被表格软件改成科学计数法，末几位丢了。请把这一列设为“文本”，重新导出。")
            raise Unfit(words)
        return convert(text.removeprefix('="').removesuffix('"').removeprefix("'"))

    return convert_bare


def dialled(convert: Convert) -> Convert:
    """Telephone and card numbers, without the marks that people put between the digits."""
    return unmangled(lambda text: convert(text.removeprefix("+86").replace(" ", "").replace("-", "")))
