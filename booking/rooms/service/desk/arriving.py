"""Guests move in: expected ones, late ones, and those without a booking."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Update, update

from booking.db import ReadSession, WriteSession, prepared
from booking.payments.rules import Method
from booking.rooms.catalogue import House
from booking.rooms.errors import StayChanged, StillSeeking
from booking.rooms.errors_desk import ArrivesAnotherDay, DocumentMissing, NoRoomReady, NoSuchGuest, RoomNotReady
from booking.rooms.models import Guest, StayRoom
from booking.rooms.queries.desk import desk_room
from booking.rooms.queries.housekeeping import ready_states
from booking.rooms.rules.desk import hotel_night
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.settling import GRANTED
from booking.rooms.schemas_desk import ArriveRequest, DeskRoom, Document, WalkInRequest
from booking.rooms.service import boards, guests
from booking.rooms.service.desk import cards
from booking.rooms.service.desk.finding import At, door_number, expect, found, ready_rooms
from booking.rooms.service.desk.passes import open_now
from booking.rooms.service.desk.paying import take_deposit_due
from booking.rooms.service.desk.seating import put, stand_alone
from booking.rooms.service.housekeeping import STATE_NAMES
from booking.rooms.service.stays import again, confirm_stay, hold_stay, note, turn
from booking.rooms.service.taking import rooms_of
from booking.web.facts import Day
from booking.web.locale import N_
from booking.web.principal import Principal


def arrive(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, request: ArriveRequest
) -> DeskRoom:
    """Let the guests of one room in: documents seen, the room theirs from now on, passes and key card ready.

    Raises:
        NotStaff, StayRoomNotFound, RoomNotFound: not theirs to do, or not there.
        WrongRoomStatus: they are in already, or the stay has no room or has ended.
        ArrivesAnotherDay: their nights do not include tonight.
        DocumentMissing, NoSuchGuest: of the documents.
        RoomNotReady, NoRoomReady: the room is not clean; the first names those that could be had instead.
        RoomTaken, RoomsCutUp, RoomsFull, StillSeeking: the room that was asked for instead cannot be had.
    """
    at = found(tx, actor, place_id, stay_room_id)
    expect(at.room, at.stay, "expected", N_("办理入住"))
    _check_day(at.room, now)
    _see(tx, at.house, at.room, request.documents)
    _check_seen(tx, at)
    if request.room is not None and request.room != at.room.room_id:
        at.house.room(request.room, at.room.given_type_id)
        put(tx, now, at.house, at.room, request.room, Nights(at.room.arrival, at.room.departure))
        stand_alone(tx, at.house, at.room)
    room = _again(tx, at)
    _check_ready(tx, now, at.house, room)
    _move_in(tx, now, at, room)
    if request.room is None:  # otherwise more than this room may have changed
        boards.keep(tx)
    if request.deposit is not None:
        take_deposit_due(tx, now, again(tx, at.stay), request.deposit, actor.actor)
    cards.encode(tx, now, at.house, room, request.card)
    detail = {"room": door_number(at.house, room.room_id), "stay_room": room.id}
    note(tx, now, actor.actor, at.house, at.stay, "stay.arrived", **detail)
    return desk_room(tx, now, place_id, stay_room_id)


def see_documents(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, documents: Sequence[Document]
) -> DeskRoom:
    """Write down the documents of guests who come after the first of their room.

    Raises:
        NotStaff, StayRoomNotFound: not theirs to do, or not there.
        WrongRoomStatus: nobody of the room is in the house.
        NoSuchGuest: the room has no such guest.
    """
    at = found(tx, actor, place_id, stay_room_id)
    expect(at.room, at.stay, "in_house", N_("登记证件"))
    _see(tx, at.house, at.room, documents)
    guests_seen = sorted({document.guest for document in documents})
    note(tx, now, actor.actor, at.house, at.stay, "stay.documents_seen", stay_room=at.room.id, guests=guests_seen)
    return desk_room(tx, now, place_id, stay_room_id)


def walk_in(tx: WriteSession, now: datetime, actor: Principal, place_id: int, request: WalkInRequest) -> list[DeskRoom]:
    """Book for guests who stand at the desk, and let them in at once, each room a ready one.

    Raises:
        ArrivesAnotherDay: their stay does not begin today.
        StillSeeking: whether there is a room takes longer to find out than a request.
        BookingError: those of `hold_stay` and of `arrive`.
    """
    wanted = msgspec.structs.replace(request.stay, place=place_id)
    if wanted.nights.arrival != hotel_night(now):
        raise _another_day(wanted.nights, now)
    stay = hold_stay(tx, now, actor, wanted)
    if stay.status != "held":
        raise StillSeeking
    confirm_stay(tx, now, actor, place_id, stay.id)
    return [
        _move_in_ready(tx, now, actor, room, documents, request.deposit if room.number == 1 else None)
        for room, documents in zip(
            rooms_of(tx, place_id, stay.id), _for_each(request.documents, len(wanted.rooms)), strict=True
        )
    ]


def _for_each(documents: Sequence[list[Document]], rooms: int) -> list[list[Document]]:
    """The documents of each room; none for a room that none were given for."""
    return [documents[at] if at < len(documents) else [] for at in range(rooms)]


def _move_in_ready(
    tx: WriteSession,
    now: datetime,
    actor: Principal,
    room: StayRoom,
    documents: list[Document],
    deposit: Method | None,
) -> DeskRoom:
    at = found(tx, actor, room.place_id, room.id)
    ready = ready_states(tx, at.house, [at.room.room_id or 0]).get(at.room.room_id or 0) in READY
    others = [] if ready or at.room.pinned else ready_rooms(tx, now, at.house, at.room)
    instead = others[0].id if others else None
    return arrive(
        tx, now, actor, room.place_id, room.id, ArriveRequest(documents=documents, room=instead, deposit=deposit)
    )


def _check_day(room: StayRoom, now: datetime) -> None:
    tonight = hotel_night(now)
    if not room.arrival <= tonight < room.departure:
        raise _another_day(Nights(room.arrival, room.departure), now)


def _another_day(nights: Nights, now: datetime) -> ArrivesAnotherDay:
    arrival, departure = Day(date_of(nights.arrival)), Day(date_of(nights.departure))
    return ArrivesAnotherDay(arrival=arrival, departure=departure, today=Day(date_of(hotel_night(now))))


def _see(tx: WriteSession, house: House, room: StayRoom, documents: Sequence[Document]) -> None:
    """Store kind and last four characters of each document."""
    people = {guest.number: guest for guest in guests.guests_of(tx, house.id, [room])}
    for document in documents:
        if document.guest not in people:
            raise NoSuchGuest(number=document.guest, last=max(people, default=0))
        mine = (Guest.place_id == house.id, Guest.stay_room_id == room.id, Guest.number == document.guest)
        tx.execute(update(Guest).where(*mine).values(identity=f"{document.kind}:{document.last}"))


def _check_seen(tx: ReadSession, at: At) -> None:
    """Somebody answers for the room: its first guest, or any of strangers who share it, each of whom comes alone."""
    people = guests.guests_of(tx, at.house.id, [at.room])
    strangers = at.stay.source == GRANTED and at.stay.member_id is None
    answering = people if strangers else people[:1]
    if answering and not any(guest.identity for guest in answering):
        raise DocumentMissing(name=answering[0].name)


def _check_ready(tx: WriteSession, now: datetime, house: House, room: StayRoom) -> None:
    state = ready_states(tx, house, [room.room_id or 0]).get(room.room_id or 0, "dirty")
    if state in READY:
        return
    number = door_number(house, room.room_id)
    others = ready_rooms(tx, now, house, room)
    if not others:
        raise NoRoomReady(room=number, state=STATE_NAMES[state])
    named = "、".join(one.number for one in others)
    raise RoomNotReady(room=number, state=STATE_NAMES[state], ready=named, alternatives=others)


def _move_in(tx: WriteSession, now: datetime, at: At, room: StayRoom) -> None:
    take_in(tx, now, at, room)
    guests.issue_passes(tx, now, at.house, [room])
    open_now(tx, now, at.house, room)


def take_in(tx: WriteSession, now: datetime, at: At, room: StayRoom) -> None:
    """The guests of a room are in the house from now on, and their room is theirs, whoever is told of it.

    Raises:
        StayChanged: a concurrent request was first.
    """
    turn(tx, now, at.stay)
    if tx.execute(_arrived(tx, now, at.house.id, room.id)).rowcount != 1:
        raise StayChanged
    boards.note(tx, at.house, [room.id])


@prepared
def _arrived(_: ReadSession, now: datetime, place: int, stay_room: int) -> Update:
    expected = (StayRoom.place_id == place, StayRoom.id == stay_room, StayRoom.status == "expected")
    return update(StayRoom).where(*expected).values(status="in_house", pinned="in_house", arrived_at=now)


def _again(tx: WriteSession, at: At) -> StayRoom:
    found_again = tx.get(StayRoom, place_id=at.house.id, id=at.room.id)
    if found_again is None:
        raise StayChanged
    return found_again
