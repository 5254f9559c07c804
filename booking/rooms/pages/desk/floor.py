"""The floor plan: every room's state, what to clean first, and a room's next step; made for a cleaner's phone."""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from booking.clock import Clock
from booking.db import Database
from booking.errors import BookingError, Busy
from booking.rooms.catalogue import House
from booking.rooms.pages.desk.access import AnyRequest, address
from booking.rooms.pages.desk.words import PRIORITIES, ROOM_STATES, STEPS
from booking.rooms.queries.housekeeping import floor_plan, ready_states
from booking.rooms.rules.desk import hotel_night
from booking.rooms.rules.housekeeping import NEXT
from booking.rooms.schemas_desk import FloorPlan, FloorRoom
from booking.rooms.service.housekeeping import set_state
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

StateName = Literal["dirty", "cleaning", "clean", "inspected"]
Chosen = Annotated[int | None, QueryParameter(name="room", ge=1, lt=2**53)]
SAID = {
    "dirty": N_("{room} 改为待打扫。"),
    "cleaning": N_("{room} 开始打扫。"),
    "clean": N_("{room} 打扫好了。"),
    "inspected": N_("{room} 检查通过，可以入住。"),
}


class Wing(NamedTuple):
    """A wing with its floors, the highest first, each with its rooms."""

    name: str
    floors: list[tuple[int, list[FloorRoom]]]


@get("/front-desk/{place:str}/floor")
async def floor_page(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    chosen: Chosen = None,
) -> Response[str]:
    """The floor plan; with a room chosen, what can be done to it."""
    return await _page(request, "rooms/desk/floor.html", house, database, clock(), chosen)


@get("/front-desk/{place:str}/floor/plan")
async def floor_part(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    chosen: Chosen = None,
) -> Response[str]:
    """The part of the plan that changes, for an open page to put in its place."""
    return await _page(request, "rooms/desk/floor_plan.html", house, database, clock(), chosen)


async def _page(
    request: AnyRequest, template: str, house: House, database: Database, now: datetime, chosen: int | None
) -> Response[str]:
    plan = await database.read(floor_plan, house.id, hotel_night(now))
    rooms = {room.id: room for floor in plan.floors for room in floor.rooms}
    cleaning = [rooms[one] for one in plan.cleaning]
    return page(
        request,
        template,
        headers=NOT_KEPT,
        house=house,
        base=address(house),
        day=plan.day,
        wings=_wings(plan),
        counts=_counts(rooms.values()),
        cleaning=cleaning,
        chosen=rooms.get(chosen or 0),
        kinds=house.types,
        room_states=ROOM_STATES,
        steps=STEPS,
        following=NEXT,
        priorities=PRIORITIES,
    )


def _wings(plan: FloorPlan) -> list[Wing]:
    wings: dict[str, list[tuple[int, list[FloorRoom]]]] = {}
    for floor in plan.floors:
        wings.setdefault(floor.wing, []).append((floor.floor, floor.rooms))
    return [Wing(name, sorted(floors, key=lambda floor: -floor[0])) for name, floors in wings.items()]


def _counts(rooms: Any) -> dict[str, int]:
    """How many rooms are in each state; those out of order count as that alone."""
    counts = dict.fromkeys(ROOM_STATES, 0)
    for room in rooms:
        counts["out" if room.out_of_order else room.housekeeping] += 1
    return counts


@post("/front-desk/{place:str}/floor/{room:int}/{step:str}")
async def take_step(
    request: AnyRequest,
    house: NamedDependency[House],
    room: FromPath[Id],
    step: FromPath[StateName],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Write down how clean a room is now; the same again changes nothing. It can be taken back where steps allow."""
    floor = address(house, "floor")
    known = (await database.read(ready_states, house, [room])).get(room, "")
    seen_from = (await request.form()).get("at")
    to = f"{floor}?room={room}#r{room}" if seen_from == "plan" else floor
    try:
        view = await database.write(set_state, member, house.id, room, step)
    except Busy:
        raise
    except BookingError as why:
        return redirect(request, floor, words(request, why), kind="bad")
    back = f"{floor}/{room}/{known}" if known != step and known in NEXT[step] else ""
    return redirect(request, to, sentence(request, SAID[step], room=view.number), undo=back)


handlers = [floor_page, floor_part, take_step]
