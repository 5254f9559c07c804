"""The version of what a plan to take rooms offline is made from: stays, pools, rooms, money, and the date."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.payments.models import LedgerTransaction
from booking.places.catalogue import catalogue_version
from booking.rooms.catalogue import House, houses
from booking.rooms.errors_manage import GroundsChanged
from booking.rooms.models import RoomType
from booking.rooms.schemas import OutageRequest
from booking.rooms.service.inventory import tonight


def stamp_of(tx: ReadSession, now: datetime, place_id: int, _: OutageRequest) -> str:
    """The versions of all types of the house, for the nearest rooms that are free are of any type: three statements."""
    return _stamp(tx, now, houses(tx).house(place_id), {})


def check_unchanged(tx: ReadSession, now: datetime, house: House, stamp: str, before: Mapping[int, int]) -> None:
    """A plan of this stamp still holds, now that types are locked, whose versions of `before` have gone with that.

    Raises:
        GroundsChanged: it does not.
    """
    if stamp != _stamp(tx, now, house, before):
        raise GroundsChanged


def _stamp(tx: ReadSession, now: datetime, house: House, before: Mapping[int, int]) -> str:
    known = select(RoomType.id, RoomType.version).where(RoomType.place_id == house.id).order_by(RoomType.id)
    versions = [f"{row.id}.{before.get(row.id, row.version)}" for row in tx.execute(known)]
    paid = tx.scalar(select(func.max(LedgerTransaction.id)).where(LedgerTransaction.place_id == house.id))
    return "/".join(map(str, (tonight(now), catalogue_version(tx), paid or 0, *versions)))
