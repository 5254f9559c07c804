"""What there is and what is free: for everybody, signed in or not; prices are those of the one who asks."""

from datetime import date, time
from typing import Annotated, Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from booking.clock import Clock
from booking.db import Database
from booking.errors import Unauthenticated
from booking.places.catalogue import PlaceNotFound
from booking.venues.api.paths import PathCode, PathId
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.errors import DayTooFar
from booking.venues.queries import places
from booking.venues.queries.availability import day_view
from booking.venues.queries.board import day_board
from booking.venues.queries.days import reachable
from booking.venues.queries.near import LatLon
from booking.venues.queries.searching import A_GAME, search, tonight
from booking.venues.views import DayBoard, DayView, FacilityView, PlaceView, SearchHit, SportView, Tonight
from booking.web.etags import tagged, tagged_answers
from booking.web.principal import Principal
from booking.web.responses import refusals

Sport = Annotated[str, QueryParameter(min_length=1, max_length=40, description="A code from `/sports`.")]
District = Annotated[str, QueryParameter(max_length=40, description="Only places of this district.")]
Kind = Annotated[str, QueryParameter(max_length=20, description="A kind of court; left out, the first.")]
Latitude = Annotated[float | None, QueryParameter(name="lat", ge=-90, le=90)]
Longitude = Annotated[float | None, QueryParameter(name="lon", ge=-180, le=180)]
Hour = Annotated[
    str, QueryParameter(pattern=r"^(([01]\d|2[0-3]):[03]0)?$", description="`18:00`; left out, any hour of the day.")
]
HalfHours = Annotated[int, QueryParameter(ge=1, le=48, description="How long, in half hours.")]
Asker = NamedDependency[Principal | None]
Near = NamedDependency[LatLon | None]


class Wish(NamedTuple):
    """What is looked for."""

    sport: str
    day: date
    starts: time | None
    half_hours: int
    district: str


async def wish(
    sport: Sport, day: FromQuery[date], starts: Hour = "", half_hours: HalfHours = A_GAME, district: District = ""
) -> Wish:
    """What a search asks for."""
    return Wish(sport, day, time.fromisoformat(starts) if starts else None, half_hours, district)


async def point(latitude: Latitude = None, longitude: Longitude = None) -> LatLon | None:
    """The point that is asked about, if both of its numbers are given."""
    return None if latitude is None or longitude is None else LatLon(latitude, longitude)


def categories_of(principal: Principal | None) -> tuple[str, ...]:
    """Whose prices are meant."""
    return () if principal is None else principal.categories


@get("/sports", responses=refusals(Unauthenticated) | tagged_answers(list[SportView]))
async def list_sports(request: Request[Any, Any, Any], database: NamedDependency[Database]) -> Response[bytes]:
    """The sports that there are facilities for."""
    return tagged(request, await database.read(places.sports))


@get("/places", responses=refusals(Unauthenticated) | tagged_answers(list[PlaceView]))
async def list_places(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    near: Near,
    district: District = "",
) -> Response[bytes]:
    """All places, the nearest first when a point is given."""
    return tagged(request, await database.read(places.places_list, near, district))


@get("/places/{code:str}", responses=refusals(Unauthenticated, PlaceNotFound) | tagged_answers(PlaceView))
async def get_place(
    request: Request[Any, Any, Any], code: PathCode, database: NamedDependency[Database]
) -> Response[bytes]:
    """One place."""
    return tagged(request, await database.read(places.place_coded, code))


@get(
    "/places/{code:str}/facilities",
    responses=refusals(Unauthenticated, PlaceNotFound) | tagged_answers(list[FacilityView]),
)
async def list_facilities(
    request: Request[Any, Any, Any], code: PathCode, database: NamedDependency[Database]
) -> Response[bytes]:
    """The facilities of a place."""
    return tagged(request, await database.read(places.facilities_of, code))


@get(
    "/facilities/{place:int}/{facility:int}/days/{day:date}",
    responses=refusals(Unauthenticated, FacilityNotFound, CourtNotFound, DayTooFar) | tagged_answers(DayView),
)
async def get_day(
    request: Request[Any, Any, Any],
    place: PathId,
    facility: PathId,
    day: FromPath[date],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: Asker,
    court_kind: Kind = "",
) -> Response[bytes]:
    """The slots of a local day: how much is free in each, and what it costs."""
    now = clock()
    reachable(day, now)
    categories = categories_of(principal)
    view = await database.read(day_view, now, place, facility, day, court_kind=court_kind, categories=categories)
    return tagged(request, view, private=True)


@get(
    "/facilities/{place:int}/{facility:int}/days/{day:date}/board",
    responses=refusals(Unauthenticated, FacilityNotFound, DayTooFar) | tagged_answers(DayBoard),
)
async def get_board(
    request: Request[Any, Any, Any],
    place: PathId,
    facility: PathId,
    day: FromPath[date],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: Asker,
    court_kind: Kind = "",
) -> Response[bytes]:
    """Courts across, slots down. Players see which are theirs, the staff of the place who booked."""
    now = clock()
    reachable(day, now)
    board = await database.read(day_board, now, place, facility, day, principal, court_kind=court_kind)
    return tagged(request, board, private=True)


@get(
    "/search",
    responses=refusals(Unauthenticated, DayTooFar) | tagged_answers(list[SearchHit]),
    dependencies={"wish": Provide(wish)},
)
async def find(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: Asker,
    near: Near,
    wish: NamedDependency[Wish],
) -> Response[bytes]:
    """What is free of a sport across all places: those with room first, then the nearest first."""
    now = clock()
    reachable(wish.day, now)
    hits = await database.read(
        search,
        now,
        sport=wish.sport,
        day=wish.day,
        starts=wish.starts,
        half_hours=wish.half_hours,
        district=wish.district,
        near=near,
        categories=categories_of(principal),
    )
    return tagged(request, hits, private=True)


@get("/tonight", responses=refusals(Unauthenticated) | tagged_answers(Tonight))
async def get_tonight(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: Asker,
    near: Near,
) -> Response[bytes]:
    """What is free this evening, by sport and at the nearest places."""
    shown = await database.read(tonight, clock(), near=near, categories=categories_of(principal))
    return tagged(request, shown, private=True)


handlers = [
    list_sports,
    list_places,
    get_place,
    list_facilities,
    get_day,
    get_board,
    find,
    get_tonight,
]
