"""What a plan to take rooms offline keeps: all that applying and undoing need."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import select

from booking.clock import local_instant
from booking.db import ReadSession
from booking.rehearsal.errors import TakenMeanwhile
from booking.rooms.catalogue import House
from booking.rooms.models import StayRoom
from booking.rooms.rules.nights import Nights, date_of
from booking.web.facts import Hours, Named


class Closing(msgspec.Struct, frozen=True):
    """A room that goes out of order for the nights `[first, until)`: after those who live in it have left."""

    room: int
    first: int
    until: int


class Moved(msgspec.Struct, frozen=True):
    """A room of a stay that is given another room."""

    stay_room: int
    origin: int
    target: int


class Displaced(msgspec.Struct, frozen=True):
    """A room of a stay that no room is left for.

    Attributes:
        pinned: why it had been staying where it was.
        agreed: whether its stay was confirmed, rather than held for a few minutes.
    """

    stay_room: int
    stay: int
    origin: int
    pinned: str
    agreed: bool


class Given(msgspec.Struct, frozen=True):
    """How many rooms of a type a pool gives for a night."""

    type: int
    night: int
    pool: int
    rooms: int


class Steps(msgspec.Struct, frozen=True):
    """What applying does; `gives` lowers the pools, the public's last."""

    closings: tuple[Closing, ...]
    moves: tuple[Moved, ...]
    displaced: tuple[Displaced, ...]
    gives: tuple[Given, ...]


class Trace(msgspec.Struct, frozen=True):
    """What applying did beyond the plan: the outages that it wrote, one for each first night."""

    outages: tuple[int, ...]


def read_steps(steps: Any) -> Steps:
    """Steps as they come out of a plan."""
    return msgspec.convert(steps, Steps)


def types_of(house: House, steps: Steps) -> list[int]:
    """The types whose claims and pools a plan changes."""
    return sorted({house.rooms[one.room].type_id for one in steps.closings if one.room in house.rooms})


def stay_rooms(tx: ReadSession, house: House, ids: Iterable[int]) -> dict[int, StayRoom]:
    """Rooms of stays by id."""
    chosen = sorted(set(ids))
    if not chosen:
        return {}
    found = select(StayRoom).where(StayRoom.place_id == house.id, StayRoom.id.in_(chosen))
    return {room.id: room for room in tx.all(found.order_by(StayRoom.id))}


def taken_meanwhile(house: House, room_id: int, nights: Nights) -> TakenMeanwhile:
    """The refusal when a place that a plan needs was given to someone else."""
    number = house.rooms[room_id].number if room_id in house.rooms else ""
    starts = local_instant(date_of(nights.arrival), house.policy.arrive_from)
    ends = local_instant(date_of(nights.departure), house.policy.leave_by)
    return TakenMeanwhile(hours=Hours(starts, ends), place=Named(number, number), by=Named("别的住宿", "another stay"))
