"""Who may be here: the house's own staff, at their house; administrators everywhere."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from booking.db import Database, ReadSession
from booking.places.catalogue import places
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import NotStaff
from booking.rooms.queries.stays import is_staff
from booking.rooms.service.allotments import check_staff
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


def staffed(tx: ReadSession, member: Principal) -> list[House]:
    """The houses at whose desk someone works, in the order of the catalogue.

    Raises:
        NotStaff: at none.
    """
    mine = [house for house in houses(tx).by_id.values() if is_staff(member, house.id)]
    if not mine:
        raise NotStaff
    return mine


async def desk_house(
    place: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> House:
    """The house in the address, if the reader works there.

    Raises:
        PlaceNotFound, NoRoomsHere: there is none.
        NotStaff: it is someone else's.
    """

    def read(tx: ReadSession) -> House:
        found = places(tx).coded(place)
        check_staff(member, found.id)
        return houses(tx).house(found.id)

    return await database.read(read)


def address(house: House, *parts: object) -> str:
    """A page of a house's desk."""
    return "/".join(["/front-desk", house.place.code, *map(str, parts)])


DEPENDENCIES = {"house": Provide(desk_house)}
