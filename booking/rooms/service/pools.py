"""Pools of nights that other features keep: made for a purpose, filled from the public's, and closed again.

Whoever calls these has checked that the actor may, and records why.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import update

from booking.db import WriteSession, insert
from booking.places.catalogue import catalogue_changed
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Allotment
from booking.rooms.rules.nights import Nights
from booking.rooms.service.allotments import move_nights, release
from booking.rooms.service.inventory import horizon, lock_types
from booking.web.facts import Named


class Share(NamedTuple):
    """So many rooms of a type for each of some nights."""

    type_id: int
    nights: Nights
    rooms: int


def make_pool(
    tx: WriteSession, now: datetime, place_id: int, *, kind: str, code: str, name: Named, release_days: int | None
) -> int:
    """Open a pool that has no nights yet; answers its id.

    Args:
        tx: the transaction.
        now: when.
        place_id: the house.
        kind: `retreat` or `training`.
        code: its own name at the house.
        name: what those at the desk call it.
        release_days: how many days before a night what it has not used goes to the public; None: never by itself.
    """
    pool_id = tx.ids.next()
    row = {
        "place_id": place_id,
        "id": pool_id,
        "code": code,
        "kind": kind,
        "name": name.name,
        "name_en": name.name_en or name.name,
        "release_days": release_days,
        "opens_permille": 0,
        "created_at": now,
    }
    tx.execute(insert(tx, Allotment), row)
    catalogue_changed(tx)
    return pool_id


def fill_pool(tx: WriteSession, house: House, pool_id: int, shares: Iterable[Share]) -> None:
    """Move rooms from the public's pool to this one.

    Raises:
        PoolShort: on some night fewer are free; it names the first, and how many.
    """
    wanted = [share for share in shares if share.rooms]
    lock_types(tx, house.id, {share.type_id for share in wanted})
    for type_id, nights, rooms in wanted:
        move_nights(tx, house, type_id, nights, rooms, house.public, house.allotment(pool_id))
    tx.touch(house.topic)


def close_pool(tx: WriteSession, now: datetime, place_id: int, pool_id: int) -> int:
    """Give the public all that a pool has not sold from tonight on, and close it; answers how many room-nights."""
    house = houses(tx).house(place_id)
    released = release(tx, house, house.allotment(pool_id), horizon(house, now))
    mine = update(Allotment).where(Allotment.place_id == place_id, Allotment.id == pool_id)
    tx.execute(mine.values(closed_at=now))
    catalogue_changed(tx)
    return released
