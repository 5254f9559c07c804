"""The two inventory primitives: claim rows of exclusive units, and counters of pooled ones.

Nothing else in the service decides whether there is room. Rows are always written in the order of their keys, so
that concurrent transactions on PostgreSQL wait for each other in one order and never in a ring.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, delete, select, tuple_, update
from sqlalchemy.sql.dml import ReturningInsert

from booking.db import ReadSession, WriteSession, insert, prepared
from booking.venues.models import Booking, Claim, MemberCounter, PoolCounter

Holder = Literal["booking_id", "block_id"]


class Cell(NamedTuple):
    """One unit for one half hour."""

    half_hour: int
    unit: int


class Claimed(NamedTuple):
    """A cell that is taken, and by whom."""

    half_hour: int
    unit: int
    booking_id: int | None
    block_id: int | None


def cells_of(units: Iterable[int], starts: int, ends: int) -> list[Cell]:
    """The cells of some units for a range of half hours, in key order."""
    chosen = sorted(units)
    return [Cell(half_hour, unit) for half_hour in range(starts, ends) for unit in chosen]


def claim(
    tx: WriteSession, place: int, facility: int, cells: Sequence[Cell], *, holder: Holder, holder_id: int
) -> bool:
    """Claim all of these cells, or none of them; whether it was done.

    Waits for a concurrent transaction that is claiming one of them, and then sees what became of it.
    """
    rows = [
        {
            "place_id": place,
            "facility_id": facility,
            "half_hour": half_hour,
            "unit_id": unit,
            "booking_id": None,
            "block_id": None,
        }
        | {holder: holder_id}
        for half_hour, unit in sorted(cells)
    ]
    done = [Cell(*row) for row in tx.execute(_stored(tx), rows)]
    if len(done) == len(rows):
        return True
    release(tx, place, facility, holder=holder, holder_id=holder_id, cells=done)
    return False


@prepared
def _stored(tx: ReadSession) -> ReturningInsert[int, int]:
    return insert(tx, Claim).on_conflict_do_nothing().returning(Claim.half_hour, Claim.unit_id)


def release(
    tx: WriteSession,
    place: int,
    facility: int,
    *,
    holder: Holder,
    holder_id: int,
    cells: Sequence[Cell] | None = None,
    starts: int | None = None,
    ends: int | None = None,
) -> int:
    """Give up the cells of a holder (all in a range of half hours, or just these); returns how many."""
    mine = [Claim.place_id == place, Claim.facility_id == facility, getattr(Claim, holder) == holder_id]
    if cells is not None:
        if not cells:
            return 0
        mine.append(tuple_(Claim.half_hour, Claim.unit_id).in_([tuple(cell) for cell in cells]))
    if starts is not None and ends is not None:
        mine.append(Claim.half_hour.between(starts, ends - 1))
    return tx.execute(delete(Claim).where(*mine)).rowcount


def claimed(tx: ReadSession, place: int, facility: int, starts: int, ends: int) -> list[Claimed]:
    """The taken cells of a facility in a range of half hours: one scan of the primary key."""
    return [Claimed(*row) for row in tx.execute(_claimed(tx, place, facility, starts, ends))]


@prepared
def _claimed(_: ReadSession, place: int, facility: int, starts: int, ends: int) -> Select[*tuple[Any, ...]]:
    here = (Claim.place_id == place, Claim.facility_id == facility)
    return (
        select(Claim.half_hour, Claim.unit_id, Claim.booking_id, Claim.block_id)
        .where(*here, Claim.half_hour >= starts, Claim.half_hour < ends)
        .order_by(Claim.half_hour, Claim.unit_id)
    )


def take_heads(
    tx: WriteSession, place: int, facility: int, slots: Sequence[int], heads: int, capacity: int
) -> int | None:
    """Take heads of a pooled area in each slot; the first slot without room, or None when all were taken.

    The caller refuses (and so undoes everything) when a slot is returned.
    """
    for slot in sorted(slots):
        counted = _heads_counted(tx, place, facility, slot, heads, capacity)
        if heads > capacity or tx.execute(counted).first() is None:
            return slot
    return None


@prepared
def _heads_counted(
    tx: ReadSession, place: int, facility: int, slot: int, heads: int, capacity: int
) -> ReturningInsert[int]:
    key = {"place_id": place, "facility_id": facility, "half_hour": slot}
    return (
        insert(tx, PoolCounter)
        .values(key | {"taken": heads, "capacity": capacity})
        .on_conflict_do_update(
            index_elements=list(key),
            set_={"taken": PoolCounter.taken + heads},
            where=PoolCounter.taken + heads <= PoolCounter.capacity,
        )
        .returning(PoolCounter.taken)
    )


def give_back_heads(tx: WriteSession, place: int, facility: int, slots: Sequence[int], heads: int) -> None:
    """Return heads to a pooled area."""
    for slot in sorted(slots):
        tx.execute(
            update(PoolCounter)
            .where(PoolCounter.place_id == place, PoolCounter.facility_id == facility, PoolCounter.half_hour == slot)
            .values(taken=PoolCounter.taken - heads)
        )


def pool_taken(tx: ReadSession, place: int, facility: int, starts: int, ends: int) -> dict[int, tuple[int, int]]:
    """Slot → (heads taken, capacity) where a counter exists, in a range of half hours."""
    statement = select(PoolCounter.half_hour, PoolCounter.taken, PoolCounter.capacity).where(
        PoolCounter.place_id == place,
        PoolCounter.facility_id == facility,
        PoolCounter.half_hour.between(starts, ends - 1),
    )
    return {slot: (taken, capacity) for slot, taken, capacity in tx.execute(statement)}


def take_of_limit(tx: WriteSession, member: int, rule: str, period: str, amount: int, limit: int) -> bool:
    """Take of a member's limit; whether the limit allowed it."""
    if amount > limit:
        return False
    return tx.execute(_limit_counted(tx, member, rule, period, amount, limit)).first() is not None


