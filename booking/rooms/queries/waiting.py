"""Where members wait for rooms, and how many come before them."""

from datetime import datetime

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.rooms.catalogue import houses
from booking.rooms.errors import WaitNotFound
from booking.rooms.models import RoomType, RoomWait, Stay
from booking.rooms.rules.nights import date_of
from booking.rooms.rules.settling import has_expired
from booking.rooms.schemas_waiting import WaitList, WaitView
from booking.web.locale import N_
from booking.web.principal import Principal

STATUS_NAMES = {
    "waiting": N_("正在排队"),
    "offered": N_("等您确认"),
    "taken": N_("已订好"),
    "left": N_("已退出"),
    "expired": N_("已结束"),
}


def my_waits(tx: ReadSession, now: datetime, member: Principal) -> WaitList:
    """Where a member waits, and what they are offered; the earliest nights first."""
    live = RoomWait.status.in_(("waiting", "offered"))
    mine = select(RoomWait).where(RoomWait.member_id == member.member_id, live)
    shown = [_view(tx, now, wait) for wait in tx.all(mine.order_by(RoomWait.arrival, RoomWait.id))]
    return WaitList([wait for wait in shown if wait.status in ("waiting", "offered")])


def wait_view(tx: ReadSession, now: datetime, place_id: int, wait_id: int, member: Principal) -> WaitView:
    """One place on a list.

    Raises:
        WaitNotFound: there is none, or it is somebody else's.
    """
    wait = tx.get(RoomWait, place_id=place_id, id=wait_id)
    if wait is None or wait.member_id != member.member_id:
        raise WaitNotFound
    return _view(tx, now, wait)


def ahead_of(tx: ReadSession, place_id: int, type_id: int, arrival: int, departure: int, wait_id: int | None) -> int:
    """How many wait for rooms of a type on some of these nights, before one of them or before whoever joins now."""
    row = RoomWait
    same = select(func.count()).where(row.place_id == place_id, row.type_id == type_id, row.status == "waiting")
    same = same.where(row.arrival < departure, row.departure > arrival)
    return int(tx.scalar(same if wait_id is None else same.where(row.id < wait_id)) or 0)


def _view(tx: ReadSession, now: datetime, wait: RoomWait) -> WaitView:
    house = houses(tx).house(wait.place_id)
    kind = tx.get(RoomType, place_id=wait.place_id, id=wait.type_id)
    stay = None if wait.stay_id is None else tx.get(Stay, place_id=wait.place_id, id=wait.stay_id)
    status = _status(wait, stay, now)
    is_held = status == "offered" and stay is not None
    waits = status == "waiting"
    nights = (wait.arrival, wait.departure)
    return WaitView(
        place=wait.place_id,
        place_name=house.place.name,
        place_name_en=house.place.name_en,
        id=wait.id,
        type=wait.type_id,
        type_name=kind.name if kind else "",
        type_name_en=kind.name_en if kind else "",
        status=status,
        arrival=date_of(wait.arrival),
        departure=date_of(wait.departure),
        rooms=wait.rooms,
        heads=wait.heads,
        needs=wait.needs,
        joined_at=wait.joined_at,
        ahead=ahead_of(tx, wait.place_id, wait.type_id, *nights, wait.id) if waits else None,
        stay=wait.stay_id,
        until=stay.hold_expires_at if is_held and stay is not None else None,
    )


def _status(wait: RoomWait, stay: Stay | None, now: datetime) -> str:
    """What became of an offer, written down or not yet."""
    if wait.status != "offered" or stay is None or (stay.status in ("held", "pending") and not has_expired(stay, now)):
        return wait.status
    return {"cancelled": "left", "refused": "waiting"}.get(
        stay.status, "expired" if stay.status in ("expired", "held") else "taken"
    )
