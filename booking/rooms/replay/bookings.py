"""Bookings of a past, and what happened to them, in the order in which it happened. Days are numbers, as nights are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Literal, NamedTuple

from booking.clock import local_instant
from booking.rooms.rules.nights import date_of

Ending = Literal["departed", "cancelled", "no_show"]
Act = Literal["book", "arrive", "depart", "cancel", "no_show"]

HOURS: dict[str, time] = {
    "no_show": time(7),
    "depart": time(9),
    "cancel": time(10),
    "book": time(12),
    "arrive": time(18),
    "cancel_late": time(20),
}
"""When on a day something happens: rooms are given back before others take them."""
_ACTS: dict[str, Act] = {"cancel_late": "cancel"}


class Booking(NamedTuple):
    """One room for some nights.

    Attributes:
        line: where it stands in the file.
        booked: the day on which it was made.
        nights: how many; none are days in a house that sold no night.
        fen: the price of a night.
        ended: the day on which it was cancelled, marked as a no-show, or left.
    """

    line: int
    hotel: str
    type: str
    booked: int
    arrival: int
    nights: int
    heads: int
    fen: int
    ending: Ending
    ended: int

    @property
    def departure(self) -> int:
        """The day of departure that was agreed."""
        return self.arrival + self.nights


class Event(NamedTuple):
    """Something that happens to the booking with this number."""

    day: int
    hour: time
    act: Act
    number: int

    @property
    def at(self) -> datetime:
        """The instant."""
        return local_instant(date_of(self.day), self.hour)


def timeline(bookings: Iterable[Booking]) -> list[Event]:
    """All that happens to some bookings, in order; those without a night are left out."""
    events = (
        Event(day, HOURS[what], _ACTS.get(what, what), number)  # type: ignore[arg-type]
        for number, booking in enumerate(bookings)
        if booking.nights
        for day, what in _happens(booking)
    )
    return sorted(events)


def _happens(booking: Booking) -> Iterator[tuple[int, str]]:
    yield booking.booked, "book"
    if booking.ending == "cancelled":
        day = max(booking.booked, min(booking.ended, booking.arrival))
        yield day, "cancel_late" if day == booking.booked else "cancel"
    elif booking.ending == "no_show":
        yield booking.arrival + 1, "no_show"
    else:
        yield booking.arrival, "arrive"
        yield min(booking.departure, max(booking.arrival + 1, booking.ended)), "depart"


def rooms_needed(bookings: Iterable[Booking]) -> dict[str, int]:
    """Rooms of each type that the guests of one hotel slept in on its fullest night; one at the least."""
    change: dict[str, Counter[int]] = defaultdict(Counter)
    for booking in bookings:
        change[booking.type][booking.arrival] += 0
        if booking.ending == "departed":
            change[booking.type][booking.arrival] += 1
            change[booking.type][min(booking.departure, max(booking.arrival + 1, booking.ended))] -= 1
    return {kind: max(1, _highest(steps)) for kind, steps in sorted(change.items())}


def _highest(steps: Counter[int]) -> int:
    there = highest = 0
    for day in sorted(steps):
        there += steps[day]
        highest = max(highest, there)
    return highest
