"""Bringing rooms back that were taken offline, and with them those who had lost theirs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, select, update

from booking.db import WriteSession
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import Plan
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import RoomsCutUp, RoomsFull, RoomTaken
from booking.rooms.models import Outage, RoomNight, Stay, StayRoom
from booking.rooms.rules.assignment import Move
from booking.rooms.rules.nights import Nights
from booking.rooms.service import allocation, guests
from booking.rooms.service.alternatives import withdraw_alternatives
from booking.rooms.service.housekeeping import make_dirty
from booking.rooms.service.inventory import lock_types, tonight
from booking.rooms.service.offline.applying import is_there, resize
from booking.rooms.service.offline.steps import (
    Displaced,
    Moved,
    Trace,
    read_steps,
    stay_rooms,
    taken_meanwhile,
    types_of,
)
from booking.rooms.service.stays import again, note, reckon, turn
from booking.rooms.service.taking import rooms_of, take_rooms


def undo_outage(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> None:
    """Open the rooms again: pools get back what they gave, the moved go back where they can, the displaced return.

    Whoever was displaced and whose stay has begun since, or who had only held it, does not come back.

    Raises:
        TakenMeanwhile: something else took a place that would be given back.
    """
    house = houses(tx).house(change.place_id)
    steps, trace = read_steps(plan.steps), msgspec.convert(plan.trace, Trace)
    actor = f"member:{change.undone_by or change.drafted_by}"
    lock_types(tx, house.id, types_of(house, steps))
    mine = (Outage.place_id == house.id, Outage.id.in_(list(trace.outages)), Outage.lifted_at.is_(None))
    lifted = tx.execute(update(Outage).where(*mine).values(lifted_at=now).returning(Outage.id)).all()
    if len(lifted) != len(trace.outages):
        first = steps.closings[0]
        raise taken_meanwhile(house, first.room, Nights(first.first, first.until))
    ours = (RoomNight.place_id == house.id, RoomNight.outage_id.in_(list(trace.outages)))
    tx.execute(delete(RoomNight).where(*ours))
    resize(tx, house, steps.gives, 1)
    _move_back(tx, now, house, steps.moves)
    _bring_back(tx, now, house, steps.displaced, actor)
    begun = [one.room for one in steps.closings if one.first < tonight(now)]
    make_dirty(tx, now, house, begun)
    tx.touch(house.topic)


def _move_back(tx: WriteSession, now: datetime, house: House, moves: Sequence[Moved]) -> None:
    """Those who were moved get their rooms again; who was never told a number stays where others came since."""
    known = stay_rooms(tx, house, (one.stay_room for one in moves))
    back = [one for one in moves if is_there(known[one.stay_room], one.target)]
    while stuck := [one for one in back if not _is_free(tx, house, known[one.stay_room], one.origin, back)]:
        for one in stuck:
            room = known[one.stay_room]
            if room.pinned == "chosen":
                raise taken_meanwhile(house, one.origin, Nights(room.arrival, room.departure))
        back = [one for one in back if one not in stuck]
    moved = allocation.move(tx, now, house, [Move(one.stay_room, one.target, one.origin) for one in back])
    allocation.claim(tx, house, [(one.id, one.room_id or 0, Nights(one.arrival, one.departure)) for one in moved])


def _is_free(tx: WriteSession, house: House, room: StayRoom, origin: int, back: Iterable[Moved]) -> bool:
    """Whether nobody but those who go back as well has a room on its nights."""
    leaving = {one.stay_room for one in back}
    claims = select(RoomNight.stay_room_id).where(
        RoomNight.place_id == house.id,
        RoomNight.room_id == origin,
        RoomNight.night.between(room.arrival, room.departure - 1),
    )
    return all(owner in leaving for (owner,) in tx.execute(claims))


def _bring_back(tx: WriteSession, now: datetime, house: House, displaced: Iterable[Displaced], actor: str) -> None:
    of_stay: dict[int, list[Displaced]] = defaultdict(list)
    for one in displaced:
        if one.agreed:
            of_stay[one.stay].append(one)
    for stay_id, lost in sorted(of_stay.items()):
        known = stay_rooms(tx, house, (one.stay_room for one in lost))
        back = [one for one in lost if _can_return(known[one.stay_room], now)]
        stay = tx.get(Stay, place_id=house.id, id=stay_id)
        if stay is not None and back:
            _revive(tx, now, house, stay, back, actor)


def _can_return(room: StayRoom, now: datetime) -> bool:
    return room.status == "displaced" and room.arrival >= tonight(now)


def _revive(tx: WriteSession, now: datetime, house: House, stay: Stay, back: Sequence[Displaced], actor: str) -> None:
    turn(tx, now, stay, status="confirmed", ended_reason="")
    for one in back:
        mine = (StayRoom.place_id == house.id, StayRoom.id == one.stay_room)
        values = {"status": "expected", "pinned": one.pinned, "ended_at": None, "fee_fen": 0}
        tx.execute(update(StayRoom).where(*mine).values(**values))
    known = stay_rooms(tx, house, (one.stay_room for one in back))
    before = {one.stay_room: one.origin for one in back}
    wishes = [(known[one.stay_room], one.origin if one.pinned == "chosen" else None) for one in back]
    room = known[back[0].stay_room]
    refused = taken_meanwhile(house, back[0].origin, Nights(room.arrival, room.departure))
    try:
        taken = take_rooms(tx, now, house, stay.allotment_id, wishes, before=before)
    except (RoomsFull, RoomsCutUp, RoomTaken) as full:
        raise refused from full
    if not taken.seated:
        raise refused
    for seated in rooms_of(tx, house.id, stay.id):
        if seated.id in before:
            guests.revive_passes(tx, now, house, seated)
    withdraw_alternatives(tx, now, house, stay.id)
    restored = reckon(tx, now, house, again(tx, stay), actor)
    note(tx, now, actor, house, restored, "stay.restored", rooms=[known[one.stay_room].number for one in back])
