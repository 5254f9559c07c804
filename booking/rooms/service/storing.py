"""A stay as it is first written down: held for a while, its rooms without a room as yet."""

from datetime import datetime
from typing import Any, NamedTuple

from booking.db import WriteSession, insert, snapshot_of
from booking.rooms.catalogue import House
from booking.rooms.models import Stay, StayRoom
from booking.rooms.schemas import QuoteView, StayRequest


class Booked(NamedTuple):
    """What is known of a stay before it is stored.

    Attributes:
        lead: the member whose stay it is; None for a guest without a number.
        contact: the name of whoever answers for it.
        source: see `models.Stay.source`.
        booked_by: the member who asked for it.
        until: when its hold ends; None for a stay that is agreed at once.
    """

    house: House
    request: StayRequest
    price: QuoteView
    allotment_id: int
    lead: int | None
    contact: str
    source: str
    booked_by: int | None
    until: datetime | None


def store_stay(tx: WriteSession, now: datetime, booked: Booked, stay_id: int) -> Stay:
    """Write down a stay that is held, or agreed."""
    request = booked.request
    row = {
        "place_id": booked.house.id,
        "id": stay_id,
        "status": "confirmed" if booked.until is None else "held",
        "allotment_id": booked.allotment_id,
        "member_id": booked.lead,
        "contact_name": booked.contact,
        "contact_phone": request.phone,
        "arrival": request.nights.arrival,
        "departure": request.nights.departure,
        "arrive_at": request.arrive_at,
        "price_fen": booked.price.fen,
        "extras": list(dict.fromkeys(request.extras)),
        "member_price": booked.lead is not None,
        "folio_id": None,
        "sequence": 0,
        "source": booked.source,
        "booked_by": booked.booked_by,
        "created_at": now,
        "changed_at": now,
        "hold_expires_at": booked.until,
        "ended_reason": "",
    }
    tx.execute(insert(tx, Stay), row)
    return snapshot_of(Stay, row)


def store_rooms(tx: WriteSession, booked: Booked, stay_id: int) -> list[StayRoom]:
    """Write down the rooms of a stay."""
    rows = room_rows(tx, booked, stay_id)
    tx.execute(insert(tx, StayRoom), rows)
    return [snapshot_of(StayRoom, row) for row in rows]


def room_rows(tx: WriteSession, booked: Booked, stay_id: int) -> list[dict[str, Any]]:
    """The rooms of a stay, one row each, with ids of their own."""
    request = booked.request
    return [
        {
            "place_id": booked.house.id,
            "id": tx.ids.next(),
            "stay_id": stay_id,
            "number": number,
            "status": "expected",
            "type_id": wish.type,
            "given_type_id": wish.type,
            "room_id": None,
            "pinned": "" if wish.room is None else "chosen",
            "needs": list(dict.fromkeys(wish.needs)),
            "together": request.together if len(request.rooms) > 1 else "",
            "arrival": request.nights.arrival,
            "departure": request.nights.departure,
            "heads": wish.sleepers,
            "price_fen": line.fen,
            "night_fen": [night.fen for night in line.nights],
            "fee_fen": 0,
            "ended_at": None,
            "arrived_at": None,
            "departed_at": None,
        }
        for number, (wish, line) in enumerate(zip(request.rooms, booked.price.rooms, strict=True), 1)
    ]
