"""The hotel's day as the front desk counts it, and what leaving early costs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Literal, Protocol

from booking.clock import local_date, local_instant
from booking.rooms.rules.nights import date_of, night_of
from booking.rooms.rules.pricing import cancel_permille, permille_of

KEPT_UNTIL = time(6)
"""On the morning after the day of arrival: until then a room is kept for guests who come late."""

Arrival = Literal["expected", "late", "arrived", "no_room", "no_show"]
Departure = Literal["due", "overdue", "left"]


class Room(Protocol):
    """As much of a room of a stay as these rules need."""

    status: str
    arrival: int
    departure: int


def hotel_night(now: datetime) -> int:
    """The night that whoever comes at this instant sleeps: before `KEPT_UNTIL` it is still the night before."""
    since_midnight = timedelta(hours=KEPT_UNTIL.hour, minutes=KEPT_UNTIL.minute)
    return night_of(local_date(now - since_midnight))


def kept_until(arrival: int) -> datetime:
    """The instant from which guests of a night count as not having come."""
    return local_instant(date_of(arrival + 1), KEPT_UNTIL)


def arrival_state(room: Room, arrive_at: time | None, now: datetime) -> Arrival:
    """How it stands with guests who are to come: late once the hour that they gave, or else their date, is over."""
    if room.status in ("in_house", "departed"):
        return "arrived"
    if room.status == "no_show":
        return "no_show"
    if room.status != "expected":
        return "no_room"
    given = date_of(room.arrival)
    due = local_instant(date_of(room.arrival + 1), time()) if arrive_at is None else local_instant(given, arrive_at)
    return "late" if now > due else "expected"


def departure_state(room: Room, leave_by: time, now: datetime) -> Departure:
    """How it stands with guests who are to leave: overdue once the hour by which rooms are to be free is over."""
    if room.status == "departed":
        return "left"
    return "overdue" if now > local_instant(date_of(room.departure), leave_by) else "due"


def left_from(room: Room, today: int) -> int:
    """The first night that guests who leave on a date give back: never the first one, for they took the room."""
    return min(room.departure, max(today, room.arrival + 1))


def early_fee(ladder: Iterable[Sequence[int]], unused: Iterable[tuple[int, int]], today: int) -> int:
    """What guests pay who leave early, in fen: each unused night costs what cancelling it that day would.

    Args:
        ladder: the policy's (days before, permille), see `pricing.cancel_permille`.
        unused: (night, its agreed price in fen).
        today: the night of the date on which they leave.
    """
    steps = list(ladder)
    return sum(permille_of(fen, cancel_permille(steps, night - today)) for night, fen in unused)
