"""A member's bookings: hold, confirm, change, cancel, take back, and what there is."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from booking.clock import Clock
from booking.db import Database
from booking.errors import BookingError, Unauthenticated
from booking.venues import errors
from booking.venues.api.paths import PathId
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.queries.bookings import Cursor, booking_view, bookings_of
from booking.venues.schemas import BookingPage, BookingView, ChangeRequest, HoldRequest, PartnersRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.changing import change_booking
from booking.venues.service.ending import cancel_booking, restore_booking
from booking.venues.service.partners import add_partners
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

NO_ROOM: tuple[type[BookingError], ...] = (
    errors.SlotTaken,
    errors.CourtTaken,
    errors.PoolFull,
    errors.StillPlanning,
)
NOT_ALLOWED: tuple[type[BookingError], ...] = (
    errors.NotOpenThen,
    errors.OffGrid,
    errors.WrongLength,
    errors.NotYetBookable,
    errors.AlreadyBegun,
    errors.NotEligible,
    errors.StandingTooLow,
    errors.LimitReached,
    CourtNotFound,
)
Text = Annotated[str | None, QueryParameter(max_length=60, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
When = Annotated[
    Literal["upcoming", "past"],
    QueryParameter(description="What is ahead, or what was played or ended early."),
]


class _Made(msgspec.Struct):
    """As much of a booking as says where to look for it."""

    place: int
    id: int
    status: str


@get("/me/bookings", responses=refusals(Unauthenticated, errors.CursorUnknown) | tagged_answers(BookingPage))
async def my_bookings(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    when: When = "upcoming",
    cursor: Text = None,
    limit: Limit = 20,
) -> Response[bytes]:
    """My bookings, those that I was named a partner of included; the next one first, past ones newest first."""
    after = None if cursor is None else Cursor.read(cursor)
    page = await database.read(bookings_of, clock(), member, upcoming=when == "upcoming", after=after, limit=limit)
    return tagged(request, page, private=True)


@get(
    "/bookings/{place:int}/{booking:int}",
    responses=refusals(Unauthenticated, errors.BookingNotFound) | tagged_answers(BookingView),
)
async def get_booking(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A booking, for those who play on it and the staff of its place."""
    return tagged(request, await database.read(booking_view, clock(), place, booking, member), private=True)


@post(
    "/bookings",
    responses=refusals(
        Unauthenticated,
        FacilityNotFound,
        *NO_ROOM,
        *NOT_ALLOWED,
        errors.TooManyPartners,
        errors.PartnerNotFound,
        body=True,
        idempotent=True,
    )
    | answers(201, BookingView, "Held until `hold_expires_at`: confirm it by then")
    | answers(202, BookingView, "Pending: ask at `Location` until `answer_by`, or look into the inbox"),
)
async def hold(
    request: Request[Any, Any, Any],
    data: JSONBody[HoldRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Keep a court, or heads of a pooled area, for a few minutes. Refused for want of room, it names alternatives."""
    answer = await once(database, request, member.actor, hold_slot, member, data)
    made = msgspec.json.decode(answer.content, type=_Made)
    if made.status == "pending":
        answer.status_code = 202
        answer.headers["Location"] = f"/api/v1/bookings/{made.place}/{made.id}"
    return answer


@post(
    "/bookings/{place:int}/{booking:int}/confirm",
    responses=refusals(Unauthenticated, errors.BookingNotFound, errors.HoldExpired, errors.WrongStatus, idempotent=True)
    | answers(201, BookingView, "Booked, with a pass for each who plays"),
)
async def confirm(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Make a hold a booking."""
    return await once(database, request, member.actor, confirm_booking, member, place, booking)


@post(
    "/bookings/{place:int}/{booking:int}/cancel",
    responses=refusals(
        Unauthenticated, errors.BookingNotFound, errors.WrongStatus, errors.AlreadyBegun, idempotent=True
    )
    | answers(201, BookingView, "Cancelled; it can be restored for ten minutes"),
)
async def cancel(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Give a booking up. After `cancel_free_until` it counts as late."""
    return await once(database, request, member.actor, cancel_booking, member, place, booking)


@post(
    "/bookings/{place:int}/{booking:int}/restore",
    responses=refusals(
        Unauthenticated,
        errors.BookingNotFound,
        errors.WrongStatus,
        errors.AlreadyBegun,
        errors.LimitReached,
        *NO_ROOM,
        idempotent=True,
    )
    | answers(201, BookingView, "As it was before it was cancelled"),
)
async def restore(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take a cancellation back, while nothing else took the place."""
    return await once(database, request, member.actor, restore_booking, member, place, booking)


@post(
    "/bookings/{place:int}/{booking:int}/change",
    responses=refusals(
        Unauthenticated,
        errors.BookingNotFound,
        errors.WrongStatus,
        *NO_ROOM,
        *NOT_ALLOWED,
        body=True,
        idempotent=True,
    )
    | answers(201, BookingView, "Moved; its passes follow"),
)
async def change(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    data: JSONBody[ChangeRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Move a booking to other hours or to a chosen court; refused, it stays as it was."""
    return await once(database, request, member.actor, change_booking, member, place, booking, data)


@post(
    "/bookings/{place:int}/{booking:int}/partners",
    responses=refusals(
        Unauthenticated,
        errors.BookingNotFound,
        errors.WrongStatus,
        errors.AlreadyBegun,
        errors.TooManyPartners,
        errors.PartnerNotFound,
        body=True,
        idempotent=True,
    )
    | answers(201, BookingView, "With those who joined, each with a pass once it is confirmed"),
)
async def join(
    request: Request[Any, Any, Any],
    place: PathId,
    booking: PathId,
    data: JSONBody[PartnersRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Name more of those who play on a court."""
    return await once(database, request, member.actor, add_partners, member, place, booking, data.partners)


handlers = [my_bookings, get_booking, hold, confirm, cancel, restore, change, join]
