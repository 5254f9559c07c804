"""The other change that venues teach the rehearsal: a pooled area takes fewer heads, or none, for a while."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import or_, select, update

from booking.clock import instant_of, local_date
from booking.db import ReadSession, WriteSession, insert
from booking.places.catalogue import kind_of_day
from booking.rehearsal.errors import TakenMeanwhile
from booking.rehearsal.kinds import Kind
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import Plan
from booking.venues.catalogue import FacilityFacts, FacilityNotFound, venues
from booking.venues.models import Block, Booking, PoolCounter
from booking.venues.rules import opening
from booking.venues.rules.opening import Span
from booking.venues.schemas import Id, Instant, ShortText
from booking.venues.service import displacing, terms
from booking.venues.service.claims import pool_taken
from booking.venues.service.closing import days_of, span_of_change
from booking.web.facts import Named


class LowerCapacity(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Fewer heads in a pooled area from one instant until another; 0 closes it."""

    facility: Id
    capacity: Annotated[int, Meta(ge=0, le=100_000)]
    starts: Instant
    ends: Instant
    reason: ShortText
    offers: bool = True


class Steps(msgspec.Struct, frozen=True):
    """Who loses their place, and what is kept for them."""

    displaced: tuple[int, ...]
    offers: tuple[displacing.Offer, ...]


class Trace(msgspec.Struct, frozen=True):
    """What applying did: the block, the capacity of each slot before, and the holds."""

    block: int
    before: tuple[tuple[int, int], ...]
    offers: tuple[tuple[int, int], ...]


def plan_capacity(tx: ReadSession, now: datetime, place: int, request: LowerCapacity) -> Plan:
    """Who is affected by a lower capacity.

    Slot by slot, while more heads are booked than will fit, the booking that fills most of the slots still too
    full yields, and of equals the one that was made last. Whoever is in already stays, and is named as kept.

    Raises:
        FacilityNotFound: there is no such pooled area.
        OffGrid: the range is empty, too long, or off the half hours.
    """
    facts = _pool(tx, place, request.facility)
    span = span_of_change(facts, request.starts, request.ends)
    booked = _booked(tx, now, facts, span)
    slots = list(_slots(tx, facts, span))
    inside = [booking for booking in booked if has_begun(booking, now)]
    displaced = yielding(booked, slots, facts.facility.slot_half_hours, request.capacity, inside)
    promised = displacing.promise(tx, now, facts, displaced) if request.offers else {}
    effects = tuple(
        displacing.effect(tx, facts, booking, request.reason, promised.get(booking.id)) for booking in displaced
    )
    effects += tuple(displacing.kept(tx, facts, booking) for booking in inside)
    steps = Steps(displaced=tuple(booking.id for booking in displaced), offers=tuple(promised.values()))
    return Plan(effects=effects, steps=msgspec.to_builtins(steps), search="greedy" if displaced else "unneeded")


def has_begun(booking: Booking, now: datetime) -> bool:
    """Whether somebody plays already: a change no longer reaches them."""
    return instant_of(booking.starts) <= now


def yielding(
    booked: Sequence[Booking],
    slots: Sequence[int],
    slot_half_hours: int,
    capacity: int,
    staying: Sequence[Booking] = (),
) -> list[Booking]:
    """Who yields so that no slot holds more heads than its new capacity, or than those staying fill, in order."""
    may_go = [booking for booking in booked if booking not in staying]
    heads = Counter({slot: _heads_at(booked, slot) for slot in slots})
    gone: list[Booking] = []
    while over := {slot for slot in slots if heads[slot] > max(capacity, _heads_at(staying, slot))}:
        chosen = max(may_go, key=lambda booking: (len(over & set(_slots_of(booking, slot_half_hours))), booking.id))
        may_go.remove(chosen)
        gone.append(chosen)
        heads.subtract(dict.fromkeys(_slots_of(chosen, slot_half_hours), chosen.party))
    return sorted(gone, key=lambda booking: booking.id)


def _heads_at(booked: Sequence[Booking], slot: int) -> int:
    return sum(booking.party for booking in booked if booking.starts <= slot < booking.ends)


def _slots_of(booking: Booking, slot_half_hours: int) -> range:
    return range(booking.starts, booking.ends, slot_half_hours)


def _pool(tx: ReadSession, place: int, facility: int) -> FacilityFacts:
    facts = venues(tx).facility(place, facility)
    if not facts.pooled:
        raise FacilityNotFound
    return facts


