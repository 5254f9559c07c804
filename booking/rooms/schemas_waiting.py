"""What the routes of waiting lists take and answer."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas import MOST_HEADS, MOST_ROOMS, Id, RoomWish


class WaitRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Wait for rooms of a type; `heads` sleep in all of them together, each of which is `accessible` if asked."""

    place: Id
    type: Id
    arrival: date
    departure: date
    heads: Annotated[int, Meta(ge=1, le=MOST_HEADS * MOST_ROOMS)] = 1
    rooms: Annotated[int, Meta(ge=1, le=MOST_ROOMS)] = 1
    accessible: bool = False

    @property
    def nights(self) -> Nights:
        """The nights; empty or negative if the dates cross."""
        return Nights(night_of(self.arrival), night_of(self.departure))

    @property
    def needs(self) -> list[str]:
        """What each room must have."""
        return ["accessible"] if self.accessible else []


class WaitView(msgspec.Struct, frozen=True, kw_only=True):
    """A place on a waiting list.

    Attributes:
        status: `waiting`; `offered` until `until`, when `stay` is held to be confirmed; `taken`, `left` or `expired`.
        ahead: how many who wait for some of these nights come first; None once it is offered or over.
    """

    place: int
    place_name: str
    place_name_en: str
    id: int
    type: int
    type_name: str
    type_name_en: str
    status: str
    arrival: date
    departure: date
    rooms: int
    heads: int
    needs: list[str]
    joined_at: datetime
    ahead: int | None
    stay: int | None
    until: datetime | None


class WaitList(msgspec.Struct, frozen=True):
    """Where somebody waits."""

    items: list[WaitView]


def wishes(type_id: int, heads: int, rooms: int, needs: list[str]) -> list[RoomWish]:
    """So many rooms for a party, as evenly as can be."""
    each, more = divmod(max(heads, rooms), rooms)
    return [RoomWish(type=type_id, heads=each + (at < more), needs=needs) for at in range(rooms)]
