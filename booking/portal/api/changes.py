"""Changes of what a place offers: rehearsed as often as one likes, drafted, applied as shown, undone."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from booking.clock import Clock
from booking.db import Database, WriteSession
from booking.errors import BookingError, Denied, Invalid, NotFound, Unauthenticated
from booking.members.rules.identity import masked_phone
from booking.places.service import require_manager
from booking.rehearsal import service
from booking.rehearsal.errors import NotApplied, NotDrafted, PlanChanged, TakenMeanwhile, UnknownKind
from booking.rehearsal.queries import ChangeView, change, changes
from booking.rehearsal.rules import Headline, Plan, headline
from booking.rooms.catalogue import NoRoomsHere, RoomNotFound
from booking.rooms.errors import NoNightsLeft
from booking.rooms.errors_desk import AlreadyOut, OutageOver, OutageTooLong
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.errors import OffGrid
from booking.venues.schemas import Id
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.locale import N_
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]
PathId = FromPath[Id]
Member = NamedDependency[Principal]
Store = NamedDependency[Database]
Cursor = Annotated[int | None, QueryParameter(ge=1, lt=2**53, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
ASKED: tuple[type[BookingError], ...] = (UnknownKind, FacilityNotFound, CourtNotFound, OffGrid)
OF_ROOMS: tuple[type[BookingError], ...] = (
    NoRoomsHere,
    RoomNotFound,
    OutageOver,
    OutageTooLong,
    AlreadyOut,
    NoNightsLeft,
)


class RequestUnfit(Invalid):
    """A request that is not of the form that its kind of change has."""

    code = "change_request_unfit"
    text = N_("这种变更的内容不对：{detail}。")


class ChangeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A change by its kind, such as `venues.close_courts`, and what that kind asks for."""

    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    request: dict[str, Any]


class Rehearsal(msgspec.Struct, frozen=True):
    """What a change would do now; nothing of it is kept."""

    headline: Headline
    plan: Plan


class ChangePage(msgspec.Struct, frozen=True):
    """A page of changes, newest first; `next` is the cursor of the page after it."""

    items: list[ChangeView]
    next: int | None


def _masked(plan: Plan) -> Plan:
    """A plan without the whole numbers of guests: each is asked for by itself, and the asking is noted."""
    effects = (msgspec.structs.replace(effect, phone=masked_phone(effect.phone)) for effect in plan.effects)
    return msgspec.structs.replace(plan, effects=tuple(effects))


def _view(seen: ChangeView) -> ChangeView:
    return msgspec.structs.replace(seen, plan=_masked(seen.plan))


async def _planned(database: Database, clock: Clock, member: Principal, place: int, data: ChangeRequest) -> Plan:
    require_manager(member, place)
    try:
        return await database.read(service.rehearse, clock(), place, data.kind, data.request)
    except msgspec.ValidationError as unfit:
        raise RequestUnfit(detail=str(unfit)) from unfit


@post(
    "/places/{place:int}/rehearsals",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, RequestUnfit, *ASKED, *OF_ROOMS, body=True),
)
async def rehearse(
    place: PathId,
    data: JSONBody[ChangeRequest],
    database: Store,
    clock: NamedDependency[Clock],
    member: Member,
) -> Rehearsal:
    """Who would be affected and how. Stores nothing, so it needs no key."""
    plan = await _planned(database, clock, member, place, data)
    return Rehearsal(headline(plan), _masked(plan))


@post(
    "/places/{place:int}/changes",
    responses=refusals(Unauthenticated, Denied, RequestUnfit, *ASKED, *OF_ROOMS, body=True, idempotent=True)
    | answers(201, ChangeView, "Drafted: look at its plan, then apply it"),
)
async def draft(
    request: AnyRequest,
    place: PathId,
    data: JSONBody[ChangeRequest],
    database: Store,
    clock: NamedDependency[Clock],
    member: Member,
) -> Response[bytes]:
    """Keep a change with its plan, to be applied as it was shown."""
    plan = await _planned(database, clock, member, place, data)

    def command(tx: WriteSession, now: datetime) -> ChangeView:
        made = service.draft(
            tx, now, place_id=place, kind=data.kind, request=data.request, by=member.member_id, plan=plan
        )
        return _view(change(tx, place, made))

    return await once(database, request, member.actor, command)


@get("/places/{place:int}/changes", responses=refusals(Unauthenticated, Denied) | tagged_answers(ChangePage))
async def list_changes(
    request: AnyRequest, place: PathId, database: Store, member: Member, cursor: Cursor = None, limit: Limit = 20
) -> Response[bytes]:
    """What was changed at a place, newest first; drafts that came to nothing are left out."""
    require_manager(member, place)
    found = await database.read(changes, place, cursor, limit + 1)
    page = ChangePage([_view(seen) for seen in found[:limit]], found[limit - 1].id if len(found) > limit else None)
    return tagged(request, page, private=True)


@get(
    "/places/{place:int}/changes/{change_id:int}",
    responses=refusals(Unauthenticated, Denied, NotFound) | tagged_answers(ChangeView),
)
async def get_change(
    request: AnyRequest, place: PathId, change_id: PathId, database: Store, member: Member
) -> Response[bytes]:
    """A change with everything that it does."""
    require_manager(member, place)
    return tagged(request, _view(await database.read(change, place, change_id)), private=True)


@post(
    "/places/{place:int}/changes/{change_id:int}/apply",
    responses=refusals(
        Unauthenticated, Denied, NotFound, NotDrafted, PlanChanged, TakenMeanwhile, *OF_ROOMS, idempotent=True
    )
    | answers(201, ChangeView, "Applied; everybody affected was told"),
)
async def apply(
    request: AnyRequest,
    place: PathId,
    change_id: PathId,
    database: Store,
    clock: NamedDependency[Clock],
    member: Member,
) -> Response[bytes]:
    """Do what was shown, or refuse if it would be something else by now: then draft it anew."""
    require_manager(member, place)
    plan = await database.read(service.replanned, clock(), place, change_id)

    def command(tx: WriteSession, now: datetime) -> ChangeView:
        return _view(service.apply(tx, now, place_id=place, change_id=change_id, by=member.member_id, plan=plan))

    return await once(database, request, member.actor, command)


@post(
    "/places/{place:int}/changes/{change_id:int}/undo",
    responses=refusals(Unauthenticated, Denied, NotFound, NotApplied, TakenMeanwhile, idempotent=True)
    | answers(201, ChangeView, "Undone; everybody who had been told was told"),
)
async def undo(
    request: AnyRequest, place: PathId, change_id: PathId, database: Store, member: Member
) -> Response[bytes]:
    """Take a change back in one step, while nothing else took the place."""
    require_manager(member, place)

    def command(tx: WriteSession, now: datetime) -> ChangeView:
        return _view(service.undo(tx, now, place_id=place, change_id=change_id, by=member.member_id))

    return await once(database, request, member.actor, command)


handlers = [rehearse, draft, list_changes, get_change, apply, undo]
