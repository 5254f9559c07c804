"""The tape chart: rooms × nights, guests who are to come moved to another room, and put back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, MultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Row

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.rooms.catalogue import House
from booking.rooms.errors_desk import StayRoomNotFound
from booking.rooms.models import Room, Stay, StayRoom
from booking.rooms.pages.asking import read_date, read_number
from booking.rooms.pages.manage import lines
from booking.rooms.pages.manage.access import AnyRequest, address
from booking.rooms.pages.manage.lines import Where
from booking.rooms.queries.finding import find_stays
from booking.rooms.queries.tape import tape
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.schemas_figures import Tape
from booking.rooms.service.desk.finding import stay_room_of
from booking.rooms.service.guests import guests_of
from booking.rooms.service.moving import (
    MoveBackRequest,
    MoveRoomRequest,
    RoomMove,
    move_back,
    move_to_room,
)
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

WINDOWS = (14, 30)
"""Nights that the chart shows."""
STEP = 7


class Asked(NamedTuple):
    """What the chart shows."""

    first: date
    days: int = WINDOWS[0]
    where: str = ""
    type: int = 0
    text: str = ""

    @property
    def rooms(self) -> Where:
        """`A` is a wing, `A-3` a floor of it."""
        wing, _, floor = self.where.partition("-")
        return Where(wing, int(floor) if floor.isdecimal() else None, self.type)

    @property
    def fields(self) -> dict[str, Any]:
        """As the fields of an address or a form, without what goes without saying."""
        usual = {"days": WINDOWS[0], "where": "", "type": 0, "text": ""}
        return {name: value for name, value in self._asdict().items() if usual.get(name) != value}

    def address(self, house: House, **other: Any) -> str:
        """The chart, but for `other`."""
        return f"{address(house, 'tape')}?{urlencode(self._replace(**other).fields)}"


class Read(NamedTuple):
    """The chart, and the stays that were found."""

    tape: Tape
    found: Sequence[Row[Any]]


class Bar(NamedTuple):
    """A room of a stay, as the form of a move shows it."""

    room: StayRoom
    stay: Stay
    name: str
    door: Room | None


def read_asked(fields: MultiDict[Any] | FormMultiDict, today: date) -> Asked:
    """What an address or a form says; what it says wrongly counts as not said."""

    def text(name: str) -> str:
        value = fields.get(name, "")
        return value.strip()[:60] if isinstance(value, str) else ""

    days = read_number(text("days"), WINDOWS[0]) or WINDOWS[0]
    return Asked(
        read_date(text("first")) or today,
        days if days in WINDOWS else WINDOWS[0],
        text("where")[:12].removeprefix("all"),
        read_number(text("type"), 0) or 0,
        text("text"),
    )


@get("/manage/{place:str}/rooms/tape")
async def chart(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The chart, floor by floor."""
    today = local_date(clock())
    asked = read_asked(request.query_params, today)
    first = night_of(asked.first)

    def read(tx: ReadSession) -> Read:
        found = find_stays(tx, house, asked.text, night_of(today)) if asked.text else []
        return Read(tape(tx, house.id, Nights(first, first + asked.days)), found)

    seen = await database.read(read)
    shown = lines.floors(house, seen.tape, asked.rooms)
    return page(
        request,
        "rooms/manage/tape.html",
        headers=NOT_KEPT,
        house=house,
        asked=asked,
        today=today,
        days=[asked.first + timedelta(days=ahead) for ahead in range(asked.days)],
        floors=shown,
        free=lines.free(shown, seen.tape),
        count=sum(len(floor.lines) for floor in shown),
        wings=lines.wings(house),
        windows=WINDOWS,
        step=timedelta(days=STEP),
        states=lines.STATES,
        state_words={state: sentence(request, text) for state, (_, text) in lines.STATES.items()},
        found=[_found(house, asked, row) for row in seen.found],
    )


def _found(house: House, asked: Asked, row: Row[Any]) -> dict[str, Any]:
    """A stay that was found, with the chart on which it stands."""
    arrival = date_of(row.arrival)
    there = asked.address(house, first=min(max(asked.first, arrival), arrival), where="", type=0, text="")
    return {
        "id": row.id,
        "name": row.name,
        "room": house.rooms[row.room_id].number,
        "arrival": arrival,
        "departure": date_of(row.departure),
        "state": lines.state_of(row.status, movable=not row.pinned),
        "href": f"{there}#b{row.id}",
    }


def _bar(tx: ReadSession, house: House, stay_room: int) -> Bar:
    """A room of a stay.

    Raises:
        StayRoomNotFound: there is none.
    """
    room = stay_room_of(tx, house.id, stay_room)
    stay = tx.get(Stay, place_id=house.id, id=room.stay_id)
    if stay is None:
        raise StayRoomNotFound
    people = guests_of(tx, house.id, [room])
    return Bar(room, stay, people[0].name if people else stay.contact_name, house.rooms.get(room.room_id or 0))


