"""A hotel of the past as a house of this service: its types and rooms, one pool, one price a type."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select

from booking.db import Base, WriteSession, insert
from booking.errors import Conflict
from booking.places.catalogue import catalogue_changed
from booking.places.models import Place, Zone
from booking.rooms.models import LONGEST_STAY, Allotment, HotelPolicy, Room, RoomRate, RoomType
from booking.rooms.replay.bookings import HOURS, Booking, Event
from booking.rooms.rules.nights import date_of
from booking.rooms.service.inventory import open_nights
from booking.web.facts import Named
from booking.web.locale import N_

FLOOR = 20
"""Rooms along a corridor: a neighbour is the next one of the same type."""
WING = 1
PUBLIC = 1
CANCEL_FEES = [[3, 200], [1, 500]]
"""The fees of the house, so that its books have some: 20 % from three days before, half the price from one."""


class ReplayedBefore(Conflict):
    """The database holds this hotel already."""

    code = "replayed_before"
    text = N_("“{hotel}”已经在这个数据库里重演过了。请换一个新的数据库文件，或者不写 --database。")


def move_house(
    tx: WriteSession, now: datetime, hotel: str, bookings: Sequence[Booking], rooms: Mapping[str, int]
) -> tuple[int, dict[str, int]]:
    """Store a hotel with so many rooms of each type, all its nights on sale; answers the place and the types' ids.

    Raises:
        ReplayedBefore: the database holds this hotel already.
    """
    if tx.scalar(select(Place.id).where(Place.name_en == hotel)) is not None:
        raise ReplayedBefore(hotel=Named(hotel, hotel))
    place = int(tx.scalar(select(func.max(Place.id))) or 0) + 1
    types = {kind: number for number, kind in enumerate(sorted(rooms), 1)}
    first = min(booking.booked for booking in bookings)
    last = max(booking.departure for booking in bookings)
    _store(tx, Place, [_place(place, hotel)])
    wing = {"place_id": place, "id": WING, "code": "wing", "name": "主楼", "name_en": "Main wing", "capacity": None}
    _store(tx, Zone, [wing])
    _store(tx, HotelPolicy, [_policy(place, first, last - first + 1)])
    _store(tx, RoomType, [_type(place, number, kind, bookings) for kind, number in types.items()])
    _store(tx, Room, list(_rooms(place, types, rooms)))
    _store(tx, RoomRate, list(_rates(place, types, bookings)))
    pool = {"place_id": place, "id": PUBLIC, "code": "public", "kind": "public", "name": "公开", "name_en": "Public"}
    _store(tx, Allotment, [pool | {"release_days": None, "opens_permille": 0, "created_at": now}])
    catalogue_changed(tx)
    open_nights(tx, Event(first, HOURS["no_show"], "book", 0).at, place)
    return place, types


def _store(tx: WriteSession, table: type[Base], rows: list[dict[str, Any]]) -> None:
    tx.execute(insert(tx, table), rows)


def _place(place: int, hotel: str) -> dict[str, Any]:
    return {
        "id": place,
        "code": f"replay-{place}",
        "kind": "sanatorium",
        "name": hotel,
        "name_en": hotel,
        "district": "-",
        "address": "-",
        "address_en": "",
        "latitude": 0.0,
        "longitude": 0.0,
        "phone": "",
    }


def _policy(place: int, first: int, days: int) -> dict[str, Any]:
    return {
        "place_id": place,
        "document": "replay",
        "clause": "-",
        "effective_from": date_of(first),
        "arrive_from": time(14),
        "leave_by": time(12),
        "horizon_days": days,
        "most_nights": LONGEST_STAY,
        "most_rooms": 1,
        "hold_minutes": 30,
        "deposit_permille": 0,
        "cancel_fees": CANCEL_FEES,
        "no_show_permille": 1000,
        "zones": [WING],
        "upgrades": [],
    }


def _type(place: int, number: int, kind: str, bookings: Iterable[Booking]) -> dict[str, Any]:
    return {
        "place_id": place,
        "id": number,
        "code": kind.lower(),
        "name": kind,
        "name_en": kind,
        "beds": ["double"],
        "sleeps": max((booking.heads for booking in bookings if booking.type == kind), default=2),
        "extra_beds": 0,
        "square_metres": 25,
        "features": [],
        "version": 0,
    }


def _rooms(place: int, types: Mapping[str, int], rooms: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    first = 1
    for kind, type_id in types.items():
        last = first + rooms[kind]
        for number in range(first, last):
            beside = (number - 1, number + 1)
            yield {
                "place_id": place,
                "id": number,
                "type_id": type_id,
                "zone_id": WING,
                "number": f"{number:04}",
                "wing": "A",
                "floor": number // FLOOR,
                "neighbours": [one for one in beside if first <= one < last and one // FLOOR == number // FLOOR],
                "accessible": False,
                "features": [],
                "housekeeping": "inspected",
            }
        first = last


def _rates(place: int, types: Mapping[str, int], bookings: Iterable[Booking]) -> Iterable[dict[str, Any]]:
    """What a night of each type costs: the mean of its bookings, 1 fen at the least."""
    asked: dict[str, list[int]] = defaultdict(list)
    for booking in bookings:
        asked[booking.type].append(booking.fen)
    for kind, number in types.items():
        fen = max(1, sum(asked[kind]) // max(1, len(asked[kind])))
        yield {
            "place_id": place,
            "id": number,
            "type_id": number,
            "category": "guest",
            "days": "any",
            "from_day": None,
            "until_day": None,
            "fen": fen,
        }
