"""Finding a place: a sport, a day, an hour, how long, and where."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.venues.catalogue import Venues, venues
from booking.venues.models import Policy
from booking.venues.pages.instead import hit_links
from booking.venues.pages.strip import strip
from booking.venues.pages.whereabouts import Looking, looking, near, remember
from booking.venues.pages.words import KIND_NAMES, address, book_address, here, read_day, read_number
from booking.venues.queries.places import district_names, sports
from booking.venues.queries.searching import A_GAME, has_room, search
from booking.venues.rules import policy
from booking.venues.views import SearchHit
from booking.web.facts import Named
from booking.web.formatting import clock_time
from booking.web.language import language_of, translator_of
from booking.web.pages import page
from booking.web.principal import Principal

LENGTHS = (1, 2, 3, 4)
HOURS = tuple(time(hour) for hour in range(7, 22))


class Group(NamedTuple):
    """A place in a list, with a chip for each of its facilities: (sport, text, free, total, href)."""

    code: str
    name: Named
    address: str
    metres: int | None
    chips: list[tuple[str, str, int, int, str | None]]
    note: str


class Asked(NamedTuple):
    """What the address asks for beside where and which sport."""

    day: date
    starts: time | None
    half_hours: int


@get("/places")
async def find(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """Search across all places."""
    now = clock()
    asked = _asked(request, now)

    def read(tx: ReadSession) -> tuple[Venues, Looking, dict[str, Any]]:
        known = venues(tx)
        wanted = looking(request, known)
        hits = search(
            tx,
            now,
            day=asked.day,
            sport=wanted.sport,
            starts=asked.starts,
            half_hours=asked.half_hours,
            district=wanted.district,
            near=near(tx, wanted),
            categories=() if principal is None else principal.categories,
        )
        return known, wanted, {"hits": hits, "districts": district_names(tx), "sports": sports(tx)}

    known, wanted, found = await database.read(read)
    hits: list[SearchHit] = found.pop("hits")
    made = page(
        request,
        "venues/find.html",
        path=here(request),
        looking=wanted,
        asked=asked,
        hours=HOURS,
        lengths=LENGTHS,
        days=strip(
            request, known, now, asked.day, lambda day: _address(wanted, asked, day), _terms(known, wanted, now)
        ),
        groups=grouped(request, known, hits, asked.starts, told=wanted.point is not None),
        full=asked.starts is not None and bool(hits) and not any(has_room(hit) for hit in hits),
        instead=hit_links(request, _nearest(hits), asked.half_hours, told=wanted.point is not None),
        tomorrow=_address(wanted, asked, asked.day + timedelta(days=1)),
        **found,
    )
    return remember(request, made, wanted)


def grouped(
    request: Request[Any, Any, Any],
    known: Venues,
    hits: Iterable[SearchHit],
    wished: time | None = None,
    *,
    told: bool = False,
) -> list[Group]:
    """Hits as places, in their order, each with its facilities.

    Distances are told from where the reader is; from the middle of a district they only sort.
    """
    groups: dict[int, Group] = {}
    for hit in hits:
        place = known.places.by_id[hit.place]
        if hit.place not in groups:
            english = language_of(request) == "en"
            where = place.address_en if english and place.address_en else place.address
            groups[hit.place] = Group(
                place.code, Named(place.name, place.name_en), where, hit.metres if told else None, [], ""
            )
        groups[hit.place].chips.append(_chip(request, known, hit, wished))
    return list(groups.values())


def _chip(
    request: Request[Any, Any, Any], known: Venues, hit: SearchHit, wished: time | None
) -> tuple[str, str, int, int, str | None]:
    facts = known.facility(hit.place, hit.facility)
    language, translator = language_of(request), translator_of(request)
    name = hit.facility_name_en if language == "en" else hit.facility_name
    if len(facts.kinds) > 1 and hit.court_kind:
        kind = translator.gettext(KIND_NAMES.get(hit.court_kind, hit.court_kind), language)
        name = f"{name} · {kind}"
    day_page = address(f"/places/{hit.place_code}/{hit.facility_code}", kind=hit.court_kind)
    if hit.next_free is None or hit.opens_for_booking is not None:
        return hit.sport, name, 0 if hit.next_free is None else hit.next_count, hit.total, day_page
    said = f"{clock_time(hit.next_free)} {name}" if wished is None or not hit.free else name
    href = book_address(hit.place_code, hit.facility_code, hit.next_free, kind=hit.court_kind)
    return hit.sport, said, hit.next_count, hit.total, href


def _terms(known: Venues, wanted: Looking, now: datetime) -> Policy | None:
    """The policy that lets one book a sport furthest ahead."""
    policies = [facts.policy for facts in known.by_sport.get(wanted.sport, ())]
    return max(policies, key=lambda terms: policy.last_bookable_day(terms, now), default=None)


def _nearest(hits: Sequence[SearchHit]) -> list[SearchHit]:
    later = [hit for hit in hits if hit.next_free is not None and hit.opens_for_booking is None]
    return sorted(later, key=lambda hit: (hit.next_free, hit.metres or 0))[:3]


def _asked(request: Request[Any, Any, Any], now: datetime) -> Asked:
    query = request.query_params
    day = read_day(query.get("day", ""), local_date(now))
    hour = query.get("hour", "")
    starts = next((one for one in HOURS if clock_time(one) == hour), None)
    return Asked(day, starts, read_number(query.get("long"), A_GAME, 1, 8) or A_GAME)


def _address(wanted: Looking, asked: Asked, day: date) -> str:
    point = wanted.point
    return address(
        "/places",
        sport=wanted.sport,
        district=wanted.district,
        lat=None if point is None else point.latitude,
        lon=None if point is None else point.longitude,
        day=day,
        hour=None if asked.starts is None else clock_time(asked.starts),
        long=asked.half_hours,
    )
