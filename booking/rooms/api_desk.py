"""The JSON API of the front desk and of housekeeping, for those who work at the house."""

from datetime import date, datetime
from typing import Annotated

from litestar import Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Unauthenticated
from booking.payments.errors import FolioNotFound
from booking.rooms import api_figures, errors, errors_desk
from booking.rooms.api import CROWDED, NO_ROOM, NOT_SOLD, RESTRICTED, UNKNOWN
from booking.rooms.api_figures import AnyRequest, PathId, within
from booking.rooms.catalogue import AllotmentNotFound, NoRoomsHere, RoomNotFound, houses
from booking.rooms.queries.desk import desk_lists
from booking.rooms.queries.housekeeping import floor_plan
from booking.rooms.rules.nights import night_of
from booking.rooms.schemas import StayView
from booking.rooms.schemas_desk import (
    ArriveRequest,
    CloseDayRequest,
    DepartRequest,
    DeskLists,
    DeskRoom,
    DeskRooms,
    DocumentsRequest,
    ExtendRequest,
    FloorPlan,
    HousekeepingRequest,
    HousekeepingView,
    ReadyRooms,
    RoomChangeRequest,
    WalkInRequest,
)
from booking.rooms.schemas_figures import BusinessDayView
from booking.rooms.service import desk
from booking.rooms.service.allotments import check_staff
from booking.rooms.service.day_close import close_day
from booking.rooms.service.desk.finding import ready_rooms, stay_room_of
from booking.rooms.service.housekeeping import set_state
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

PathDay = Annotated[date, PathParameter(description="A hotel day.")]
HERE: tuple[type[BookingError], ...] = (Unauthenticated, errors.NotStaff, NoRoomsHere)
OF_ROOM: tuple[type[BookingError], ...] = (
    *HERE,
    errors_desk.StayRoomNotFound,
    errors_desk.WrongRoomStatus,
    errors.StayChanged,
)
PUT: tuple[type[BookingError], ...] = (RoomNotFound, errors.StillSeeking, *NO_ROOM)
ARRIVING: tuple[type[BookingError], ...] = (
    errors_desk.ArrivesAnotherDay,
    errors_desk.DocumentMissing,
    errors_desk.NoSuchGuest,
    errors_desk.RoomNotReady,
    errors_desk.NoRoomReady,
    FolioNotFound,
)


