"""The date strip: fourteen days, with holidays, working weekends, and the day that bookings open."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request

from booking.clock import local_date
from booking.venues.catalogue import Venues
from booking.venues.rules import policy
from booking.venues.rules.policy import Terms
from booking.web.formatting import clock_time, weekday
from booking.web.language import language_of, sentence
from booking.web.locale import N_

DAYS = 14


def strip(
    request: Request[Any, Any, Any],
    known: Venues,
    now: datetime,
    current: date,
    href: Callable[[date], str],
    terms: Terms | None = None,
) -> list[dict[str, Any]]:
    """The fortnight, counted from today, in which a day lies; for a policy, which of its days can be booked."""
    fortnights = (current - local_date(now)).days // DAYS
    first = local_date(now) + timedelta(days=DAYS * fortnights)
    return [_day(request, known, now, first + timedelta(days=ahead), current, href, terms) for ahead in range(DAYS)]


def _day(
    request: Request[Any, Any, Any],
    known: Venues,
    now: datetime,
    day: date,
    current: date,
    href: Callable[[date], str],
    terms: Terms | None,
) -> dict[str, Any]:
    marked = known.places.calendar.get(day)
    opens, note = "", ""
    if marked is not None and marked.kind == "holiday":
        note = sentence(request, marked.name_en if language_of(request) == "en" else marked.name)
    if terms is not None and day > policy.last_bookable_day(terms, now):
        opened = policy.opens_for_booking(terms, day)
        first = day == policy.last_bookable_day(terms, now) + timedelta(days=1)
        said = f"{weekday(opened, now, locale=language_of(request))} {clock_time(opened)}"
        opens = sentence(request, N_("{when} 开放"), when=said) if first else ""
        note = "" if first else sentence(request, N_("未开放"))
    return {
        "date": day,
        "href": href(day),
        "current": day == current,
        "mark": None if marked is None else marked.kind,
        "note": note,
        "opens": opens,
    }
