"""Waiting for rooms that are all given: joining the list, where one waits, and leaving it."""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.errors import BookingError, Busy
from booking.rooms import errors
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import WaitNotFound
from booking.rooms.pages.asking import Asked, here, read_asked
from booking.rooms.pages.words import NEEDS
from booking.rooms.queries.waiting import STATUS_NAMES, ahead_of, my_waits
from booking.rooms.schemas_waiting import WaitList, WaitRequest, WaitView
from booking.rooms.service import waiting
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]


class Read(NamedTuple):
    """What somebody would wait for, how many would come before them, and whether they wait already."""

    house: House
    ahead: int
    waits: bool


@get("/stays/wait")
async def ask(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """What waiting for these rooms means, and a button to join; whoever has joined sees where they wait."""
    asked = read_asked(request.query_params)
    found = await database.read(_read, clock(), asked, member)
    if found is None:
        return redirect(request, asked.address("/stays"))
    return redirect(request, "/stays/waits") if found.waits else _page(request, found, asked)


@post("/stays/wait")
async def join(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Join the list; where there are rooms after all, book them."""
    form = await request.form()
    asked = read_asked(form)
    found = await database.read(_read, clock(), asked, member)
    if found is None or asked.arrival is None or asked.departure is None:
        return redirect(request, asked.address("/stays"))
    wish = WaitRequest(
        place=found.house.id,
        type=asked.type or 0,
        arrival=asked.arrival,
        departure=asked.departure,
        heads=asked.heads,
        rooms=asked.rooms,
        accessible=asked.accessible,
    )
    try:
        key = str(form.get("idempotency_key", ""))
        await once_form(database, request, member.actor, key, waiting.join, WaitView, member, wish)
    except Busy:
        raise
    except errors.RoomsLeft as error:
        return redirect(request, asked.address("/stays/book"), words(request, error))
    except BookingError as error:
        return _page(request, found, asked, error)
    return redirect(request, "/stays/waits", sentence(request, N_("排上了。有房空出来，马上给您留着并通知您。")))


@get("/stays/waits")
async def waits(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Where I wait, and what is held for me."""
    return await _waits(request, database, clock(), member)


@post("/stays/waits/{place:int}/{wait:int}/leave")
async def leave(
    request: AnyRequest,
    place: FromPath[Id],
    wait: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Wait no longer."""
    key = str((await request.form()).get("idempotency_key", ""))
    try:
        await once_form(database, request, member.actor, key, waiting.leave, WaitView, member, place, wait)
    except (Busy, WaitNotFound):
        raise
    except BookingError as error:
        return await _waits(request, database, clock(), member, error)
    return redirect(request, "/stays/waits", sentence(request, N_("不再排队了。")))


async def _waits(
    request: AnyRequest, database: Database, now: datetime, member: Principal, error: BookingError | None = None
) -> Response[str]:
    found: WaitList = await database.read(my_waits, now, member)
    return page(
        request,
        "rooms/waits.html",
        status_code=200 if error is None else error.status,
        path="/stays/waits",
        waits=found.items,
        refused="" if error is None else words(request, error),
        needs=NEEDS,
        status_names=STATUS_NAMES,
    )


def _read(tx: ReadSession, now: datetime, asked: Asked, member: Principal) -> Read | None:
    """None while it is not said what is wanted."""
    house = houses(tx).by_id.get(asked.place or 0)
    if house is None or asked.nights is None or asked.type not in house.types:
        return None
    nights = asked.nights
    same = (house.id, asked.arrival, asked.departure)
    waits = any((wait.place, wait.arrival, wait.departure) == same for wait in my_waits(tx, now, member).items)
    return Read(house, ahead_of(tx, house.id, asked.type or 0, nights.arrival, nights.departure, None), waits)


def _page(request: AnyRequest, found: Read, asked: Asked, error: BookingError | None = None) -> Response[str]:
    return page(
        request,
        "rooms/waiting.html",
        status_code=200 if error is None else error.status,
        path=asked.address("/stays/wait") if request.method == "POST" else here(request),
        house=found.house,
        kind=found.house.types[asked.type or 0],
        asked=asked,
        ahead=found.ahead,
        refused="" if error is None else words(request, error),
        needs=NEEDS,
        back=asked.address("/stays", type=None),
    )
