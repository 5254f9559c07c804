"""A member's limits across a sport: taken when they book; a refusal says what would make room."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from booking.clock import first_half_hour, instant_of, local_date
from booking.db import ReadSession, WriteSession
from booking.venues.catalogue import FacilityFacts
from booking.venues.errors import LimitReached
from booking.venues.models import Booking
from booking.venues.rules import policy
from booking.venues.rules.opening import Span
from booking.venues.rules.policy import Limit
from booking.venues.service.claims import limit_taken, take_of_limit
from booking.web import formatting
from booking.web.facts import Named
from booking.web.locale import CHINESE, ENGLISH, N_

PERIODS = {"day": N_("每天"), "week": N_("每周")}
UNITS = {"day": N_("个半小时"), "week": N_("次")}
LIVE = ("held", "confirmed", "pending")


def take_limits(
    tx: WriteSession, now: datetime, facts: FacilityFacts, member_id: int, span: Span, moving: int | None = None
) -> list[tuple[str, str, int]]:
    """Take of the member's limits across the sport; what was taken, to be kept on the booking.

    `moving` is the booking that is about to change, if it is not a new one; its own part was given back before.

    Raises:
        LimitReached: one of them does not allow it; it says which bookings to cancel or which day to choose instead.
    """
    limits = policy.limits(facts.policy, facts.facility.sport, span.starts, span.ends)
    for limit in limits:
        if not take_of_limit(tx, member_id, limit.rule, limit.period, limit.amount, limit.most):
            raise _reached(tx, now, facts, member_id, span, limit, moving)
    return [(limit.rule, limit.period, limit.amount) for limit in limits]


def _reached(
    tx: ReadSession,
    now: datetime,
    facts: FacilityFacts,
    member_id: int,
    span: Span,
    limit: Limit,
    moving: int | None,
) -> LimitReached:
    first, over = _period(limit, span)
    taken = limit_taken(tx, member_id, limit.rule, limit.period)
    counted = [one for one in _counted(tx, member_id, limit, first, over) if one.id != moving]
    ways = [*_cancelling(now, limit, taken, counted), *_choosing(now, facts, limit, taken, over)]
    per = limit.rule.rpartition(":")[2]
    return LimitReached(
        sport=Named(facts.sport.name, facts.sport.name_en),
        period=PERIODS[per],
        unit=UNITS[per],
        limit=limit.most,
        taken=taken,
        asked=limit.amount,
        clause=f"{facts.policy.document} {facts.policy.clause}",
        instead=ways,
    )


def _period(limit: Limit, span: Span) -> tuple[date, date]:
    """The first day of a limit's period, and the first after it."""
    day = local_date(instant_of(span.starts))
    if limit.rule.endswith(":day"):
        return day, day + timedelta(days=1)
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def _cancelling(now: datetime, limit: Limit, taken: int, counted: Iterable[Booking]) -> Iterator[Named]:
    """Each booking whose cancellation alone would make room."""
    for booking in counted:
        freed = sum(amount for rule, period, amount in booking.limits if (rule, period) == limit[:2])
        if not policy.has_begun(booking.starts, now) and taken - freed + limit.amount <= limit.most:
            yield _said("取消 {when} 的预约", "cancel {when}", booking.starts, booking.ends, now)


def _choosing(now: datetime, facts: FacilityFacts, limit: Limit, taken: int, over: date) -> Iterator[Named]:
    """A day that the period no longer covers, and as much as is left of it."""
    if limit.amount <= limit.most:
        chinese, english = (formatting.day(over, now, locale=locale) for locale in (CHINESE, ENGLISH))
        yield Named(f"选 {chinese} 起的日子", f"choose a day from {english}")
    slot = facts.facility.slot_half_hours
    left = (limit.most - taken) // slot * slot
    if limit.rule.endswith(":day") and left >= max(slot, facts.policy.least_half_hours):
        yield Named(f"只约 {left / 2:g} 小时", f"book only {left / 2:g} h")


def _counted(tx: ReadSession, member_id: int, limit: Limit, first: date, over: date) -> list[Booking]:
    """The live bookings of a period that count towards a limit."""
    own = select(Booking).where(Booking.member_id == member_id, Booking.status.in_(LIVE))
    own = own.where(Booking.starts.between(first_half_hour(first), first_half_hour(over) - 1))
    found = tx.all(own.order_by(Booking.starts, Booking.id))
    return [one for one in found if any((rule, period) == limit[:2] for rule, period, _ in one.limits)]


def _said(chinese: str, english: str, starts: int, ends: int, now: datetime) -> Named:
    def when(locale: str) -> str:
        begins, over = instant_of(starts), instant_of(ends)
        day = formatting.day(begins, now, locale=locale)
        return f"{day} {formatting.time_range(begins, over, locale=locale)}"

    return Named(chinese.format(when=when(CHINESE)), english.format(when=when(ENGLISH)))