@get("/manage/{place:str}/rooms/tape/{stay_room:int}")
async def one(
    request: AnyRequest,
    house: NamedDependency[House],
    stay_room: FromPath[Id],
    database: NamedDependency[Database],
) -> Response[str]:
    """One bar of the chart: who it is, and the form that moves them."""
    return await _form(request, database, house, stay_room)


async def _form(
    request: AnyRequest, database: Database, house: House, stay_room: int, error: BookingError | None = None
) -> Response[str]:
    bar = await database.read(_bar, house, stay_room)
    nights = Nights(bar.room.arrival, bar.room.departure)
    seen = await database.read(tape, house.id, nights)
    return page(
        request,
        "rooms/manage/move.html",
        status_code=200 if error is None else error.status,
        headers=NOT_KEPT,
        house=house,
        bar=bar,
        arrival=date_of(nights.arrival),
        departure=date_of(nights.departure),
        movable=bar.room.status == "expected" and bar.stay.status == "confirmed",
        free=[line for line in seen.rooms if not line.bars and _would_do(house, bar, line.id)],
        taken=[line for line in seen.rooms if _may_go(line.bars) and _would_do(house, bar, line.id)],
        states=lines.STATES,
        state=lines.state_of(bar.room.status, movable=not bar.room.pinned),
        chart=Asked(date_of(nights.arrival)).address(house),
        errors={} if error is None else {"room": words(request, error)},
    )


def _would_do(house: House, bar: Bar, room: int) -> bool:
    door, kind = house.rooms[room], house.types[house.rooms[room].type_id]
    fits = bar.room.heads <= kind.sleeps + kind.extra_beds and room != bar.room.room_id
    has = set(bar.room.needs) <= {*door.features, *(["accessible"] if door.accessible else [])}
    return fits and has


def _may_go(bars: Sequence[Any]) -> bool:
    return bool(bars) and all(bar.movable for bar in bars)


@post("/manage/{place:str}/rooms/tape/{stay_room:int}")
async def move(
    request: AnyRequest,
    house: NamedDependency[House],
    stay_room: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Move guests to the room that was chosen; a refusal from the chart comes back to the chart."""
    form = await request.form()
    room = read_number(str(form.get("room", "")), 0) or 0
    dragged = "first" in form
    asked = read_asked(form, local_date(clock()))
    wish = MoveRoomRequest(room)
    try:
        moved = await database.write(move_to_room, member, house.id, stay_room, wish)
    except BookingError as error:
        if dragged:
            return redirect(request, _at(house, asked, stay_room), words(request, error), kind="bad")
        return await _form(request, database, house, stay_room, error)
    if not dragged:
        asked = Asked(date_of((await database.read(_bar, house, stay_room)).room.arrival))
    undo = _undo(house, asked, stay_room, moved.back)
    return redirect(request, _at(house, asked, stay_room), _told(request, moved), undo=undo)


def _at(house: House, asked: Asked, stay_room: int) -> str:
    return f"{asked.address(house)}#b{stay_room}"


def _told(request: AnyRequest, moved: RoomMove) -> str:
    said = sentence(
        request, N_("{name} 从 {origin} 换到了 {target}。"), name=moved.name, origin=moved.origin, target=moved.target
    )
    for other in moved.made_room:
        said += sentence(request, N_("{name} 因此换到了 {room}。"), name=other.name, room=other.room)
    return said


def _undo(house: House, asked: Asked, stay_room: int, back: MoveBackRequest) -> str:
    fields = {"room": back.room, "seen": back.seen, "pinned": back.pinned} | asked.fields
    return f"{address(house, 'tape', stay_room, 'back')}?{urlencode(fields)}"


@post("/manage/{place:str}/rooms/tape/{stay_room:int}/back")
async def back(
    request: AnyRequest,
    house: NamedDependency[House],
    stay_room: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Redirect:
    """Undo a move while nothing else has changed the stay."""
    said = request.query_params
    room, seen = read_number(said.get("room", ""), 0) or 0, read_number(said.get("seen", ""), 0, 0, 2**31 - 1) or 0
    wish = MoveBackRequest(room, seen, "chosen" if said.get("pinned") == "chosen" else "")
    there = _at(house, read_asked(said, local_date(clock())), stay_room)
    try:
        moved = await database.write(move_back, member, house.id, stay_room, wish)
    except BookingError as error:
        return redirect(request, there, words(request, error), kind="bad")
    return redirect(request, there, _told(request, moved))


handlers = [chart, one, move, back]
