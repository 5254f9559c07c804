"""Where a booking could move to on a day: each start of its length, counted as if its own place were free."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from booking.clock import first_half_hour, half_hour_of, instant_of
from booking.db import ReadSession
from booking.venues.catalogue import venues
from booking.venues.queries.days import open_spans_of, price_of
from booking.venues.queries.occupancy import occupancy
from booking.venues.rules import policy
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span
from booking.venues.schemas import BookingView


class Start(NamedTuple):
    """An hour to move to, how much is free then, and what it would cost."""

    starts: datetime
    ends: datetime
    free: int
    fen: int


def starts_for(
    tx: ReadSession, now: datetime, booking: BookingView, day: date, categories: Collection[str] = ()
) -> list[Start]:
    """The starts on a local day for a booking's length, but for the one that it has; empty before the day opens.

    Raises:
        FacilityNotFound: the facility was retired.
    """
    known = venues(tx)
    facts = known.facility(booking.place, booking.facility)
    if policy.opens_for_booking(facts.policy, day) > now:
        return []
    first = first_half_hour(day)
    taken = occupancy(tx, now, [facts], first, first + HALF_HOURS_A_DAY, place=booking.place, facility=booking.facility)
    own = Span(half_hour_of(booking.starts), half_hour_of(booking.ends))
    length = own.ends - own.starts
    needed = booking.heads if facts.pooled else 1
    found = []
    for span in open_spans_of(known, facts, day):
        for start in range(span.starts, span.ends - length + 1, facts.facility.slot_half_hours):
            if start == own.starts or policy.has_begun(start, now):
                continue
            free = min(
                taken.free(facts, booking.court_kind, at, at + 1) + (needed if own.starts <= at < own.ends else 0)
                for at in range(start, start + length)
            )
            fen = price_of(known, facts, Span(start, start + length), categories, booking.heads)
            found.append(Start(instant_of(start), instant_of(start + length), free if free >= needed else 0, fen))
    return found
