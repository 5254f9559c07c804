"""Seasons over the API, for officers of the whole federation: drafts, quotas, rehearsals, publishing."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.draws.errors import BadRules, TooLittleEntropy
from booking.errors import BookingError, Unauthenticated
from booking.members.errors import NoSuchOrganisation
from booking.places.errors import BadCode, CodeReserved, CodeTaken
from booking.retreats import errors, errors_seasons
from booking.retreats.api.seasons import AnyRequest, Code
from booking.retreats.models import Season
from booking.retreats.queries.quotas import quota_list
from booking.retreats.queries.rehearsing import earlier_season
from booking.retreats.queries.season_views import managed_season, season_list
from booking.retreats.rehearsal_views import rehearsal_view
from booking.retreats.rehearsing import Rehearsals, Waiting
from booking.retreats.rules.rehearsal.question import MOST_APPLICATIONS
from booking.retreats.schemas_season_views import ManagedSeason, QuotaList, RehearsalView, SeasonList
from booking.retreats.schemas_seasons import DraftRequest, EndRequest, OverrideRequest, PublishRequest, SeasonEdit
from booking.retreats.service.collecting import require_officer
from booking.retreats.service.drawing.steps import season_for
from booking.retreats.service.quotas import set_quota
from booking.retreats.service.seasons.drafting import draft_season
from booking.retreats.service.seasons.editing import edit_season
from booking.retreats.service.seasons.ending import cancel_season, restore_draft
from booking.retreats.service.seasons.publishing import publish_season
from booking.rooms.catalogue import NoRoomsHere, RoomTypeNotFound
from booking.rooms.errors import DatesCross, NotOnSale, PoolShort
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.language import words
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

OFFICERS: tuple[type[BookingError], ...] = (Unauthenticated, errors.NotAnOfficer, errors.SeasonNotFound)
RACED: tuple[type[BookingError], ...] = (errors.WrongSeasonStatus, errors.SeasonChanged)
BATCHES: tuple[type[BookingError], ...] = (
    RoomTypeNotFound,
    DatesCross,
    errors_seasons.BatchTwice,
    errors_seasons.DateOutside,
    errors_seasons.MoreBedsThanSleep,
    errors_seasons.MoreRoomsThanThere,
    errors_seasons.CalendarCrosses,
)
UNREADY: tuple[type[BookingError], ...] = (
    errors_seasons.CalendarCrosses,
    errors_seasons.ClosesInPast,
    errors_seasons.NoBatches,
    errors_seasons.BatchWithoutRooms,
    errors_seasons.GuaranteesTooMany,
    errors_seasons.SubsidyUnsourced,
    errors_seasons.SourceUnnamed,
    errors_seasons.SourceTwice,
    errors_seasons.SourceDayOutside,
    TooLittleEntropy,
    BadRules,
    NotOnSale,
    PoolShort,
)
Cursor = Annotated[str | None, QueryParameter(max_length=40, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
Earlier = Annotated[bool, QueryParameter(description="Try the applications of the season before, if there are any.")]
Applications = Annotated[int, QueryParameter(ge=1, le=MOST_APPLICATIONS, description="How many are made up otherwise.")]
Seed = Annotated[int, QueryParameter(ge=0, lt=2**31, description="The same seed gives the same rehearsal.")]

PATIENCE = 20.0
"""Seconds for which a request waits for a rehearsal."""
AGAIN_AFTER = 5


@get("/manage/retreats", responses=refusals(Unauthenticated, errors.NotAnOfficer, errors_seasons.SeasonCursorUnknown))
async def list_managed(
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> SeasonList:
    """All seasons, drafts included, those that open last first."""
    require_officer(member)
    return await database.read(season_list, drafts=True, after=cursor, limit=limit)


@post(
    "/manage/retreats",
    responses=refusals(*OFFICERS, NoRoomsHere, BadCode, CodeReserved, CodeTaken, body=True, idempotent=True)
    | answers(201, ManagedSeason, "Drafted, and seen by officers alone"),
)
async def draft(
    request: AnyRequest,
    data: JSONBody[DraftRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Begin a season, with usual terms or with those of another one."""
    return await _answer(request, database, member, lambda tx, now: draft_season(tx, now, member, data))


