"""Forms with many fields: typed text becomes a request struct, and what does not fit is said beside its field.

What was typed is never lost: a refused form comes back as it was sent, with a sentence for each field to change.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple, TypeVar

import msgspec
from litestar import Request
from msgspec import inspect

from booking.clock import SHANGHAI, local_instant
from booking.errors import BookingError
from booking.web.language import sentence, words
from booking.web.locale import N_

AnyRequest = Request[Any, Any, Any]
S = TypeVar("S", bound=msgspec.Struct)
Typed = dict[str, str]
"""The fields of a form as text; several values of one name are joined by spaces."""

LONGEST = 4_000
LARGEST_YUAN = 100_000
_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_WALL_TIME = re.compile(r"([01]?\d|2[0-4])[:：]([0-5]\d)(?::00)?")
_SEPARATORS = re.compile(r"[\s,;，；、|]+")
_MIDNIGHT = "24:00"


class Unfit(Exception):
    """A field that cannot be used as it is; says what to write instead."""

    def __init__(self, text: str, **params: Any) -> None:
        super().__init__(text)
        self.text, self.params = text, params


class Refused(Exception):
    """A form with fields to change, by their names; the empty name is the form as a whole."""

    def __init__(self, errors: Mapping[str, Unfit]) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


async def typed(request: AnyRequest) -> Typed:
    """Everything that was typed, without what no keyboard sends."""
    form = await request.form()
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and not name.startswith("_"):
            fields.setdefault(name, []).append(_clean(value))
    return {name: " ".join(values).strip() for name, values in fields.items()}


def _clean(value: str) -> str:
    lines = value[:LONGEST].replace("\r\n", "\n").split("\n")
    return "\n".join("".join(letter for letter in line if letter.isprintable()) for line in lines)


def read(struct: type[S], form: Mapping[str, str], *, suffix: str = "", **given: Any) -> S:
    """A request struct from the fields of a form.

    Args:
        struct: the request; its bounds decide what fits.
        form: what was typed.
        suffix: of the names of the fields, for a line of a table (`days-1`).
        given: values that the form does not ask for.

    Raises:
        Refused: some fields do not fit; all of them are named.
    """
    values = dict(given)
    unfit: dict[str, Unfit] = {}
    for field in inspect.type_info(struct).fields:  # type: ignore[attr-defined]
        name = f"{field.name}{suffix}"
        if field.name in given or (name not in form and not field.required and not _is_box(field.type)):
            continue
        text = form.get(name, "")
        if not text and not field.required and not _is_box(field.type):
            continue
        try:
            values[field.name] = _value(field.type, text)
        except Unfit as why:
            unfit[name] = why
    if unfit:
        raise Refused(unfit)
    return struct(**values)


def lines(form: Mapping[str, str], names: Sequence[str], most: int = 100) -> list[str]:
    """The suffixes of a table's lines in which something was typed, in order."""
    found = [f"-{number}" for number in range(1, most + 1)]
    return [suffix for suffix in found if any(form.get(f"{name}{suffix}") for name in names)]


def read_lines(struct: type[S], form: Mapping[str, str], names: Sequence[str]) -> list[S]:
    """The lines of a table, as structs.

    Raises:
        Refused: some fields of some lines do not fit.
    """
    read_so_far: list[S] = []
    unfit: dict[str, Unfit] = {}
    for suffix in lines(form, names):
        try:
            read_so_far.append(read(struct, form, suffix=suffix))
        except Refused as refused:
            unfit |= refused.errors
    if unfit:
        raise Refused(unfit)
    return read_so_far


def _is_box(kind: inspect.Type) -> bool:
    """A tick box that is not ticked sends nothing at all."""
    return isinstance(kind, inspect.BoolType)


def _value(kind: inspect.Type, text: str) -> Any:
    match kind:
        case inspect.Metadata(type=inner):
            return _value(inner, text)
        case inspect.UnionType(types=types):
            (present,) = (one for one in types if not isinstance(one, inspect.NoneType))
            return _value(present, text) if text else None
        case inspect.BoolType():
            return bool(text)
        case inspect.ListType(item_type=item, min_length=least, max_length=most):
            return _several(item, text, least or 0, most)
        case _ if not text:
            if isinstance(kind, inspect.StrType) and not kind.min_length and kind.pattern is None:
                return ""
            raise Unfit(N_("请填写这一项。"))
        case _:
            return _plain(kind, text)


def _plain(kind: inspect.Type, text: str) -> Any:
    match kind:
        case inspect.StrType(max_length=most, pattern=pattern):
            return _text(text, most, pattern)
        case inspect.IntType(ge=least, le=most, lt=below):
            return _whole(text, least or 0, most if most is not None else (below or 2**53) - 1)
        case inspect.FloatType(ge=least, le=most):
            return _decimal(text, least or 0.0, most or 0.0)
        case inspect.LiteralType(values=values):
            chosen = {str(value): value for value in values}
            if text not in chosen:
                raise Unfit(N_("请选一项。"))
            return chosen[text]
        case inspect.TimeType():
            return wall_time(text)
        case inspect.DateType():
            return day(text)
        case inspect.DateTimeType():
            return instant(text)
        case _:
            raise TypeError(f"no form can fill in {kind}")