@prepared
def _limit_counted(
    tx: ReadSession, member: int, rule: str, period: str, amount: int, limit: int
) -> ReturningInsert[int]:
    key = {"member_id": member, "rule": rule, "period": period}
    return (
        insert(tx, MemberCounter)
        .values(key | {"taken": amount})
        .on_conflict_do_update(
            index_elements=list(key),
            set_={"taken": MemberCounter.taken + amount},
            where=MemberCounter.taken + amount <= limit,
        )
        .returning(MemberCounter.taken)
    )


def give_back_limit(tx: WriteSession, member: int, rule: str, period: str, amount: int) -> None:
    """Return to a member what a cancelled booking had taken of their limit."""
    tx.execute(
        update(MemberCounter)
        .where(MemberCounter.member_id == member, MemberCounter.rule == rule, MemberCounter.period == period)
        .values(taken=MemberCounter.taken - amount)
    )


def limit_taken(tx: ReadSession, member: int, rule: str, period: str) -> int:
    """How much of a limit a member has taken."""
    statement = select(MemberCounter.taken).where(
        MemberCounter.member_id == member, MemberCounter.rule == rule, MemberCounter.period == period
    )
    return int(tx.scalar(statement) or 0)


def give_back(tx: WriteSession, booking: Booking, *, slot_half_hours: int, limits: bool = True) -> None:
    """Return all that a booking holds: its cells or heads, and (unless it ended late) what it took of limits."""
    if booking.court_kind is not None:
        release(tx, booking.place_id, booking.facility_id, holder="booking_id", holder_id=booking.id)
    else:
        slots = range(booking.starts, booking.ends, slot_half_hours)
        give_back_heads(tx, booking.place_id, booking.facility_id, slots, booking.party)
    if booking.member_id is not None and limits:
        for rule, period, amount in booking.limits:
            give_back_limit(tx, booking.member_id, rule, period, amount)
