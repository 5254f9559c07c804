"""The facts in a message or a refusal: kept as facts, said in the language and on the day of the reader."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

import msgspec

from booking.web import formatting


class Named(msgspec.Struct, frozen=True, tag="named"):
    """A thing with a Chinese and an English name."""

    name: str
    name_en: str = ""


class Hours(msgspec.Struct, frozen=True, tag="hours"):
    """From an instant until another: `今天 11月25日 18:00–19:00`."""

    starts: datetime
    ends: datetime


class Instant(msgspec.Struct, frozen=True, tag="instant"):
    """A point in time: `今天 11月25日 18:00`."""

    at: datetime


class Day(msgspec.Struct, frozen=True, tag="day"):
    """A calendar day in Shanghai: `周三 11月25日`."""

    day: date


class Money(msgspec.Struct, frozen=True, tag="money"):
    """A sum in fen: `¥12.50`."""

    fen: int


Param: TypeAlias = str | int | Named | Hours | Instant | Day | Money
Params: TypeAlias = Mapping[str, Param]


def read(stored: Any) -> dict[str, Param]:
    """The parameters of a stored message."""
    return msgspec.convert(stored, dict[str, Param])


def say(param: Param, now: datetime, *, locale: str) -> str:
    """A fact in the reader's words; `now` decides what is `今天`."""
    match param:
        case Named(name, name_en):
            return name_en if name_en and formatting.is_english(locale) else name
        case Hours(starts, ends):
            return f"{formatting.day(starts, now, locale=locale)} {formatting.time_range(starts, ends, locale=locale)}"
        case Instant(at):
            return f"{formatting.day(at, now, locale=locale)} {formatting.clock_time(at)}"
        case Day(day):
            return formatting.day(day, now, locale=locale)
        case Money(fen):
            return formatting.money(fen)
        case _:
            return str(param)


def say_all(params: Params, now: datetime, *, locale: str) -> dict[str, str]:
    """All facts of a message in the reader's words."""
    return {name: say(param, now, locale=locale) for name, param in params.items()}
