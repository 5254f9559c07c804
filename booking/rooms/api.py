"""The JSON API of rooms: what there is, what it costs, and a member's stays."""

from datetime import date
from typing import Annotated, Any, Literal

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter

from booking.clock import Clock
from booking.db import Database
from booking.errors import BookingError, Unauthenticated
from booking.rooms import errors
from booking.rooms.catalogue import AllotmentNotFound, ExtraNotFound, NoRoomsHere, RoomNotFound, RoomTypeNotFound
from booking.rooms.queries import offering, searching
from booking.rooms.queries.stays import Cursor, stay_view, stays_of
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas import (
    MOST_HEADS,
    Calendar,
    CancelRequest,
    DatesRequest,
    HouseView,
    Offers,
    QuoteRequest,
    QuoteView,
    StayPage,
    StayRequest,
    StayView,
)
from booking.rooms.service.changing import change_dates
from booking.rooms.service.ending import cancel_stay, restore_stay
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

NO_ROOM: tuple[type[BookingError], ...] = (errors.RoomsFull, errors.RoomsCutUp, errors.RoomTaken, errors.StayChanged)
NOT_SOLD: tuple[type[BookingError], ...] = (errors.DatesCross, errors.NotOnSale, errors.TooManyNights)
RESTRICTED: tuple[type[BookingError], ...] = (
    errors.ClosedToArrival,
    errors.ClosedToDeparture,
    errors.StayTooShort,
    errors.StayTooLong,
)
UNKNOWN: tuple[type[BookingError], ...] = (NoRoomsHere, RoomTypeNotFound, RoomNotFound, ExtraNotFound)
CROWDED: tuple[type[BookingError], ...] = (errors.TooManyRooms, errors.TooManyHeads)

