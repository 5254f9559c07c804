"""Key cards: told to the lock system through the outbox, in the transaction of the act itself."""

from datetime import datetime

from booking.db import WriteSession
from booking.notices.service import enqueue
from booking.rooms.catalogue import House
from booking.rooms.models import StayRoom
from booking.rooms.service.desk.finding import door_number
from booking.rooms.service.guests import opening_hours

ENCODE = "keycard.encode"
"""The outbox topic of a card that is to open a room: payload `{place, room, door, card, stay_room, from, until}`."""
CANCEL = "keycard.cancel"
"""The outbox topic of a room whose cards open it no more: payload `{place, room, door, stay_room}`."""


def encode(tx: WriteSession, now: datetime, house: House, room: StayRoom, card: str = "") -> None:
    """Let a card open the room of a stay from now on until it must be free."""
    hours = {"from": now.isoformat(), "until": opening_hours(house, room)[1].isoformat()}
    enqueue(tx, now, ENCODE, _key(house, room.room_id), _door(house, room, room.room_id) | hours | {"card": card})


def cancel(tx: WriteSession, now: datetime, house: House, room: StayRoom, room_id: int | None) -> None:
    """Let the cards of a stay open a room no more."""
    enqueue(tx, now, CANCEL, _key(house, room_id), _door(house, room, room_id))


def _key(house: House, room_id: int | None) -> str:
    return f"room:{house.id}:{room_id}"


def _door(house: House, room: StayRoom, room_id: int | None) -> dict[str, object]:
    return {"place": house.id, "room": room_id, "door": door_number(house, room_id), "stay_room": room.id}
