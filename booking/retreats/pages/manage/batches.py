"""Officers: the batches of a draft, one a page; numbered by their arrival."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database
from booking.errors import BookingError, NotFound
from booking.retreats.errors_seasons import MoreBedsThanSleep, MoreRoomsThanThere
from booking.retreats.pages.manage.parts import BY_NAME, batch_request
from booking.retreats.pages.manage.saving import Attempt, save
from booking.retreats.pages.manage.seeing import AnyRequest, see, shown
from booking.retreats.schemas_season_views import BatchView, ManagedSeason
from booking.retreats.schemas_seasons import BatchRequest, RoomsRequest
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import DatesCross
from booking.web import forms
from booking.web.facts import Named
from booking.web.forms import Refused, Shown, Typed, Unfit
from booking.web.locale import N_
from booking.web.principal import Principal

ROOM_FIELDS = ("rooms", "beds", "yuan")
ADDED, CHANGED, REMOVED, BACK = N_("批次加好了。"), N_("批次改好了。"), N_("批次删掉了。"), N_("批次放回来了。")


@get("/manage/retreats/{code:str}/batches")
async def batches_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """All batches."""
    managed = await see(request, database, clock(), member, code)
    return _list(request, managed)


def _list(request: AnyRequest, managed: ManagedSeason, errors: Mapping[str, str] | None = None) -> Response[str]:
    status = 409 if errors else 200
    return shown(request, "batches.html", managed, status_code=status, part=BY_NAME["batches"], errors=errors or {})


@get("/manage/retreats/{code:str}/batches/new")
async def new_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """A batch like the last one, a stay later."""
    managed = await see(request, database, clock(), member, code)
    house = await _house(database, managed)
    return _form(request, managed, house, forms.shown(_next(managed.season.schedule)), None)


@get("/manage/retreats/{code:str}/batches/{number:int}")
async def batch_page(
    request: AnyRequest,
    code: FromPath[str],
    number: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The form of a batch."""
    managed = await see(request, database, clock(), member, code)
    found = _found(managed, number)
    return _form(request, managed, await _house(database, managed), forms.shown(_as_form(found)), number)


