"""Who may be here: those who work at the house or manage it; displacing guests is for those who manage it."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from booking.db import Database, ReadSession
from booking.places.catalogue import places
from booking.places.service import require_manager
from booking.rooms.catalogue import House, houses
from booking.rooms.service.allotments import check_staff
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


async def staffed_house(
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


async def managed_house(house: NamedDependency[House], member: NamedDependency[Principal]) -> House:
    """The house in the address, if the reader manages it.

    Raises:
        Denied: they only work there.
    """
    require_manager(member, house.id)
    return house


def address(house: House, *parts: object) -> str:
    """A page of the house's managers."""
    return "/".join(["/manage", house.place.code, "rooms", *map(str, parts)])


DEPENDENCIES = {"house": Provide(staffed_house), "managed": Provide(managed_house)}
