"""Another room, or more nights, for guests who are here or to come."""

from datetime import datetime

from sqlalchemy import update

from booking.clock import local_date
from booking.db import WriteSession
from booking.rooms.catalogue import RoomNotFound
from booking.rooms.errors import DatesCross, TooManyNights
from booking.rooms.errors_desk import NoRoomReady, OtherType, SameRoom
from booking.rooms.models import LONGEST_STAY, StayRoom
from booking.rooms.queries.desk import desk_room
from booking.rooms.queries.housekeeping import ready_states
from booking.rooms.queries.quoting import payer_of, room_quote
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.schemas_desk import DeskRoom, ExtendRequest, RoomChangeRequest
from booking.rooms.service import guests, terms
from booking.rooms.service.desk import cards
from booking.rooms.service.desk.finding import At, door_number, expect, found
from booking.rooms.service.desk.passes import open_now
from booking.rooms.service.desk.seating import put, recount, stand_alone
from booking.rooms.service.housekeeping import STATE_NAMES, make_dirty
from booking.rooms.service.inventory import take_nights
from booking.rooms.service.stays import again, note, reckon, turn
from booking.rooms.service.taking import full
from booking.web.facts import Day
from booking.web.locale import N_
from booking.web.principal import Principal


def change_room(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, request: RoomChangeRequest
) -> DeskRoom:
    """Give guests another room: those to come keep it from now on, those in the house move today.

    The agreed price stays. Others who may still move make room.

    Raises:
        NotStaff, StayRoomNotFound, RoomNotFound: not theirs to do, or not there.
        WrongRoomStatus: the guests have left, or the stay has no room or has ended.
        SameRoom: it is theirs.
        OtherType: of another type, for guests who have slept here.
        NoRoomReady: guests are to move into it now, and it is not clean.
        RoomTaken, RoomsCutUp, RoomsFull, StillSeeking: it cannot be had.
    """
    at = found(tx, actor, place_id, stay_room_id, also=[request.room])
    here = at.room.status == "in_house"
    expect(at.room, at.stay, "in_house" if here else "expected", N_("换房"))
    if request.room == at.room.room_id:
        raise SameRoom(room=door_number(at.house, request.room))
    nights = _nights_left(now, at.room)
    _check_target(tx, at, request.room, nights, here=here)
    room = _of_type(tx, now, at, at.house.rooms[request.room].type_id)
    turn(tx, now, at.stay)
    put(tx, now, at.house, room, request.room, nights)
    mine = (StayRoom.place_id == place_id, StayRoom.id == room.id)
    tx.execute(update(StayRoom).where(*mine).values(pinned="in_house" if here else "chosen"))
    stand_alone(tx, at.house, room)
    _follow(tx, now, at, again_room(tx, at))
    doors = {"from_room": door_number(at.house, at.room.room_id), "to_room": door_number(at.house, request.room)}
    note(tx, now, actor.actor, at.house, at.stay, "stay.room_changed", **doors, reason=request.reason)
    return desk_room(tx, now, place_id, stay_room_id)


def _follow(tx: WriteSession, now: datetime, at: At, moved: StayRoom) -> None:
    """Passes, and for guests in the house key cards, follow them to another room; the old one is to be cleaned."""
    if moved.status != "in_house":
        guests.reschedule_passes(tx, now, at.house, moved)
        return
    open_now(tx, now, at.house, moved)
    make_dirty(tx, now, at.house, [at.room.room_id or 0])
    cards.cancel(tx, now, at.house, at.room, at.room.room_id)
    cards.encode(tx, now, at.house, moved)


def _nights_left(now: datetime, room: StayRoom) -> Nights:
    """The nights that have not been slept: all of them before the guests come."""
    today = night_of(local_date(now))
    first = max(room.arrival, min(today, room.departure - 1)) if room.status == "in_house" else room.arrival
    return Nights(first, room.departure)


