"""Pools, overbooking and limits on stays: which pool sells how many rooms, and who may come, night by night."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.rooms.catalogue import House
from booking.rooms.models import LONGEST_STAY
from booking.rooms.pages.asking import read_date, read_number
from booking.rooms.pages.manage.access import AnyRequest, address
from booking.rooms.queries.pools import Limit, PoolNights, limits, pool_nights
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.schemas import MoveRequest, RestrictionRequest
from booking.rooms.service.allotments import move_allotment, release_pool, set_over_limit, set_restrictions
from booking.rooms.service.inventory import horizon
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

DAYS = 14
MOST_ROOMS = 10_000
MOST_OVER = 50
NO_DAY, NO_NUMBER = N_("请选一个日期。"), N_("请填 {least} 到 {most} 的整数。")
CROSSED = N_("最后一天要在第一天或之后。")
Typed = Mapping[str, str]


class Read(NamedTuple):
    """The pools of a type on the nights that are shown, and all limits that are set ahead."""

    pools: list[PoolNights]
    limits: list[Limit]


class Unfit(Exception):
    """A field that cannot be used as it is: its name, and what to write instead."""

    def __init__(self, name: str, text: str, **params: Any) -> None:
        super().__init__(name)
        self.name, self.text, self.params = name, text, params


@get("/manage/{place:str}/rooms/pools")
async def pools(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """A type's pools on some nights, and the forms that change them."""
    return await _page(request, house, database, clock(), dict(request.query_params))


async def _page(
    request: AnyRequest,
    house: House,
    database: Database,
    now: datetime,
    typed: Typed,
    error: Unfit | BookingError | None = None,
) -> Response[str]:
    today = local_date(now)
    kind = _type(house, typed)
    first = read_date(typed.get("from", "")) or today
    nights = Nights(night_of(first), night_of(first) + DAYS)

    def read(tx: ReadSession) -> Read:
        return Read(pool_nights(tx, house, kind, nights), limits(tx, house, horizon(house, now)))

    seen = await database.read(read)
    return page(
        request,
        "rooms/manage/pools.html",
        status_code=200 if error is None else error.status if isinstance(error, BookingError) else 422,
        headers=NOT_KEPT,
        house=house,
        kind=house.types[kind],
        first=first,
        today=today,
        days=[first + timedelta(days=ahead) for ahead in range(DAYS)],
        pools=seen.pools,
        limits=[(date_of(one.first), date_of(one.until - 1), one.row) for one in seen.limits],
        night_of=night_of,
        step=timedelta(days=DAYS),
        typed=typed,
        errors=_said(request, typed, error),
    )


def _said(request: AnyRequest, typed: Typed, error: Unfit | BookingError | None) -> dict[str, str]:
    """The sentence beside a field of the form that was sent, or for that form as a whole."""
    match error:
        case None:
            return {}
        case Unfit():
            return {f"{typed.get('form', '')}-{error.name}": sentence(request, error.text, **error.params)}
        case _:
            return {"": words(request, error)}


def _type(house: House, typed: Typed) -> int:
    asked = read_number(typed.get("type", ""), 0) or 0
    return asked if asked in house.types else next(iter(house.types))


async def _typed(request: AnyRequest, form: str) -> Typed:
    """What was sent: by a form, or by an undo in its address."""
    sent = await request.form()
    fields = {name: value.strip()[:60] for name, value in sent.items() if isinstance(value, str)}
    return {"form": form, **request.query_params, **fields}


def _nights(typed: Typed) -> tuple[date, date]:
    """The nights from the first to the last, and the day after.

    Raises:
        Unfit: a date is missing, or they cross.
    """
    first, last = read_date(typed.get("first", "")), read_date(typed.get("last", ""))
    if first is None or last is None:
        raise Unfit("first" if first is None else "last", NO_DAY)
    if not 0 <= (last - first).days < 366:
        raise Unfit("last", CROSSED)
    return first, last + timedelta(days=1)


