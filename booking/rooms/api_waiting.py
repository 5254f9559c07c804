"""The JSON API of waiting lists: to wait for rooms that are all given, and to take what comes free."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from booking.clock import Clock
from booking.db import Database
from booking.errors import Unauthenticated
from booking.rooms import errors
from booking.rooms.api import CROWDED, NOT_SOLD, RESTRICTED, PathId
from booking.rooms.catalogue import NoRoomsHere, RoomTypeNotFound
from booking.rooms.queries.waiting import my_waits
from booking.rooms.schemas import StayView
from booking.rooms.schemas_waiting import WaitList, WaitRequest, WaitView
from booking.rooms.service import waiting
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]


@get("/me/waits", responses=refusals() | tagged_answers(WaitList))
async def get_waits(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Where I wait for rooms, and what is held for me; the earliest nights first."""
    return tagged(request, await database.read(my_waits, clock(), member), private=True)


@post(
    "/waits",
    responses=refusals(
        Unauthenticated,
        NoRoomsHere,
        RoomTypeNotFound,
        errors.RoomsLeft,
        errors.AlreadyWaiting,
        errors.TooManyWaits,
        *NOT_SOLD,
        *RESTRICTED,
        *CROWDED,
        body=True,
        idempotent=True,
    )
    | answers(201, WaitView, "In line: what comes free is offered in turn"),
)
async def join(
    request: AnyRequest,
    data: JSONBody[WaitRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Wait for rooms of a type. Refused where there are some: then they can be booked."""
    return await once(database, request, member.actor, waiting.join, member, data)


@post(
    "/waits/{place:int}/{wait:int}/accept",
    responses=refusals(
        Unauthenticated,
        NoRoomsHere,
        errors.WaitNotFound,
        errors.WaitOver,
        errors.StayHoldExpired,
        errors.WrongStayStatus,
        errors.StayChanged,
        idempotent=True,
    )
    | answers(201, StayView, "Booked, with a pass for each guest"),
)
async def accept(
    request: AnyRequest,
    place: PathId,
    wait: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Confirm what is held for me. To change its guests first, change the stay that it names."""
    return await once(database, request, member.actor, waiting.accept, member, place, wait)


@post(
    "/waits/{place:int}/{wait:int}/leave",
    responses=refusals(
        Unauthenticated, NoRoomsHere, errors.WaitNotFound, errors.WaitOver, errors.StayChanged, idempotent=True
    )
    | answers(201, WaitView, "Left; what was offered goes to the next"),
)
async def leave(
    request: AnyRequest,
    place: PathId,
    wait: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Wait no longer."""
    return await once(database, request, member.actor, waiting.leave, member, place, wait)


router = Router(path="/api/v1", route_handlers=[get_waits, join, accept, leave], tags=["rooms"])