def _check_target(tx: WriteSession, at: At, target: int, nights: Nights, *, here: bool) -> None:
    if target not in at.house.rooms:
        raise RoomNotFound
    kind = at.house.rooms[target].type_id
    slept = nights.arrival - at.room.arrival
    if kind != at.room.given_type_id and slept > 0:
        raise OtherType(nights=slept, type=terms.named(at.house.type(at.room.given_type_id)))
    state = ready_states(tx, at.house, [target]).get(target, "dirty")
    if here and state not in READY:
        raise NoRoomReady(room=door_number(at.house, target), state=STATE_NAMES[state])


def _of_type(tx: WriteSession, now: datetime, at: At, kind: int) -> StayRoom:
    """The room of the stay, counted under the type that it is to have."""
    if kind == at.room.given_type_id:
        return at.room
    recount(tx, now, at.house, at.stay.allotment_id, at.room, kind)
    return again_room(tx, at)


def again_room(tx: WriteSession, at: At) -> StayRoom:
    """The room of a stay as it is now."""
    room = tx.get(StayRoom, place_id=at.house.id, id=at.room.id)
    return at.room if room is None else room


def extend(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, request: ExtendRequest
) -> DeskRoom:
    """Let guests in the house stay longer in the room that they have, at the price of those nights.

    Raises:
        NotStaff, StayRoomNotFound: not theirs to do, or not there.
        WrongRoomStatus: they are not in the house.
        DatesCross: the new date is not later than the one agreed.
        NotOnSale, TooManyNights: nights beyond the horizon, or more than a stay may have.
        RoomsFull, RoomTaken, RoomsCutUp, StillSeeking: their room cannot be had for so long.
    """
    at = found(tx, actor, place_id, stay_room_id)
    expect(at.room, at.stay, "in_house", N_("续住"))
    more = Nights(at.room.departure, night_of(request.departure))
    _check_more(at, now, more)
    lacking = take_nights(tx, place_id, at.stay.allotment_id, at.room.given_type_id, more)
    if lacking:
        raise full(tx, now, at.house, at.stay.allotment_id, (at.room, None), lacking)
    turn(tx, now, at.stay)
    _lengthen(tx, at, more)
    first = min(more.arrival, _nights_left(now, at.room).arrival)
    put(tx, now, at.house, again_room(tx, at), at.room.room_id or 0, Nights(first, more.departure))
    longer = again_room(tx, at)
    stay = reckon(tx, now, at.house, again(tx, at.stay), actor.actor)
    open_now(tx, now, at.house, longer)
    cards.encode(tx, now, at.house, longer)
    until = request.departure.isoformat()
    note(tx, now, actor.actor, at.house, stay, "stay.extended", stay_room=at.room.id, until=until)
    return desk_room(tx, now, place_id, stay_room_id)


def _check_more(at: At, now: datetime, more: Nights) -> None:
    if more.departure <= more.arrival:
        raise DatesCross(arrival=Day(date_of(more.arrival)), departure=Day(date_of(more.departure)))
    asked = more.departure - at.room.arrival
    if asked > LONGEST_STAY:
        raise TooManyNights(most=LONGEST_STAY, asked=asked, clause=at.house.clause)
    ahead = Nights(max(more.arrival, night_of(local_date(now))), more.departure)
    if ahead.departure > ahead.arrival:
        terms.check_nights(at.house, now, ahead, staff=True)


def _lengthen(tx: WriteSession, at: At, more: Nights) -> None:
    payer = payer_of(tx, at.stay.member_id if at.stay.member_price else None)
    quote = room_quote(at.house, at.room.type_id, more, payer)
    fen = [*at.room.night_fen, *(night.fen for night in quote.nights)]
    mine = (StayRoom.place_id == at.house.id, StayRoom.id == at.room.id)
    tx.execute(update(StayRoom).where(*mine).values(departure=more.departure, night_fen=fen, price_fen=sum(fen)))
