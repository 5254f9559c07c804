"""Who may book what, when and how much: each function answers None, or the refusal with its rule and numbers."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from booking.clock import half_hour_of, instant_of, local_date, local_instant

RESTORE_WITHIN = timedelta(minutes=10)
"""How long a cancellation can be taken back, if nothing else took the place."""


class Terms(Protocol):
    """The numbers of a policy, as managers edit them."""

    document: str
    clause: str
    opens_days_ahead: int
    opens_at: time
    least_half_hours: int
    most_half_hours: int
    day_limit_half_hours: int
    week_limit_bookings: int
    cancel_cutoff_minutes: int
    most_no_show_points: int
    eligible: list[str]


class Limit(NamedTuple):
    """A limit that a booking takes from: `rule` and `period` name the member's counter."""

    rule: str
    period: str
    amount: int
    most: int


def opens_for_booking(terms: Terms, day: date) -> datetime:
    """The instant at which a local day can be booked."""
    return local_instant(day - timedelta(days=terms.opens_days_ahead), terms.opens_at)


def last_bookable_day(terms: Terms, now: datetime) -> date:
    """The furthest local day that can be booked now."""
    today = local_date(now)
    opened_today = now >= local_instant(today, terms.opens_at)
    return today + timedelta(days=terms.opens_days_ahead - (0 if opened_today else 1))


def earliest_start(now: datetime) -> int:
    """The first half hour that may still be taken: the one under way, by someone at the counter."""
    return half_hour_of(now)


def has_begun(starts: int, now: datetime) -> bool:
    """Whether a slot's first half hour has passed: until then someone at the counter may still take it."""
    return starts < earliest_start(now)


def right_length(terms: Terms, starts: int, ends: int) -> bool:
    """Whether one booking may be so long."""
    return terms.least_half_hours <= ends - starts <= terms.most_half_hours


def is_eligible(terms: Terms, categories: Collection[str]) -> bool:
    """Whether a member of these categories may book; a policy that names none is for everyone."""
    return not terms.eligible or not set(terms.eligible).isdisjoint(categories)


def in_good_standing(terms: Terms, points: int) -> bool:
    """Whether a member with these no-show points may book ahead."""
    return terms.most_no_show_points == 0 or points < terms.most_no_show_points


def limits(terms: Terms, sport: str, starts: int, ends: int) -> tuple[Limit, ...]:
    """What a booking takes: half hours of the day, and one booking of the ISO week, across a sport; 0 is no limit."""
    day = local_date(instant_of(starts))
    year, week, _ = day.isocalendar()
    taken = (
        Limit(f"{sport}:day", day.isoformat(), ends - starts, terms.day_limit_half_hours),
        Limit(f"{sport}:week", f"{year}-W{week:02}", 1, terms.week_limit_bookings),
    )
    return tuple(limit for limit in taken if limit.most > 0)


def free_until(terms: Terms, starts: int) -> datetime:
    """The last instant at which cancelling costs nothing."""
    return instant_of(starts) - timedelta(minutes=terms.cancel_cutoff_minutes)


def cancels_late(terms: Terms, starts: int, now: datetime) -> bool:
    """Whether cancelling now is late: it keeps what the booking took of the limits, and earns a no-show point."""
    return now > free_until(terms, starts)


def can_be_restored(cancelled_at: datetime, starts: int, now: datetime) -> bool:
    """Whether a cancellation can still be taken back."""
    return now - cancelled_at <= RESTORE_WITHIN and not has_begun(starts, now)
