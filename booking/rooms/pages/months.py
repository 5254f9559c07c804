"""The calendar of two months: a cell a night, and where a tap on it leads."""

from calendar import Calendar as Weeks
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.clock import local_date
from booking.db import ReadSession
from booking.places.models import CalendarDay
from booking.rooms.catalogue import House
from booking.rooms.pages.asking import Asked, largest
from booking.rooms.queries.searching import calendar
from booking.rooms.schemas import NightView, TypeNights
from booking.web.principal import Principal

FEW = 5
"""From so many rooms down the calendar says how many are left."""
MONTHS = 2


class Cell(NamedTuple):
    """A night.

    Attributes:
        state: `free`, `few`, `full`, `closed` (nobody arrives), or `off` (over, or not on sale yet).
        fen: the cheapest price that can be had.
        left: rooms that can be had.
        href: where a tap leads.
        part: of the stay that is chosen: `arrive`, `within`, `leave`, or none.
        special: the holiday or working weekend that it is.
    """

    day: date
    state: str
    fen: int = 0
    left: int = 0
    href: str = ""
    part: str = ""
    special: CalendarDay | None = None


class Month(NamedTuple):
    """A month by weeks, from Monday, without those that are over; None outside the month."""

    first: date
    weeks: list[list[Cell | None]]


class Shown(NamedTuple):
    """Two months, whether the tap now means the departure, and where the months before and after are."""

    months: list[Month]
    leaving: bool
    before: str
    after: str


def two_months(
    tx: ReadSession,
    now: datetime,
    house: House,
    asked: Asked,
    viewer: Principal | None,
    path: str,
    chosen: str = "#nights",
) -> Shown:
    """The months that are asked for; else those of the arrival, else from this one on.

    `path` is the page on which the calendar stands, `chosen` the part of it that one sees once both days are.
    """
    today = local_date(now)
    last = today + timedelta(days=house.policy.horizon_days)
    first = (asked.month or asked.arrival or today).replace(day=1)
    first = max(today.replace(day=1), min(first, last.replace(day=1)))
    end = _later(first, MONTHS)
    begin = max(first, today)
    types = fitting(house, asked, calendar(tx, house.id, begin, (end - begin).days, viewer).items)
    by_day = {day: [night for kind in types for night in kind.nights if night.night == day] for day in _days(types)}
    reach = _reach(types, asked, house.policy.most_nights)
    leads = _taps(asked, path, reach, chosen)
    months = [_month(_later(first, at), house, by_day, asked, leads, today) for at in range(MONTHS)]
    return Shown(
        months,
        leaving=reach is not None,
        before=asked.address(path, month=_later(first, -1)) if first > today.replace(day=1) else "",
        after=asked.address(path, month=_later(first, 1)) if end <= last else "",
    )


def fitting(house: House, asked: Asked, types: Iterable[TypeNights]) -> list[TypeNights]:
    """The types in whose rooms the party fits."""
    heads = largest(asked.shares)
    roomy = [kind for kind in types if heads <= kind.sleeps + kind.extra_beds]
    return [kind for kind in roomy if not asked.accessible or has_accessible(house, kind.type)]


def has_accessible(house: House, type_id: int) -> bool:
    """Whether a type has rooms for wheelchairs."""
    return any(room.accessible for room in house.rooms_of.get(type_id, ()))


def _days(types: Sequence[TypeNights]) -> set[date]:
    return {night.night for kind in types for night in kind.nights}


def _later(first: date, months: int) -> date:
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def _reach(types: Sequence[TypeNights], asked: Asked, most: int) -> date | None:
    """The last day on which a stay from the chosen arrival can end; None while the arrival is to be chosen."""
    if asked.arrival is None or asked.departure is not None:
        return None
    furthest = asked.arrival
    for kind in types:
        free = {night.night for night in kind.nights if night.free >= asked.rooms}
        day = asked.arrival
        while day in free and (day - asked.arrival).days < most:
            day += timedelta(days=1)
        furthest = max(furthest, day)
    return furthest


def _taps(asked: Asked, path: str, reach: date | None, chosen: str) -> Callable[[date, bool, bool], str]:
    """Where a tap on a day leads: it is the departure where the stay can end so, else a new arrival."""

    def leads(day: date, arrives: bool, leaves: bool) -> str:
        if reach is not None and asked.arrival is not None and asked.arrival < day <= reach:
            return asked.address(path, departure=day) + chosen if leaves else ""
        return asked.address(path, arrival=day, departure=None) + "#nights" if arrives else ""

    return leads


def _month(
    first: date,
    house: House,
    by_day: Mapping[date, Sequence[NightView]],
    asked: Asked,
    leads: Callable[[date, bool, bool], str],
    today: date,
) -> Month:
    def cell(day: date) -> Cell | None:
        if day.month != first.month:
            return None
        special = house.known.calendar.get(day)
        nights = by_day.get(day, ()) if day >= today else ()
        return _cell(day, nights, asked, leads)._replace(part=_part(day, asked), special=special)

    weeks = [week for week in Weeks().monthdatescalendar(first.year, first.month) if week[-1] >= today]
    return Month(first, [[cell(day) for day in week] for week in weeks])


def _cell(day: date, nights: Sequence[NightView], asked: Asked, leads: Callable[[date, bool, bool], str]) -> Cell:
    open_nights = [night for night in nights if night.free >= asked.rooms]
    arriving = [night for night in open_nights if night.arrive]
    leaves = not nights or any(night.leave for night in nights)
    href = leads(day, bool(arriving), leaves)
    if not nights:
        return Cell(day, "off")
    if not open_nights:
        return Cell(day, "full", href=href)
    left = sum(night.free for night in open_nights)
    state = "closed" if not arriving else "few" if left <= FEW else "free"
    return Cell(day, state, min(night.fen for night in arriving or open_nights), left, href)


def _part(day: date, asked: Asked) -> str:
    if day == asked.arrival:
        return "arrive"
    if asked.arrival is None or asked.departure is None or not asked.arrival < day <= asked.departure:
        return ""
    return "leave" if day == asked.departure else "within"
