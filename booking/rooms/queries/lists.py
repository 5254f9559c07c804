"""Waiting lists as they stand: who waits, whom an offer was answered by, and whether there is what they wait for."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from booking.clock import local_date
from booking.db import ReadSession, prepared
from booking.rooms.catalogue import House
from booking.rooms.models import AllotmentNight, RoomType, RoomWait, Stay
from booking.rooms.queries.searching import restrictions
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.rules.restrictions import broken

UNDER_WAY = ("held", "pending")
"""States of a stay that is offered and not yet answered."""


def changed(tx: ReadSession, house: House) -> list[int]:
    """Types that somebody waits for and that changed since their list was served."""
    same = and_(RoomWait.place_id == RoomType.place_id, RoomWait.type_id == RoomType.id)
    wanted = select(RoomType.id).join(RoomWait, same).where(RoomType.place_id == house.id)
    due = wanted.where(RoomWait.status == "waiting", RoomType.version != RoomType.served_version)
    return [kind for (kind,) in tx.execute(due.distinct().order_by(RoomType.id)) if kind in house.types]


def settled(tx: ReadSession, house: House) -> list[tuple[RoomWait, str]]:
    """Those whose offer was answered, with the status of the stay."""
    same = and_(Stay.place_id == RoomWait.place_id, Stay.id == RoomWait.stay_id)
    over = select(RoomWait.id, Stay.status).join(Stay, same).where(RoomWait.place_id == house.id)
    over = over.where(RoomWait.status == "offered", Stay.status.not_in(UNDER_WAY))
    status = {row.id: row.status for row in tx.execute(over)}
    if not status:
        return []
    waits = select(RoomWait).where(RoomWait.place_id == house.id, RoomWait.id.in_(list(status)))
    return [(wait, status[wait.id]) for wait in tx.all(waits.order_by(RoomWait.id))]


def late(tx: ReadSession, now: datetime, house: House) -> list[RoomWait]:
    """Those who still wait although the day of their arrival is over."""
    over = select(RoomWait).where(RoomWait.place_id == house.id, RoomWait.status == "waiting")
    return tx.all(over.where(RoomWait.arrival < night_of(local_date(now))).order_by(RoomWait.id))


def waiting(tx: ReadSession, house: House, types: Collection[int]) -> list[RoomWait]:
    """Everybody who waits for rooms of some types, in their order."""
    mine = select(RoomWait).where(RoomWait.place_id == house.id, RoomWait.type_id.in_(list(types)))
    return tx.all(mine.where(RoomWait.status == "waiting").order_by(RoomWait.id))


@prepared
def overlapping(_: ReadSession, place: int, kind: int, arrival: int, departure: int) -> Select[RoomWait]:
    """Those who wait for rooms of a type on some of these nights, in their order."""
    row = RoomWait
    mine = select(row).where(row.place_id == place, row.type_id == kind, row.status == "waiting")
    return mine.where(row.arrival < departure, row.departure > arrival).order_by(row.id)


def is_closed(tx: ReadSession, house: House, wait: RoomWait) -> bool:
    """Whether the calendar does not let such a stay arrive or leave."""
    rows = restrictions(tx, house, wait.arrival, wait.departure)
    return broken([row for row in rows if row.type_id in (0, wait.type_id)], wait.arrival, wait.departure) is not None


def left(tx: ReadSession, house: House, pool: int, types: Sequence[int], nights: Nights) -> bool:
    """Whether a pool has so many rooms of these types left, every night."""
    row = AllotmentNight
    wanted = [and_(row.type_id == kind, row.capacity - row.taken >= types.count(kind)) for kind in set(types)]
    mine = (row.place_id == house.id, row.allotment_id == pool)
    within = row.night.between(nights.arrival, nights.departure - 1)
    enough = select(row.night).where(*mine, within, or_(*wanted))
    return len(tx.execute(enough).all()) == len(nights) * len(wanted)
