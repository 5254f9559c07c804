"""Stays as those see them who may: the booker, the guests who are members, the staff of the house."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from sqlalchemy import and_, or_, select, tuple_

from booking.clock import local_date, local_instant
from booking.db import ReadSession
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import StayCursorUnknown, StayNotFound
from booking.rooms.models import Guest, Room, RoomType, Stay, StayRoom
from booking.rooms.rules import settling
from booking.rooms.rules.nights import date_of, night_of
from booking.rooms.rules.pricing import cancel_permille, free_days_before, permille_of
from booking.rooms.schemas import GuestView, StayPage, StayRoomView, StayView
from booking.web.principal import Principal

AHEAD = ("held", "pending", "confirmed")


class Cursor(NamedTuple):
    """Where a page of stays ended."""

    arrival: int
    id: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The cursor in an address.

        Raises:
            StayCursorUnknown: it is none of ours.
        """
        parts = text.split(".")
        if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) <= 16 for part in parts):
            raise StayCursorUnknown
        arrival, number = map(int, parts)
        if arrival >= 2**31 or number >= 2**53:
            raise StayCursorUnknown
        return cls(arrival, number)

    def __str__(self) -> str:
        return f"{self.arrival}.{self.id}"


def is_staff(viewer: Principal, place_id: int) -> bool:
    """Whether someone works at the house's desk or manages it."""
    return viewer.holds("sanatorium_desk", place_id) or viewer.holds("venue_manager", place_id)


def stay_view(tx: ReadSession, now: datetime, place_id: int, stay_id: int, viewer: Principal) -> StayView:
    """One stay.

    Raises:
        StayNotFound: there is none, or the viewer is neither its booker or guest nor on the staff.
    """
    stay = tx.get(Stay, place_id=place_id, id=stay_id)
    if stay is None:
        raise StayNotFound
    shown = _views(tx, now, [stay])[0]
    here = {guest.member_id for guest in _guests(tx, [stay])}
    if viewer.member_id not in {stay.member_id, *here} and not is_staff(viewer, place_id):
        raise StayNotFound
    return shown


