"""Taking rooms offline as it was shown: all of it or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import update

from booking.db import WriteSession, insert
from booking.payments.service import refund_due, return_deposit
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import Plan
from booking.rooms.catalogue import House, houses
from booking.rooms.models import AllotmentNight, Outage, Stay, StayRoom
from booking.rooms.rules.assignment import Move
from booking.rooms.rules.nights import Nights
from booking.rooms.rules.settling import STANDING
from booking.rooms.service import allocation, ending, money
from booking.rooms.service.alternatives import keep_alternatives
from booking.rooms.service.inventory import lock_types
from booking.rooms.service.offline.stamping import check_unchanged
from booking.rooms.service.offline.steps import (
    Closing,
    Displaced,
    Given,
    Trace,
    read_steps,
    stay_rooms,
    taken_meanwhile,
    types_of,
)
from booking.rooms.service.stays import note
from booking.rooms.service.taking import rooms_of


def apply_outage(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> Any:
    """Close the rooms: the displaced go and are paid back, the moved let go, outages are laid, the moved sit down.

    Raises:
        TakenMeanwhile: a concurrent request took a night that the plan needs.
        GroundsChanged: one changed what the plan was made from, just before the types were locked.
    """
    house = houses(tx).house(change.place_id)
    steps = read_steps(plan.steps)
    actor = f"member:{change.drafted_by}"
    before = lock_types(tx, house.id, types_of(house, steps))
    check_unchanged(tx, now, house, plan.stamp, before)
    _displace(tx, now, house, steps.displaced, actor)
    moves = [Move(one.stay_room, one.origin, one.target) for one in steps.moves]
    moved = allocation.move(tx, now, house, moves)
    outages = _lay(tx, now, house, change, steps.closings)
    allocation.claim(tx, house, [(one.id, one.room_id or 0, Nights(one.arrival, one.departure)) for one in moved])
    resize(tx, house, steps.gives, -1)
    keep_alternatives(tx, now, house, plan.effects)
    tx.touch(house.topic)
    return msgspec.to_builtins(Trace(tuple(outages)))


def _displace(tx: WriteSession, now: datetime, house: House, displaced: Iterable[Displaced], actor: str) -> None:
    of_stay: dict[int, list[int]] = defaultdict(list)
    for one in displaced:
        of_stay[one.stay].append(one.stay_room)
    for stay_id, ids in sorted(of_stay.items()):
        stay = tx.get(Stay, place_id=house.id, id=stay_id)
        rooms = rooms_of(tx, house.id, stay_id)
        going = [room for room in rooms if room.id in ids and room.status in STANDING]
        if stay is None or len(going) != len(ids):
            found = stay_rooms(tx, house, ids)[ids[0]]
            raise taken_meanwhile(house, found.room_id or 0, Nights(found.arrival, found.departure))
        ended = ending.end_rooms(tx, now, house, stay, rooms, going, status="displaced", permille=0, actor=actor)
        _pay_back(tx, now, house, ended, actor)
        numbers = [room.number for room in going]
        note(tx, now, actor, house, ended, "stay.displaced", rooms=numbers)


def _pay_back(tx: WriteSession, now: datetime, house: House, stay: Stay, actor: str) -> None:
    """Give back what the guest has beyond what the stay still comes to."""
    if stay.folio_id is None:
        return
    if stay.status == "displaced":
        money.settle(tx, now, house, stay, rooms_of(tx, house.id, stay.id), actor)
        return_deposit(tx, now, place_id=house.id, folio_id=stay.folio_id, actor=actor)
    refund_due(tx, now, place_id=house.id, folio_id=stay.folio_id, actor=actor)


def _lay(tx: WriteSession, now: datetime, house: House, change: ChangeView, closings: Sequence[Closing]) -> list[int]:
    """One outage for the rooms that close on the same night; answers their ids."""
    by_first: dict[Nights, list[int]] = defaultdict(list)
    for one in closings:
        by_first[Nights(one.first, one.until)].append(one.room)
    return [
        _lay_one(tx, now, house, change, nights, rooms)
        for nights, rooms in sorted(by_first.items(), key=lambda item: item[0].arrival)
    ]


def _lay_one(
    tx: WriteSession, now: datetime, house: House, change: ChangeView, nights: Nights, rooms: list[int]
) -> int:
    outage = tx.ids.next()
    row = {
        "place_id": house.id,
        "id": outage,
        "reason": change.request["reason"],
        "rooms": rooms,
        "from_night": nights.arrival,
        "until_night": nights.departure,
        "change_id": change.id,
        "created_by": change.drafted_by,
        "created_at": now,
        "lifted_at": None,
    }
    tx.execute(insert(tx, Outage), row)
    claims: list[dict[str, int | None]] = [
        {"place_id": house.id, "night": night, "room_id": room, "stay_room_id": None, "outage_id": outage}
        for room in rooms
        for night in nights
    ]
    if not allocation.write_claims(tx, claims):
        raise taken_meanwhile(house, rooms[0], nights)
    return outage


def resize(tx: WriteSession, house: House, gives: Iterable[Given], sign: int) -> None:
    """Lower (-1) or raise (1) the pools by what they give.

    Raises:
        TakenMeanwhile: a pool has sold what it was to give.
    """
    row = AllotmentNight
    for one in gives:
        mine = (row.place_id == house.id, row.type_id == one.type, row.night == one.night, row.allotment_id == one.pool)
        left = row.capacity + sign * one.rooms
        if tx.execute(update(row).where(*mine, left >= row.taken).values(capacity=left)).rowcount != 1:
            raise taken_meanwhile(house, house.rooms_of[one.type][0].id, Nights(one.night, one.night + 1))


def is_there(room: StayRoom, target: int) -> bool:
    """Whether a room of a stay still is where it was put; those who changed or cancelled since are left alone."""
    return room.status == "expected" and room.room_id == target
