"""Whether a stay may be as asked: dates, length, rooms, heads, restrictions."""

from collections.abc import Sequence
from datetime import datetime

from booking.db import ReadSession
from booking.errors import BookingError
from booking.rooms.catalogue import House
from booking.rooms.errors import (
    ClosedToArrival,
    ClosedToDeparture,
    DatesCross,
    NotOnSale,
    StayTooLong,
    StayTooShort,
    TooManyHeads,
    TooManyNights,
    TooManyRooms,
)
from booking.rooms.models import LONGEST_STAY, RoomType
from booking.rooms.queries.searching import restrictions
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.restrictions import Broken, broken
from booking.rooms.schemas import RoomWish
from booking.rooms.service.inventory import horizon
from booking.web.facts import Day, Named


def named(kind: RoomType) -> Named:
    """A room type, as a sentence names it."""
    return Named(kind.name, kind.name_en)


def check_nights(house: House, now: datetime, nights: Nights, *, staff: bool) -> None:
    """The nights are on sale, and not too many; staff may sell longer stays.

    Raises:
        DatesCross: there is no night.
        NotOnSale: some are over or beyond the horizon.
        TooManyNights: more than one stay may have.
    """
    arrival, departure = Day(date_of(nights.arrival)), Day(date_of(nights.departure))
    if nights.departure <= nights.arrival:
        raise DatesCross(arrival=arrival, departure=departure)
    sold = horizon(house, now)
    if nights.arrival < sold.arrival or nights.departure > sold.departure:
        first, last = Day(date_of(sold.arrival)), Day(date_of(sold.departure))
        raise NotOnSale(first=first, last=last, arrival=arrival, departure=departure, clause=house.clause)
    most = LONGEST_STAY if staff else house.policy.most_nights
    if len(nights) > most:
        raise TooManyNights(most=most, asked=len(nights), clause=house.clause)


def check_rooms(house: House, rooms: Sequence[RoomWish], *, staff: bool) -> None:
    """The rooms exist, are not too many, and sleep those who are to sleep in them.

    Raises:
        RoomTypeNotFound, RoomNotFound: there is no such type, or no such room of it.
        TooManyRooms: more than a member may book at once.
        TooManyHeads: a room sleeps fewer.
    """
    if len(rooms) > house.policy.most_rooms and not staff:
        raise TooManyRooms(most=house.policy.most_rooms, asked=len(rooms), clause=house.clause)
    for wish in rooms:
        kind = house.type(wish.type)
        heads = wish.sleepers
        if heads > kind.sleeps + kind.extra_beds:
            most = kind.sleeps + kind.extra_beds
            raise TooManyHeads(type=named(kind), most=most, extra=kind.extra_beds, asked=heads)
        if wish.room is not None:
            house.room(wish.room, wish.type)


def check_restrictions(tx: ReadSession, house: House, types: Sequence[int], nights: Nights) -> None:
    """The calendar lets stays of these types arrive and leave on these days, and be so long.

    Raises:
        ClosedToArrival, ClosedToDeparture, StayTooShort, StayTooLong: it does not.
    """
    rows = restrictions(tx, house, nights.arrival, nights.departure)
    for type_id in sorted(set(types)):
        found = broken([row for row in rows if row.type_id in (0, type_id)], nights.arrival, nights.departure)
        if found is not None:
            raise refusal(found, len(nights))


def refusal(found: Broken, asked: int) -> BookingError:
    """A broken restriction, for a stay of so many nights."""
    day = Day(date_of(found.night))
    if found.rule == "closed_to_arrival":
        return ClosedToArrival(day=day)
    if found.rule == "closed_to_departure":
        return ClosedToDeparture(day=day)
    if found.rule == "least_nights":
        return StayTooShort(day=day, least=found.limit, asked=asked)
    return StayTooLong(day=day, most=found.limit, asked=asked)
