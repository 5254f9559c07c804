"""A place: what it has, what is free today, its rules in plain words, the way there."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock, instant_of, local_date
from booking.db import Database, ReadSession
from booking.members.rules.words import CATEGORY_NAMES
from booking.places.models import Place
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.models import Policy, Price
from booking.venues.pages.whereabouts import looking
from booking.venues.pages.words import KIND_NAMES, PLACE_KINDS, here
from booking.venues.queries.days import open_spans_of
from booking.venues.queries.near import LatLon, metres_between, where_is
from booking.venues.queries.places import district_names
from booking.venues.queries.searching import search
from booking.venues.views import SearchHit
from booking.web.facts import Named
from booking.web.formatting import clock_time
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

DAY_KINDS = {"any": N_("任何一天"), "weekday": N_("工作日"), "weekend": N_("周末"), "holiday": N_("节假日")}
PAYING = {"member": N_("全体会员")} | CATEGORY_NAMES


class Card(NamedTuple):
    """A facility on the page of its place: its hours today and what is free."""

    facts: FacilityFacts
    hours: list[tuple[datetime, datetime]]
    hits: list[SearchHit]


class PriceRow(NamedTuple):
    """What an hour costs: for whom, on which days (both to be translated), between which times."""

    category: str
    days: str
    hours: str
    fen: int


class Terms(NamedTuple):
    """A policy, the facilities that it is for, who may book (to be translated), and its prices."""

    policy: Policy
    facilities: list[FacilityFacts]
    eligible: list[str]
    prices: list[PriceRow]


class _Read(NamedTuple):
    known: Venues
    place: Place
    district: Named | None
    point: LatLon | None
    hits: list[SearchHit]


@get("/places/{code:str}")
async def place_page(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """A place."""
    now = clock()
    today = local_date(now)
    categories = () if principal is None else principal.categories

    def read(tx: ReadSession) -> _Read:
        known = venues(tx)
        place = known.places.coded(code)
        point = looking(request, known).point
        hits = search(tx, now, day=today, place=place.id, half_hours=1, categories=categories)
        return _Read(known, place, district_names(tx).get(place.district), point, hits)

    found = await database.read(read)
    facilities = found.known.by_place.get(found.place.id, ())
    return page(
        request,
        "venues/place.html",
        path=here(request),
        place=found.place,
        district=found.district,
        kind_names=KIND_NAMES,
        kind=PLACE_KINDS.get(found.place.kind, ""),
        metres=None if found.point is None else metres_between(found.point, where_is(found.place)),
        cards=[_card(found, facts, today) for facts in facilities],
        terms=_terms(facilities),
        sports=list(dict.fromkeys(facts.facility.sport for facts in facilities)),
    )


def _card(found: _Read, facts: FacilityFacts, today: date) -> Card:
    hits = [hit for hit in found.hits if hit.facility == facts.facility.id]
    spans = open_spans_of(found.known, facts, today)
    return Card(facts, [(instant_of(span.starts), instant_of(span.ends)) for span in spans], hits)


def _terms(facilities: Sequence[FacilityFacts]) -> list[Terms]:
    found: dict[int, Terms] = {}
    for facts in facilities:
        if facts.policy.id not in found:
            eligible = [CATEGORY_NAMES.get(category, category) for category in facts.policy.eligible]
            found[facts.policy.id] = Terms(facts.policy, [], eligible, [_price(price) for price in facts.prices])
        found[facts.policy.id].facilities.append(facts)
    return list(found.values())


def _price(price: Price) -> PriceRow:
    until = "24:00" if price.until_time == time() else clock_time(price.until_time)
    return PriceRow(
        PAYING.get(price.category, price.category),
        DAY_KINDS.get(price.days, price.days),
        f"{clock_time(price.from_time)}–{until}",
        2 * price.fen,
    )