@get("/manage/retreats/{code:str}", responses=refusals(*OFFICERS) | tagged_answers(ManagedSeason))
async def get_managed(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A season with its version, how many applied, and what keeps a draft from being published."""

    def read(tx: ReadSession) -> ManagedSeason:
        return managed_season(tx, clock(), season_for(tx, member, code), partial(words, request))

    return tagged(request, await database.read(read), private=True)


@put(
    "/manage/retreats/{code:str}",
    responses=refusals(*OFFICERS, *RACED, *BATCHES, body=True, idempotent=True)
    | answers(200, ManagedSeason, "Changed; `faults` are what is still to do"),
)
async def edit(
    request: AnyRequest,
    code: Code,
    data: JSONBody[SeasonEdit],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Change some parts of a draft, each as a whole; parts that are left out stay as they are."""
    return await _answer(request, database, member, lambda tx, now: edit_season(tx, now, member, code, data))


@post(
    "/manage/retreats/{code:str}/publish",
    responses=refusals(*OFFICERS, *RACED, *UNREADY, body=True, idempotent=True)
    | answers(201, ManagedSeason, "Open: its rooms have left the public’s pool"),
)
async def publish(
    request: AnyRequest,
    code: Code,
    data: JSONBody[PublishRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Check everything, move the rooms, and let members apply."""
    return await _answer(request, database, member, lambda tx, now: publish_season(tx, now, member, code, data.version))


@post(
    "/manage/retreats/{code:str}/cancel",
    responses=refusals(*OFFICERS, *RACED, errors_seasons.ReasonNeeded, body=True, idempotent=True)
    | answers(201, ManagedSeason, "Cancelled; applicants were told, rooms are the public’s again"),
)
async def cancel(
    request: AnyRequest,
    code: Code,
    data: JSONBody[EndRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Put a draft away, or cancel a season before its freeze."""
    return await _answer(request, database, member, lambda tx, now: cancel_season(tx, now, member, code, data))


@post(
    "/manage/retreats/{code:str}/restore",
    responses=refusals(*OFFICERS, errors_seasons.NotDiscarded, idempotent=True)
    | answers(201, ManagedSeason, "A draft again"),
)
async def restore(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """Bring back a draft that was put away."""
    return await _answer(request, database, member, lambda tx, now: restore_draft(tx, now, member, code))


@get("/manage/retreats/{code:str}/quotas", responses=refusals(*OFFICERS) | tagged_answers(QuotaList))
async def get_quotas(
    request: AnyRequest, code: Code, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """The split of the places down to the townships, and what officers set instead, with their reasons."""

    def read(tx: ReadSession) -> QuotaList:
        return quota_list(tx, season_for(tx, member, code))

    return tagged(request, await database.read(read), private=True)


@put(
    "/manage/retreats/{code:str}/quotas",
    responses=refusals(
        *OFFICERS,
        errors.WrongSeasonStatus,
        NoSuchOrganisation,
        errors_seasons.QuotaOfTheCity,
        body=True,
        idempotent=True,
    )
    | answers(200, QuotaList, "The split as it is now"),
)
async def put_quota(
    request: AnyRequest,
    code: Code,
    data: JSONBody[OverrideRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Set the places of an organisation with a reason, or leave them to the split again."""

    def command(tx: WriteSession, now: datetime) -> QuotaList:
        set_quota(tx, now, member, code, data)
        return quota_list(tx, season_for(tx, member, code))

    return await once(database, request, member.actor, command)


@get(
    "/manage/retreats/{code:str}/rehearsal",
    responses=refusals(*OFFICERS, BadRules, errors_seasons.RehearsalRunning),
)
async def get_rehearsal(
    code: Code,
    database: NamedDependency[Database],
    rehearsals: NamedDependency[Rehearsals],
    member: NamedDependency[Principal],
    earlier: Earlier = True,
    applications: Applications = 2000,
    seed: Seed = 1,
) -> RehearsalView:
    """Draw a season that was not published: chances by group, wishes met, places left empty."""

    def read(tx: ReadSession) -> tuple[Season, Season | None]:
        season = season_for(tx, member, code)
        before = earlier_season(tx, season) if earlier else None
        return season, None if before is None else before[0]

    season, before = await database.read(read)
    found = await rehearsals.ask(season, earlier=before, applications=applications, seed=seed, patience=PATIENCE)
    if isinstance(found, Waiting):
        raise errors_seasons.RehearsalRunning(retry_after=AGAIN_AFTER)
    return rehearsal_view(found, earlier="" if before is None else before.code, seed=seed)


async def _answer(
    request: Request[Any, Any, Any],
    database: Database,
    member: Principal,
    command: Callable[[WriteSession, datetime], Season],
) -> Response[bytes]:
    """Run a command once, and answer the season as it is then."""

    def run(tx: WriteSession, now: datetime) -> ManagedSeason:
        return managed_season(tx, now, command(tx, now), partial(words, request))

    return await once(database, request, member.actor, run)


handlers = [
    list_managed,
    draft,
    get_managed,
    edit,
    publish,
    cancel,
    restore,
    get_quotas,
    put_quota,
    get_rehearsal,
]
