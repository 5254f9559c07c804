"""Who comes, batch by batch: for officers and for the house, where what a bill owes can be paid over the counter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.payments.rules import METHODS, Method
from booking.retreats.arrival_files import arrivals_csv, arrivals_xlsx
from booking.retreats.errors import NotAnOfficer, SeasonNotFound
from booking.retreats.models import Batch, Season
from booking.retreats.pages.reading import read_hex
from booking.retreats.queries.overview import Arrival, arrivals
from booking.retreats.queries.placed import season_of_stay
from booking.retreats.queries.seasons import batches, season_of
from booking.retreats.service.collecting import collect, require_arrivals
from booking.rooms.rules.nights import date_of
from booking.web.formatting import money
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
Seen = tuple[Season, Sequence[Batch], int | None, list[Arrival]]


@get("/manage/retreats/{code:str}/arrivals")
async def arrivals_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Who comes in a batch, and what they still have to pay."""
    season, known, batch, found = await _seen(request, database, clock(), member, code, first=True)
    return page(
        request,
        "retreats/manage/arrivals.html",
        headers=NOT_KEPT,
        season=season,
        batches=known,
        batch=batch,
        arrivals=found,
        people=sum(len(one.members) + len(one.companions) for one in found),
        methods=METHODS,
        date_of=date_of,
        officer=member.holds("federation_officer"),
    )


@get("/manage/retreats/stays/{place:int}/{stay:int}")
async def of_stay(
    place: FromPath[Id], stay: FromPath[Id], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Redirect:
    """From a stay at the desk to the arrivals of its batch, where its bill is paid; from any other to all seasons."""
    require_arrivals(member, place)
    won = await database.read(season_of_stay, place, stay)
    there = "/manage/retreats" if won is None else f"/manage/retreats/{won[0]}/arrivals?batch={won[1]}"
    return Redirect(there, status_code=HTTP_303_SEE_OTHER)


@get("/manage/retreats/{code:str}/arrivals.csv")
async def arrivals_file(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """The same as a table for spreadsheets; all batches unless the address names one."""
    _, _, _, found = await _seen(request, database, clock(), member, code, first=False)
    return arrivals_csv(request, code, found)


@get("/manage/retreats/{code:str}/arrivals.xlsx")
async def arrivals_book(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """The same as a workbook."""
    _, _, _, found = await _seen(request, database, clock(), member, code, first=False)
    return arrivals_xlsx(request, code, found)


async def _seen(
    request: AnyRequest, database: Database, now: datetime, member: Principal, code: str, *, first: bool
) -> Seen:
    """The arrivals of the batch that the address names; where it names none, of the `first`, or of all."""
    asked = request.query_params.get("batch", "")

    def read(tx: ReadSession) -> Seen:
        season = season_of(tx, code)
        require_arrivals(member, season.place_id)
        known = batches(tx, season.id)
        numbers = [batch.number for batch in known]
        chosen = next((number for number in numbers if str(number) == asked), None)
        if chosen is None and first and numbers:
            chosen = numbers[0]
        return season, known, chosen, arrivals(tx, now, season, chosen)

    return await database.read(read)


@post("/manage/retreats/{code:str}/arrivals/{application:str}/pay")
async def pay(
    request: AnyRequest,
    code: FromPath[str],
    application: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Receive over the counter all that a bill owes."""
    form = await request.form()
    method = next((one for one in METHODS if one == form.get("method")), None)
    batch = str(form.get("batch", ""))
    here = f"/manage/retreats/{code}/arrivals" + (f"?batch={batch}" if batch.isdecimal() else "")
    if method is None:
        return redirect(request, here, sentence(request, N_("请选怎么付。")), kind="bad")
    how: Method = method

    def command(tx: WriteSession, now: datetime) -> int:
        return collect(tx, now, member, season_of(tx, code), read_hex(application) or 0, how)

    try:
        key = str(form.get("idempotency_key", ""))
        received = await once_form(database, request, member.actor, key, command, int)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except BookingError as error:
        return redirect(request, here, words(request, error), kind="bad")
    return redirect(request, here, sentence(request, N_("收到 {sum}。"), sum=money(received)))


handlers = [arrivals_page, of_stay, arrivals_file, arrivals_book, pay]
