"""A facility's local day: when it is open, its slots, what they cost, and when it can be booked."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from booking.clock import instant_of, local_date
from booking.places.catalogue import kind_of_day
from booking.venues.catalogue import FacilityFacts, Venues
from booking.venues.errors import DayTooFar
from booking.venues.rules import opening, pricing
from booking.venues.rules.opening import Span
from booking.web.facts import Day

FURTHEST = timedelta(days=400)


def open_spans_of(known: Venues, facts: FacilityFacts, day: date) -> list[Span]:
    """When a facility is open on a local day."""
    return opening.open_spans(facts.opening, day, kind_of_day(known.places.calendar, day))


def slots_of(known: Venues, facts: FacilityFacts, day: date) -> list[Span]:
    """The slots of a facility's grid on a local day."""
    return opening.slots(open_spans_of(known, facts, day), facts.facility.slot_half_hours)


def price_of(known: Venues, facts: FacilityFacts, span: Span, categories: Collection[str], heads: int = 1) -> int:
    """What a range of half hours of one local day costs a member of these categories, in fen."""
    kind = kind_of_day(known.places.calendar, local_date(instant_of(span.starts)))
    paying = heads if facts.pooled else 1
    return pricing.quote(facts.prices, kind, span.starts, span.ends, categories, paying).fen


def reachable(day: date, now: datetime) -> None:
    """A day is near enough to be asked about.

    Raises:
        DayTooFar: it is more than a year away.
    """
    today = local_date(now)
    if abs(day - today) > FURTHEST:
        raise DayTooFar(first=Day(today - FURTHEST), last=Day(today + FURTHEST))