def _text(text: str, most: int | None, pattern: str | None) -> str:
    if most is not None and len(text) > most:
        raise Unfit(N_("最多 {most} 个字，现在有 {length} 个。"), most=most, length=len(text))
    if pattern is not None and not re.search(pattern, text):
        raise Unfit(N_("“{given}”的写法不对，请照上面的提示改。"), given=text)
    return text


def _whole(text: str, least: float, most: float) -> int:
    if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise Unfit(N_("请填 {least} 到 {most} 的整数。"), least=int(least), most=int(most))
    return int(text)


def _decimal(text: str, least: float, most: float) -> float:
    if not _DECIMAL.fullmatch(text) or not least <= float(text) <= most:
        raise Unfit(N_("请填 {least} 到 {most} 之间的数字。"), least=f"{least:g}", most=f"{most:g}")
    return float(text)


def wall_time(text: str) -> time:
    """A wall time; `24:00` is midnight as an end.

    Raises:
        Unfit: it is none.
    """
    found = _WALL_TIME.fullmatch(text)
    if found is None or (found[1] == "24" and found[2] != "00"):
        raise Unfit(N_("请写成 18:00 这样的时间。"))
    return time(int(found[1]) % 24, int(found[2]))


def day(text: str) -> date:
    """A calendar day.

    Raises:
        Unfit: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unfit(N_("请写成 2026-11-25 这样的日期。")) from None


def instant(text: str) -> datetime:
    """The instant of a day and a wall time in Shanghai, as a browser sends them: `2026-11-25T18:00`.

    Raises:
        Unfit: it is none.
    """
    try:
        typed_at = datetime.fromisoformat(text.replace(" ", "T"))
        return local_instant(typed_at.date(), typed_at.time())
    except (OverflowError, ValueError):
        raise Unfit(N_("请写成 2026-11-25T18:00 这样的日期和时间。")) from None


def yuan(fen: int) -> str:
    """A sum in yuan as one would type it: `10`, `7.5`, `0.05`."""
    return f"{fen // 100}.{fen % 100:02}".rstrip("0").rstrip(".") if fen % 100 else str(fen // 100)


def fen(form: Mapping[str, str], name: str) -> int:
    """Yuan as typed, with two decimals at most, in fen.

    Raises:
        Refused: the field is no sum.
    """
    whole, _, part = form.get(name, "").lstrip("¥￥").partition(".")
    if not (whole.isdecimal() and (part.isdecimal() or not part) and len(part) <= 2) or int(whole) > LARGEST_YUAN:
        raise Refused({name: Unfit(N_("请填金额（元），例如 10 或 7.5；免费填 0。"))})
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _several(item: inspect.Type, text: str, least: int, most: int | None) -> list[Any]:
    parts = [part for part in _SEPARATORS.split(text) if part]
    if len(parts) < least:
        raise Unfit(N_("请填写这一项。"))
    if most is not None and len(parts) > most:
        raise Unfit(N_("最多 {most} 项，现在有 {length} 项。"), most=most, length=len(parts))
    return [_value(item, part) for part in parts]


class Shown(NamedTuple):
    """A form as a page draws it: its values, and the sentence beside each field to change."""

    values: Mapping[str, str]
    errors: Mapping[str, str]


def shown(values: Mapping[str, str] | None = None) -> Shown:
    """A form that nobody has sent yet."""
    return Shown(values or {}, {})


def again(
    request: AnyRequest,
    values: Mapping[str, str],
    why: Refused | BookingError,
    beside: Mapping[type[BookingError], str] | Callable[[BookingError], str] | None = None,
) -> Shown:
    """A form that was refused: what was typed, and what to change; `beside` places a refusal beside a field."""
    if isinstance(why, Refused):
        said = {name: sentence(request, one.text, **one.params) for name, one in why.errors.items()}
        return Shown(values, said)
    name = beside(why) if callable(beside) else (beside or {}).get(type(why), "")
    return Shown(values, {name: words(request, why)})


def status_of(why: Refused | BookingError) -> int:
    """The status of the page on which a refused form comes back."""
    return why.status if isinstance(why, BookingError) else 422


def as_form(request: msgspec.Struct, suffix: str = "") -> Typed:
    """A request as the text of a form's fields."""
    plain = msgspec.to_builtins(request, builtin_types=(date, datetime, time))
    return {f"{name}{suffix}": _as_text(value) for name, value in plain.items() if not _is_table(value)}


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _as_text(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case time():
            return f"{value:%H:%M}"
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
        case list():
            return " ".join(map(str, value))
        case _:
            return str(value)
