"""A room of a stay: guests who are expected, who live here, or who have gone; and what to hand them when they come."""

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database
from booking.payments.rules import METHODS, WAYS
from booking.rooms.catalogue import House
from booking.rooms.pages.desk.access import AnyRequest, address
from booking.rooms.pages.desk.forms import Sent, unidentified
from booking.rooms.pages.desk.words import DOCUMENTS, LEDGER, REASONS, ROOM_STATES, STATES
from booking.rooms.pages.guests import hours
from booking.rooms.pages.words import NEEDS
from booking.rooms.queries.lodging import Lodging, lodging
from booking.rooms.rules.desk import hotel_night, kept_until
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import date_of, night_of
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.wire import Id

UNSENT = Sent("", {}, {}, 200)
TEMPLATES = {"expected": "rooms/desk/arrival.html", "in_house": "rooms/desk/lodging.html"}
"""By the state of the room; guests who have gone, or have no room yet, share a third."""


@get("/front-desk/{place:str}/rooms/{stay_room:int}")
async def room_page(
    request: AnyRequest,
    house: NamedDependency[House],
    stay_room: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """A room of a stay, and what may be done for its guests."""
    return await shown(request, database, clock(), house, stay_room)


@get("/front-desk/{place:str}/rooms/{stay_room:int}/welcome")
async def welcome_page(
    request: AnyRequest,
    house: NamedDependency[House],
    stay_room: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """The guests are in: the number to say, and what to hand over."""
    seen = await database.read(lodging, clock(), house, stay_room)
    if seen.room.status != "in_house":
        return redirect(request, address(house, "rooms", stay_room))
    given = house.rooms.get(seen.room.room_id or 0)
    coming = [one for one in seen.others if one.status == "expected"]
    return page(
        request,
        "rooms/desk/welcome.html",
        headers=NOT_KEPT,
        house=house,
        base=address(house),
        seen=seen,
        given=given,
        coming=coming,
        unseen=unidentified(seen.room.guests),
        states=STATES,
    )


async def shown(
    request: AnyRequest, database: Database, now: datetime, house: House, stay_room: int, sent: Sent = UNSENT
) -> Response[str]:
    """The page of a room; with a form that was refused, as it was sent."""
    seen = await database.read(lodging, now, house, stay_room)
    room = seen.room
    tonight = date_of(hotel_night(now))
    gone = kept_until(night_of(room.arrival))
    return page(
        request,
        TEMPLATES.get(room.status, "rooms/desk/past.html"),
        status_code=sent.status,
        headers=NOT_KEPT,
        path=address(house, "rooms", stay_room),
        house=house,
        base=address(house),
        here=address(house, "rooms", stay_room),
        seen=seen,
        room=room,
        today=tonight,
        sent=sent,
        errors=sent.errors,
        values=sent.values,
        suggested=_suggested(seen, sent),
        unseen=unidentified(room.guests),
        missing=now >= gone,
        kept_until=gone,
        hours=hours(house),
        states=STATES,
        room_states=ROOM_STATES,
        ready=READY,
        kinds=DOCUMENTS,
        methods=METHODS,
        ways_named=WAYS,
        ledger=LEDGER,
        reasons=REASONS,
        needs=NEEDS,
    )


def _suggested(seen: Lodging, sent: Sent) -> str:
    """The room that is chosen unless the clerk chooses another: theirs if it is ready, else the first that is."""
    if sent.values.get("room") and "room" not in sent.errors:
        return sent.values["room"]
    if seen.room.housekeeping in READY or not seen.ready:
        return str(seen.room.room_id or "")
    return str(seen.ready[0].id)


handlers = [room_page, welcome_page]
