"""The pools of a room type night by night, and the limits on stays, as managers decide about them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from booking.db import ReadSession
from booking.rooms.catalogue import House
from booking.rooms.models import Allotment, AllotmentNight, NightRestriction
from booking.rooms.queries.searching import restrictions
from booking.rooms.rules.nights import Nights


class PoolNights(NamedTuple):
    """A pool with its nights; a night that it has nothing of is missing."""

    pool: Allotment
    nights: Mapping[int, AllotmentNight]


class Limit(NamedTuple):
    """Nights in a row with the same limits; `until` is the night after the last."""

    first: int
    until: int
    row: NightRestriction


def pool_nights(tx: ReadSession, house: House, type_id: int, nights: Nights) -> list[PoolNights]:
    """The pools that are open, the public's first."""
    row = AllotmentNight
    within = row.night.between(nights.arrival, nights.departure - 1)
    found = tx.all(select(row).where(row.place_id == house.id, row.type_id == type_id, within))
    pools = sorted(house.allotments.values(), key=lambda pool: (pool.id != house.public.id, pool.id))
    return [PoolNights(pool, {one.night: one for one in found if one.allotment_id == pool.id}) for pool in pools]


def limits(tx: ReadSession, house: House, nights: Nights) -> list[Limit]:
    """Limits that are set on some nights, those of every type first; equal ones of nights in a row as one."""
    rows = restrictions(tx, house, nights.arrival, nights.departure)
    rows = sorted((row for row in rows if any(_content(row))), key=lambda row: (row.type_id, row.night))
    found: list[Limit] = []
    for row in rows:
        last = found[-1] if found else None
        if last is not None and last.until == row.night and _same(last.row, row):
            found[-1] = last._replace(until=row.night + 1)
        else:
            found.append(Limit(row.night, row.night + 1, row))
    return found


def _content(row: NightRestriction) -> Sequence[int | bool | None]:
    return row.least_nights, row.most_nights, row.closed_to_arrival, row.closed_to_departure


def _same(one: NightRestriction, other: NightRestriction) -> bool:
    return one.type_id == other.type_id and _content(one) == _content(other)
