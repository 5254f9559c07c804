"""A stay on other nights: all of it moved before its guests come, or one room of it shortened."""

from datetime import datetime

from sqlalchemy import update

from booking.db import WriteSession
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import DatesCross, StayGranted, StayHoldExpired, StillSeeking, WrongStayStatus
from booking.rooms.models import Stay, StayRoom
from booking.rooms.queries.quoting import payer_of, room_quote
from booking.rooms.queries.stays import is_staff, stay_view
from booking.rooms.rules import settling
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import DatesRequest, StayView
from booking.rooms.service import allocation, boards, guests, inventory, money, terms
from booking.rooms.service.offering import serve_before
from booking.rooms.service.stays import STATUS_NAMES, note, owned, prepare, reckon, turn
from booking.rooms.service.taking import give_back, rooms_of, take_rooms
from booking.web.facts import Day, Instant
from booking.web.locale import N_
from booking.web.principal import Principal


def change_dates(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, request: DatesRequest
) -> StayView:
    """Move all rooms of a stay to other nights, at their price; each keeps its room where it can.

    Refused, the stay is as it was. A chosen room is kept or refused.

    Raises:
        StayNotFound: no such stay of theirs.
        StayHoldExpired: the time to confirm it is over.
        StayGranted: it was won, for the dates that it has.
        WrongStayStatus: it has ended, is pending, or a guest has arrived.
        BookingError: those of `hold_stay` for the new nights.
        StillSeeking: whether there are rooms takes longer to find out than a request.
    """
    stay = owned(tx, actor, place_id, stay_id)
    if stay.source == settling.GRANTED:
        raise StayGranted
    if settling.has_expired(stay, now):
        raise StayHoldExpired(at=Instant(stay.hold_expires_at or now))
    house = houses(tx).house(place_id)
    staff = is_staff(actor, place_id)
    nights = request.nights
    rooms = rooms_of(tx, place_id, stay_id)
    types = prepare(tx, now, house, {kind for room in rooms for kind in (room.type_id, room.given_type_id)})
    serve_before(tx, now, house, types, nights, stay.member_id)
    rooms = rooms_of(tx, place_id, stay_id)
    _check_open(stay, rooms)
    standing = [room for room in rooms if room.status in settling.STANDING]
    terms.check_nights(house, now, nights, staff=staff)
    terms.check_restrictions(tx, house, [room.type_id for room in standing], nights)
    turn(tx, now, stay)
    _move(tx, now, house, stay, standing, nights)
    boards.keep(tx)
    changed = reckon(tx, now, house, stay, actor.actor)
    if stay.status == "confirmed":
        _tell(tx, now, house, changed)
    first, until = date_of(nights.arrival).isoformat(), date_of(nights.departure).isoformat()
    note(tx, now, actor.actor, house, changed, "stay.changed", first=first, until=until)
    return stay_view(tx, now, place_id, stay_id, actor)


def _tell(tx: WriteSession, now: datetime, house: House, stay: Stay) -> None:
    """The passes of an agreed stay follow it, and its guests hear of its dates, its price and what they get back."""
    rooms = rooms_of(tx, house.id, stay.id)
    moved = [room for room in rooms if room.status in settling.STANDING]
    for room in moved:
        guests.reschedule_passes(tx, now, house, room)
    guests.tell_all(tx, now, house, stay, moved, "stay.changed")
    money.tell_credit(tx, now, house, stay, rooms)


def _check_open(stay: Stay, rooms: list[StayRoom]) -> None:
    arrived = any(room.status in ("in_house", "departed") for room in rooms)
    if stay.status not in ("held", "confirmed") or arrived:
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("改日期"))


def _move(tx: WriteSession, now: datetime, house: House, stay: Stay, standing: list[StayRoom], nights: Nights) -> None:
    payer = payer_of(tx, stay.member_id if stay.member_price else None)
    before = {room.id: room.room_id for room in standing if room.room_id is not None}
    for room in standing:
        give_back(tx, house, stay.allotment_id, room)
    allocation.release(tx, house, [room.id for room in standing])
    for room in standing:
        quote = room_quote(house, room.type_id, nights, payer)
        mine = (StayRoom.place_id == house.id, StayRoom.id == room.id)
        tx.execute(
            update(StayRoom)
            .where(*mine)
            .values(
                arrival=nights.arrival,
                departure=nights.departure,
                status="expected",
                given_type_id=room.type_id,
                room_id=None,
                price_fen=quote.fen,
                night_fen=[night.fen for night in quote.nights],
            )
        )
    ids = {room.id for room in standing}
    moved = [room for room in rooms_of(tx, house.id, stay.id) if room.id in ids]
    wishes = [(room, before.get(room.id) if room.pinned == "chosen" else None) for room in moved]
    if not take_rooms(tx, now, house, stay.allotment_id, wishes, before=before).seated:
        raise StillSeeking


def shorten(tx: WriteSession, now: datetime, house: House, stay: Stay, room: StayRoom, departure: int) -> None:
    """Give the last nights of a room back for sale: `departure` is the first that it does not take any more.

    The types of the room are locked, and `reckon` brings price and books in line afterwards.

    Raises:
        DatesCross: no night would be left, or none given back.
    """
    if not room.arrival < departure <= room.departure:
        raise DatesCross(arrival=Day(date_of(room.arrival)), departure=Day(date_of(departure)))
    nights = Nights(departure, room.departure)
    inventory.give_back_nights(tx, house.id, stay.allotment_id, room.given_type_id, nights)
    allocation.release(tx, house, [room.id], nights)
    fen = room.night_fen[: departure - room.arrival]
    mine = (StayRoom.place_id == house.id, StayRoom.id == room.id)
    tx.execute(update(StayRoom).where(*mine).values(departure=departure, night_fen=fen, price_fen=sum(fen)))
    tx.touch(house.topic)