PathId = Annotated[int, PathParameter(ge=1, lt=2**53)]
Heads = Annotated[int, QueryParameter(ge=1, le=MOST_HEADS, description="How many sleep in one room.")]
Days = Annotated[int, QueryParameter(ge=1, le=searching.MOST_DAYS, description="How many nights.")]
Text = Annotated[str | None, QueryParameter(max_length=60, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
When = Annotated[Literal["upcoming", "past"], QueryParameter(description="What is ahead, or what is over.")]


@get("/rooms/{place:int}", responses=refusals(NoRoomsHere) | tagged_answers(HouseView))
async def get_house(
    request: Request[Any, Any, Any], place: PathId, database: NamedDependency[Database]
) -> Response[bytes]:
    """A place that sells nights: its room types, extras and rules."""
    return tagged(request, await database.read(offering.house_view, place))


@get("/rooms/{place:int}/nights", responses=refusals(NoRoomsHere) | tagged_answers(Calendar))
async def get_nights(
    request: Request[Any, Any, Any],
    place: PathId,
    first: FromQuery[date],
    database: NamedDependency[Database],
    principal: NamedDependency[Principal | None],
    days: Days = 61,
) -> Response[bytes]:
    """Every room type's price, free rooms and restrictions, night by night."""
    found = await database.read(searching.calendar, place, first, days, principal)
    return tagged(request, found, private=principal is not None)


@get("/rooms/{place:int}/offers", responses=refusals(NoRoomsHere, *NOT_SOLD) | tagged_answers(Offers))
async def get_offers(
    request: Request[Any, Any, Any],
    place: PathId,
    arrival: FromQuery[date],
    departure: FromQuery[date],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
    heads: Heads = 1,
) -> Response[bytes]:
    """What each room type offers for some dates; the nearest that would fit if none does."""
    nights = Nights(night_of(arrival), night_of(departure))
    found = await database.read(offering.offers, clock(), place, nights, heads, principal)
    return tagged(request, found, private=principal is not None)


@post("/stays/quote", status_code=200, responses=refusals(*UNKNOWN, *NOT_SOLD, errors.TooManyHeads, body=True))
async def get_quote(
    data: JSONBody[QuoteRequest],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> QuoteView:
    """What a stay would cost whoever asks; nothing is kept."""
    return await database.read(offering.quote, clock(), principal, data)


@get("/me/stays", responses=refusals(errors.StayCursorUnknown) | tagged_answers(StayPage))
async def my_stays(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    when: When = "upcoming",
    cursor: Text = None,
    limit: Limit = 20,
) -> Response[bytes]:
    """My stays, those that I am a guest of included; the next one first, past ones newest first."""
    after = None if cursor is None else Cursor.read(cursor)
    page = await database.read(stays_of, clock(), member, upcoming=when == "upcoming", after=after, limit=limit)
    return tagged(request, page, private=True)


@get("/stays/{place:int}/{stay:int}", responses=refusals(errors.StayNotFound) | tagged_answers(StayView))
async def get_stay(
    request: Request[Any, Any, Any],
    place: PathId,
    stay: PathId,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A stay, for its guests and the staff of the house."""
    return tagged(request, await database.read(stay_view, clock(), place, stay, member), private=True)


@post(
    "/stays",
    responses=refusals(
        Unauthenticated,
        *UNKNOWN,
        AllotmentNotFound,
        *NO_ROOM,
        *NOT_SOLD,
        *RESTRICTED,
        *CROWDED,
        errors.GuestNotFound,
        errors.GuestsUnnamed,
        errors.NotStaff,
        body=True,
        idempotent=True,
    )
    | answers(201, StayView, "Held until `hold_expires_at`, or `pending` while its rooms are being found"),
)
async def hold(
    request: Request[Any, Any, Any],
    data: JSONBody[StayRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Keep rooms for a few minutes. Refused for want of room, it names the nights and what would fit instead."""
    return await once(database, request, member.actor, hold_stay, member, data)


@post(
    "/stays/{place:int}/{stay:int}/confirm",
    responses=refusals(
        Unauthenticated,
        errors.StayNotFound,
        errors.StayHoldExpired,
        errors.WrongStayStatus,
        errors.StayChanged,
        idempotent=True,
    )
    | answers(201, StayView, "Booked, with a pass for each guest; a pending one will be"),
)
async def confirm(
    request: Request[Any, Any, Any],
    place: PathId,
    stay: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Make a hold a stay."""
    return await once(database, request, member.actor, confirm_stay, member, place, stay)


@post(
    "/stays/{place:int}/{stay:int}/cancel",
    responses=refusals(
        Unauthenticated,
        errors.StayNotFound,
        errors.StayGranted,
        errors.WrongStayStatus,
        errors.NothingToCancel,
        errors.StayChanged,
        body=True,
        idempotent=True,
    )
    | answers(201, StayView, "Given up; it can be restored for ten minutes"),
)
async def cancel(
    request: Request[Any, Any, Any],
    place: PathId,
    stay: PathId,
    data: JSONBody[CancelRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Give up a stay, or some of its rooms, at the fee of the day (`cancel_fee_fen`)."""
    return await once(database, request, member.actor, cancel_stay, member, place, stay, data)


@post(
    "/stays/{place:int}/{stay:int}/restore",
    responses=refusals(
        Unauthenticated,
        errors.StayNotFound,
        errors.WrongStayStatus,
        errors.StillSeeking,
        *NO_ROOM,
        idempotent=True,
    )
    | answers(201, StayView, "As it was before its last cancellation"),
)
async def restore(
    request: Request[Any, Any, Any],
    place: PathId,
    stay: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take the last cancellation back, while nothing else took the rooms."""
    return await once(database, request, member.actor, restore_stay, member, place, stay)


@post(
    "/stays/{place:int}/{stay:int}/change",
    responses=refusals(
        Unauthenticated,
        errors.StayNotFound,
        errors.StayGranted,
        errors.StayHoldExpired,
        errors.WrongStayStatus,
        errors.StillSeeking,
        *NO_ROOM,
        *NOT_SOLD,
        *RESTRICTED,
        body=True,
        idempotent=True,
    )
    | answers(201, StayView, "On its new nights, at their price; its passes follow"),
)
async def change(
    request: Request[Any, Any, Any],
    place: PathId,
    stay: PathId,
    data: JSONBody[DatesRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Move a stay to other nights; refused, it stays as it was."""
    return await once(database, request, member.actor, change_dates, member, place, stay, data)


router = Router(
    path="/api/v1",
    route_handlers=[
        get_house,
        get_nights,
        get_offers,
        get_quote,
        my_stays,
        get_stay,
        hold,
        confirm,
        cancel,
        restore,
        change,
    ],
    tags=["rooms"],
)
