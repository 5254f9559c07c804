"""What a house offers for some dates, and what a stay would cost."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from booking.db import ReadSession
from booking.rooms.catalogue import House, houses
from booking.rooms.models import NightRestriction, RoomType
from booking.rooms.queries.quoting import Payer, quoted
from booking.rooms.queries.searching import free_nights, nearest, payer, restrictions
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.restrictions import broken
from booking.rooms.schemas import ExtraView, HouseView, NightPrice, Offers, OfferView, QuoteRequest, QuoteView, TypeView
from booking.rooms.service import terms
from booking.web.principal import Principal


def house_view(tx: ReadSession, place_id: int) -> HouseView:
    """A house with its room types, extras and rules.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    policy = house.policy
    return HouseView(
        place=house.id,
        name=house.place.name,
        name_en=house.place.name_en,
        document=policy.document,
        clause=policy.clause,
        arrive_from=policy.arrive_from,
        leave_by=policy.leave_by,
        horizon_days=policy.horizon_days,
        most_nights=policy.most_nights,
        most_rooms=policy.most_rooms,
        cancel_fees=[(step[0], step[1]) for step in policy.cancel_fees],
        no_show_permille=policy.no_show_permille,
        types=[_type_view(house, kind) for kind in house.types.values()],
        extras=[
            ExtraView(one.code, one.kind, one.name, one.name_en, one.per, one.member_fen, one.guest_fen)
            for one in house.extras.values()
        ],
    )


def _type_view(house: House, kind: RoomType) -> TypeView:
    return TypeView(
        id=kind.id,
        code=kind.code,
        name=kind.name,
        name_en=kind.name_en,
        description=kind.description,
        description_en=kind.description_en,
        beds=kind.beds,
        sleeps=kind.sleeps,
        extra_beds=kind.extra_beds,
        square_metres=kind.square_metres,
        features=kind.features,
        rooms=len(house.rooms_of[kind.id]),
    )


def quote(tx: ReadSession, now: datetime, booker: Principal | None, request: QuoteRequest) -> QuoteView:
    """What a stay would cost a member, or whoever is not signed in; it says nothing about free rooms.

    Raises:
        NoRoomsHere, RoomTypeNotFound, RoomNotFound, ExtraNotFound: there is no such thing.
        BookingError: the dates or the heads are not those of a stay that is sold.
    """
    house = houses(tx).house(request.place)
    terms.check_nights(house, now, request.nights, staff=True)
    terms.check_rooms(house, request.rooms, staff=True)
    return quoted(house, request, payer(booker))


def offers(
    tx: ReadSession, now: datetime, place_id: int, nights: Nights, heads: int, viewer: Principal | None
) -> Offers:
    """What each room type offers for some nights and heads; the nearest that would fit if none does.

    Raises:
        NoRoomsHere: the place has no rooms.
        DatesCross, NotOnSale, TooManyNights: no such stay is sold.
    """
    house = houses(tx).house(place_id)
    terms.check_nights(house, now, nights, staff=False)
    free = free_nights(tx, house, house.public.id, nights)
    rows = restrictions(tx, house, nights.arrival, nights.departure)
    whose = payer(viewer)
    made = [_offer(house, kind, nights, heads, free[kind.id], rows, whose) for kind in house.types.values()]
    if any(offer.fits and not offer.refusal for offer in made):
        return Offers(made, [])
    fitting = next((offer.type for offer in made if offer.fits), next(iter(house.types)))
    return Offers(made, nearest(tx, now, house, fitting, nights, heads))


def _offer(
    house: House,
    kind: RoomType,
    nights: Nights,
    heads: int,
    free: Mapping[int, int],
    rows: Iterable[NightRestriction],
    whose: Payer,
) -> OfferView:
    prices = [house.price(kind.id, night, whose.categories, member=whose.member) for night in nights]
    lines = [NightPrice(date_of(night), *price) for night, price in zip(nights, prices, strict=True)]
    left = min((free.get(night, 0) for night in nights), default=0)
    rule = broken([row for row in rows if row.type_id in (0, kind.id)], nights.arrival, nights.departure)
    return OfferView(
        kind.id,
        kind.code,
        kind.name,
        kind.name_en,
        fen=sum(line.fen for line in lines),
        free=left,
        fits=heads <= kind.sleeps + kind.extra_beds,
        refusal=_CODES[rule.rule] if rule else "" if left > 0 else "rooms_full",
        nights=lines,
    )


_CODES = {
    "closed_to_arrival": "closed_to_arrival",
    "closed_to_departure": "closed_to_departure",
    "least_nights": "stay_too_short",
    "most_nights": "stay_too_long",
}
