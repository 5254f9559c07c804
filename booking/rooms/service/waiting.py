"""The waiting list for rooms of a type on some nights: to join it, to leave it, to take what it offers."""

from datetime import datetime

from sqlalchemy import func, select, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import AlreadyWaiting, RoomsLeft, TooManyWaits, WaitNotFound, WaitOver
from booking.rooms.models import RoomWait
from booking.rooms.queries.waiting import STATUS_NAMES, wait_view
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas import CancelRequest, StayRequest, StayView
from booking.rooms.schemas_waiting import WaitRequest, WaitView, wishes
from booking.rooms.service import offering, terms
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.stays import confirm_stay, prepare
from booking.web.facts import Day
from booking.web.principal import Principal

MOST = 6
"""Lists that one member may be on at a time."""


def join(tx: WriteSession, now: datetime, member: Principal, request: WaitRequest) -> WaitView:
    """Wait for rooms that are all given, in turn; whoever waits is held what comes free, and told.

    Raises:
        NoRoomsHere, RoomTypeNotFound: there is no such thing.
        BookingError: one of `terms`, as for a stay on these nights.
        RoomsLeft: there are rooms to be booked at once.
        AlreadyWaiting: they wait for these dates already.
        TooManyWaits: they are on as many lists as one may be.
    """
    house = houses(tx).house(request.place)
    wanted = _as_stay(request)
    terms.check_nights(house, now, request.nights, staff=False)
    terms.check_rooms(house, wanted.rooms, staff=False)
    terms.check_restrictions(tx, house, [request.type], request.nights)
    offering.settle(tx, now, house)
    types = prepare(tx, now, house, [request.type])
    offering.serve_before(tx, now, house, types, request.nights, member.member_id)
    if any(offering.fits(tx, house, _of_type(wanted, kind), house.public.id) for kind in types):
        raise RoomsLeft(type=terms.named(house.type(request.type)))
    live = _live(tx, member)
    if live >= MOST:
        raise TooManyWaits(most=MOST)
    wait_id = _store(tx, now, house, member, request)
    _note(tx, now, house, member, wait_id, "wait.joined")
    return wait_view(tx, now, house.id, wait_id, member)


def leave(tx: WriteSession, now: datetime, member: Principal, place_id: int, wait_id: int) -> WaitView:
    """Wait no longer; what was offered goes to the next.

    Raises:
        WaitNotFound: no such place on a list of theirs.
        WaitOver: it has ended.
    """
    house = houses(tx).house(place_id)
    wait = _owned(tx, now, house, member, wait_id)
    if wait.status not in ("waiting", "offered"):
        raise WaitOver(status=STATUS_NAMES[wait.status])
    if wait.stay_id is not None:
        cancel_stay(tx, now, member, place_id, wait.stay_id, CancelRequest())
    _turn(tx, wait, "left")
    _note(tx, now, house, member, wait_id, "wait.left")
    return wait_view(tx, now, place_id, wait_id, member)


def accept(tx: WriteSession, now: datetime, member: Principal, place_id: int, wait_id: int) -> StayView:
    """Confirm the stay that is held for whoever waited, as its guest would; twice changes nothing.

    Raises:
        WaitNotFound: no such place on a list of theirs.
        WaitOver: nothing is offered, or not any more.
        BookingError: those of `confirm_stay`.
    """
    house = houses(tx).house(place_id)
    wait = _owned(tx, now, house, member, wait_id)
    if wait.status not in ("offered", "taken") or wait.stay_id is None:
        raise WaitOver(status=STATUS_NAMES[wait.status])
    view = confirm_stay(tx, now, member, place_id, wait.stay_id)
    if wait.status == "offered" and view.status == "confirmed":
        _turn(tx, wait, "taken")
    return view


def _owned(tx: WriteSession, now: datetime, house: House, member: Principal, wait_id: int) -> RoomWait:
    """A place on a list, as it is once what is over has been written down."""
    offering.settle(tx, now, house)
    wait = tx.get(RoomWait, place_id=house.id, id=wait_id)
    if wait is None or wait.member_id != member.member_id:
        raise WaitNotFound
    return wait


def _turn(tx: WriteSession, wait: RoomWait, status: str) -> None:
    mine = (RoomWait.place_id == wait.place_id, RoomWait.id == wait.id, RoomWait.status == wait.status)
    if tx.execute(update(RoomWait).where(*mine).values(status=status)).rowcount != 1:
        raise WaitOver(status=STATUS_NAMES[wait.status])


def _store(tx: WriteSession, now: datetime, house: House, member: Principal, request: WaitRequest) -> int:
    row = {
        "place_id": house.id,
        "id": tx.ids.next(),
        "type_id": request.type,
        "member_id": member.member_id,
        "status": "waiting",
        "arrival": request.nights.arrival,
        "departure": request.nights.departure,
        "rooms": request.rooms,
        "heads": max(request.heads, request.rooms),
        "needs": request.needs,
        "stay_id": None,
        "instead_of": None,
        "joined_at": now,
        "offered_at": None,
    }
    stored = insert(tx, RoomWait).values(row).on_conflict_do_nothing().returning(RoomWait.id)
    wait_id = tx.scalar(stored)
    if wait_id is None:
        nights = request.nights
        raise AlreadyWaiting(arrival=Day(date_of(nights.arrival)), departure=Day(date_of(nights.departure)))
    return int(wait_id)


def _live(tx: ReadSession, member: Principal) -> int:
    mine = select(func.count()).where(
        RoomWait.member_id == member.member_id, RoomWait.status.in_(("waiting", "offered"))
    )
    return int(tx.scalar(mine) or 0)


def _as_stay(request: WaitRequest) -> StayRequest:
    rooms = wishes(request.type, request.heads, request.rooms, request.needs)
    return StayRequest(place=request.place, arrival=request.arrival, departure=request.departure, rooms=rooms)


def _of_type(wanted: StayRequest, kind: int) -> StayRequest:
    """The same in rooms of a type that they could be given instead."""
    rooms = [type(room)(type=kind, heads=room.heads, needs=room.needs) for room in wanted.rooms]
    return StayRequest(place=wanted.place, arrival=wanted.arrival, departure=wanted.departure, rooms=rooms)


def _note(tx: WriteSession, now: datetime, house: House, member: Principal, wait_id: int, action: str) -> None:
    subject = f"room_wait:{house.id}:{wait_id}"
    record(tx, now, actor=member.actor, place_id=house.id, action=action, subject=subject)
    tx.touch(f"member:{member.member_id}")
