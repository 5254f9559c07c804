"""Taking a place for a booking: a court, or heads of a pooled area; a refusal brings the nearest that would do."""

from datetime import datetime
from typing import Any, NamedTuple

from booking.clock import instant_of
from booking.db import ReadSession, WriteSession, insert
from booking.venues.catalogue import CourtNotFound, FacilityFacts
from booking.venues.errors import CourtTaken, PoolFull, SlotTaken, StillPlanning
from booking.venues.models import Booking, Search
from booking.venues.queries.alternatives import nearest
from booking.venues.rules.assignment import Impossible, OutOfTime, Overfull, Wish
from booking.venues.rules.opening import Span
from booking.venues.service.allocation import seat
from booking.venues.service.claims import pool_taken, take_heads
from booking.venues.service.terms import hours_of
from booking.web.facts import Named


class Wanted(NamedTuple):
    """What a booking needs: a kind of court and perhaps a chosen one (both None in a pool), hours, heads."""

    kind: str | None
    court: int | None
    span: Span
    heads: int


def kind_wanted(facts: FacilityFacts, kind: str, court: int | None) -> str | None:
    """The kind of court a request means: the chosen court's, the named one, or the only one there is.

    Raises:
        CourtNotFound: no court of this facility has that id or kind.
    """
    if facts.pooled:
        return None
    if court is not None:
        return facts.court(court).kind
    if not kind:
        return next(iter(facts.kinds))
    if kind not in facts.kinds:
        raise CourtNotFound
    return kind


def take_place(tx: WriteSession, now: datetime, facts: FacilityFacts, booking_id: int, wanted: Wanted) -> int | None:
    """Take the place; the court's id, or None in a pooled area.

    Raises:
        SlotTaken, CourtTaken, PoolFull: those of `seek_place`.
        StillPlanning: no answer was found in the time of one request.
    """
    found = seek_place(tx, now, facts, booking_id, wanted)
    if isinstance(found, OutOfTime):
        raise StillPlanning(when=hours_of(*wanted.span), alternatives=alternatives(tx, now, facts, wanted))
    return found


def seek_place(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking_id: int, wanted: Wanted
) -> int | OutOfTime | None:
    """Take the place; the court's id, or None in a pooled area. Out of time, nothing is taken.

    Raises:
        SlotTaken: proved that no seating leaves room; it brings alternatives.
        CourtTaken: the chosen court is taken by those who may not move.
        PoolFull: not so many heads are left in some slot.
    """
    if wanted.kind is None:
        _take_heads(tx, now, facts, wanted)
        return None
    wish = Wish(kind=wanted.kind, starts=wanted.span.starts, ends=wanted.span.ends, court=wanted.court)
    found = seat(tx, now, facts, booking_id, wish)
    if isinstance(found, Impossible):
        raise refusal(tx, now, facts, wanted, found)
    return found


def store_booking(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking_id: int, wanted: Wanted, **values: Any
) -> None:
    """Write the row of a booking whose place was taken; `values` says for whom, at what price and in what state."""
    place, facility = facts.key
    always = {
        "place_id": place,
        "id": booking_id,
        "facility_id": facility,
        "court_kind": wanted.kind,
        "pinned": wanted.court is not None,
        "starts": wanted.span.starts,
        "ends": wanted.span.ends,
        "party": wanted.heads,
        "policy_id": facts.policy.id,
        "contact_phone": "",
        "sequence": 0,
        "created_at": now,
        "changed_at": now,
        "ended_reason": "",
    }
    tx.execute(insert(tx, Booking), always | values)


def let_plan(
    tx: WriteSession, now: datetime, place: int, booking_id: int, *, court: int | None, then_confirm: bool
) -> None:
    """Let the planner seek a court for a booking that was stored as pending (service/pending.py)."""
    row = {"place_id": place, "booking_id": booking_id, "court_id": court, "confirms": then_confirm}
    tx.execute(insert(tx, Search), row | {"asked_at": now, "available_at": now})


def refusal(
    tx: ReadSession, now: datetime, facts: FacilityFacts, wanted: Wanted, found: Impossible
) -> SlotTaken | CourtTaken:
    """Why there is no court, with the nearest that would do."""
    when = hours_of(*wanted.span)
    others = alternatives(tx, now, facts, wanted)
    if wanted.court is not None:
        court = facts.court(wanted.court)
        return CourtTaken(court=Named(court.name, court.name_en), when=when, alternatives=others)
    of_kind = len(facts.kinds[wanted.kind or ""])
    possible = found.reason.possible if isinstance(found.reason, Overfull) else of_kind
    wanted_courts = found.reason.wanted if isinstance(found.reason, Overfull) else of_kind + 1
    return SlotTaken(facility=facts.name, when=when, wanted=wanted_courts, possible=possible, alternatives=others)


def _take_heads(tx: WriteSession, now: datetime, facts: FacilityFacts, wanted: Wanted) -> None:
    place, facility = facts.key
    span, slot = wanted.span, facts.facility.slot_half_hours
    slots = range(span.starts, span.ends, slot)
    full = take_heads(tx, place, facility, slots, wanted.heads, facts.facility.capacity)
    if full is not None:
        taken, capacity = pool_taken(tx, place, facility, full, full + slot).get(full, (0, facts.facility.capacity))
        raise PoolFull(
            facility=facts.name,
            when=hours_of(full, full + slot),
            heads=wanted.heads,
            left=capacity - taken,
            capacity=capacity,
            alternatives=alternatives(tx, now, facts, wanted),
        )


def alternatives(tx: ReadSession, now: datetime, facts: FacilityFacts, wanted: Wanted) -> list[object]:
    """The nearest that would do instead."""
    starts, ends = instant_of(wanted.span.starts), instant_of(wanted.span.ends)
    return list(nearest(tx, now, facts, court_kind=wanted.kind, starts=starts, ends=ends, heads=wanted.heads))
