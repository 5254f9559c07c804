"""The front desk's lists: who comes, who leaves, who is in the house, with what each owes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Subquery, and_, case, func, or_, select

from booking.db import ReadSession
from booking.members.rules.identity import masked_phone
from booking.payments.models import FolioDeposit, LedgerTransaction, Posting
from booking.payments.rules import DEPOSIT, GUEST
from booking.rooms.catalogue import House, houses
from booking.rooms.errors_desk import StayRoomNotFound
from booking.rooms.models import Guest, Room, RoomType, Stay, StayRoom
from booking.rooms.rules.desk import Arrival, Departure, arrival_state, departure_state
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas_desk import DeskGuest, DeskLists, DeskRoom

TO_COME = ("expected", "pending", "overbooked")
State = Arrival | Departure | Literal["in_house"]
Guests = Mapping[int, Sequence[DeskGuest]]


def desk_lists(tx: ReadSession, now: datetime, place_id: int, night: int) -> DeskLists:
    """Arrivals, departures and guests in the house for one hotel day: two statements.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    rows = _rows(tx, house, _of_day(night))
    guests = _guests(tx, house, [row.id for row in rows])
    coming = [row for row in rows if row.arrival == night or (row.arrival < night and row.status in TO_COME)]
    coming = [row for row in coming if row.status in (*TO_COME, "in_house", "departed", "no_show")]
    leaving = [
        row
        for row in rows
        if (row.departure == night and row.status == "departed")
        or (row.departure <= night and row.status == "in_house")
    ]
    return DeskLists(
        day=date_of(night),
        arrivals=[_shown(row, guests, arrival_state(row, row.arrive_at, now)) for row in coming],
        departures=[_shown(row, guests, departure_state(row, house.policy.leave_by, now)) for row in leaving],
        in_house=[_shown(row, guests, "in_house") for row in rows if row.status == "in_house"],
    )


def desk_room(tx: ReadSession, now: datetime, place_id: int, stay_room_id: int) -> DeskRoom:
    """One room of a stay as the lists show it.

    Raises:
        NoRoomsHere: the place has no rooms.
        StayRoomNotFound: there is no such room of a stay.
    """
    found = rooms_shown(tx, now, houses(tx).house(place_id), StayRoom.id == stay_room_id)
    if not found:
        raise StayRoomNotFound
    return found[0]


def rooms_shown(tx: ReadSession, now: datetime, house: House, which: ColumnElement[bool]) -> list[DeskRoom]:
    """Some rooms of agreed stays as the lists show them, by arrival: two statements."""
    rows = _rows(tx, house, which)
    guests = _guests(tx, house, [row.id for row in rows])
    return [_shown(row, guests, _state(row, house, now)) for row in rows]


def _state(row: Row[Any], house: House, now: datetime) -> State:
    if row.status == "in_house":
        return "in_house"
    if row.status == "departed":
        return departure_state(row, house.policy.leave_by, now)
    return arrival_state(row, row.arrive_at, now)


def _of_day(night: int) -> ColumnElement[bool]:
    """Whoever is in the house, was to be there by then, or leaves."""
    return or_(
        StayRoom.status == "in_house",
        and_(StayRoom.arrival <= night, StayRoom.status.in_(TO_COME)),
        and_(StayRoom.arrival == night, StayRoom.status.in_(("departed", "no_show"))),
        and_(StayRoom.departure == night, StayRoom.status == "departed"),
    )


