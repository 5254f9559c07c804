"""When a booking's court is settled: until then it is undisclosed and may move."""

from datetime import datetime, timedelta
from typing import Protocol

from booking.clock import instant_of

SETTLED_BEFORE = timedelta(minutes=60)
"""A court is told, and no longer moved, from so long before the start."""

ANSWERED_WITHIN = timedelta(seconds=60)
"""A booking that is pending is confirmed, held or refused so soon after it was asked for."""


class Seated(Protocol):
    """As much of a booking as these rules need."""

    status: str
    starts: int
    pinned: bool
    hold_expires_at: datetime | None


def may_move(booking: Seated, now: datetime) -> bool:
    """Whether a booking's court is still open: not chosen, and not told yet."""
    return not booking.pinned and now < instant_of(booking.starts) - SETTLED_BEFORE


def has_expired(booking: Seated, now: datetime) -> bool:
    """Whether a booking is a hold whose time is over."""
    return booking.status == "held" and booking.hold_expires_at is not None and booking.hold_expires_at <= now
