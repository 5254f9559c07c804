"""Other rooms for those who lost theirs to a closure: kept for them while they decide.

They are put on the waiting list for what the message about the closure named, in the transaction that closes the
rooms. It is free, so they are offered it at once; and since whoever books first serves those who wait, nobody else can
take it in between.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from booking.db import ReadSession, WriteSession, insert
from booking.rehearsal.rules import Effect
from booking.rooms.catalogue import House
from booking.rooms.models import RoomWait, Stay
from booking.rooms.rules.nights import night_of
from booking.web.facts import Day, Named


def keep_alternatives(tx: WriteSession, now: datetime, house: House, effects: Iterable[Effect]) -> None:
    """Let the displaced who are members be offered what they are told is free, all rooms of a stay together."""
    lost: dict[int, list[Effect]] = defaultdict(list)
    for effect in effects:
        if effect.outcome == "refunded" and effect.message and effect.member_id is not None:
            lost[int(effect.subject.split(":")[2])].append(effect)
    for stay_id, of_stay in sorted(lost.items()):
        row = _row(tx, now, house, stay_id, of_stay)
        if row is not None:
            tx.execute(insert(tx, RoomWait).values(row).on_conflict_do_nothing())


def _row(
    tx: WriteSession, now: datetime, house: House, stay_id: int, effects: list[Effect]
) -> dict[str, object] | None:
    params = effects[0].params
    offer, first, last = (params.get(name) for name in ("offer", "offer_arrival", "offer_departure"))
    kind = next((one.id for one in house.types.values() if Named(one.name, one.name_en) == offer), None)
    if kind is None or not isinstance(first, Day) or not isinstance(last, Day):
        return None
    return {
        "place_id": house.id,
        "id": tx.ids.next(),
        "type_id": kind,
        "member_id": effects[0].member_id,
        "status": "waiting",
        "arrival": night_of(first.day),
        "departure": night_of(last.day),
        "rooms": len(effects),
        "heads": sum(effect.party for effect in effects),
        "needs": [],
        "stay_id": None,
        "instead_of": stay_id,
        "joined_at": now,
        "offered_at": None,
    }


def withdraw_alternatives(tx: WriteSession, now: datetime, house: House, stay_id: int) -> None:
    """The stay is on again: what was kept in its place, and not taken, goes back on sale."""
    for wait in _kept(tx, house, stay_id):
        mine = (RoomWait.place_id == house.id, RoomWait.id == wait.id)
        tx.execute(update(RoomWait).where(*mine).values(status="left"))
        held = (Stay.place_id == house.id, Stay.id == wait.stay_id, Stay.status == "held")
        tx.execute(update(Stay).where(*held).values(hold_expires_at=now))


def _kept(tx: ReadSession, house: House, stay_id: int) -> list[RoomWait]:
    live = RoomWait.status.in_(("waiting", "offered"))
    return tx.all(select(RoomWait).where(RoomWait.place_id == house.id, RoomWait.instead_of == stay_id, live))
