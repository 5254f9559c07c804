"""The passes of guests who are in the house."""

from datetime import datetime

from booking.checkin.service.passes import reschedule_passes_of
from booking.db import WriteSession
from booking.rooms.catalogue import House
from booking.rooms.models import StayRoom
from booking.rooms.service.guests import ISSUER, opening_hours, zones_of


def open_now(tx: WriteSession, now: datetime, house: House, room: StayRoom) -> None:
    """Let the passes of a room open its wing from now on, also where its guests came before rooms are ready."""
    starts, ends = opening_hours(house, room)
    reschedule_passes_of(
        tx,
        now,
        place_id=house.id,
        issuer=ISSUER,
        subject_id=room.id,
        zones=zones_of(house, room),
        valid_from=min(starts, now.replace(second=0, microsecond=0)),
        valid_until=ends,
    )
