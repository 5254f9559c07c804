"""What the managers of a place do at its counter."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from booking.db import Database, WriteSession
from booking.errors import Denied, Unauthenticated
from booking.venues import errors
from booking.venues.api.bookings import NO_ROOM
from booking.venues.api.paths import PathId
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.schemas import BlockLifted, BlockRequest, BlockView, BookingView, WalkInRequest
from booking.venues.service import counter as service
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

_HOURS = (errors.NotOpenThen, errors.OffGrid, errors.AlreadyBegun)


@post(
    "/counter/{place:int}/bookings",
    responses=refusals(
        Unauthenticated,
        Denied,
        FacilityNotFound,
        CourtNotFound,
        errors.PartnerNotFound,
        *_HOURS,
        *NO_ROOM,
        body=True,
        idempotent=True,
    )
    | answers(201, BookingView, "Booked and confirmed"),
)
async def book_at_counter(
    request: Request[Any, Any, Any],
    place: PathId,
    data: JSONBody[WalkInRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Book for someone who stands at the counter."""
    return await once(database, request, member.actor, service.book_at_counter, member, place, data)


@post(
    "/counter/{place:int}/blocks",
    responses=refusals(
        Unauthenticated,
        Denied,
        FacilityNotFound,
        CourtNotFound,
        errors.BlockedBy,
        errors.WeeksUnclear,
        errors.OffGrid,
        body=True,
        idempotent=True,
    )
    | answers(201, list[BlockView], "One block a week"),
)
async def block(
    request: Request[Any, Any, Any],
    place: PathId,
    data: JSONBody[BlockRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Keep courts for a league or a training, once or weekly; refused if a booking would be displaced."""
    return await once(database, request, member.actor, service.block_courts, member, place, data)


@delete(
    "/counter/{place:int}/blocks/{block_id:int}",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, errors.WrongStatus, errors.ByChange, idempotent=True)
    | answers(200, BlockLifted),
)
async def lift(
    request: Request[Any, Any, Any],
    place: PathId,
    block_id: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Give the courts of a block back to booking."""

    def command(tx: WriteSession, now: datetime) -> BlockLifted:
        service.lift_block(tx, now, member, place, block_id)
        return BlockLifted(lifted=block_id)

    return await once(database, request, member.actor, command)


@post(
    "/counter/{place:int}/bookings/{booking:int}/no-show",
    responses=refusals(Unauthenticated, Denied, errors.BookingNotFound, errors.WrongStatus, idempotent=True)
    | answers(201, BookingView),
)
async def mark_no_show(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Record that nobody came."""
    return await once(database, request, member.actor, service.mark_no_show, member, place, booking)


@delete(
    "/counter/{place:int}/bookings/{booking:int}/no-show",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, errors.BookingNotFound, errors.WrongStatus, idempotent=True)
    | answers(200, BookingView),
)
async def take_back_no_show(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """They came after all."""
    return await once(database, request, member.actor, service.take_back_no_show, member, place, booking)


handlers = [book_at_counter, block, lift, mark_no_show, take_back_no_show]