def _rows(tx: ReadSession, house: House, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Rooms of stays that stand, with their stay, their room, and where its folio stands."""
    known = and_(Stay.place_id == StayRoom.place_id, Stay.id == StayRoom.stay_id)
    given = and_(Room.place_id == StayRoom.place_id, Room.id == StayRoom.room_id)
    kind = and_(RoomType.place_id == StayRoom.place_id, RoomType.id == StayRoom.type_id)
    asked = and_(FolioDeposit.place_id == Stay.place_id, FolioDeposit.folio_id == Stay.folio_id)
    sums = _folio_sums(house)
    money = sums.c.folio_id == Stay.folio_id
    columns = (
        *(StayRoom.id, StayRoom.stay_id, StayRoom.number, StayRoom.status, StayRoom.room_id, StayRoom.type_id),
        *(StayRoom.arrival, StayRoom.departure, StayRoom.needs, StayRoom.together, StayRoom.heads),
        *(Stay.arrive_at, Stay.contact_name, Stay.contact_phone),
        *(Room.number.label("room_number"), Room.housekeeping, RoomType.name, RoomType.name_en),
        *(sums.c.owed, sums.c.held, sums.c.deposited, FolioDeposit.asked_fen),
    )
    joined = select(*columns).join(Stay, known).join(RoomType, kind)
    joined = joined.outerjoin(Room, given).outerjoin(FolioDeposit, asked).outerjoin(sums, money)
    standing = Stay.status.in_(("confirmed", "stayed", "no_show"))
    wanted = joined.where(StayRoom.place_id == house.id, standing, which)
    return tx.execute(wanted.order_by(StayRoom.arrival, StayRoom.stay_id, StayRoom.number)).all()


def _folio_sums(house: House) -> Subquery:
    """What each folio owes, holds as a deposit, and was ever given as one and keeps."""
    same = and_(
        LedgerTransaction.place_id == Posting.place_id,
        LedgerTransaction.id == Posting.transaction_id,
    )
    of_house = select(Stay.folio_id).where(Stay.place_id == house.id, Stay.status.in_(("confirmed", "stayed")))

    def total(which: ColumnElement[bool], sign: int = 1) -> ColumnElement[int]:
        return func.sum(case((which, Posting.fen * sign), else_=0))

    on_deposit = Posting.account == DEPOSIT
    moved = on_deposit & LedgerTransaction.kind.in_(("deposit", "deposit_returned", "reversal"))
    return (
        select(
            LedgerTransaction.folio_id,
            total(Posting.account == GUEST).label("owed"),
            total(on_deposit, -1).label("held"),
            total(moved, -1).label("deposited"),
        )
        .join(Posting, same)
        .where(LedgerTransaction.place_id == house.id, LedgerTransaction.folio_id.in_(of_house))
        .group_by(LedgerTransaction.folio_id)
        .subquery()
    )


def _guests(tx: ReadSession, house: House, rooms: Iterable[int]) -> Guests:
    here = select(Guest.stay_room_id, Guest.number, Guest.name, Guest.identity).where(
        Guest.place_id == house.id, Guest.stay_room_id.in_(sorted(rooms))
    )
    found: dict[int, list[DeskGuest]] = defaultdict(list)
    for row in tx.execute(here.order_by(Guest.stay_room_id, Guest.number)):
        found[row.stay_room_id].append(DeskGuest(row.number, row.name, bool(row.identity)))
    return found


def _shown(row: Row[Any], guests: Guests, state: State) -> DeskRoom:
    return DeskRoom(
        id=row.id,
        stay=row.stay_id,
        number=row.number,
        status=row.status,
        state=state,
        room_id=row.room_id,
        room=row.room_number or "",
        housekeeping=row.housekeeping or "",
        type=row.type_id,
        type_name=row.name,
        type_name_en=row.name_en,
        arrival=date_of(row.arrival),
        departure=date_of(row.departure),
        arrive_at=row.arrive_at,
        contact=row.contact_name,
        phone=masked_phone(row.contact_phone),
        needs=row.needs,
        together=row.together,
        heads=row.heads,
        guests=list(guests.get(row.id, ())),
        owed_fen=int(row.owed or 0),
        deposit_fen=int(row.held or 0),
        deposit_due_fen=max(0, int(row.asked_fen or 0) - int(row.deposited or 0)),
    )
