"""What else would do, as links that each lead to the next step with everything filled in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from litestar import Request

from booking.rooms.catalogue import House
from booking.rooms.pages.asking import Asked
from booking.rooms.pages.months import has_accessible
from booking.rooms.schemas import Nearest
from booking.web.formatting import day, named
from booking.web.language import language_of, sentence
from booking.web.locale import N_

Link = tuple[str, str, str]
"""A text, an address and a detail."""


def nearest_links(
    request: Request[Any, Any, Any],
    now: datetime,
    asked: Asked,
    found: Iterable[Nearest],
    house: House,
    path: str = "/stays/book",
) -> list[Link]:
    """The nearest dates and types, where the party's needs are met too."""
    fitting = [one for one in found if not asked.accessible or has_accessible(house, one.type)]
    return [_link(request, now, asked, one, house, path) for one in fitting]


def _link(request: Request[Any, Any, Any], now: datetime, asked: Asked, one: Nearest, house: House, path: str) -> Link:
    language = language_of(request)
    first, last = day(one.arrival, now, locale=language), day(one.departure, now, locale=language)
    kind = named({"name": one.name, "name_en": one.name_en}, locale=language)
    said = N_("{type}，日期不变") if one.arrival == asked.arrival else N_("{type}，住得一样久")
    href = asked.address(path, place=house.id, type=one.type, arrival=one.arrival, departure=one.departure, month=None)
    return f"{first} – {last}", href, sentence(request, said, type=kind)
