"""Which court a booking holds: the best fit as everybody sits, else room made by moving those who may move."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Select, select, update

from booking.clock import first_half_hour, instant_of, local_date
from booking.db import ReadSession, WriteSession, prepared
from booking.places.catalogue import kind_of_day, places
from booking.venues.catalogue import FacilityFacts
from booking.venues.models import Booking
from booking.venues.rules import assignment, opening
from booking.venues.rules.assignment import (
    Block,
    Court,
    Day,
    Holding,
    Impossible,
    Move,
    Outcome,
    OutOfTime,
    Plan,
    Wish,
)
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span
from booking.venues.rules.settling import has_expired, may_move
from booking.venues.service.claims import Claimed, cells_of, claim, claimed, give_back, release

QUICK_NODES = 4000
"""Positions that the exact search may look at within a request: about 100 ms at the worst."""
TRIES = 8
"""How often a seat may be lost to a concurrent transaction before the request is told to come again."""


class Snapshot(NamedTuple):
    """A facility's day as the rules of assignment see it, and the holds in it whose time is over."""

    day: Day
    expired: tuple[Booking, ...]


class _Overtaken(Exception):
    """What the plan was made from is no longer so."""


def seat(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking_id: int, wish: Wish
) -> int | Impossible | OutOfTime:
    """Claim a court for a booking; the court's id, or why there is none.

    Others may be moved to equal courts at their own hours, and holds whose time is over make room. A seat lost to a
    concurrent transaction is sought again on what that transaction left.
    """
    for _ in range(TRIES):
        day, expired = snapshot(tx, now, facts, wish.starts, wish.ends)
        for hold in expired:
            end_hold(tx, now, facts, hold)
        outcome = assignment.rearrange(day, [wish], QUICK_NODES)
        if not isinstance(outcome, Plan):
            return outcome
        if _carried_out(tx, now, facts, booking_id, wish, day, outcome):
            return outcome.courts[0]
    return OutOfTime(nodes=0)


def seat_as_found(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking_id: int, wish: Wish, seen: Day, found: Outcome
) -> int | Impossible | OutOfTime:
    """Do what was found beforehand for a day as it was seen then; if the day is another by now, as `seat` does."""
    day, expired = snapshot(tx, now, facts, wish.starts, wish.ends)
    if day != seen:
        return seat(tx, now, facts, booking_id, wish)
    for hold in expired:
        end_hold(tx, now, facts, hold)
    if not isinstance(found, Plan):
        return found
    if _carried_out(tx, now, facts, booking_id, wish, day, found):
        return found.courts[0]
    return seat(tx, now, facts, booking_id, wish)


def _carried_out(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking_id: int, wish: Wish, day: Day, plan: Plan
) -> bool:
    """Make the moves of a plan and claim its court; False, and nothing done, if a concurrent transaction was first."""
    try:
        with tx.connection.begin_nested():
            _move(tx, now, facts, day, plan.moves)
            _claim(tx, facts, booking_id, plan.courts[0], wish.starts, wish.ends)
    except _Overtaken:
        return False
    return True


def _claim(tx: WriteSession, facts: FacilityFacts, booking_id: int, court: int, starts: int, ends: int) -> None:
    place, facility = facts.key
    cells = cells_of(facts.court(court).units, starts, ends)
    if not claim(tx, place, facility, cells, holder="booking_id", holder_id=booking_id):
        raise _Overtaken


def _move(tx: WriteSession, now: datetime, facts: FacilityFacts, day: Day, moves: Sequence[Move]) -> None:
    """Carry out moves: all old claims go before the first new one is written, since moves may form rings."""
    place, facility = facts.key
    held = {holding.booking: holding for holding in day.holdings}
    ordered = sorted(moves, key=lambda move: move.booking)
    for move in ordered:
        holding = held[move.booking]
        cells = cells_of(facts.court(move.origin).units, holding.starts, holding.ends)
        gone = release(tx, place, facility, holder="booking_id", holder_id=move.booking, cells=cells)
        if gone != len(cells):
            raise _Overtaken
    for move in ordered:
        holding = held[move.booking]
        _claim(tx, facts, move.booking, move.target, holding.starts, holding.ends)
        tx.execute(
            update(Booking)
            .where(Booking.place_id == place, Booking.id == move.booking)
            .values(court_id=move.target, changed_at=now)
        )


