"""What somebody looks for: read from an address or a form, and written into addresses so as not to be lost."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from litestar import Request
from litestar.datastructures import FormMultiDict, MultiDict

from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas import MOST_HEADS, MOST_ROOMS, Together

USUAL_HEADS = 2


class Asked(NamedTuple):
    """Nights, a party and its needs; `month` is the first of the two that the calendar shows."""

    place: int | None = None
    arrival: date | None = None
    departure: date | None = None
    type: int | None = None
    heads: int = USUAL_HEADS
    rooms: int = 1
    accessible: bool = False
    together: Together = ""
    month: date | None = None
    instead: int | None = None

    @property
    def nights(self) -> Nights | None:
        """The nights, once both days are chosen."""
        if self.arrival is None or self.departure is None:
            return None
        return Nights(night_of(self.arrival), night_of(self.departure))

    @property
    def shares(self) -> list[int]:
        """How many sleep in each room."""
        each, more = divmod(max(self.heads, self.rooms), self.rooms)
        return [each + (at < more) for at in range(self.rooms)]

    @property
    def needs(self) -> list[str]:
        """What every room must have."""
        return ["accessible"] if self.accessible else []

    def fields(self, **other: Any) -> dict[str, str]:
        """As the fields of an address or a form, but for `other`."""
        asked = self._replace(**other)
        usual = Asked()._asdict()
        said = {name: value for name, value in asked._asdict().items() if value != usual[name]}
        if asked.month is not None:
            said["month"] = f"{asked.month:%Y-%m}"
        return {name: "yes" if value is True else str(value) for name, value in said.items()}

    def address(self, path: str, **other: Any) -> str:
        """The page at this path with all that is asked, but for `other`."""
        fields = self.fields(**other)
        return f"{path}?{urlencode(fields)}" if fields else path


def read_asked(fields: MultiDict[Any] | FormMultiDict) -> Asked:
    """What an address or a form says; what it says wrongly counts as not said."""

    def text(name: str) -> str:
        value = fields.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    arrival, departure = read_date(text("arrival")), read_date(text("departure"))
    together = text("together")
    rooms = read_number(text("rooms"), 1, 1, MOST_ROOMS) or 1
    return Asked(
        place=read_number(text("place"), None),
        arrival=arrival,
        departure=departure if arrival is not None and departure is not None and departure > arrival else None,
        type=read_number(text("type"), None),
        heads=read_number(text("heads"), USUAL_HEADS, 1, MOST_HEADS * MOST_ROOMS) or USUAL_HEADS,
        rooms=rooms,
        accessible=text("accessible") == "yes",
        together=cast(Together, together) if together in ("near", "adjacent") and rooms > 1 else "",
        month=read_date(f"{text('month')}-01"),
        instead=read_number(text("instead"), None),
    )


def read_date(text: str) -> date | None:
    """A date such as `2026-11-25`, of this century."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 < day.year < 2100 else None


def read_number(text: str, default: int | None, least: int = 1, most: int = 2**53 - 1) -> int | None:
    """A whole number within bounds."""
    if text.isascii() and text.isdecimal() and len(text) <= 16 and least <= int(text) <= most:
        return int(text)
    return default


def here(request: Request[Any, Any, Any]) -> str:
    """The address of the page with what was asked, to come back to."""
    query = str(request.url.query or "")
    return f"{request.url.path}?{query}" if query else request.url.path


def largest(shares: Sequence[int]) -> int:
    """The most that sleep in one room."""
    return max(shares, default=1)
