"""A city's houses with rooms as rows of their tables."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from booking.rooms.models import Allotment, Extra, HotelPolicy, Room, RoomRate, RoomType
from booking.seeding.numbering import Numbers, within_each
from booking.seeding.rows import AllotmentRow, City, HotelRow, RoomRow, RoomTypeRow, WallTime


def house_rows(city: City, numbers: Numbers, now: datetime) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Tables with their rows, children after parents."""
    yield HotelPolicy, [_policy(row, city, numbers) for row in city.hotels]
    yield RoomType, [_type(row, numbers) for row in city.room_types]
    yield Room, [_room(row, numbers) for row in city.rooms]
    yield RoomRate, _rates(city, numbers)
    extras = within_each((row.place, row.code) for row in city.extras)
    yield (
        Extra,
        [
            {
                "place_id": numbers.places[row.place],
                "id": extras[row.place, row.code],
                **_only(row, "code kind name name_en per member_fen guest_fen"),
            }
            for row in city.extras
        ],
    )
    pools = within_each((row.place, row.code) for row in city.allotments)
    yield Allotment, [_pool(row, numbers, pools[row.place, row.code], now) for row in city.allotments]


def _only(row: Any, fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields.split()}


def _time(wall: WallTime) -> time:
    return time(wall // 2 % 24, wall % 2 * 30)


def _policy(row: HotelRow, city: City, numbers: Numbers) -> dict[str, Any]:
    upgrades = [
        (numbers.room_types[row.place, kind.code], [numbers.room_types[row.place, better] for better in kind.upgrades])
        for kind in city.room_types
        if kind.place == row.place and kind.upgrades
    ]
    plain = (
        "document clause effective_from horizon_days most_nights most_rooms hold_minutes offer_minutes "
        "alternative_hours deposit_permille no_show_permille"
    )
    return {
        "place_id": numbers.places[row.place],
        **_only(row, plain),
        "arrive_from": _time(row.arrive_from),
        "leave_by": _time(row.leave_by),
        "cancel_fees": [[int(part) for part in step.split(":")] for step in row.cancel_fees],
        "zones": [numbers.zones[row.place, zone] for zone in row.zones],
        "upgrades": upgrades,
    }


def _type(row: RoomTypeRow, numbers: Numbers) -> dict[str, Any]:
    return {
        "place_id": numbers.places[row.place],
        "id": numbers.room_types[row.place, row.code],
        **_only(row, "code name name_en description description_en sleeps extra_beds square_metres"),
        "beds": [bed.partition("x")[2] for bed in row.beds for _ in range(int(bed.partition("x")[0]))],
        "features": list(row.features),
        "version": 0,
    }


def _room(row: RoomRow, numbers: Numbers) -> dict[str, Any]:
    return {
        "place_id": numbers.places[row.place],
        "id": numbers.rooms[row.place, row.number],
        "type_id": numbers.room_types[row.place, row.type],
        "zone_id": numbers.zones[row.place, row.zone],
        **_only(row, "number wing floor accessible"),
        "neighbours": [numbers.rooms[row.place, other] for other in row.neighbours],
        "features": list(row.features),
        "housekeeping": "inspected",
    }


def _rates(city: City, numbers: Numbers) -> list[dict[str, Any]]:
    ids = within_each((row.place, str(line)) for line, row in enumerate(city.room_rates))
    return [
        {
            "place_id": numbers.places[row.place],
            "id": ids[row.place, str(line)],
            "type_id": numbers.room_types[row.place, row.type],
            **_only(row, "category days from_day until_day fen"),
        }
        for line, row in enumerate(city.room_rates)
    ]


def _pool(row: AllotmentRow, numbers: Numbers, allotment: int, now: datetime) -> dict[str, Any]:
    return {
        "place_id": numbers.places[row.place],
        "id": allotment,
        **_only(row, "code kind name name_en opens_permille release_days"),
        "created_at": now,
    }