def _booked(tx: ReadSession, now: datetime, facts: FacilityFacts, span: Span) -> list[Booking]:
    place, facility = facts.key
    overlapping = select(Booking).where(
        Booking.place_id == place,
        Booking.facility_id == facility,
        Booking.starts < span.ends,
        Booking.ends > span.starts,
        or_(Booking.status == "confirmed", (Booking.status == "held") & (Booking.hold_expires_at > now)),
    )
    return tx.all(overlapping.order_by(Booking.id))


def _slots(tx: ReadSession, facts: FacilityFacts, span: Span) -> Iterator[int]:
    """The slots of the area's grid that touch a range."""
    calendar = venues(tx).places.calendar
    for part in days_of(span):
        day = local_date(instant_of(part.starts))
        spans = opening.open_spans(facts.opening, day, kind_of_day(calendar, day))
        for slot in opening.slots(spans, facts.facility.slot_half_hours):
            if slot.starts < part.ends and part.starts < slot.ends:
                yield slot.starts


def apply_capacity(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> Any:
    """Let the displaced go, then lower every slot: a slot that filled up meanwhile refuses the whole change.

    Raises:
        TakenMeanwhile: a slot holds more heads than it shall take.
    """
    request = msgspec.convert(change.request, LowerCapacity)
    facts = _pool(tx, change.place_id, request.facility)
    steps = msgspec.convert(plan.steps, Steps)
    known = displacing.bookings(tx, change.place_id, steps.displaced)
    for booking_id in steps.displaced:
        actor = f"member:{change.drafted_by}"
        displacing.displace(tx, now, facts, known[booking_id], reason=request.reason, actor=actor)
    span = span_of_change(facts, request.starts, request.ends)
    slots = list(_slots(tx, facts, span))
    taken = pool_taken(tx, *facts.key, span.starts - facts.facility.slot_half_hours, span.ends)
    before = {slot: taken.get(slot, (0, facts.facility.capacity))[1] for slot in slots}
    inside = [booking for booking in _booked(tx, now, facts, span) if has_begun(booking, now)]
    _set_capacity(tx, facts, {slot: max(request.capacity, _heads_at(inside, slot)) for slot in slots})
    block = tx.ids.next()
    tx.execute(
        insert(tx, Block).values(
            place_id=change.place_id,
            id=block,
            facility_id=request.facility,
            kind="capacity",
            title=request.reason,
            units=[],
            capacity=request.capacity,
            starts=span.starts,
            ends=span.ends,
            change_id=change.id,
            created_by=change.drafted_by,
            created_at=now,
        )
    )
    offers = displacing.hold_offers(tx, now, steps.offers)
    tx.touch(facts.topic)
    return msgspec.to_builtins(Trace(block, tuple(before.items()), offers))


def _set_capacity(tx: WriteSession, facts: FacilityFacts, capacities: Mapping[int, int]) -> None:
    place, facility = facts.key
    for slot, capacity in sorted(capacities.items()):
        row = insert(tx, PoolCounter).values(
            place_id=place, facility_id=facility, half_hour=slot, taken=0, capacity=capacity
        )
        lowered = row.on_conflict_do_update(
            index_elements=["place_id", "facility_id", "half_hour"],
            set_={"capacity": capacity},
            where=PoolCounter.taken <= capacity,
        )
        if tx.execute(lowered.returning(PoolCounter.taken)).first() is None:
            hours = terms.hours_of(slot, slot + facts.facility.slot_half_hours)
            raise TakenMeanwhile(hours=hours, place=facts.name, by=Named("新的预约", "new bookings"))


def undo_capacity(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> None:
    """Take as many heads as before, and bring back those who lost their place.

    Raises:
        TakenMeanwhile: someone accepted an offer, or their place is taken.
    """
    request = msgspec.convert(change.request, LowerCapacity)
    facts = _pool(tx, change.place_id, request.facility)
    steps, trace = msgspec.convert(plan.steps, Steps), msgspec.convert(plan.trace, Trace)
    actor = f"member:{change.undone_by or change.drafted_by}"
    displacing.end_offers(tx, now, trace.offers, actor=actor)
    _set_capacity(tx, facts, dict(trace.before))
    lifted = update(Block).where(Block.place_id == change.place_id, Block.id == trace.block)
    tx.execute(lifted.values(lifted_at=now))
    known = displacing.bookings(tx, change.place_id, steps.displaced)
    for booking_id in steps.displaced:
        displacing.bring_back(tx, now, facts, known[booking_id], actor=actor)
    tx.touch(facts.topic)


LOWER_CAPACITY = Kind(
    name="venues.lower_capacity", request=LowerCapacity, plan=plan_capacity, apply=apply_capacity, undo=undo_capacity
)
"""What the rehearsal learns; the composition root registers it."""
