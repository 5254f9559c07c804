"""A house as large as the sanatorium, full for a fortnight: written row by row, for pages that show all of it."""

from datetime import datetime
from typing import Any

from booking.db import WriteSession
from booking.places.catalogue import catalogue_changed
from booking.rooms.models import Guest, Room, RoomNight, Stay, StayRoom
from tests.rooms.house import HOUSE, PUBLIC, TONIGHT, TWIN, add


def crowd(tx: WriteSession, now: datetime, more: int) -> None:
    """Many more rooms, and guests in all of them, three nights each."""
    rooms = [{**room_row(40 + at), "floor": 1 + at // 60} for at in range(more)]
    add(tx, Room, rooms)
    catalogue_changed(tx)
    doors = [one["id"] for one in rooms]
    spans = [(door, TONIGHT + first, at) for at, door in enumerate(doors) for first in range(0, 12, 3)]
    stays = [stay_row(10_000 + at, first) for at, (_, first, _) in enumerate(spans)]
    add(tx, Stay, stays)
    add(tx, StayRoom, [stay_room_row(10_000 + at, door, first) for at, (door, first, _) in enumerate(spans)])
    names = ("欧阳建国", "王芳", "李小龙")
    guests = [{"place_id": HOUSE, "stay_room_id": 10_000 + at, "number": 0} for at in range(len(spans))]
    more_of = [{"member_id": None, "name": names[at % 3], "pays": False, "identity": ""} for at in range(len(spans))]
    add(tx, Guest, [{**one, **other, "pass_id": None} for one, other in zip(guests, more_of, strict=True)])
    nights = [
        {"place_id": HOUSE, "night": first + ahead, "room_id": door, "stay_room_id": 10_000 + at, "outage_id": None}
        for at, (door, first, _) in enumerate(spans)
        for ahead in range(3)
    ]
    add(tx, RoomNight, nights)


def room_row(number: int) -> dict[str, Any]:
    named = {"id": number, "type_id": TWIN, "zone_id": 1, "number": f"A{number:03}", "wing": "A", "neighbours": []}
    return {"place_id": HOUSE, "accessible": False, "features": [], "housekeeping": "inspected", **named}


def stay_row(number: int, first: int) -> dict[str, Any]:
    now = datetime.fromisoformat("2026-11-20T00:00:00+00:00")
    values = dict.fromkeys(("member_id", "arrive_at", "folio_id", "booked_by", "hold_expires_at"))
    texts = {"contact_name": "客", "contact_phone": "", "source": "desk", "ended_reason": "", "status": "confirmed"}
    money = {"price_fen": 3, "extras": [], "member_price": False, "sequence": 0, "created_at": now, "changed_at": now}
    nights = {"place_id": HOUSE, "id": number, "allotment_id": PUBLIC, "arrival": first, "departure": first + 3}
    return nights | values | texts | money


def stay_room_row(number: int, door: int, first: int) -> dict[str, Any]:
    whose = {"place_id": HOUSE, "id": number, "stay_id": number, "number": 1, "status": "expected", "room_id": door}
    kind = {"type_id": TWIN, "given_type_id": TWIN, "pinned": "", "needs": [], "together": "", "heads": 1}
    money = {"price_fen": 3, "night_fen": [1, 1, 1], "fee_fen": 0}
    when = {"arrival": first, "departure": first + 3, "ended_at": None, "arrived_at": None, "departed_at": None}
    return whose | kind | money | when