@post("/manage/retreats/{code:str}/batches/new", status_code=200)
async def add(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Add a batch."""
    return await _save(request, code, None, database, clock, member)


@post("/manage/retreats/{code:str}/batches/{number:int}", status_code=200)
async def change(
    request: AnyRequest,
    code: FromPath[str],
    number: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a batch; what is kept for categories stays."""
    return await _save(request, code, number, database, clock, member)


@post("/manage/retreats/{code:str}/batches/{number:int}/remove", status_code=200)
async def remove(
    request: AnyRequest,
    code: FromPath[str],
    number: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Remove a batch; the message offers to put it back."""
    managed = await see(request, database, clock(), member, code)
    gone = batch_request(_found(managed, number))
    left = [batch_request(one) for one in managed.season.schedule if one.number != number]
    base = f"/manage/retreats/{code}/batches"
    undo = f"{base}/put-back?{urlencode({'batch': msgspec.json.encode(gone).decode()})}"
    return await _replace(request, database, member, managed, left, await forms.typed(request), REMOVED, undo)


@post("/manage/retreats/{code:str}/batches/put-back", status_code=200)
async def put_back(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Undo `remove`."""
    managed = await see(request, database, clock(), member, code)
    sent = dict(request.query_params) | await forms.typed(request)
    try:
        back = msgspec.json.decode(sent.get("batch", ""), type=BatchRequest)
    except msgspec.MsgspecError:
        raise NotFound(what=Named("这一批", "this batch")) from None
    wanted = [batch_request(one) for one in managed.season.schedule] + [back]
    form = {"version": str(managed.version), "idempotency_key": request.app.state.tokens.url_safe(16)}
    return await _replace(request, database, member, managed, wanted, form, BACK)


async def _replace(
    request: AnyRequest,
    database: Database,
    member: Principal,
    managed: ManagedSeason,
    wanted: Sequence[BatchRequest],
    form: Mapping[str, str],
    said: str,
    undo: str = "",
) -> Response[Any]:
    async def draw(sent: Shown, _: int) -> Response[str]:
        return _list(request, managed, sent.errors)

    code = managed.season.code
    target = f"/manage/retreats/{code}/batches"
    parts = {"batches": _in_order(wanted)}
    attempt = Attempt(request, database, member, code, form)
    return await save(attempt, lambda: parts, draw, target, undo=undo, said=said)


async def _save(
    request: AnyRequest, code: str, number: int | None, database: Database, clock: Clock, member: Principal
) -> Response[Any]:
    managed = await see(request, database, clock(), member, code)
    before = None if number is None else _found(managed, number)
    house, form = await _house(database, managed), await forms.typed(request)

    def parts() -> dict[str, Any]:
        others = [batch_request(one) for one in managed.season.schedule if one.number != number]
        return {"batches": _in_order([*others, _read(form, house, before)])}

    async def draw(sent: Shown, status: int) -> Response[str]:
        return _form(request, managed, house, sent, number, status)

    base = f"/manage/retreats/{code}/batches"
    target = f"{base}/new" if form.get("go") == "more" else base
    said = ADDED if number is None else CHANGED
    attempt = Attempt(request, database, member, code, form)
    return await save(attempt, parts, draw, target, beside=_beside(house), said=said)


def _beside(house: House) -> Any:
    """The field of a room type beside which a refusal about it stands."""
    by_name = {kind.name: kind.id for kind in house.types.values()}

    def beside(error: BookingError) -> str:
        match error:
            case DatesCross():
                return "departure"
            case MoreRoomsThanThere():
                return f"rooms-{by_name.get(error.params['type'].name, '')}"
            case MoreBedsThanSleep():
                return f"beds-{by_name.get(error.params['type'].name, '')}"
            case _:
                return ""

    return beside


def _read(form: Mapping[str, str], house: House, before: BatchView | None) -> BatchRequest:
    """A batch out of its form; guarantees are another form's.

    Raises:
        Refused: some fields do not fit.
    """
    kept = {one.type: one.guarantees for one in before.rooms} if before else {}
    rooms: list[RoomsRequest] = []
    unfit: dict[str, Unfit] = {}
    for kind in house.types:
        suffix = f"-{kind}"
        if form.get(f"rooms{suffix}", "") in ("", "0"):
            continue
        try:
            price = forms.fen(form, f"yuan{suffix}")
            rooms.append(
                forms.read(
                    RoomsRequest, form, suffix=suffix, type=kind, price_fen=price, guarantees=dict(kept.get(kind, {}))
                )
            )
        except Refused as refused:
            unfit |= refused.errors
    try:
        found = forms.read(BatchRequest, form, rooms=rooms)
    except Refused as refused:
        raise Refused(dict(refused.errors) | unfit) from None
    if unfit:
        raise Refused(unfit)
    return found


def _in_order(wanted: Sequence[BatchRequest]) -> list[BatchRequest]:
    return sorted(wanted, key=lambda one: (one.arrival, one.departure))


def _as_form(batch: BatchView) -> Typed:
    values = forms.as_form(batch_request(batch))
    for one in batch.rooms:
        numbers = {"rooms": str(one.rooms), "beds": str(one.beds), "yuan": forms.yuan(one.price_fen)}
        values |= {f"{name}-{one.type}": text for name, text in numbers.items()}
    return values


def _next(schedule: Sequence[BatchView]) -> Typed:
    """The form of one more batch: the last one's rooms, from the day on which it leaves."""
    if not schedule:
        return {"name": "第 1 批", "name_en": "Batch 1"}
    last = schedule[-1]
    number, nights = len(schedule) + 1, last.departure - last.arrival
    dates = {"arrival": str(last.departure), "departure": str(last.departure + nights)}
    return _as_form(last) | dates | {"name": f"第 {number} 批", "name_en": f"Batch {number}"}


def _found(managed: ManagedSeason, number: int) -> BatchView:
    for one in managed.season.schedule:
        if one.number == number:
            return one
    raise NotFound(what=Named("这一批", "this batch"))


async def _house(database: Database, managed: ManagedSeason) -> House:
    return (await database.read(houses)).house(managed.season.place.id)


def _form(
    request: AnyRequest,
    managed: ManagedSeason,
    house: House,
    form: Shown,
    number: int | None,
    status_code: int = 200,
) -> Response[str]:
    return shown(
        request,
        "batch.html",
        managed,
        status_code=status_code,
        part=BY_NAME["batches"],
        house=house,
        number=number,
        form=form.values,
        errors=form.errors,
        version=form.values.get("version", managed.version),
    )


handlers = [batches_page, new_page, batch_page, add, change, remove, put_back]
