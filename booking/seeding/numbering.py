"""Small fixed ids for whatever the files name by codes: the same files make the same ids."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self, TypeVar, cast

from booking.seeding.people import MOST_MEMBERS
from booking.seeding.rows import City
from booking.web.principal import Role, Scope

Key = TypeVar("Key", bound=tuple[str, ...])
Local = tuple[str, str]
"""A place's code, and a code within that place."""


class Numbers(NamedTuple):
    """Ids by codes. Things of the city count from 1 through their file, things of a place from 1 within the place.

    A made-up member's id is their serial; the demo accounts come after all serials.
    """

    organisations: Mapping[str, int]
    policies: Mapping[str, int]
    places: Mapping[str, int]
    zones: Mapping[Local, int]
    facilities: Mapping[Local, int]
    room_types: Mapping[Local, int]
    rooms: Mapping[Local, int]
    accounts: Mapping[str, int]

    @classmethod
    def of(cls, city: City) -> Self:
        """The ids of everything that these files define."""
        return cls(
            organisations=_through(row.code for row in city.organisations),
            policies=_through(row.code for row in city.policies),
            places=_through(row.code for row in city.places),
            zones=within_each((row.place, row.code) for row in city.zones),
            facilities=within_each((row.place, row.code) for row in city.facilities),
            room_types=within_each((row.place, row.code) for row in city.room_types),
            rooms=within_each((row.place, row.number) for row in city.rooms),
            accounts={row.number: MOST_MEMBERS + number for number, row in enumerate(city.accounts, 1)},
        )

    def scope(self, held: str) -> Scope:
        """`venue_manager@zhenhai` as a role and where it holds; the readers have checked both halves."""
        name, _, where = held.partition("@")
        role = cast(Role, name)
        if where in self.places:
            return Scope(role, "place", self.places[where])
        if where in self.organisations:
            return Scope(role, "organisation", self.organisations[where])
        return Scope(role, "all", 0)


def _through(codes: Iterable[str]) -> dict[str, int]:
    return {code: number for number, code in enumerate(codes, 1)}


def within_each(keys: Iterable[Key]) -> dict[Key, int]:
    """Numbers from 1 for the last part of each key, counted anew for every different beginning."""
    counted: dict[tuple[str, ...], int] = defaultdict(int)
    numbers: dict[Key, int] = {}
    for key in keys:
        counted[key[:-1]] += 1
        numbers[key] = counted[key[:-1]]
    return numbers
