"""What venues teach the rehearsal: closing courts, and lowering what a pooled area takes.

The plan is a pure reading of the state; `apply` does what was shown in one transaction, `undo` takes it back while
nothing else took the place.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import update

from booking.clock import first_half_hour, half_hour_of, instant_of, local_date
from booking.db import ReadSession, WriteSession, insert
from booking.rehearsal.errors import TakenMeanwhile
from booking.rehearsal.kinds import Kind
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import Effect, Plan, Search
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import OffGrid
from booking.venues.models import Block, Booking
from booking.venues.rules import assignment
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span
from booking.venues.rules.settling import may_move
from booking.venues.schemas import Id, Instant, ShortText
from booking.venues.service import displacing, terms
from booking.venues.service.allocation import end_hold, snapshot
from booking.venues.service.claims import Cell, cells_of, claim, release
from booking.web.facts import Named

LONGEST = timedelta(days=62)


class CloseCourts(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Courts that close from one instant until another.

    Attributes:
        courts: their ids; empty closes them all.
        offers: whether those who lose their place get the nearest other one held for them.
    """

    facility: Id
    courts: Annotated[list[Id], Meta(max_length=200)] = []
    starts: Instant
    ends: Instant
    reason: ShortText
    offers: bool = True


class Steps(msgspec.Struct, frozen=True):
    """What applying does: (booking, from court, to court), and who loses their place."""

    moves: tuple[tuple[int, int, int], ...]
    displaced: tuple[int, ...]
    offers: tuple[displacing.Offer, ...]


class Trace(msgspec.Struct, frozen=True):
    """What applying did beyond the plan."""

    block: int
    offers: tuple[tuple[int, int], ...]
    """(place, hold) of what is kept for those who lost their place."""


def plan_courts(tx: ReadSession, now: datetime, place: int, request: CloseCourts) -> Plan:
    """Who is affected by closing courts, and what happens to each: as few displaced as can be.

    Whoever plays already plays on: they are named as kept, and their courts close after them.

    Raises:
        FacilityNotFound, CourtNotFound, OffGrid: the request names what is not there.
    """
    facts = venues(tx).facility(place, request.facility)
    span = span_of_change(facts, request.starts, request.ends)
    units = _units(facts, request.courts)
    fates: list[assignment.Fate] = []
    playing: list[int] = []
    fewest = True
    for part in days_of(span):
        day = snapshot(tx, now, facts, *part).day
        closing = assignment.Block(units=tuple(units), starts=part.starts, ends=part.ends)
        begun = assignment.begun(day, half_hour_of(now))
        planned = assignment.plan_closing(assignment.with_fixed(day, begun), [closing])
        fewest = fewest and planned.fewest
        fates += [fate for fate in planned.fates if fate.outcome != "keeps"]
        playing += assignment.under(day, begun, closing)
    touched = {fate.booking: fate for fate in fates}
    known = displacing.bookings(tx, place, [*touched, *playing])
    displaced = [known[fate.booking] for fate in touched.values() if fate.court is None]
    promised = displacing.promise(tx, now, facts, displaced) if request.offers else {}
    effects = [
        _moved(tx, now, facts, known[fate.booking], fate, request.reason)
        if fate.court is not None
        else displacing.effect(tx, facts, known[fate.booking], request.reason, promised.get(fate.booking))
        for fate in touched.values()
    ]
    effects += [displacing.kept(tx, facts, known[booking]) for booking in playing]
    moves = tuple((fate.booking, fate.origin, fate.court) for fate in touched.values() if fate.court is not None)
    offers = tuple(promised.values())
    steps = Steps(moves=moves, displaced=tuple(booking.id for booking in displaced), offers=offers)
    search: Search = "unneeded" if not touched else "optimal" if fewest else "timed_out"
    return Plan(effects=tuple(effects), steps=msgspec.to_builtins(steps), search=search)


def span_of_change(facts: FacilityFacts, starts: datetime, ends: datetime) -> Span:
    """The half hours of a change.

    Raises:
        OffGrid: empty, longer than two months, or off the half hours.
    """
    if not timedelta(0) < ends - starts <= LONGEST:
        raise OffGrid(facility=facts.name, minutes=30 * facts.facility.slot_half_hours)
    first, last = half_hour_of(starts), half_hour_of(ends)
    if starts != instant_of(first) or ends != instant_of(last):
        raise OffGrid(facility=facts.name, minutes=30)
    return Span(first, last)


def _units(facts: FacilityFacts, courts: Sequence[int]) -> list[int]:
    chosen = [facts.court(court) for court in courts] if courts else facts.courts.values()
    return sorted({unit for court in chosen for unit in court.units})


def days_of(span: Span) -> Iterator[Span]:
    """The parts of a range that lie in one local day each."""
    starts = span.starts
    while starts < span.ends:
        midnight = first_half_hour(local_date(instant_of(starts))) + HALF_HOURS_A_DAY
        ends = min(span.ends, midnight)
        yield Span(starts, ends)
        starts = ends


def _moved(
    tx: ReadSession, now: datetime, facts: FacilityFacts, booking: Booking, fate: assignment.Fate, reason: str
) -> Effect:
    """A court that was never told needs no message when it changes."""
    origin, target = facts.court(fate.origin), facts.court(fate.court or fate.origin)
    court, other = Named(origin.name, origin.name_en), Named(target.name, target.name_en)
    messages = ("", "") if may_move(booking, now) else ("venues.moved", "venues.moved_back")
    return displacing.described(
        tx,
        facts,
        booking,
        "moved",
        before={"court": court},
        after={"court": other},
        messages=messages,
        params={"court": court, "other": other, "reason": reason},
    )


