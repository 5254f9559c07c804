"""Who sleeps in which room, as the form of the second step has them."""

from datetime import time
from typing import Any, NamedTuple

from litestar.datastructures import FormMultiDict

from booking.rooms.catalogue import House
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.pages.asking import Asked
from booking.rooms.schemas import GuestRequest, RoomWish, StayRequest
from booking.web.principal import Principal

LATEST = 23
"""The last hour that can be chosen for coming later."""


class Row(NamedTuple):
    """One line of the form."""

    name: str = ""
    number: str = ""
    pays: bool = False


class Filled(NamedTuple):
    """The form: lines for each room, what is had beside the rooms, and when the guests come."""

    rooms: list[list[Row]]
    extras: list[str]
    phone: str = ""
    arrive_at: time | None = None

    def request(self, house: House, asked: Asked) -> StayRequest | None:
        """The stay that it means; None while nights or type are not chosen."""
        if asked.arrival is None or asked.departure is None or asked.type is None:
            return None
        wishes = [
            RoomWish(
                type=asked.type,
                heads=heads,
                guests=[GuestRequest(row.name or row.number, row.number, row.pays) for row in rows if any(row[:2])],
                needs=asked.needs,
            )
            for heads, rows in zip(asked.shares, self.rooms, strict=True)
        ]
        return StayRequest(
            place=house.id,
            arrival=asked.arrival,
            departure=asked.departure,
            rooms=wishes,
            extras=self.extras,
            together=asked.together,
            phone=self.phone,
            arrive_at=self.arrive_at,
        )


def empty(asked: Asked, booker: Principal) -> Filled:
    """A new form: the booker sleeps in the first room."""
    rooms = [[Row() for _ in range(heads)] for heads in asked.shares]
    rooms[0][0] = Row(booker.name, booker.number)
    return Filled(rooms, [])


def read_filled(form: FormMultiDict, asked: Asked, house: House) -> Filled:
    """The form as it was sent; what nobody could have chosen counts as not chosen."""

    def text(name: str, longest: int) -> str:
        value = form.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    def row(at: str) -> Row:
        return Row(text(f"name_{at}", 60), text(f"number_{at}", 20), text(f"pays_{at}", 3) == "yes")

    rooms = [[row(f"{room}_{head}") for head in range(1, heads + 1)] for room, heads in enumerate(asked.shares, 1)]
    extras = [code for code in form.getall("extras", []) if isinstance(code, str) and code in house.extras]
    return Filled(rooms, extras, text("phone", 20), _read_hour(text("arrive_at", 5), house))


def refilled(asked: Asked, stay: Stay, rooms: list[StayRoom], people: list[Guest], numbers: dict[int, str]) -> Filled:
    """The form as it was when a stay was held; `numbers` are its members' by their ids."""
    lines: list[list[Row]] = []
    for heads, room in zip(asked.shares, rooms, strict=False):
        here = [one for one in people if one.stay_room_id == room.id]
        known = [Row(one.name, numbers.get(one.member_id or 0, ""), one.pays) for one in here][:heads]
        lines.append(known + [Row()] * (heads - len(known)))
    lines += [[Row()] * heads for heads in asked.shares[len(lines) :]]
    return Filled(lines, list(stay.extras), stay.contact_phone, stay.arrive_at)


def hours(house: House) -> list[time]:
    """The hours after rooms are ready at which guests may say that they come."""
    return [time(hour) for hour in range(house.policy.arrive_from.hour + 1, LATEST + 1)]


def _read_hour(text: str, house: House) -> time | None:
    return next((hour for hour in hours(house) if f"{hour:%H:%M}" == text), None)


def beside(errors: Any, rooms: list[list[Row]]) -> str:
    """The field of the line that holds this member number, to show a refusal there."""
    for at, rows in enumerate(rooms, 1):
        for head, row in enumerate(rows, 1):
            if row.number and row.number == errors:
                return f"number_{at}_{head}"
    return ""
