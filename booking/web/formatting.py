"""How times, sums, distances and names are said, in Chinese and in English.

Pure functions: the locale is an argument where the languages differ, `now` where a word depends on it.
Clock times and days are Shanghai's. Templates know each of them as a filter (`filters_for`).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Protocol

from booking.clock import SHANGHAI

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
RELATIVE_DAYS_ZH = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
RELATIVE_DAYS_EN = {-1: "yesterday", 0: "today", 1: "tomorrow"}

_DOUBLE_SURNAMES = """
    欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 南宫 端木 长孙 宇文 轩辕 司空 闻人 澹台
    赫连 申屠 太叔 独孤 拓跋 百里 呼延 东郭 西门 公冶 濮阳 淳于 单于 万俟 钟离 鲜于 闾丘 仲孙
"""
DOUBLE_SURNAMES = frozenset(_DOUBLE_SURNAMES.split())
"""The surnames of two characters that are in use today."""


class Named(Protocol):
    """A thing with a Chinese and perhaps an English name."""

    name: str
    name_en: str | None


def is_english(locale: str) -> bool:
    """Whether English is spoken; everything else is answered in Chinese."""
    return locale.startswith("en")


def named(thing: Named | Mapping[str, str | None], *, locale: str) -> str:
    """The name in the reader's language; Chinese where there is no English one."""
    if isinstance(thing, Mapping):
        chinese, english = thing["name"], thing.get("name_en")
    else:
        chinese, english = thing.name, getattr(thing, "name_en", None)
    return (english if is_english(locale) else None) or chinese or ""


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone: instants are aware, in UTC")
    return value.astimezone(SHANGHAI)


def _local_date(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def clock_time(value: datetime | time) -> str:
    """`18:00`, on the 24-hour clock of both languages."""
    local = _local(value) if isinstance(value, datetime) else value
    return f"{local:%H:%M}"


def short_date(value: date | datetime, *, locale: str) -> str:
    """`11月25日`, `25 Nov`."""
    local = _local_date(value)
    if is_english(locale):
        return f"{local.day} {MONTHS_EN[local.month - 1]}"
    return f"{local.month}月{local.day}日"


def weekday(value: date | datetime, now: datetime, *, locale: str) -> str:
    """`今天`, `明天`, `周三`; `today`, `tomorrow`, `Wed`."""
    local = _local_date(value)
    ahead = (local - _local_date(now)).days
    if is_english(locale):
        return RELATIVE_DAYS_EN.get(ahead, WEEKDAYS_EN[local.weekday()])
    return RELATIVE_DAYS_ZH.get(ahead, WEEKDAYS_ZH[local.weekday()])


def day(value: date | datetime, now: datetime, *, locale: str) -> str:
    """`今天 11月25日`, `周三 11月25日`, `today, 25 Nov`, `Wed 25 Nov`; another year is said."""
    local, today = _local_date(value), _local_date(now)
    word, dated = weekday(local, now, locale=locale), short_date(local, locale=locale)
    if is_english(locale):
        year = f" {local.year}" if local.year != today.year else ""
        comma = "," if word in RELATIVE_DAYS_EN.values() else ""
        return f"{word}{comma} {dated}{year}"
    year = f"{local.year}年" if local.year != today.year else ""
    return f"{word} {year}{dated}"


def time_range(start: datetime, end: datetime, *, locale: str) -> str:
    """`18:00–19:00`; midnight at the end of the same day is `24:00`, a later day is named."""
    first, last = _local(start), _local(end)
    days = (last.date() - first.date()).days
    if days == 1 and last.time() == time(0):
        return f"{first:%H:%M}–24:00"
    if days == 0:
        return f"{first:%H:%M}–{last:%H:%M}"
    if is_english(locale):
        return f"{first:%H:%M}–{last:%H:%M} on {short_date(last, locale=locale)}"
    said = "次日" if days == 1 else short_date(last, locale=locale)
    return f"{first:%H:%M}–{said} {last:%H:%M}"


def money(fen: int) -> str:
    """`¥30`, `¥12.50`, `−¥1,200`: whole yuan without the empty decimals."""
    yuan, rest = divmod(abs(fen), 100)
    sign = "−" if fen < 0 else ""
    return f"{sign}¥{yuan:,}" + (f".{rest:02d}" if rest else "")


def distance(metres: float, *, locale: str) -> str:
    """`350 米`, `1.2 公里`, `24 公里`: as exact as somebody on a bicycle needs."""
    near, far = (" m", " km") if is_english(locale) else (" 米", " 公里")
    if metres < 995:
        rounded = max(10, round(metres / 10) * 10) if metres < 100 else round(metres / 50) * 50
        if rounded < 1000:
            return f"{rounded}{near}"
    kilometres = metres / 1000
    return f"{kilometres:.1f}{far}" if kilometres < 9.95 else f"{kilometres:.0f}{far}"


def masked_name(name: str) -> str:
    """`张*`, `欧阳**`, `A***`: the surname stays, every other character becomes a star."""
    name = name.strip()
    if not name:
        return ""
    if name.isascii():
        return name[0] + "***"
    kept = 2 if len(name) > 2 and name[:2] in DOUBLE_SURNAMES else 1
    return name[:kept] + "*" * max(1, len(name) - kept)


def ago(value: datetime, now: datetime, *, locale: str) -> str:
    """`刚刚`, `5 分钟前`, `3 小时前`, then the day and the hour; `just now`, `5 min ago`, `3 h ago`."""
    minutes = int((now - value) / timedelta(minutes=1))
    english = is_english(locale)
    if 0 <= minutes < 1:
        return "just now" if english else "刚刚"
    if 1 <= minutes < 60:
        return f"{minutes} min ago" if english else f"{minutes} 分钟前"
    if 60 <= minutes < 12 * 60:
        return f"{minutes // 60} h ago" if english else f"{minutes // 60} 小时前"
    return f"{day(value, now, locale=locale)} {clock_time(value)}"


def grouped(digits: str) -> str:
    """Digits in groups of four, as people read them aloud: `1234 5678 90`."""
    plain = "".join(digits.split())
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


_SAME_IN_BOTH = (clock_time, money, masked_name, grouped)
_BY_LANGUAGE = (named, short_date, weekday, day, time_range, distance, ago)


def filters_for(locale: str) -> dict[str, Callable[..., str]]:
    """The filters of templates in one language, under the names of their functions."""
    bound = {function.__name__: partial(function, locale=locale) for function in _BY_LANGUAGE}
    return bound | {function.__name__: function for function in _SAME_IN_BOTH}
