"""Places over the API: what came of my application, and how a season's places stand."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, NotFound, Unauthenticated
from booking.payments.rules import Method
from booking.retreats import errors, errors_applying, errors_places
from booking.retreats.queries.fairness import fairness_view
from booking.retreats.queries.outcomes import outcome_of
from booking.retreats.queries.overview import places_view
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_places import Collected, FairnessView, OutcomeView, PlacesView, Reminded, Seated
from booking.retreats.service.collecting import collect, require_officer
from booking.retreats.service.deadlines import remind_now
from booking.retreats.service.placing import confirm_place, decline_place, restore_place, seat_again
from booking.web.etags import tagged, tagged_answers
from booking.web.facts import Named
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]
HEX = "^[0-7][0-9a-f]{15}$"
Code = Annotated[str, PathParameter(max_length=40, description="A season by its code, e.g. `2027-spring`.")]
Hex = Annotated[str, PathParameter(pattern=HEX, description="An application: 16 hexadecimal digits.")]
After = Annotated[
    str | None, QueryParameter(pattern="^[0-7][0-9a-f]{15}$", description="The `next` of the page before.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]

MINE: tuple[type[BookingError], ...] = (Unauthenticated, errors.SeasonNotFound, errors_places.PlaceNotFound)
ANSWERED: tuple[type[BookingError], ...] = (
    errors_places.PlaceOver,
    errors_places.ConfirmTimeOver,
    errors_places.PlaceChanged,
)
OFFICERS: tuple[type[BookingError], ...] = (Unauthenticated, errors.NotAnOfficer, errors.SeasonNotFound)


class CollectRequest(msgspec.Struct, forbid_unknown_fields=True):
    """How all that a bill owes is paid over the counter."""

    method: Method


@get(
    "/retreats/{code:str}/places",
    responses=refusals(Unauthenticated, errors.SeasonNotFound, errors_applying.ApplicationNotFound, NotFound)
    | tagged_answers(OutcomeView),
)
async def get_outcome(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """What came of my application: the place that it won, or why it won none and what would have."""

    def read(tx: ReadSession) -> OutcomeView:
        return _outcome(tx, clock(), code, member)

    return tagged(request, await database.read(read), private=True)


def _outcome(tx: ReadSession, now: datetime, code: str, member: Principal) -> OutcomeView:
    found = outcome_of(tx, now, season_of(tx, code), member.member_id)
    if found is None:
        raise NotFound(what=Named("抽签结果", "a result of the draw"))
    return found


@post(
    "/retreats/{code:str}/places/confirm",
    responses=refusals(*MINE, *ANSWERED, errors_places.NoRoomForPlace, idempotent=True)
    | answers(201, OutcomeView, "Confirmed, with its stay, passes and bill"),
)
async def confirm(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """Come: any member of the application may say so, by the deadline."""
    return await _answer(database, request, member, code, confirm_place)


@post(
    "/retreats/{code:str}/places/decline",
    responses=refusals(*MINE, *ANSWERED, errors_places.GuestsCame, idempotent=True)
    | answers(201, OutcomeView, "Given up; until the deadline it can be taken back"),
)
async def decline(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """Give the place up; once it was confirmed, that is late: the next season begins with one ticket."""
    return await _answer(database, request, member, code, decline_place)


@post(
    "/retreats/{code:str}/places/restore",
    responses=refusals(
        *MINE, errors_places.PlaceOver, errors_places.PlaceChanged, errors_places.UndoOver, idempotent=True
    )
    | answers(201, OutcomeView, "Offered again, to be answered by the deadline"),
)
async def restore(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """Take a place back that was given up, before its deadline and the next stage."""
    return await _answer(database, request, member, code, restore_place)


async def _answer(
    database: Database, request: AnyRequest, member: Principal, code: str, command: Any
) -> Response[bytes]:
    def answered(tx: WriteSession, now: datetime) -> OutcomeView:
        command(tx, now, member, code)
        return _outcome(tx, now, code, member)

    return await once(database, request, member.actor, answered)


@get(
    "/manage/retreats/{code:str}/places",
    responses=refusals(*OFFICERS) | tagged_answers(PlacesView),
)
async def get_places(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    cursor: After = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """How the places of a season stand, and who has not answered; for officers of the whole federation."""
    require_officer(member)

    def read(tx: ReadSession) -> PlacesView:
        return places_view(tx, season_of(tx, code), int(cursor, 16) if cursor else -1, limit)

    return tagged(request, await database.read(read), private=True)


@post(
    "/manage/retreats/{code:str}/places/remind",
    responses=refusals(*OFFICERS, errors_places.NothingToRemind, idempotent=True)
    | answers(201, Reminded, "How many places' members were reminded"),
)
async def remind(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """Remind everybody who has not answered and was not reminded in the last hours."""
    require_officer(member)

    def command(tx: WriteSession, now: datetime) -> Reminded:
        return Reminded(remind_now(tx, now, member, season_of(tx, code)))

    return await once(database, request, member.actor, command)


@post(
    "/manage/retreats/{code:str}/places/{application:str}/seat",
    responses=refusals(
        *OFFICERS, errors_places.PlaceNotFound, errors_places.PlaceOver, errors_places.NoRoomForPlace, idempotent=True
    )
    | answers(201, Seated, "The stay that it has now"),
)
async def seat(
    request: AnyRequest,
    code: Code,
    application: Hex,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Look again for a room for a confirmed place whose stay the house could not keep."""
    require_officer(member)

    def command(tx: WriteSession, now: datetime) -> Seated:
        return Seated(seat_again(tx, now, member, season_of(tx, code), int(application, 16)))

    return await once(database, request, member.actor, command)


@post(
    "/manage/retreats/{code:str}/places/{application:str}/pay",
    responses=refusals(
        *OFFICERS, errors_places.PlaceNotFound, errors_places.NothingToCollect, body=True, idempotent=True
    )
    | answers(201, Collected, "The sum received"),
)
async def pay(
    request: AnyRequest,
    code: Code,
    application: Hex,
    data: JSONBody[CollectRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Receive over the counter all that the bill of a place owes; for the house's staff, and officers."""

    def command(tx: WriteSession, now: datetime) -> Collected:
        return Collected(collect(tx, now, member, season_of(tx, code), int(application, 16), data.method))

    return await once(database, request, member.actor, command)


@get(
    "/manage/retreats/{code:str}/fairness",
    responses=refusals(*OFFICERS, errors_places.FairnessNotReady) | tagged_answers(FairnessView),
)
async def get_fairness(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """What the draw was for districts, categories, sizes of enterprises and the sexes, against chance."""
    require_officer(member)

    def read(tx: ReadSession) -> FairnessView:
        return fairness_view(tx, season_of(tx, code))

    return tagged(request, await database.read(read), private=True)


handlers = [get_outcome, confirm, decline, restore, get_places, remind, seat, pay, get_fairness]
