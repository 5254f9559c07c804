"""The home page: what is free near the reader this evening, what they have booked, and the way to the sanatorium."""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.retreats.models import Season
from booking.retreats.queries.season_views import current_seasons
from booking.rooms.catalogue import House, houses
from booking.rooms.queries.stays import stays_of
from booking.rooms.schemas import StayView
from booking.venues.catalogue import Venues, venues
from booking.venues.pages.finding import Group, grouped
from booking.venues.pages.whereabouts import Looking, looking, near, remember
from booking.venues.pages.words import address, here
from booking.venues.queries.bookings import next_booking
from booking.venues.queries.places import district_names
from booking.venues.queries.searching import tonight
from booking.venues.schemas import BookingView
from booking.venues.views import Tonight, TonightSport
from booking.web.facts import Named
from booking.web.formatting import clock_time
from booking.web.pages import page
from booking.web.principal import Principal

SPORTS_AT_ONCE = 8
"""Sports shown before the rest is unfolded, so that the nearest places are not far down a small screen."""


class _Home(NamedTuple):
    known: Venues
    looking: Looking
    districts: dict[str, Named]
    tonight: Tonight
    next: BookingView | None
    stays: list[StayView]
    sanatorium: House | None
    retreats: list[Season]


@get("/", include_in_schema=False)
async def home(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """What is free this evening."""
    now = clock()
    found = await database.read(_read, now, request, principal)
    made = page(
        request,
        "portal/home.html",
        path=here(request),
        looking=found.looking,
        districts=found.districts,
        tonight=found.tonight,
        sports=[(sport, _at_that_hour(found.tonight, sport)) for sport in found.tonight.sports],
        at_once=SPORTS_AT_ONCE,
        is_today=local_date(found.tonight.starts) == local_date(now),
        groups=_groups(request, found),
        next=found.next,
        stays=found.stays,
        sanatorium=found.sanatorium,
        retreats=found.retreats,
        officer=principal is not None and any(scope.role == "federation_officer" for scope in principal.scopes),
        manages=principal is not None and principal.places("venue_manager") != frozenset(),
        at_desk=principal is not None and principal.places("sanatorium_desk") != frozenset(),
    )
    return remember(request, made, found.looking)


def _read(tx: ReadSession, now: datetime, request: Request[Any, Any, Any], principal: Principal | None) -> _Home:
    known = venues(tx)
    wanted = looking(request, known)
    categories = () if principal is None else principal.categories
    return _Home(
        known,
        wanted,
        dict(district_names(tx)),
        tonight(tx, now, near=near(tx, wanted), categories=categories),
        None if principal is None else next_booking(tx, now, principal),
        [] if principal is None else stays_of(tx, now, principal, upcoming=True, after=None, limit=1).items,
        next(iter(houses(tx).by_id.values()), None),
        current_seasons(tx, now),
    )


def _groups(request: Request[Any, Any, Any], found: _Home) -> list[Group]:
    """What is free at each place, the nearest first where the reader told where they are."""
    hits = [hit for place in found.tonight.places for hit in place.hits]
    return grouped(request, found.known, hits, told=found.looking.point is not None)


def _at_that_hour(shown: Tonight, sport: TonightSport) -> str:
    """The search for a sport this evening: at its beginning, or at any hour once that is no longer a whole one."""
    hour = clock_time(shown.starts) if shown.starts.minute == 0 else None
    return address("/places", sport=sport.sport, day=local_date(shown.starts), hour=hour)


router = Router(path="/", route_handlers=[home])
