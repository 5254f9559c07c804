"""Who may be here: those who work at the house or manage it; displacing guests is for those who manage it."""

from litestar.di import NamedDependency, Provide

from booking.places.service import require_manager
from booking.rooms.catalogue import House
from booking.rooms.pages.desk.access import AnyRequest, desk_house
from booking.web.principal import Principal

__all__ = ["DEPENDENCIES", "AnyRequest", "address"]


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


DEPENDENCIES = {"house": Provide(desk_house), "managed": Provide(managed_house)}
