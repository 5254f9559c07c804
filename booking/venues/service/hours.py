"""Changes of opening hours: a facility's own, or those of a day that becomes a holiday.

Nobody is left before a closed door: who has booked what would be closed is named, and nothing is changed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, not_, select

from booking.clock import SHANGHAI, first_half_hour, half_hour_of, instant_of, local_date
from booking.db import ReadSession, WriteSession
from booking.places import service as places_service
from booking.places.catalogue import kind_of_day
from booking.places.models import CalendarDay
from booking.places.schemas import CalendarDayRequest
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.errors import BookedWhenClosed
from booking.venues.models import Booking
from booking.venues.rules import opening
from booking.venues.rules.opening import HALF_HOURS_A_DAY
from booking.web.facts import Named
from booking.web.principal import Principal

NAMED_AT_MOST = 12
"""Bookings that a refusal names; it counts them all."""


def mark_day(tx: WriteSession, now: datetime, staff: Principal, request: CalendarDayRequest) -> None:
    """Mark a day as a holiday or a working weekend, or take the mark away.

    Raises:
        Denied: the actor does not administer the service.
        BookedWhenClosed: somebody has booked an hour that would be closed.
    """
    places_service.require_administrator(staff)
    known = venues(tx)
    without = {day: mark for day, mark in known.places.calendar.items() if day != request.day}
    marked = CalendarDay(day=request.day, kind=request.kind)
    becomes = kind_of_day(without if request.kind == "none" else without | {request.day: marked}, request.day)
    _refuse(
        known, [one for facts in known.facilities.values() for one in _cut(tx, now, known, facts, request, becomes)]
    )
    places_service.mark_day(tx, now, staff, request)


def _cut(
    tx: ReadSession, now: datetime, known: Venues, facts: FacilityFacts, request: CalendarDayRequest, becomes: str
) -> list[Booking]:
    """The bookings of a facility that a day of another kind would leave outside opening hours."""
    day = request.day
    spans = opening.open_spans(facts.opening, day, becomes)
    if spans == opening.open_spans(facts.opening, day, kind_of_day(known.places.calendar, day)):
        return []
    first = first_half_hour(day)
    booked = bookings_ahead(tx, now, *facts.key, first, first + HALF_HOURS_A_DAY)
    return [one for one in booked if not opening.is_open(spans, one.starts, one.ends)]


def refuse_if_cut(tx: ReadSession, now: datetime, place: int, facility: int, rules: Sequence[opening.Rule]) -> None:
    """Every booking ahead of a facility lies within what would be its opening hours.

    Raises:
        BookedWhenClosed: some do not.
    """
    known = venues(tx)
    cut = []
    for one in bookings_ahead(tx, now, place, facility):
        day = local_date(instant_of(one.starts))
        spans = opening.open_spans(rules, day, kind_of_day(known.places.calendar, day))
        if not opening.is_open(spans, one.starts, one.ends):
            cut.append(one)
    _refuse(known, cut)


def bookings_ahead(
    tx: ReadSession, now: datetime, place: int, facility: int, first: int | None = None, last: int | None = None
) -> list[Booking]:
    """The live bookings of a facility that are not over, or those that begin in a range of half hours."""
    lapsed = and_(Booking.status == "held", Booking.hold_expires_at <= now)
    live = select(Booking).where(Booking.place_id == place, Booking.facility_id == facility)
    live = live.where(Booking.status.in_(("held", "confirmed")), not_(lapsed), Booking.ends > half_hour_of(now))
    if first is not None and last is not None:
        live = live.where(Booking.starts.between(first, last - 1))
    return tx.all(live.order_by(Booking.starts, Booking.id))


def _refuse(known: Venues, cut: Iterable[Booking]) -> None:
    in_the_way = sorted(cut, key=lambda one: (one.starts, one.id))
    if in_the_way:
        named = [_named(known, one) for one in in_the_way[:NAMED_AT_MOST]]
        rest = ["…"] if len(in_the_way) > NAMED_AT_MOST else []
        raise BookedWhenClosed(count=len(in_the_way), bookings=[*named, *rest])


def _named(known: Venues, booking: Booking) -> Named:
    """A booking as those read it who have to call: when, who, where."""
    starts, ends = (instant_of(half_hour).astimezone(SHANGHAI) for half_hour in (booking.starts, booking.ends))
    when = f"{starts:%Y-%m-%d %H:%M}–{ends:%H:%M} {booking.contact_name}"
    facts = known.facilities.get((booking.place_id, booking.facility_id))
    return Named(when) if facts is None else Named(f"{when} {facts.name.name}", f"{when} {facts.name.name_en}")