def _whole(typed: Typed, name: str, least: int, most: int) -> int:
    found = read_number(typed.get(name, ""), None, least, most)
    if found is None:
        raise Unfit(name, NO_NUMBER, least=least, most=most)
    return found


def _maybe(typed: Typed, name: str) -> int | None:
    return _whole(typed, name, 1, LONGEST_STAY) if typed.get(name) else None


def _back(house: House, typed: Typed) -> str:
    shown = {name: typed[name] for name in ("type", "from") if typed.get(name)}
    return f"{address(house, 'pools')}?{urlencode(shown)}" if shown else address(house, "pools")


@post("/manage/{place:str}/rooms/pools/move", status_code=200)
async def move(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Move rooms of a type from one pool to another for some nights."""
    typed = await _typed(request, "move")
    try:
        first, until = _nights(typed)
        rooms = _whole(typed, "rooms", 1, MOST_ROOMS)
        origin, target = (_whole(typed, name, 1, 2**53 - 1) for name in ("origin", "target"))
        wish = MoveRequest(
            first=first, until=until, type=_type(house, typed), rooms=rooms, origin=origin, target=target
        )
        await database.write(move_allotment, member, house.id, wish)
    except (Unfit, BookingError) as error:
        return await _page(request, house, database, clock(), typed, error)
    kept = {name: typed[name] for name in ("type", "from", "rooms", "first", "last") if name in typed}
    undo = urlencode({**kept, "origin": target, "target": origin})
    said = sentence(request, N_("移好了，每晚 {rooms} 间。"), rooms=rooms)
    return redirect(request, _back(house, typed), said, undo=f"{address(house, 'pools', 'move')}?{undo}")


@post("/manage/{place:str}/rooms/pools/release", status_code=200)
async def release(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Give the public at once what a pool has not sold."""
    typed = await _typed(request, "release")
    try:
        first, until = _nights(typed)
        nights = Nights(night_of(first), night_of(until))
        pool = _whole(typed, "pool", 1, 2**53 - 1)
        released = await database.write(release_pool, member, house.id, pool, nights)
    except (Unfit, BookingError) as error:
        return await _page(request, house, database, clock(), typed, error)
    said = sentence(request, N_("放给公众了，共 {count} 个间夜。"), count=released)
    return redirect(request, _back(house, typed), said)


@post("/manage/{place:str}/rooms/pools/over", status_code=200)
async def over(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Let the public's pool sell more rooms than there are, up to a limit."""
    typed = await _typed(request, "over")
    try:
        first, until = _nights(typed)
        nights = Nights(night_of(first), night_of(until))
        limit = _whole(typed, "limit", 0, MOST_OVER)
        await database.write(set_over_limit, member, house.id, _type(house, typed), nights, limit)
    except (Unfit, BookingError) as error:
        return await _page(request, house, database, clock(), typed, error)
    said = sentence(request, N_("超订上限改为每晚 {limit} 间。") if limit else N_("不再超订。"), limit=limit)
    return redirect(request, _back(house, typed), said)


@post("/manage/{place:str}/rooms/pools/limits", status_code=200)
async def limit(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Set limits on the stays that come on some days; nothing filled in lifts them."""
    typed = await _typed(request, "limits")
    try:
        first, until = _nights(typed)
        wish = RestrictionRequest(
            first=first,
            until=until,
            type=read_number(typed.get("of", ""), 0) or 0,
            least_nights=_maybe(typed, "least"),
            most_nights=_maybe(typed, "most"),
            closed_to_arrival="no_arrival" in typed,
            closed_to_departure="no_departure" in typed,
        )
        await database.write(set_restrictions, member, house.id, wish)
    except (Unfit, BookingError) as error:
        return await _page(request, house, database, clock(), typed, error)
    return redirect(request, _back(house, typed) + "#limits", sentence(request, N_("限制改好了。")))


handlers = [pools, move, release, over, limit]