def stays_of(
    tx: ReadSession, now: datetime, member: Principal, *, upcoming: bool, after: Cursor | None, limit: int
) -> StayPage:
    """A member's stays, booked or slept in: those ahead with the next first, or those that are over, latest first."""
    slept = select(StayRoom.place_id, StayRoom.stay_id).join(
        Guest, and_(Guest.place_id == StayRoom.place_id, Guest.stay_room_id == StayRoom.id)
    )
    mine = or_(
        Stay.member_id == member.member_id,
        tuple_(Stay.place_id, Stay.id).in_(slept.where(Guest.member_id == member.member_id)),
    )
    ahead = and_(Stay.status.in_(AHEAD), Stay.departure >= night_of(local_date(now)))
    place = tuple_(Stay.arrival, Stay.id)
    wanted = select(Stay).where(mine, ahead if upcoming else ~ahead)
    if after is not None:
        wanted = wanted.where(place > after if upcoming else place < after)
    order = (Stay.arrival, Stay.id) if upcoming else (Stay.arrival.desc(), Stay.id.desc())
    found = tx.all(wanted.order_by(*order).limit(limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return StayPage(_views(tx, now, found[:limit]), str(Cursor(last.arrival, last.id)) if last else None)


def _guests(tx: ReadSession, stays: Sequence[Stay]) -> list[Guest]:
    rooms = select(StayRoom.place_id, StayRoom.id).where(
        tuple_(StayRoom.place_id, StayRoom.stay_id).in_([(stay.place_id, stay.id) for stay in stays])
    )
    here = select(Guest).where(tuple_(Guest.place_id, Guest.stay_room_id).in_(rooms))
    return tx.all(here.order_by(Guest.stay_room_id, Guest.number))


def _views(tx: ReadSession, now: datetime, stays: Sequence[Stay]) -> list[StayView]:
    """Stays with their rooms and guests: a handful of statements, however many there are."""
    if not stays:
        return []
    wanted = [(stay.place_id, stay.id) for stay in stays]
    rooms: dict[tuple[int, int], list[StayRoom]] = defaultdict(list)
    in_stays = select(StayRoom).where(tuple_(StayRoom.place_id, StayRoom.stay_id).in_(wanted))
    for room in tx.all(in_stays.order_by(StayRoom.number)):
        rooms[room.place_id, room.stay_id].append(room)
    guests: dict[tuple[int, int], list[GuestView]] = defaultdict(list)
    for guest in _guests(tx, stays):
        guests[guest.place_id, guest.stay_room_id].append(GuestView(guest.name, guest.pays, guest.pass_id))
    known = houses(tx)
    types = {(kind.place_id, kind.id): kind for kind in tx.all(select(RoomType))}
    numbers = _numbers(tx, [room for of_stay in rooms.values() for room in of_stay])
    return [
        _view(
            known.house(stay.place_id),
            now,
            stay,
            rooms[stay.place_id, stay.id],
            [
                _room_view(room, types[room.place_id, room.type_id], numbers, guests[room.place_id, room.id])
                for room in rooms[stay.place_id, stay.id]
            ],
        )
        for stay in stays
    ]


def _numbers(tx: ReadSession, rooms: Sequence[StayRoom]) -> dict[tuple[int, int], str]:
    """The door numbers that may be told."""
    told = [(room.place_id, room.room_id) for room in rooms if room.pinned and room.room_id is not None]
    if not told:
        return {}
    wanted = select(Room.place_id, Room.id, Room.number).where(tuple_(Room.place_id, Room.id).in_(told))
    return {(place, room): number for place, room, number in tx.execute(wanted)}


def _room_view(
    room: StayRoom, kind: RoomType, numbers: dict[tuple[int, int], str], guests: list[GuestView]
) -> StayRoomView:
    return StayRoomView(
        id=room.id,
        number=room.number,
        status=room.status,
        type=room.type_id,
        type_name=kind.name,
        type_name_en=kind.name_en,
        arrival=date_of(room.arrival),
        departure=date_of(room.departure),
        heads=room.heads,
        fen=room.price_fen,
        fee_fen=room.fee_fen,
        room=numbers.get((room.place_id, room.room_id or 0)) if room.pinned else None,
        needs=room.needs,
        guests=guests,
    )


def _view(house: House, now: datetime, stay: Stay, rooms: Sequence[StayRoom], shown: list[StayRoomView]) -> StayView:
    policy = house.policy
    arrival, departure = date_of(stay.arrival), date_of(stay.departure)
    today = local_date(now)
    open_rooms = [room for room in rooms if room.status in settling.STANDING]
    permille = cancel_permille(policy.cancel_fees, (arrival - today).days) if stay.status == "confirmed" else 0
    ahead = settling.is_ahead(stay, open_rooms)
    return StayView(
        place=stay.place_id,
        place_name=house.place.name,
        place_name_en=house.place.name_en,
        id=stay.id,
        status=stay.status,
        arrival=arrival,
        departure=departure,
        arrive_from=local_instant(arrival, policy.arrive_from),
        leave_by=local_instant(departure, policy.leave_by),
        rooms=shown,
        extras=stay.extras,
        price_fen=stay.price_fen,
        deposit_fen=permille_of(stay.price_fen, policy.deposit_permille),
        cancel_fee_fen=sum(permille_of(room.price_fen, permille) for room in open_rooms),
        free_until=arrival - timedelta(days=free_days_before(policy.cancel_fees)),
        hold_expires_at=stay.hold_expires_at if stay.status == "held" else None,
        version=stay.sequence,
        can_cancel=ahead,
        can_change=ahead and stay.status != "pending",
        can_restore=settling.can_be_restored(stay, rooms, now),
        ended_reason=stay.ended_reason,
    )
