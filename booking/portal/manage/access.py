"""Who may be here: managers of a place, at that place; administrators everywhere."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from booking.db import Database
from booking.errors import Denied
from booking.places.catalogue import Places, places
from booking.places.models import Place
from booking.places.service import require_manager
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.queries.places import facility_coded
from booking.web.facts import Named
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


def managed(known: Places, member: Principal) -> list[Place]:
    """The places that someone manages, in the order of the catalogue.

    Raises:
        Denied: they manage none.
    """
    own = member.places("venue_manager")
    if own is not None and not own:
        raise Denied(role=Named("场馆管理员", "venue manager"))
    return [place for place in known.by_id.values() if own is None or place.id in own]


async def managed_place(
    place: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Place:
    """The place in the address, if the reader manages it.

    Raises:
        PlaceNotFound: there is none.
        Denied: it is someone else's.
    """
    found = (await database.read(places)).coded(place)
    require_manager(member, found.id)
    return found


async def managed_facility(
    place: FromPath[str],
    facility: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> FacilityFacts:
    """The facility in the address, if the reader manages its place.

    Raises:
        PlaceNotFound, FacilityNotFound: there is none.
        Denied: it is someone else's.
    """
    facts = facility_coded(await database.read(venues), place, facility)
    require_manager(member, facts.place.id)
    return facts


DEPENDENCIES = {"at": Provide(managed_place), "facts": Provide(managed_facility)}
