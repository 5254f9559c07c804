"""The day at the desk: who comes, who leaves, who is here; and whoever gives a name."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.rooms.api_figures import within
from booking.rooms.catalogue import House
from booking.rooms.pages.desk.access import AnyRequest, address, staffed
from booking.rooms.pages.desk.words import ROOM_STATES, STATES
from booking.rooms.queries.desk import desk_lists
from booking.rooms.queries.desk_search import find_rooms
from booking.rooms.rules.desk import hotel_night
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import date_of, night_of
from booking.rooms.schemas_desk import DeskLists, DeskRoom
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

AROUND = range(-2, 9)
"""The days of the strip, counted from today."""
List = Literal["arrivals", "departures", "in-house"]
Which = Annotated[List, QueryParameter(name="list")]
Day = Annotated[date | None, QueryParameter(description="A hotel day; today's, if left out.")]
Query = Annotated[str, QueryParameter(name="q", max_length=60)]


class Shown(NamedTuple):
    """What the part of the page shows that changes: one list in two parts, or what was looked for."""

    lists: DeskLists
    waiting: list[DeskRoom]
    done: list[DeskRoom]
    counts: dict[str, int]
    found: list[DeskRoom] | None
    ready: int


@get("/front-desk")
async def desks(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """The houses at whose desk I work; the only one at once."""
    mine = await database.read(staffed, member)
    if len(mine) == 1:
        return redirect(request, address(mine[0]))
    return page(request, "rooms/desk/desks.html", houses=mine)


@get("/front-desk/{place:str}")
async def day_page(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    day: Day = None,
    which: Which = "arrivals",
    sought: Query = "",
) -> Response[str]:
    """A hotel day."""
    return await _page(request, "rooms/desk/day.html", house, database, clock(), day, which, sought)


@get("/front-desk/{place:str}/lists")
async def day_part(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    day: Day = None,
    which: Which = "arrivals",
    sought: Query = "",
) -> Response[str]:
    """The part of the day that changes, for an open page to put in its place; one comes back to what was looked for."""
    made = await _page(request, "rooms/desk/day_lists.html", house, database, clock(), day, which, sought)
    if request.headers.get("hx-trigger-name") == "q":
        made.headers["HX-Replace-Url"] = f"{address(house)}?{request.url.query}"
    return made


async def _page(
    request: AnyRequest,
    template: str,
    house: House,
    database: Database,
    now: datetime,
    day: date | None,
    which: List,
    query: str,
) -> Response[str]:
    today = date_of(hotel_night(now))
    chosen = today if day is None else within(day)
    shown = await database.read(_read, now, house, chosen, which, query.strip())
    return page(
        request,
        template,
        headers=NOT_KEPT,
        house=house,
        base=address(house),
        shown=shown,
        day=chosen,
        today=today,
        days=_strip(house, chosen, today, which),
        which=which,
        query=query.strip(),
        states=STATES,
        room_states=ROOM_STATES,
        ready=READY,
    )


def _read(tx: ReadSession, now: datetime, house: House, day: date, which: List, query: str) -> Shown:
    lists = desk_lists(tx, now, house.id, night_of(day))
    of_list = {"arrivals": lists.arrivals, "departures": lists.departures, "in-house": lists.in_house}
    waiting = {name: [one for one in rooms if _is_waiting(one)] for name, rooms in of_list.items()}
    done = [one for one in of_list[which] if not _is_waiting(one)]
    return Shown(
        lists=lists,
        waiting=sorted(waiting[which], key=_urgency),
        done=sorted(done, key=lambda one: one.room),
        counts={name: len(rooms) for name, rooms in waiting.items()},
        found=find_rooms(tx, now, house.id, query) if query else None,
        ready=_ready(waiting["arrivals"]),
    )


def _is_waiting(room: DeskRoom) -> bool:
    """Whether the desk still has something to do for these guests."""
    return room.state not in ("arrived", "left", "no_show")


def _urgency(room: DeskRoom) -> tuple[int, str, str]:
    """Those without a room first, then the late and overdue; the others by name or by room, as they are looked for."""
    order = {"no_room": 0, "late": 1, "overdue": 1}
    return order.get(room.state, 2), room.room if room.status == "in_house" else "", room.contact


def _ready(coming: Sequence[DeskRoom]) -> int:
    return sum(room.housekeeping in READY for room in coming)


def _strip(house: House, chosen: date, today: date, which: str) -> list[dict[str, Any]]:
    days = {today + timedelta(days=ahead) for ahead in AROUND} | {chosen}
    more = "" if which == "arrivals" else f"&list={which}"
    marks = house.known.calendar
    return [
        {
            "date": day,
            "href": f"{address(house)}?day={day}{more}",
            "current": day == chosen,
            "mark": marks[day].kind if day in marks else None,
        }
        for day in sorted(days)
    ]


handlers = [desks, day_page, day_part]
