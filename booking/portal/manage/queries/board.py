"""The manager's day of a facility: every court in every slot, with who has it and what may be done there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.clock import first_half_hour, half_hour_of, instant_of
from booking.db import ReadSession
from booking.portal.manage.queries.desk import DeskBooking, bookings_between
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.models import Block, Court
from booking.venues.queries.days import slots_of
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span
from booking.venues.service.claims import claimed, pool_taken


class Cell(NamedTuple):
    """A court in one slot.

    Attributes:
        state: `free`, `past`, `taken`, `league` or `closed`.
        own: the booking is of this very court, not of another one that shares its floor.
        first: this is the first slot of the booking or block on this day.
    """

    state: str
    court: int
    starts: int
    booking: DeskBooking | None = None
    block: Block | None = None
    own: bool = True
    first: bool = True


class Row(NamedTuple):
    """One slot: its courts, or the heads of a pool."""

    starts: int
    ends: int
    state: str
    """`past`, `now` or `coming`."""
    cells: Sequence[Cell]
    free: int
    taken: int
    capacity: int
    begin: Sequence[DeskBooking]
    """The bookings that begin in this slot."""

    @property
    def start(self) -> datetime:
        """When it begins."""
        return instant_of(self.starts)

    @property
    def end(self) -> datetime:
        """When it ends."""
        return instant_of(self.ends)


class Board(NamedTuple):
    """A facility's day at the desk."""

    facts: FacilityFacts
    day: date
    courts: Sequence[Court]
    rows: Sequence[Row]
    bookings: Sequence[DeskBooking]

    @property
    def owed(self) -> int:
        """What the bookings of the day still have to pay, in fen."""
        return sum(booking.money.owed for booking in self.bookings if booking.money.owed > 0)

    @property
    def heads(self) -> int:
        """How many people have booked."""
        return sum(booking.party for booking in self.bookings)

    @property
    def arrived(self) -> int:
        """How many of them came."""
        return sum(booking.arrived for booking in self.bookings)


class _Taken(NamedTuple):
    booking: DeskBooking | None
    block: Block | None


def desk_board(tx: ReadSession, now: datetime, place: int, facility: int, day: date) -> Board:
    """The day of a facility, courts across and slots down; a pool has its heads in each slot instead.

    Raises:
        FacilityNotFound: there is none.
    """
    known = venues(tx)
    facts = known.facility(place, facility)
    window = Span(first_half_hour(day), first_half_hour(day) + HALF_HOURS_A_DAY)
    bookings = bookings_between(tx, now, place, facility, *window)
    slots = slots_of(known, facts, day)
    courts = list(facts.courts.values())
    if facts.pooled:
        rows = _pool_rows(tx, now, facts, slots, bookings, window)
    else:
        taken = _taken(tx, facts, bookings, window)
        opens = slots[0].starts if slots else window.starts
        cells = [[_cell(court, slot, taken, now, opens) for court in courts] for slot in slots]
        rows = [_row(now, slot, across, bookings) for slot, across in zip(slots, cells, strict=True)]
    return Board(facts, day, courts, rows, bookings)


def _taken(
    tx: ReadSession, facts: FacilityFacts, bookings: Iterable[DeskBooking], window: Span
) -> Mapping[tuple[int, int], _Taken]:
    """What is in each unit at each half hour; holds whose time is over leave it free."""
    known = {booking.id: booking for booking in bookings}
    cells = claimed(tx, *facts.key, *window)
    blocks = blocks_by_id(tx, facts.key[0], {cell.block_id for cell in cells if cell.block_id is not None})
    return {
        (cell.half_hour, cell.unit): _Taken(known.get(cell.booking_id or 0), blocks.get(cell.block_id or 0))
        for cell in cells
        if cell.booking_id in known or cell.block_id in blocks
    }


def blocks_by_id(tx: ReadSession, place: int, ids: Iterable[int]) -> dict[int, Block]:
    """Blocks of a place by their ids."""
    chosen = sorted(set(ids))
    if not chosen:
        return {}
    found = tx.all(select(Block).where(Block.place_id == place, Block.id.in_(chosen)))
    return {block.id: block for block in found}


def _cell(court: Court, slot: Span, taken: Mapping[tuple[int, int], _Taken], now: datetime, opens: int) -> Cell:
    keys = [(half_hour, unit) for half_hour in range(*slot) for unit in court.units]
    inside = next((taken[key] for key in keys if key in taken), None)
    if inside is None:
        return Cell("past" if half_hour_of(now) > slot.starts else "free", court.id, slot.starts)
    booking, block = inside
    if booking is not None:
        first = slot.starts <= max(booking.starts, opens)
        return Cell("taken", court.id, slot.starts, booking=booking, own=booking.court == court.id, first=first)
    state = "league" if block is not None and block.kind == "league" else "closed"
    first = block is None or slot.starts <= max(block.starts, opens)
    return Cell(state, court.id, slot.starts, block=block, first=first)


def _row(now: datetime, slot: Span, cells: Sequence[Cell], bookings: Iterable[DeskBooking]) -> Row:
    return Row(
        starts=slot.starts,
        ends=slot.ends,
        state=_when(now, slot),
        cells=cells,
        free=sum(cell.state == "free" for cell in cells),
        taken=sum(cell.state == "taken" for cell in cells),
        capacity=len(cells),
        begin=[booking for booking in bookings if slot.starts <= booking.starts < slot.ends],
    )


def _when(now: datetime, slot: Span) -> str:
    here = half_hour_of(now)
    return "past" if here >= slot.ends else "coming" if here < slot.starts else "now"


def _pool_rows(
    tx: ReadSession,
    now: datetime,
    facts: FacilityFacts,
    slots: Iterable[Span],
    bookings: Sequence[DeskBooking],
    window: Span,
) -> list[Row]:
    counted = pool_taken(tx, *facts.key, *window)
    heads: dict[int, int] = defaultdict(int)
    for booking in bookings:
        for half_hour in range(booking.starts, booking.ends):
            heads[half_hour] += booking.party
    rows = []
    for slot in slots:
        capacity = counted.get(slot.starts, (0, facts.facility.capacity))[1]
        taken = heads[slot.starts]
        begin = [booking for booking in bookings if slot.starts <= booking.starts < slot.ends]
        free = max(0, capacity - taken)
        rows.append(Row(slot.starts, slot.ends, _when(now, slot), (), free, taken, capacity, begin))
    return rows
