"""The day board: every court in every slot, with what the reader may know of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, exists, false, func, or_, select

from booking.clock import first_half_hour, instant_of
from booking.db import ReadSession
from booking.members.models import Member
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.models import Block, Booking, Claim, Court, Partner
from booking.venues.queries.bookings import works_at
from booking.venues.queries.days import price_of, slots_of
from booking.venues.rules import policy
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span
from booking.venues.views import BoardCell, BoardCourt, BoardRow, DayBoard
from booking.web.principal import Principal

JUST_NOW = timedelta(minutes=15)
"""For how long a court that was given back is shown as such."""
_FREE = ("free", "released")


class _Cell(NamedTuple):
    """Who has a unit in a half hour: a booking, or a block of some kind and title."""

    booking: int | None
    block_kind: str | None
    block_title: str | None


class _Known(NamedTuple):
    """What is known of a booking of the day."""

    mine: bool
    name: str


class _Day(NamedTuple):
    """What was read: the cells that are taken, the bookings that have them, what was given back just now."""

    cells: Mapping[tuple[int, int], _Cell]
    bookings: Mapping[int, _Known]
    released: frozenset[tuple[int, int]]


def day_board(
    tx: ReadSession,
    now: datetime,
    place: int,
    facility: int,
    day: date,
    viewer: Principal | None = None,
    *,
    court_kind: str | None = None,
) -> DayBoard:
    """The courts of a facility (of one kind, if named) in the slots of a local day. Three statements.

    Staff of the place see who booked; players see their own; everybody else sees what is free.

    Raises:
        FacilityNotFound: there is none.
    """
    known = venues(tx)
    facts = known.facility(place, facility)
    first = first_half_hour(day)
    staff = viewer is not None and works_at(viewer, place)
    read = _read(tx, now, facts, Span(first, first + HALF_HOURS_A_DAY), viewer)
    courts = [court for court in facts.courts.values() if not court_kind or court.kind == court_kind]
    return DayBoard(
        place=place,
        facility=facility,
        day=day,
        opens_for_booking=policy.opens_for_booking(facts.policy, day),
        courts=[BoardCourt(court.id, court.name, court.name_en, court.kind, court.accessible) for court in courts],
        rows=[_row(known, facts, slot, courts, read, now, staff, viewer) for slot in slots_of(known, facts, day)],
    )


def _row(
    known: Venues,
    facts: FacilityFacts,
    slot: Span,
    courts: Iterable[Court],
    read: _Day,
    now: datetime,
    staff: bool,
    viewer: Principal | None,
) -> BoardRow:
    past = policy.has_begun(slot.starts, now)
    cells = [_face(court, slot, read, past, staff) for court in courts]
    return BoardRow(
        starts=instant_of(slot.starts),
        ends=instant_of(slot.ends),
        past=past,
        free=sum(cell.state in _FREE for cell in cells),
        fen=price_of(known, facts, slot, () if viewer is None else viewer.categories),
        cells=cells,
    )


def _face(court: Court, slot: Span, read: _Day, past: bool, staff: bool) -> BoardCell:
    keys = [(half_hour, unit) for half_hour in range(*slot) for unit in court.units]
    taken = [read.cells[key] for key in keys if key in read.cells]
    booked = [cell.booking for cell in taken if cell.booking is not None]
    mine = next((booking for booking in booked if booking in read.bookings and read.bookings[booking].mine), None)
    if mine is not None:
        return BoardCell("yours", mine, read.bookings[mine].name if staff else "")
    if booked:
        named = read.bookings.get(booked[0]) if staff else None
        return BoardCell("taken", booked[0] if staff else None, named.name if named else "")
    if taken:
        return BoardCell("league" if taken[0].block_kind == "league" else "closed", None, taken[0].block_title or "")
    if past:
        return BoardCell("past")
    return BoardCell("released" if any(key in read.released for key in keys) else "free")


def _read(tx: ReadSession, now: datetime, facts: FacilityFacts, window: Span, viewer: Principal | None) -> _Day:
    place, facility = facts.key
    lapsed = and_(Booking.status == "held", Booking.hold_expires_at <= now)
    claims = (
        select(Claim.half_hour, Claim.unit_id, Claim.booking_id, Block.kind, Block.title)
        .outerjoin(Booking, and_(Booking.place_id == Claim.place_id, Booking.id == Claim.booking_id, lapsed))
        .outerjoin(Block, and_(Block.place_id == Claim.place_id, Block.id == Claim.block_id))
        .where(Claim.place_id == place, Claim.facility_id == facility, Booking.id.is_(None))
        .where(Claim.half_hour.between(window.starts, window.ends - 1))
    )
    cells = {(half_hour, unit): _Cell(*rest) for half_hour, unit, *rest in tx.execute(claims)}
    me = 0 if viewer is None else viewer.member_id
    plays = exists().where(
        Partner.place_id == Booking.place_id, Partner.booking_id == Booking.id, Partner.member_id == me
    )
    mine = or_(Booking.member_id == me, plays) if me else false()
    name = func.coalesce(func.nullif(Booking.contact_name, ""), Member.name, "")
    since = now - JUST_NOW
    given_back = or_(
        and_(Booking.status.in_(("cancelled", "expired", "displaced")), Booking.changed_at > since),
        and_(lapsed, Booking.hold_expires_at > since),
    )
    bookings = (
        select(Booking.id, Booking.court_id, Booking.starts, Booking.ends, mine, name, given_back)
        .outerjoin(Member, Member.id == Booking.member_id)
        .where(Booking.place_id == place, Booking.facility_id == facility)
        .where(Booking.starts.between(window.starts - HALF_HOURS_A_DAY, window.ends - 1))
    )
    found: dict[int, _Known] = {}
    released: set[tuple[int, int]] = set()
    for booking, court_id, starts, ends, is_mine, who, is_back in tx.execute(bookings):
        found[booking] = _Known(bool(is_mine), who)
        if is_back and court_id in facts.courts:
            released.update((hour, unit) for hour in range(starts, ends) for unit in facts.courts[court_id].units)
    return _Day(cells, found, frozenset(released))
