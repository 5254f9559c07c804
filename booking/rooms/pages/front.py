"""The sanatorium's front page: what is free when, at what price, and which rooms there are."""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.rooms.catalogue import House, houses
from booking.rooms.models import RoomType
from booking.rooms.pages.asking import Asked, here, largest, read_asked
from booking.rooms.pages.instead import nearest_links
from booking.rooms.pages.months import Shown, has_accessible, two_months
from booking.rooms.pages.words import FEATURES, TOGETHER, WHY_NOT, beds_of
from booking.rooms.queries.offering import offers
from booking.rooms.queries.quoting import GUEST, Payer, room_quote
from booking.rooms.queries.searching import nearest, payer
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas import Nearest, NightPrice, OfferView
from booking.web.language import words
from booking.web.pages import page
from booking.web.principal import Principal


class Choice(NamedTuple):
    """A room type.

    Attributes:
        fen: the price of all rooms for the chosen nights; one night's from today while none are chosen.
        guest_fen: what guests who are no members pay for the same.
        nights: the price of every night of one room.
        free: rooms that can be had for all of the nights.
        why_not: why it cannot be had, to be translated; empty if it can.
        href: where it is booked.
        wait: where one can wait for it, if it is full.
    """

    kind: RoomType
    fen: int
    guest_fen: int
    nights: list[NightPrice]
    free: int
    why_not: str
    href: str
    wait: str = ""


class Read(NamedTuple):
    """What the page shows; `error` is why the chosen nights cannot be had at all."""

    house: House
    others: list[House]
    calendar: Shown
    choices: list[Choice]
    nearest: list[Nearest]
    error: BookingError | None


@get("/stays")
async def front(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """Choose nights and a room type."""
    now, asked = clock(), read_asked(request.query_params)
    found = await database.read(_read, now, asked, principal)
    if found is None:
        return page(request, "rooms/none.html", path=here(request))
    return page(
        request,
        "rooms/front.html",
        path=here(request),
        house=found.house,
        others=found.others,
        asked=asked,
        most_heads=found.house.policy.most_rooms
        * max(kind.sleeps + kind.extra_beds for kind in found.house.types.values()),
        calendar=found.calendar,
        choices=found.choices,
        alternatives=nearest_links(request, now, asked, found.nearest, found.house),
        refused="" if found.error is None else words(request, found.error),
        beds_of=beds_of,
        features=FEATURES,
        together=TOGETHER,
        signed_in=principal is not None,
    )


def _read(tx: ReadSession, now: datetime, asked: Asked, viewer: Principal | None) -> Read | None:
    known = houses(tx).by_id
    house = known.get(asked.place or 0) or next(iter(known.values()), None)
    if house is None or not house.types:
        return None
    shown = two_months(tx, now, house, asked, viewer, "/stays", "#types")
    others = [one for one in known.values() if one is not house]
    choices, error = _choices(tx, now, house, asked, viewer)
    near: list[Nearest] = []
    if asked.nights is not None and error is None and all(one.why_not for one in choices):
        heads = largest(asked.shares)
        fits = [one.kind.id for one in choices if heads <= one.kind.sleeps + one.kind.extra_beds]
        near = nearest(tx, now, house, (fits or list(house.types))[0], asked.nights, heads)
    return Read(house, others, shown, choices, near, error)


def _choices(
    tx: ReadSession, now: datetime, house: House, asked: Asked, viewer: Principal | None
) -> tuple[list[Choice], BookingError | None]:
    """The types, those first that can be had; and why none can, where the nights themselves are wrong."""
    unasked = [_unasked(now, house, kind, payer(viewer)) for kind in house.types.values()]
    if asked.nights is None:
        return unasked, None
    try:
        offered = offers(tx, now, house.id, asked.nights, largest(asked.shares), viewer).items
    except BookingError as error:
        return unasked, error
    return sorted((_choice(house, asked, offer) for offer in offered), key=lambda one: bool(one.why_not)), None


def _choice(house: House, asked: Asked, offer: OfferView) -> Choice:
    guest_fen = sum(house.price(offer.type, night_of(one.night), (), member=False).fen for one in offer.nights)
    why_not = _why_not(house, asked, offer)
    return Choice(
        house.types[offer.type],
        offer.fen * asked.rooms,
        guest_fen * asked.rooms,
        offer.nights,
        offer.free,
        WHY_NOT.get(why_not, ""),
        asked.address("/stays/book", place=house.id, type=offer.type, month=None),
        asked.address("/stays/wait", place=house.id, type=offer.type, month=None) if why_not == "rooms_full" else "",
    )


def _why_not(house: House, asked: Asked, offer: OfferView) -> str:
    if not offer.fits:
        return "too_small"
    if asked.accessible and not has_accessible(house, offer.type):
        return "not_accessible"
    return offer.refusal or ("rooms_full" if offer.free < asked.rooms else "")


def _unasked(now: datetime, house: House, kind: RoomType, whose: Payer) -> Choice:
    """A type while no nights are chosen: what tonight costs."""
    tonight = night_of(local_date(now))
    night = Nights(tonight, tonight + 1)
    fen, guest_fen = (room_quote(house, kind.id, night, who).fen for who in (whose, GUEST))
    return Choice(kind, fen, guest_fen, [], 0, "", "")