@get("/days/{day:date}", responses=refusals(*HERE, errors_desk.DayUnfit) | tagged_answers(DeskLists))
async def get_day(
    request: AnyRequest,
    place: PathId,
    day: PathDay,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Who arrives, who leaves and who is in the house on a hotel day, with what each owes."""
    check_staff(member, place)
    return tagged(request, await database.read(desk_lists, clock(), place, night_of(within(day))), private=True)


@get("/floor-plan/{day:date}", responses=refusals(*HERE, errors_desk.DayUnfit) | tagged_answers(FloorPlan))
async def get_floor_plan(
    request: AnyRequest,
    place: PathId,
    day: PathDay,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Every room by wing and floor: how clean it is, who is in it, who comes; and what to clean first."""
    check_staff(member, place)
    return tagged(request, await database.read(floor_plan, place, night_of(within(day))), private=True)


@get(
    "/rooms/{stay_room:int}/ready",
    responses=refusals(*HERE, errors_desk.StayRoomNotFound) | tagged_answers(ReadyRooms),
)
async def get_ready_rooms(
    request: AnyRequest,
    place: PathId,
    stay_room: PathId,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Clean rooms of the type that these guests could have at once."""
    check_staff(member, place)
    now = clock()

    def query(tx: ReadSession) -> ReadyRooms:
        house = houses(tx).house(place)
        return ReadyRooms(ready_rooms(tx, now, house, stay_room_of(tx, place, stay_room)))

    return tagged(request, await database.read(query), private=True)


@post(
    "/rooms/{stay_room:int}/arrive",
    responses=refusals(*OF_ROOM, *ARRIVING, *PUT, body=True, idempotent=True) | answers(201, DeskRoom, "In the house"),
)
async def arrive(
    request: AnyRequest,
    place: PathId,
    stay_room: PathId,
    data: JSONBody[ArriveRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Let the guests of a room in. Refused for a room that is not clean, it names those that are."""
    return await once(database, request, member.actor, desk.arrive, member, place, stay_room, data)


@post(
    "/rooms/{stay_room:int}/documents",
    responses=refusals(*OF_ROOM, errors_desk.NoSuchGuest, body=True, idempotent=True) | answers(201, DeskRoom),
)
async def see_documents(
    request: AnyRequest,
    place: PathId,
    stay_room: PathId,
    data: JSONBody[DocumentsRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Write down the documents of guests who came later."""
    return await once(database, request, member.actor, desk.see_documents, member, place, stay_room, data.documents)


@post(
    "/rooms/{stay_room:int}/depart",
    responses=refusals(*OF_ROOM, errors_desk.FolioOpen, body=True, idempotent=True) | answers(201, DeskRoom, "Gone"),
)
async def depart(
    request: AnyRequest,
    place: PathId,
    stay_room: PathId,
    data: JSONBody[DepartRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Let the guests of a room go; with the last room the folio is settled."""
    return await once(database, request, member.actor, desk.depart, member, place, stay_room, data)


@post(
    "/rooms/{stay_room:int}/change",
    responses=refusals(
        *OF_ROOM,
        *PUT,
        errors_desk.SameRoom,
        errors_desk.OtherType,
        errors_desk.NoRoomReady,
        body=True,
        idempotent=True,
    )
    | answers(201, DeskRoom),
)
async def change_room(
    request: AnyRequest,
    place: PathId,
    stay_room: PathId,
    data: JSONBody[RoomChangeRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Give guests another room."""
    return await once(database, request, member.actor, desk.change_room, member, place, stay_room, data)


@post(
    "/rooms/{stay_room:int}/extend",
    responses=refusals(*OF_ROOM, *PUT, *NOT_SOLD, body=True, idempotent=True) | answers(201, DeskRoom),
)
async def extend(
    request: AnyRequest,
    place: PathId,
    stay_room: PathId,
    data: JSONBody[ExtendRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Let guests stay longer in the room that they have."""
    return await once(database, request, member.actor, desk.extend, member, place, stay_room, data)


@post(
    "/stays/{stay:int}/no-show",
    responses=refusals(
        *HERE,
        errors.StayNotFound,
        errors.WrongStayStatus,
        errors.StillExpected,
        errors_desk.StillKept,
        errors.NothingToCancel,
        errors.StayChanged,
        idempotent=True,
    )
    | answers(201, StayView),
)
async def mark_no_show(
    request: AnyRequest,
    place: PathId,
    stay: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Give up the rooms whose guests did not come."""
    return await once(database, request, member.actor, desk.mark_no_show, member, place, stay)


@post(
    "/stays/{stay:int}/no-show/take-back",
    responses=refusals(
        *HERE,
        errors.StayNotFound,
        errors.WrongStayStatus,
        errors.NightsOver,
        errors.StillSeeking,
        *NO_ROOM,
        idempotent=True,
    )
    | answers(201, StayView, "Expected again, from tonight on"),
)
async def take_back_no_show(
    request: AnyRequest,
    place: PathId,
    stay: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Expect guests again who were marked too soon; refused for want of room, it names the nights."""
    return await once(database, request, member.actor, desk.take_back_no_show, member, place, stay)


@post(
    "/walk-ins",
    responses=refusals(
        *OF_ROOM,
        *ARRIVING,
        *PUT,
        *UNKNOWN,
        *NOT_SOLD,
        *RESTRICTED,
        *CROWDED,
        AllotmentNotFound,
        errors.GuestNotFound,
        errors.GuestsUnnamed,
        body=True,
        idempotent=True,
    )
    | answers(201, DeskRooms, "Booked and in the house"),
)
async def walk_in(
    request: AnyRequest,
    place: PathId,
    data: JSONBody[WalkInRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Book for guests without a booking and let them in at once."""

    def command(tx: WriteSession, now: datetime) -> DeskRooms:
        check_staff(member, place)
        return DeskRooms(desk.walk_in(tx, now, member, place, data))

    return await once(database, request, member.actor, command)


@put(
    "/housekeeping/{room:int}",
    status_code=200,
    responses=refusals(
        *HERE, RoomNotFound, errors_desk.WrongStep, errors_desk.HousekeepingChanged, body=True, idempotent=True
    )
    | answers(200, HousekeepingView),
)
async def put_housekeeping(
    request: AnyRequest,
    place: PathId,
    room: PathId,
    data: JSONBody[HousekeepingRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Write down how clean a room is now."""
    return await once(database, request, member.actor, set_state, member, place, room, data.state)


@post(
    "/days/close",
    responses=refusals(
        *HERE,
        errors_desk.DayUnfit,
        errors_desk.CloseInOrder,
        errors_desk.DayNotOver,
        errors_desk.ArrivalsUnresolved,
        errors_desk.DeparturesUnresolved,
        errors.StayChanged,
        body=True,
        idempotent=True,
    )
    | answers(201, BusinessDayView, "Closed; its figures never change"),
)
async def close(
    request: AnyRequest,
    place: PathId,
    data: JSONBody[CloseDayRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Close a hotel day: once, in order, with no guest left unresolved."""
    check_staff(member, place)
    within(data.day)
    return await once(database, request, member.actor, close_day, member, place, data)


router = Router(
    path="/api/v1/front-desk/{place:int}",
    route_handlers=[
        get_day,
        get_floor_plan,
        get_ready_rooms,
        arrive,
        see_documents,
        depart,
        change_room,
        extend,
        mark_no_show,
        take_back_no_show,
        walk_in,
        put_housekeeping,
        close,
        *api_figures.handlers,
    ],
    tags=["front desk"],
)
