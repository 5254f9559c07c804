"""Stays that somebody was granted, such as a place in a retreat: from a pool of their own, agreed at once, and free.

What is paid for them is on the books of whoever granted them, and only they end them: the ordinary ways to cancel and
to move a stay refuse (`settling.GRANTED`). Strangers who share a room have a stay without a booker: each of them comes,
and goes, by themselves.

Whoever calls any of these has locked the type of the rooms in the same transaction (`lock`), once: each lock gives the
type another version, and what is known of the rooms in memory follows one of them, not two.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, update

from booking.checkin.service.passes import end_pass
from booking.db import WriteSession, insert
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import StayNotFound, WrongStayStatus
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.settling import GRANTED, STANDING
from booking.rooms.schemas import NightPrice, QuoteView, RoomQuote, RoomWish, StayRequest
from booking.rooms.service import boards, guests, terms
from booking.rooms.service.allocation import Wish
from booking.rooms.service.ending import end_rooms
from booking.rooms.service.guests import Sleeper
from booking.rooms.service.stays import STATUS_NAMES, Written, note, prepare, seek, turn
from booking.rooms.service.storing import Booked, store_rooms, store_stay
from booking.rooms.service.taking import rooms_of, take_rooms
from booking.web.locale import N_
from booking.web.principal import Principal


class Grant(NamedTuple):
    """What somebody is granted.

    Attributes:
        allotment_id: the pool that its nights are taken from.
        rooms: who sleeps in each room, all of them of one type; several rooms are near each other if possible.
        lead: the member whose stay it is; None for strangers who share a room.
    """

    place_id: int
    allotment_id: int
    type_id: int
    nights: Nights
    rooms: Sequence[Sequence[Sleeper]]
    lead: int | None
    phone: str = ""


def lock(tx: WriteSession, now: datetime, place_id: int, type_id: int) -> None:
    """Let nobody else take or give back rooms of a type, or of those it is upgraded to, until this transaction ends."""
    prepare(tx, now, houses(tx).house(place_id), [type_id])


def grant_stay(tx: WriteSession, now: datetime, by: Principal, grant: Grant) -> Written:
    """Make a stay of what was granted, with a pass for each guest; `pending` if its rooms take longer to find.

    Nobody is told here of one that has its rooms; the planner tells those who had to wait for theirs.

    Raises:
        TooManyHeads: a room sleeps fewer.
        RoomsFull, RoomsCutUp: proved that the pool or the house has no room.
    """
    house = houses(tx).house(grant.place_id)
    request = _request(grant)
    terms.check_rooms(house, request.rooms, staff=True)
    contact = grant.rooms[0][0].name
    facts = (house, request, _free_of_charge(request), grant.allotment_id, grant.lead, contact, GRANTED)
    booked = Booked(*facts, by.member_id, None)
    stay = store_stay(tx, now, booked, tx.ids.next())
    rooms = store_rooms(tx, booked, stay.id)
    guests.write_guests(tx, rooms, grant.rooms)
    wishes: list[Wish] = [(room, None) for room in rooms]
    written = Written(stay, rooms, wishes, take_rooms(tx, now, house, grant.allotment_id, wishes))
    boards.keep(tx)
    if written.taken.seated:
        guests.issue_passes(tx, now, house, rooms_of(tx, house.id, stay.id))
    else:
        seek(tx, now, written, confirms=True)
    note(tx, now, by.actor, house, stay, "stay.granted", rooms=len(rooms), pool=grant.allotment_id)
    return written


def _request(grant: Grant) -> StayRequest:
    return StayRequest(
        place=grant.place_id,
        arrival=date_of(grant.nights.arrival),
        departure=date_of(grant.nights.departure),
        rooms=[RoomWish(type=grant.type_id, heads=len(sleepers)) for sleepers in grant.rooms],
        together="near" if len(grant.rooms) > 1 else "",
        phone=grant.phone,
        allotment=grant.allotment_id,
    )


def _free_of_charge(request: StayRequest) -> QuoteView:
    nights = [NightPrice(date_of(night), 0, "") for night in request.nights]
    rooms = [RoomQuote(wish.type, 0, nights) for wish in request.rooms]
    return QuoteView(fen=0, guest_fen=0, deposit_fen=0, free_until=request.arrival, rooms=rooms, extras=[])


def add_guest(tx: WriteSession, now: datetime, by: Principal, place_id: int, stay_id: int, who: Sleeper) -> None:
    """Let one more person sleep in the only room of a granted stay, with a pass of their own.

    Raises:
        StayNotFound: there is no such stay.
        WrongStayStatus: it has ended.
        TooManyHeads: the room sleeps no more.
    """
    house, stay, room = _shared(tx, place_id, stay_id, N_("再住一位"))
    wish = RoomWish(type=room.type_id, heads=room.heads + 1)
    terms.check_rooms(house, [wish], staff=True)
    turn(tx, now, stay)
    people = guests.guests_of(tx, place_id, [room])
    row = {"place_id": place_id, "stay_room_id": room.id, "number": len(people), "member_id": who.member_id}
    tx.execute(insert(tx, Guest), row | {"name": who.name, "pays": who.pays, "identity": "", "pass_id": None})
    _count(tx, house, room, len(people) + 1)
    if stay.status == "confirmed":
        guests.issue_passes(tx, now, house, rooms_of(tx, place_id, stay_id))
    note(tx, now, by.actor, house, stay, "stay.guest_added", guests=len(people) + 1)


def take_out_guest(tx: WriteSession, now: datetime, by: Principal, place_id: int, stay_id: int, member_id: int) -> int:
    """Let somebody no longer sleep in the only room of a granted stay, and their pass open nothing.

    The others stay; how many they are. With the last one the stay ends.

    Raises:
        StayNotFound: there is no such stay, or they are not in it.
        WrongStayStatus: it has ended, or somebody has moved in.
    """
    house, stay, room = _shared(tx, place_id, stay_id, N_("换人"))
    people = guests.guests_of(tx, place_id, [room])
    gone = next((guest for guest in people if guest.member_id == member_id), None)
    if gone is None:
        raise StayNotFound
    if len(people) == 1:
        end_grant(tx, now, by.actor, place_id, stay_id)
        return 0
    turn(tx, now, stay)
    here = (Guest.place_id == place_id, Guest.stay_room_id == room.id)
    tx.execute(delete(Guest).where(*here, Guest.number == gone.number))
    for later in range(gone.number + 1, len(people)):  # one by one: numbers are keys
        tx.execute(update(Guest).where(*here, Guest.number == later).values(number=later - 1))
    if gone.pass_id is not None:
        end_pass(tx, now, place_id=place_id, pass_id=gone.pass_id, status="canceled")
    left = [guest for guest in people if guest is not gone]
    _count(tx, house, room, len(left))
    mine = (Stay.place_id == place_id, Stay.id == stay_id)
    tx.execute(update(Stay).where(*mine).values(contact_name=left[0].name))
    note(tx, now, by.actor, house, stay, "stay.guest_left", guests=len(left))
    return len(left)


def _shared(tx: WriteSession, place_id: int, stay_id: int, action: str) -> tuple[House, Stay, StayRoom]:
    """A granted stay whose guests are still to come, and its room."""
    house = houses(tx).house(place_id)
    stay = tx.get(Stay, place_id=place_id, id=stay_id)
    if stay is None:
        raise StayNotFound
    (room,) = rooms_of(tx, place_id, stay_id)
    if stay.status not in ("pending", "confirmed") or room.status not in STANDING:
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=action)
    return house, stay, room


def _count(tx: WriteSession, house: House, room: StayRoom, heads: int) -> None:
    mine = (StayRoom.place_id == house.id, StayRoom.id == room.id)
    tx.execute(update(StayRoom).where(*mine).values(heads=heads))
    boards.keep(tx)  # where whoever sleeps does not change which rooms are free


def end_grant(tx: WriteSession, now: datetime, actor: str, place_id: int, stay_id: int) -> Stay:
    """End a granted stay whose guests are still to come: nights, rooms and passes are given back, nothing is charged.

    One that has ended already is left as it is. Answers the stay as it is then.

    Raises:
        StayNotFound: there is no such stay.
        WrongStayStatus: somebody has moved in.
    """
    house = houses(tx).house(place_id)
    stay, rooms = tx.get(Stay, place_id=place_id, id=stay_id), rooms_of(tx, place_id, stay_id)
    if stay is None:
        raise StayNotFound
    if any(room.status in ("in_house", "departed") for room in rooms):
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("放弃"))
    going = [room for room in rooms if room.status in STANDING]
    if stay.status not in ("pending", "confirmed") or not going:
        return stay
    ended = end_rooms(tx, now, house, stay, rooms, going, status="cancelled", permille=0, actor=actor)
    note(tx, now, actor, house, ended, "stay.cancelled", rooms=[room.number for room in going], fee=0)
    return ended
