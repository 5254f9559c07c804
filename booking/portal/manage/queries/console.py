"""What a manager sees first: today at the place, the money of the day, what is ahead."""

from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple

from booking.clock import first_half_hour, half_hour_of, local_date
from booking.db import ReadSession
from booking.payments.queries import Taking, takings
from booking.places.models import Place
from booking.portal.manage.queries.blocks import SeenBlock, blocks_ahead
from booking.portal.manage.queries.desk import DeskBooking, bookings_between
from booking.rehearsal.queries import ChangeView, changes
from booking.rooms.catalogue import houses
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.rules.opening import HALF_HOURS_A_DAY

A_WEEK = 7 * HALF_HOURS_A_DAY


class Today(NamedTuple):
    """A facility today: bookings and heads, how many came, what is owed, and the bookings under way."""

    facts: FacilityFacts
    bookings: int
    heads: int
    arrived: int
    owed: int
    playing: int


class Overview(NamedTuple):
    """A place today."""

    place: Place
    today: date
    facilities: list[Today]
    takings: list[Taking]
    blocks: list[SeenBlock]
    changes: list[ChangeView]
    has_rooms: bool
    """Whether it sells nights, and so has a front desk."""

    @property
    def taken(self) -> int:
        """What came in today, in fen."""
        return sum(taking.net for taking in self.takings)


def overview(tx: ReadSession, now: datetime, place: Place) -> Overview:
    """A place as its manager sees it first."""
    today = local_date(now)
    first = first_half_hour(today)
    found: dict[int, list[DeskBooking]] = defaultdict(list)
    for booking in bookings_between(tx, now, place.id, None, first, first + HALF_HOURS_A_DAY):
        found[booking.facility].append(booking)
    known = venues(tx)
    return Overview(
        place=place,
        today=today,
        facilities=[_today(facts, found[facts.facility.id], now) for facts in known.by_place.get(place.id, ())],
        takings=takings(tx, place.id, today),
        blocks=blocks_ahead(tx, now, place.id, until=first + A_WEEK),
        changes=changes(tx, place.id, limit=5),
        has_rooms=place.id in houses(tx).by_id,
    )


def _today(facts: FacilityFacts, bookings: list[DeskBooking], now: datetime) -> Today:
    here = half_hour_of(now)
    return Today(
        facts=facts,
        bookings=len(bookings),
        heads=sum(booking.party for booking in bookings),
        arrived=sum(booking.arrived for booking in bookings),
        owed=sum(max(0, booking.money.owed) for booking in bookings),
        playing=sum(booking.starts <= here < booking.ends for booking in bookings),
    )
