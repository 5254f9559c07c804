"""Describing places to the service: what stands, put anew by code, and retired. Each write names its own key."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking.db import Database, ReadSession, WriteSession
from booking.errors import Denied, Unauthenticated
from booking.places import service as places_service
from booking.places.catalogue import PlaceNotFound, places
from booking.places.errors import BadCode, CodeReserved, StillInUse, TooManyZones, ZoneNotFound
from booking.places.models import CalendarDay
from booking.places.schemas import CalendarDayRequest, Edited, PlaceRequest, ZoneRequest
from booking.portal.manage.errors import PolicyNotFound
from booking.portal.manage.queries import described
from booking.venues.catalogue import CourtNotFound, FacilityNotFound, venues
from booking.venues.errors import BookedWhenClosed, BookingsAhead, HoursCross, LengthsCross, PriceGap, UnknownCode
from booking.venues.schemas import CourtRequest, FacilityRequest, Id, OpeningRequest, PolicyRequest
from booking.venues.service import editing, hours, policies
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]
PathId = FromPath[Id]
Code = FromPath[Annotated[str, Meta(min_length=1, max_length=40)]]
Member = NamedDependency[Principal]
Store = NamedDependency[Database]
DONE = answers(200, Edited, "What was made or changed")
BAD_CODES = (BadCode, CodeReserved)


def _managing(member: Principal, place: int) -> None:
    places_service.require_manager(member, place)


@get("/places/{place:int}", responses=refusals(Unauthenticated, Denied, PlaceNotFound) | tagged_answers(PlaceRequest))
async def get_place(request: AnyRequest, place: PathId, database: Store, member: Member) -> Response[bytes]:
    """A place as it is described."""
    _managing(member, place)
    return tagged(request, await database.read(described.place_request, place), private=True)


@put("/places", responses=refusals(Unauthenticated, Denied, *BAD_CODES, body=True, idempotent=True) | DONE)
async def put_place(
    request: AnyRequest, data: JSONBody[PlaceRequest], database: Store, member: Member
) -> Response[bytes]:
    """Make a place, or change the one with this code; its manager may change it, an administrator make it."""
    return await once(database, request, member.actor, places_service.put_place, member, data)


@delete(
    "/places/{place:int}",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, PlaceNotFound, StillInUse, idempotent=True) | DONE,
)
async def retire_place(request: AnyRequest, place: PathId, database: Store, member: Member) -> Response[bytes]:
    """Take a place out of use, once its zones are."""
    return await once(database, request, member.actor, places_service.retire_place, member, place)


@get(
    "/places/{place:int}/zones/{zone:int}",
    responses=refusals(Unauthenticated, Denied, ZoneNotFound) | tagged_answers(ZoneRequest),
)
async def get_zone(
    request: AnyRequest, place: PathId, zone: PathId, database: Store, member: Member
) -> Response[bytes]:
    """A zone as it is described."""
    _managing(member, place)
    return tagged(request, await database.read(described.zone_request, place, zone), private=True)


@put(
    "/places/{place:int}/zones",
    responses=refusals(Unauthenticated, Denied, PlaceNotFound, BadCode, TooManyZones, body=True, idempotent=True)
    | DONE,
)
async def put_zone(
    request: AnyRequest, place: PathId, data: JSONBody[ZoneRequest], database: Store, member: Member
) -> Response[bytes]:
    """Make a zone of a place, or change the one with this code."""
    return await once(database, request, member.actor, places_service.put_zone, member, place, data)


@delete(
    "/places/{place:int}/zones/{zone:int}",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, ZoneNotFound, StillInUse, idempotent=True) | DONE,
)
async def retire_zone(
    request: AnyRequest, place: PathId, zone: PathId, database: Store, member: Member
) -> Response[bytes]:
    """Take a zone out of use, once no facility stands in it."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        uses = sum(facts.facility.zone_id == zone for facts in venues(tx).by_place.get(place, ()))
        return places_service.retire_zone(tx, now, member, place, zone, uses)

    return await once(database, request, member.actor, command)


@get(
    "/places/{place:int}/facilities/{facility:int}",
    responses=refusals(Unauthenticated, Denied, FacilityNotFound) | tagged_answers(FacilityRequest),
)
async def get_facility(
    request: AnyRequest, place: PathId, facility: PathId, database: Store, member: Member
) -> Response[bytes]:
    """A facility as it is described."""
    _managing(member, place)
    return tagged(request, await database.read(described.facility_request, place, facility), private=True)


@put(
    "/places/{place:int}/facilities",
    responses=refusals(Unauthenticated, Denied, *BAD_CODES, UnknownCode, BookingsAhead, body=True, idempotent=True)
    | DONE,
)
async def put_facility(
    request: AnyRequest, place: PathId, data: JSONBody[FacilityRequest], database: Store, member: Member
) -> Response[bytes]:
    """Make a facility of a place, or change the one with this code."""
    return await once(database, request, member.actor, editing.put_facility, member, place, data)


@delete(
    "/places/{place:int}/facilities/{facility:int}",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, FacilityNotFound, BookingsAhead, idempotent=True) | DONE,
)
async def retire_facility(
    request: AnyRequest, place: PathId, facility: PathId, database: Store, member: Member
) -> Response[bytes]:
    """Take a facility out of use, once nobody has a place in it."""
    return await once(database, request, member.actor, editing.retire_facility, member, place, facility)


