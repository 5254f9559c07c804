"""The draw over the API: what is public of it for everybody, and each step for officers of the whole federation."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, PathParameter, QueryParameter

from booking.db import Database, ReadSession, WriteSession
from booking.draws.errors import BadResult, BadRules, BadUnit, TooLittleEntropy, WrongSource
from booking.draws.sources import DrawnNumbers
from booking.errors import BookingError, Unauthenticated
from booking.retreats import drawing, errors, errors_draw
from booking.retreats.draw_files import file_answer
from booking.retreats.queries.draw_view import draw_view, managed_draw
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_draw import (
    DrawView,
    ManagedDraw,
    PostponeRequest,
    RerunRequest,
    RerunView,
    ResultsRequest,
)
from booking.retreats.service.drawing.results import confirm_results, enter_results, postpone
from booking.retreats.service.drawing.steps import season_for
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]
Code = Annotated[str, PathParameter(max_length=40, description="A season by its code, e.g. `2027-spring`.")]
File = Annotated[str, PathParameter(max_length=40, description="A file of the draw, e.g. `roll.csv`.")]
Step = Annotated[
    int | None, QueryParameter(ge=1, lt=2**31, description="As this step published it; otherwise as it is now.")
]
OFFICERS: tuple[type[BookingError], ...] = (Unauthenticated, errors.NotAnOfficer, errors.SeasonNotFound)
RACED: tuple[type[BookingError], ...] = (errors.WrongSeasonStatus, errors.SeasonChanged)
NUMBERS: tuple[type[BookingError], ...] = (
    errors_draw.ResultsFinal,
    errors_draw.SourceNotDrawn,
    WrongSource,
    BadResult,
)
AGREED: tuple[type[BookingError], ...] = (
    errors_draw.ResultsNotEntered,
    errors_draw.SameOfficer,
    errors_draw.ResultsDiffer,
)
POSTPONED: tuple[type[BookingError], ...] = (
    errors_draw.ResultsFinal,
    errors_draw.AlreadyPostponed,
    errors_draw.NoFallback,
    errors_draw.NumbersEntered,
    WrongSource,
)
BYTES = {200: ResponseSpec(bytes, generate_examples=False, description="The file", media_type="text/csv")}


@get("/retreats/{code:str}/draw", responses=refusals(errors.SeasonNotFound) | tagged_answers(DrawView))
async def get_draw(request: AnyRequest, code: Code, database: NamedDependency[Database]) -> Response[bytes]:
    """The whole procedure with its figures, as far as it has come: commitment, seed, closings, counts."""

    def read(tx: ReadSession) -> DrawView:
        return draw_view(tx, season_of(tx, code))

    return tagged(request, await database.read(read))


@get(
    "/retreats/{code:str}/draw/files/{name:str}",
    responses=refusals(errors.SeasonNotFound, errors_draw.DrawFileNotFound, errors_draw.NotaryOnly) | BYTES,
)
async def get_file(
    request: AnyRequest,
    code: Code,
    name: File,
    database: NamedDependency[Database],
    principal: NamedDependency[Principal | None],
    step: Step = None,
) -> Response[bytes]:
    """A published file, byte by byte as docs/draw-format.md says; `units.csv` is for the notary alone."""
    return await file_answer(request, database, principal, code, name, step)


@get("/manage/retreats/{code:str}/draw", responses=refusals(*OFFICERS) | tagged_answers(ManagedDraw))
async def get_managed_draw(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """The draw with who did what, and what is to be done next."""
    return tagged(request, await _managed(database, member, code), private=True)


@post(
    "/manage/retreats/{code:str}/draw/freeze",
    status_code=200,
    responses=refusals(
        *OFFICERS,
        *RACED,
        errors_draw.FreezeTooEarly,
        errors_draw.ApplicationsMoved,
        BadRules,
        BadUnit,
    ),
)
async def freeze(code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]) -> ManagedDraw:
    """Ask once more who may take part, fix everything, publish the commitment. A second time is refused."""
    await drawing.freeze(database, member, code)
    return await _managed(database, member, code)


@post(
    "/manage/retreats/{code:str}/draw/results",
    responses=refusals(*OFFICERS, *RACED, *NUMBERS, body=True, idempotent=True)
    | answers(201, ManagedDraw, "Entered; another officer confirms"),
)
async def enter(
    request: AnyRequest,
    code: Code,
    data: JSONBody[ResultsRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Enter the announced numbers of all named draws, in their order."""
    numbers = numbers_of(data)
    return await _once(request, database, member, code, lambda tx, now: enter_results(tx, now, member, code, numbers))