def end_hold(tx: WriteSession, now: datetime, facts: FacilityFacts, hold: Booking) -> None:
    """Let an expired hold go, unless it was confirmed or ended meanwhile."""
    ended = tx.execute(
        update(Booking)
        .where(Booking.place_id == hold.place_id, Booking.id == hold.id, Booking.status == "held")
        .where(Booking.hold_expires_at <= now)
        .values(status="expired", changed_at=now, sequence=Booking.sequence + 1)
    )
    if ended.rowcount == 1:
        give_back(tx, hold, slot_half_hours=facts.facility.slot_half_hours)


def snapshot(tx: ReadSession, now: datetime, facts: FacilityFacts, starts: int, ends: int) -> Snapshot:
    """The local day around a range of half hours: who holds which court, who may move, what is kept back."""
    today = local_date(instant_of(starts))
    first = first_half_hour(today)
    last = max(first + HALF_HOURS_A_DAY, ends)
    spans = opening.open_spans(facts.opening, today, kind_of_day(places(tx).calendar, today)) or [Span(first, last)]
    place, facility = facts.key
    taken = claimed(tx, place, facility, first, last)
    bookings = _bookings(tx, place, {cell.booking_id for cell in taken if cell.booking_id is not None})
    expired = tuple(booking for booking in bookings.values() if has_expired(booking, now))
    gone = {booking.id for booking in expired}
    holdings = [
        Holding(
            booking=booking.id,
            court=booking.court_id,
            starts=booking.starts,
            ends=booking.ends,
            pinned=not may_move(booking, now),
        )
        for booking in bookings.values()
        if booking.id not in gone and booking.court_id is not None and booking.court_id in facts.courts
    ]
    seated = {holding.booking for holding in holdings}
    fixed = [cell for cell in taken if cell.booking_id not in seated and cell.booking_id not in gone]
    day = Day(
        opens=min([spans[0].starts, starts, *(holding.starts for holding in holdings)]),
        closes=max([spans[-1].ends, ends, *(holding.ends for holding in holdings)]),
        courts=tuple(Court(court.id, court.kind, tuple(court.units)) for court in facts.courts.values()),
        holdings=tuple(sorted(holdings, key=lambda holding: holding.booking)),
        blocks=(*_runs(fixed), *_shut(facts, spans)),
    )
    return Snapshot(day, expired)


def _bookings(tx: ReadSession, place: int, ids: set[int]) -> dict[int, Booking]:
    if not ids:
        return {}
    return {booking.id: booking for booking in tx.all(_these(tx, place, ids))}


@prepared
def _these(_: ReadSession, place: int, ids: Collection[int]) -> Select[Booking]:
    return select(Booking).where(Booking.place_id == place, Booking.id.in_(ids)).order_by(Booking.id)


def _shut(facts: FacilityFacts, spans: Sequence[Span]) -> Iterator[Block]:
    """The hours between two openings of a day, when nobody plays on any unit."""
    units = tuple(sorted({unit for court in facts.courts.values() for unit in court.units}))
    for before, after in pairwise(spans):
        yield Block(units=units, starts=before.ends, ends=after.starts)


def _runs(cells: Sequence[Claimed]) -> Iterator[Block]:
    """Cells that nobody may move, as one block for each unit's run of consecutive half hours."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    for cell in cells:
        by_unit[cell.unit].append(cell.half_hour)
    for unit, hours in by_unit.items():
        begun = previous = hours[0]
        for hour in [*hours[1:], -1]:
            if hour != previous + 1:
                yield Block(units=(unit,), starts=begun, ends=previous + 1)
                begun = hour
            previous = hour