def apply_courts(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> Any:
    """Close the courts: the displaced go, the moved let go, the block is laid, the moved sit down again.

    Raises:
        TakenMeanwhile: a concurrent request took a cell that the plan needs.
    """
    request = msgspec.convert(change.request, CloseCourts)
    facts = venues(tx).facility(change.place_id, request.facility)
    place, facility = facts.key
    steps = msgspec.convert(plan.steps, Steps)
    actor = f"member:{change.drafted_by}"
    known = displacing.bookings(tx, place, [*steps.displaced, *(move[0] for move in steps.moves)])
    for booking_id in steps.displaced:
        displacing.displace(tx, now, facts, known[booking_id], reason=request.reason, actor=actor)
    for booking_id, origin, _ in steps.moves:
        _release(tx, facts, known[booking_id], origin)
    span = span_of_change(facts, request.starts, request.ends)
    units = _units(facts, request.courts)
    _clear_expired(tx, now, facts, span)
    block = tx.ids.next()
    free = _not_kept_already(tx, now, facts, units, span)
    if free and not claim(tx, place, facility, free, holder="block_id", holder_id=block):
        raise TakenMeanwhile(hours=terms.hours_of(*span), place=facts.name, by=Named("别人", "someone else"))
    _store_block(tx, now, change, facts, block, request.reason, units, span)
    for booking_id, _, target in steps.moves:
        _sit(tx, now, facts, known[booking_id], target)
    offers = displacing.hold_offers(tx, now, steps.offers)
    tx.touch(facts.topic)
    return msgspec.to_builtins(Trace(block, offers))


def _clear_expired(tx: WriteSession, now: datetime, facts: FacilityFacts, span: Span) -> None:
    for part in days_of(span):
        for hold in snapshot(tx, now, facts, *part).expired:
            end_hold(tx, now, facts, hold)


def _not_kept_already(
    tx: ReadSession, now: datetime, facts: FacilityFacts, units: Sequence[int], span: Span
) -> list[Cell]:
    """The cells that no other block keeps, nor anyone who plays already: a closure takes the rest."""
    kept = displacing.kept_cells(tx, now, facts, span)
    return [cell for cell in cells_of(units, *span) if cell not in kept]


def _store_block(
    tx: WriteSession,
    now: datetime,
    change: ChangeView,
    facts: FacilityFacts,
    block: int,
    reason: str,
    units: Sequence[int],
    span: Span,
) -> None:
    place, facility = facts.key
    tx.execute(
        insert(tx, Block).values(
            place_id=place,
            id=block,
            facility_id=facility,
            kind="closure",
            title=reason,
            units=list(units),
            starts=span.starts,
            ends=span.ends,
            change_id=change.id,
            created_by=change.drafted_by,
            created_at=now,
        )
    )


def _release(tx: WriteSession, facts: FacilityFacts, booking: Booking, court: int) -> None:
    place, facility = facts.key
    cells = cells_of(facts.court(court).units, booking.starts, booking.ends)
    if release(tx, place, facility, holder="booking_id", holder_id=booking.id, cells=cells) != len(cells):
        hours = terms.hours_of(booking.starts, booking.ends)
        raise TakenMeanwhile(hours=hours, place=facts.name, by=Named("改了时间的本人", "a change by the booker"))


def _sit(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, court: int) -> None:
    place, facility = facts.key
    cells = cells_of(facts.court(court).units, booking.starts, booking.ends)
    if not claim(tx, place, facility, cells, holder="booking_id", holder_id=booking.id):
        named = facts.court(court)
        hours = terms.hours_of(booking.starts, booking.ends)
        raise TakenMeanwhile(hours=hours, place=Named(named.name, named.name_en), by=Named("别人", "someone else"))
    tx.execute(
        update(Booking)
        .where(Booking.place_id == place, Booking.id == booking.id)
        .values(court_id=court, changed_at=now, sequence=Booking.sequence + 1)
    )


def undo_courts(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> None:
    """Open the courts again: the offers go, the moved go back to the courts they had, the displaced come back.

    Raises:
        TakenMeanwhile: someone accepted an offer, or something else took a place that would be given back.
    """
    request = msgspec.convert(change.request, CloseCourts)
    facts = venues(tx).facility(change.place_id, request.facility)
    place, facility = facts.key
    steps = msgspec.convert(plan.steps, Steps)
    trace = msgspec.convert(plan.trace, Trace)
    actor = f"member:{change.undone_by or change.drafted_by}"
    displacing.end_offers(tx, now, trace.offers, actor=actor)
    release(tx, place, facility, holder="block_id", holder_id=trace.block)
    lifted = update(Block).where(Block.place_id == place, Block.id == trace.block)
    tx.execute(lifted.values(lifted_at=now))
    known = displacing.bookings(tx, place, [*steps.displaced, *(move[0] for move in steps.moves)])
    back = [move for move in steps.moves if _still_there(known[move[0]], move[2])]
    for booking_id, _, target in back:
        _release(tx, facts, known[booking_id], target)
    for booking_id, origin, _ in back:
        _sit(tx, now, facts, known[booking_id], origin)
    for booking_id in steps.displaced:
        displacing.bring_back(tx, now, facts, known[booking_id], actor=actor)
    tx.touch(facts.topic)


def _still_there(booking: Booking, court: int) -> bool:
    """Whether a moved booking still sits where it was put; those who cancelled or changed since are left alone."""
    return booking.status in ("held", "confirmed") and booking.court_id == court


CLOSE_COURTS = Kind(
    name="venues.close_courts", request=CloseCourts, plan=plan_courts, apply=apply_courts, undo=undo_courts
)
"""What the rehearsal learns; the composition root registers it."""