@get(
    "/places/{place:int}/facilities/{facility:int}/courts/{court:int}",
    responses=refusals(Unauthenticated, Denied, CourtNotFound) | tagged_answers(CourtRequest),
)
async def get_court(
    request: AnyRequest, place: PathId, facility: PathId, court: PathId, database: Store, member: Member
) -> Response[bytes]:
    """A court as it is described, its units by their codes."""
    _managing(member, place)
    return tagged(request, await database.read(described.court_request, place, facility, court), private=True)


@put(
    "/places/{place:int}/facilities/{facility:int}/courts",
    responses=refusals(Unauthenticated, Denied, FacilityNotFound, BookingsAhead, body=True, idempotent=True) | DONE,
)
async def put_court(
    request: AnyRequest,
    place: PathId,
    facility: PathId,
    data: JSONBody[CourtRequest],
    database: Store,
    member: Member,
) -> Response[bytes]:
    """Make a court, or change the one with this code; units that none named before come into being."""
    return await once(database, request, member.actor, editing.put_court, member, place, facility, data)


@delete(
    "/places/{place:int}/facilities/{facility:int}/courts/{court:int}",
    status_code=200,
    responses=refusals(Unauthenticated, Denied, CourtNotFound, BookingsAhead, idempotent=True) | DONE,
)
async def retire_court(
    request: AnyRequest, place: PathId, facility: PathId, court: PathId, database: Store, member: Member
) -> Response[bytes]:
    """Take a court out of use, once nobody sits on it."""
    return await once(database, request, member.actor, editing.retire_court, member, place, facility, court)


@get(
    "/places/{place:int}/facilities/{facility:int}/opening",
    responses=refusals(Unauthenticated, Denied) | tagged_answers(OpeningRequest),
)
async def get_opening(
    request: AnyRequest, place: PathId, facility: PathId, database: Store, member: Member
) -> Response[bytes]:
    """A facility's opening hours, line by line."""
    _managing(member, place)
    return tagged(request, await database.read(described.opening_request, place, facility), private=True)


@put(
    "/places/{place:int}/facilities/{facility:int}/opening",
    responses=refusals(
        Unauthenticated, Denied, FacilityNotFound, HoursCross, BookedWhenClosed, body=True, idempotent=True
    )
    | DONE,
)
async def put_opening(
    request: AnyRequest,
    place: PathId,
    facility: PathId,
    data: JSONBody[OpeningRequest],
    database: Store,
    member: Member,
) -> Response[bytes]:
    """Replace a facility's opening hours; refused, if somebody has booked an hour that would be closed."""
    return await once(database, request, member.actor, editing.put_opening, member, place, facility, data)


@get(
    "/policies/{code:str}",
    responses=refusals(Unauthenticated, Denied, PolicyNotFound) | tagged_answers(PolicyRequest),
)
async def get_policy(request: AnyRequest, code: Code, database: Store, member: Member) -> Response[bytes]:
    """The rules of booking with this code, and their prices."""
    places_service.require_administrator(member)
    return tagged(request, await database.read(described.policy_request, code), private=True)


@put(
    "/policies",
    responses=refusals(Unauthenticated, Denied, *BAD_CODES, LengthsCross, PriceGap, body=True, idempotent=True) | DONE,
)
async def put_policy(
    request: AnyRequest, data: JSONBody[PolicyRequest], database: Store, member: Member
) -> Response[bytes]:
    """Make rules of booking, or change those with this code; bookings made before keep their price."""
    return await once(database, request, member.actor, policies.put_policy, member, data)


@get("/calendar", responses=refusals(Unauthenticated, Denied) | tagged_answers(list[CalendarDayRequest]))
async def get_calendar(request: AnyRequest, database: Store, member: Member) -> Response[bytes]:
    """Every marked day, the earliest first."""
    places_service.require_administrator(member)
    return tagged(request, await database.read(_marked), private=True)


def _marked(tx: ReadSession) -> list[CalendarDayRequest]:
    days: list[CalendarDay] = sorted(places(tx).calendar.values(), key=lambda one: one.day)
    return [described.calendar_request(day) for day in days]


@put(
    "/calendar",
    responses=refusals(Unauthenticated, Denied, BookedWhenClosed, body=True, idempotent=True)
    | answers(200, CalendarDayRequest, "As it is marked now"),
)
async def mark_day(
    request: AnyRequest, data: JSONBody[CalendarDayRequest], database: Store, member: Member
) -> Response[bytes]:
    """Mark a day as a holiday or a working weekend day, or take the mark away.

    Refused if somebody has booked an hour that would be closed; it names them.
    """

    def command(tx: WriteSession, now: datetime) -> CalendarDayRequest:
        hours.mark_day(tx, now, member, data)
        return data

    return await once(database, request, member.actor, command)


handlers = [
    get_place, put_place, retire_place, get_zone, put_zone, retire_zone, get_facility, put_facility, retire_facility,
    get_court, put_court, retire_court, get_opening, put_opening, get_policy, put_policy, get_calendar, mark_day,
]  # fmt: skip
