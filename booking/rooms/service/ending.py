"""A stay that does not take place, wholly or in part: cancelled, taken back, not shown up for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Update, select, update

from booking.clock import local_date
from booking.db import ReadSession, WriteSession, prepared
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import NothingToCancel, NotStaff, StayGranted, StillExpected, StillSeeking, WrongStayStatus
from booking.rooms.models import Stay, StayRoom
from booking.rooms.queries.stays import is_staff, stay_view
from booking.rooms.rules import settling
from booking.rooms.rules.assignment import Plan
from booking.rooms.rules.nights import date_of, night_of
from booking.rooms.rules.pricing import cancel_permille, permille_of
from booking.rooms.schemas import CancelRequest, StayView
from booking.rooms.service import allocation, boards, guests, money
from booking.rooms.service.inventory import lock_types, tonight
from booking.rooms.service.stays import (
    STATUS_NAMES,
    again,
    forget_search,
    note,
    owned,
    prepare,
    reckon,
    turn,
)
from booking.rooms.service.taking import give_back, rooms_of, take_rooms
from booking.web.facts import Day
from booking.web.locale import N_
from booking.web.principal import Principal


def cancel_stay(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, request: CancelRequest
) -> StayView:
    """Give up a stay or some of its rooms, for others to take; the policy's fee for the day is charged.

    Raises:
        StayNotFound: no such stay of theirs.
        StayGranted: it was won, and is given up there.
        WrongStayStatus: it has ended already.
        NothingToCancel: none of these rooms waits for its guests.
    """
    give_up(tx, now, actor, place_id, stay_id, request.rooms)
    return stay_view(tx, now, place_id, stay_id, actor)


def give_up(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, numbers: Collection[int] = ()
) -> Stay:
    """What `cancel_stay` does; answers the stay as it is then."""
    stay = owned(tx, actor, place_id, stay_id)
    house = houses(tx).house(place_id)
    if stay.source == settling.GRANTED:
        raise StayGranted
    if stay.status not in ("held", "pending", "confirmed"):
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("取消"))
    lock_types(tx, place_id, {room.given_type_id for room in rooms_of(tx, place_id, stay_id)})
    rooms = rooms_of(tx, place_id, stay_id)
    going = [room for room in rooms if room.status in settling.STANDING]
    going = [room for room in going if not numbers or room.number in numbers]
    if not going:
        raise NothingToCancel
    before = (date_of(stay.arrival) - local_date(now)).days
    permille = cancel_permille(house.policy.cancel_fees, before) if stay.status == "confirmed" else 0
    ended = end_rooms(tx, now, house, stay, rooms, going, status="cancelled", permille=permille, actor=actor.actor)
    if stay.status == "confirmed":
        kind = "stay.cancelled" if ended.status == "cancelled" else "stay.rooms_cancelled"
        left = [room for room in rooms if room not in going]
        guests.tell_all(tx, now, house, ended, left or rooms, kind)
        money.tell_credit(tx, now, house, ended, rooms_of(tx, place_id, stay_id))
    note(tx, now, actor.actor, house, ended, "stay.cancelled", rooms=[room.number for room in going], fee=permille)
    return ended


def end_rooms(
    tx: WriteSession,
    now: datetime,
    house: House,
    stay: Stay,
    rooms: Sequence[StayRoom],
    going: Collection[StayRoom],
    *,
    status: str,
    permille: int,
    actor: str,
) -> Stay:
    """End rooms of a stay whose types are locked: nights, claims and passes are given back, and a fee is charged.

    Nobody pays for not coming to a room that there was not.

    Ends the stay with the last room that stands. Answers the stay as it is then.

    Raises:
        StayChanged: a concurrent request changed it first.
    """
    whole = all(room in going or room.status not in (*settling.STANDING, "in_house") for room in rooms)
    done = "stayed" if whole and any(room.status == "departed" for room in rooms) else status
    reason = "pending" if stay.status == "pending" and whole else ""
    turn(tx, now, stay, status=done if whole else stay.status, ended_reason=reason)
    for room in going:
        give_back(tx, house, stay.allotment_id, room)
        held = room.status == "expected" or status != "no_show"
        fee = permille_of(room.price_fen, permille) if held else 0
        tx.execute(_ended(tx, now, house.id, room.id, status, fee, room.room_id))
        guests.end_passes(tx, now, room)
    allocation.release(tx, house, [room.id for room in going])
    boards.keep(tx)
    if whole:
        forget_search(tx, stay)
    return reckon(tx, now, house, stay, actor)


@prepared
def _ended(_: ReadSession, now: datetime, place: int, room: int, status: str, fee: int, held: int | None) -> Update:
    mine = update(StayRoom).where(StayRoom.place_id == place, StayRoom.id == room)
    return mine.values(status=status, room_id=None, last_room_id=held, ended_at=now, fee_fen=fee)


def restore_stay(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int) -> StayView:
    """Take the last cancellation of a stay back within ten minutes, if there are still rooms.

    Raises:
        StayNotFound: no such stay of theirs.
        WrongStayStatus: nothing of it was cancelled, or too long ago, or its day is over.
        RoomsFull, RoomsCutUp, RoomTaken: others took the rooms meanwhile.
        StillSeeking: whether there are any takes longer to find out than a request.
    """
    stay = owned(tx, actor, place_id, stay_id)
    house = houses(tx).house(place_id)
    prepare(tx, now, house, {room.given_type_id for room in rooms_of(tx, place_id, stay_id)})
    rooms = rooms_of(tx, place_id, stay_id)
    back = [room for room in rooms if room in settling.restorable(stay, rooms)]
    over = any(room.arrival < tonight(now) for room in back)
    if over or not settling.can_be_restored(stay, rooms, now):
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("恢复"))
    turn(tx, now, stay, status="confirmed", ended_reason="")
    revive(tx, now, house, stay, back)
    restored = reckon(tx, now, house, again(tx, stay), actor.actor)
    guests.tell_all(tx, now, house, restored, back, "stay.restored")
    note(tx, now, actor.actor, house, restored, "stay.restored", rooms=[room.number for room in back])
    return stay_view(tx, now, place_id, stay_id, actor)


def revive(
    tx: WriteSession, now: datetime, house: House, stay: Stay, back: Sequence[StayRoom], *, first: int | None = None
) -> None:
    """Seat rooms of a stay again that had ended: the chosen ones where they were, if others can make room.

    Whoever had chosen a room that cannot be had any more is given an equal one. Nights before `first` were kept in
    vain, and are owed as a fee.

    Raises:
        RoomsFull, RoomsCutUp, RoomTaken: others took the rooms meanwhile.
        StillSeeking: whether there are any takes longer to find out than a request.
    """
    for room in back:
        _stand_again(tx, room, first)
    ids = [room.id for room in back]
    standing = [room for room in rooms_of(tx, house.id, stay.id) if room.id in ids]
    before = {room.id: room.last_room_id for room in standing if room.last_room_id is not None}
    wishes = _wishes_again(tx, house, standing, before)
    if not take_rooms(tx, now, house, stay.allotment_id, wishes, before=before).seated:
        raise StillSeeking
    for room in rooms_of(tx, house.id, stay.id):
        if room.id in ids:
            guests.revive_passes(tx, now, house, room)


def _stand_again(tx: WriteSession, room: StayRoom, first: int | None) -> None:
    missed = 0 if first is None else max(0, first - room.arrival)
    kept = room.night_fen[missed:]
    mine = update(StayRoom).where(StayRoom.place_id == room.place_id, StayRoom.id == room.id)
    nights = {"arrival": room.arrival + missed, "night_fen": kept, "price_fen": sum(kept)}
    fee = sum(room.night_fen[:missed])
    again_there = {"status": "expected", "fee_fen": fee, "ended_at": None, "given_type_id": room.type_id}
    tx.execute(mine.values(**nights, **again_there))


def _wishes_again(
    tx: WriteSession, house: House, rooms: Sequence[StayRoom], before: Mapping[int, int]
) -> list[allocation.Wish]:
    """The rooms that were chosen, if they can be had together; else none of them is wished for any more."""
    chosen = {
        room.id: before[room.id]
        for room in rooms
        if room.pinned == "chosen" and _is_of_type(house, before.get(room.id), room.type_id)
    }
    wishes: list[allocation.Wish] = [(room, chosen.get(room.id)) for room in rooms]
    if chosen and isinstance(allocation.seek(tx, house, wishes, allocation.QUICK_NODES), Plan):
        return wishes
    mine = (StayRoom.place_id == house.id, StayRoom.id.in_([room.id for room in rooms]))
    tx.execute(update(StayRoom).where(*mine, StayRoom.pinned != "").values(pinned=""))
    return [(room, None) for room in tx.all(select(StayRoom).where(*mine).order_by(StayRoom.number))]


def _is_of_type(house: House, room_id: int | None, type_id: int) -> bool:
    return room_id is not None and room_id in house.rooms and house.rooms[room_id].type_id == type_id


def no_show(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int) -> StayView:
    """Give up the rooms of a stay whose guests did not come on their day; the policy's fee is charged.

    Raises:
        NotStaff: the actor is none.
        StayNotFound: there is no such stay.
        WrongStayStatus: it is not confirmed.
        StillExpected: their day is not over.
        NothingToCancel: all its guests came.
    """
    if not is_staff(actor, place_id):
        raise NotStaff
    stay = owned(tx, actor, place_id, stay_id)
    house = houses(tx).house(place_id)
    if stay.status != "confirmed":
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("记为没有到店"))
    if night_of(local_date(now)) <= stay.arrival:
        raise StillExpected(day=Day(date_of(stay.arrival)))
    lock_types(tx, place_id, {room.given_type_id for room in rooms_of(tx, place_id, stay_id)})
    rooms = rooms_of(tx, place_id, stay_id)
    missing = [room for room in rooms if room.status in settling.STANDING]
    if not missing:
        raise NothingToCancel
    permille = house.policy.no_show_permille
    ended = end_rooms(tx, now, house, stay, rooms, missing, status="no_show", permille=permille, actor=actor.actor)
    guests.tell_all(tx, now, house, ended, missing, "stay.no_show")
    note(tx, now, actor.actor, house, ended, "stay.no_show", rooms=[room.number for room in missing])
    return stay_view(tx, now, place_id, stay_id, actor)