@post(
    "/manage/retreats/{code:str}/draw/results/confirm",
    responses=refusals(*OFFICERS, *RACED, *NUMBERS, *AGREED, body=True, idempotent=True)
    | answers(201, ManagedDraw, "Confirmed: the numbers are final"),
)
async def confirm(
    request: AnyRequest,
    code: Code,
    data: JSONBody[ResultsRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Read the announced numbers a second time, as another officer."""
    numbers = numbers_of(data)
    return await _once(request, database, member, code, lambda tx, now: confirm_results(tx, now, member, code, numbers))


@post(
    "/manage/retreats/{code:str}/draw/postpone",
    responses=refusals(*OFFICERS, *RACED, *POSTPONED, body=True, idempotent=True)
    | answers(201, ManagedDraw, "Noted: the published fallback counts, and nothing else"),
)
async def late(
    request: AnyRequest,
    code: Code,
    data: JSONBody[PostponeRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Note that a named draw does not take place as planned."""

    def command(tx: WriteSession, now: datetime) -> int:
        return postpone(tx, now, member, code, data.lottery, data.issue, data.reason)

    return await _once(request, database, member, code, command)


@post(
    "/manage/retreats/{code:str}/draw/run",
    status_code=200,
    responses=refusals(
        *OFFICERS, *RACED, errors_draw.ResultsMissing, errors_draw.DrawDiffers, WrongSource, TooLittleEntropy
    ),
)
async def run(code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]) -> ManagedDraw:
    """Run the first stage and publish it. A second time is refused; after a crash it goes on."""
    await drawing.draw(database, member, code)
    return await _managed(database, member, code)


@post(
    "/manage/retreats/{code:str}/draw/next-stage",
    status_code=200,
    responses=refusals(*OFFICERS, *RACED, errors_draw.OffersOpen, errors_draw.StageChanged, errors_draw.DrawDiffers),
)
async def advance(code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]) -> ManagedDraw:
    """Give out what was released, once everybody has answered or had the time to."""
    await drawing.next_stage(database, member, code)
    return await _managed(database, member, code)


@post(
    "/manage/retreats/{code:str}/draw/rerun",
    status_code=200,
    responses=refusals(*OFFICERS, *RACED, body=True),
)
async def rerun(
    code: Code,
    data: JSONBody[RerunRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> RerunView:
    """Run a published draw again, and note why and what came of it."""
    report = await drawing.rerun(database, member, code, data.reason)
    faults = [str(one) for one in report.faults]
    return RerunView(same=not faults, faults=faults, draw=await _managed(database, member, code))


def numbers_of(data: ResultsRequest) -> tuple[DrawnNumbers, ...]:
    """Announced numbers as the draw has them."""
    return tuple(DrawnNumbers(one.lottery, one.issue, tuple(one.numbers)) for one in data.results)


async def _managed(database: Database, member: Principal, code: str) -> ManagedDraw:
    def read(tx: ReadSession) -> ManagedDraw:
        return managed_draw(tx, season_for(tx, member, code), member)

    return await database.read(read)


async def _once(
    request: AnyRequest,
    database: Database,
    member: Principal,
    code: str,
    command: Callable[[WriteSession, datetime], int],
) -> Response[bytes]:
    """Run a command once, and answer the draw as it is then."""

    def run_once(tx: WriteSession, now: datetime) -> ManagedDraw:
        command(tx, now)
        return managed_draw(tx, season_for(tx, member, code), member)

    return await once(database, request, member.actor, run_once)


handlers = [
    get_draw,
    get_file,
    get_managed_draw,
    freeze,
    enter,
    confirm,
    late,
    run,
    advance,
    rerun,
]
