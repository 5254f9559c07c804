"""What may still be done with a stay: cancelled and changed until its guests come, restored soon after."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

RESTORE_WITHIN = timedelta(minutes=10)
"""How long a cancellation can be taken back, if nothing else took the place."""
STANDING = ("expected", "pending", "overbooked")
"""States of a room whose guests are still to come."""
GRANTED = "retreat"
"""Source of a stay that was granted, e.g. won in a draw: whoever granted it ends it, moves it and charges for it."""


class Stay(Protocol):
    """As much of a stay as these rules need."""

    status: str
    changed_at: datetime
    hold_expires_at: datetime | None
    """None once it is confirmed."""
    ended_reason: str
    source: str


class Room(Protocol):
    """As much of a room of a stay as these rules need."""

    status: str
    ended_at: datetime | None


def has_expired(stay: Stay, now: datetime) -> bool:
    """Whether a stay is a hold whose time is over."""
    return stay.status == "held" and stay.hold_expires_at is not None and stay.hold_expires_at <= now


def is_ahead(stay: Stay, standing: Iterable[Room]) -> bool:
    """Whether a stay may be given up or moved by its guests: `standing` are its rooms that wait for them."""
    if stay.source == GRANTED:
        return False
    return stay.status in ("held", "pending", "confirmed") and any(True for _ in standing)


def restorable(stay: Stay, rooms: Iterable[Room]) -> list[Room]:
    """The rooms that the last cancellation of a stay gave up."""
    return [room for room in rooms if room.status == "cancelled" and room.ended_at == stay.changed_at]


def can_be_restored(stay: Stay, rooms: Iterable[Room], now: datetime) -> bool:
    """Whether the last thing done to a stay was a cancellation, not long ago; what was only held does not count."""
    soon = now - stay.changed_at <= RESTORE_WITHIN
    was_booked = stay.hold_expires_at is None and not stay.ended_reason and stay.source != GRANTED
    return soon and was_booked and stay.status in ("confirmed", "cancelled") and bool(restorable(stay, rooms))
