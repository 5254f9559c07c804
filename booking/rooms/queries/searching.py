"""What is free, night by night, and what it costs: two statements however many types and nights there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import Select, select

from booking.clock import local_date
from booking.db import ReadSession, prepared
from booking.rooms.catalogue import House, houses
from booking.rooms.models import AllotmentNight, NightRestriction, RoomType
from booking.rooms.queries.quoting import GUEST, Payer
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.rules.restrictions import broken
from booking.rooms.schemas import Calendar, Nearest, NightView, TypeNights
from booking.web.principal import Principal

MOST_DAYS = 92
NEAR = 14
"""How many days around the dates that were asked for others are looked for."""
MOST_NEAREST = 6

Free = Mapping[int, Mapping[int, int]]
"""Rooms that a pool can still sell, by type and night."""


def payer(viewer: Principal | None) -> Payer:
    """Whose price is shown to whoever looks."""
    return GUEST if viewer is None else Payer(True, viewer.categories)


def calendar(tx: ReadSession, place_id: int, first: date, days: int, viewer: Principal | None) -> Calendar:
    """Every room type with its price, free rooms and restrictions for each night from `first` on.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    nights = Nights(night_of(first), night_of(first) + min(days, MOST_DAYS))
    free = free_nights(tx, house, house.public.id, nights)
    rows = restrictions(tx, house, nights.arrival, nights.departure)
    limits: dict[int, list[NightRestriction]] = defaultdict(list)
    for row in rows:
        limits[row.night].append(row)
    whose = payer(viewer)
    return Calendar(
        [
            TypeNights(
                kind.id,
                kind.code,
                kind.name,
                kind.name_en,
                kind.sleeps,
                kind.extra_beds,
                [_night(house, kind, night, count, limits[night], whose) for night, count in free[kind.id].items()],
            )
            for kind in house.types.values()
        ]
    )


def _night(
    house: House, kind: RoomType, night: int, free: int, limits: Iterable[NightRestriction], whose: Payer
) -> NightView:
    fen = house.price(kind.id, night, whose.categories, member=whose.member).fen
    here = [row for row in limits if row.type_id in (0, kind.id)]
    if not here:
        return NightView(date_of(night), fen, free)
    return NightView(
        date_of(night),
        fen,
        free,
        least_nights=max((row.least_nights for row in here if row.least_nights), default=None),
        most_nights=min((row.most_nights for row in here if row.most_nights), default=None),
        arrive=not any(row.closed_to_arrival for row in here),
        leave=not any(row.closed_to_departure for row in here),
    )


def free_nights(tx: ReadSession, house: House, allotment_id: int, nights: Nights) -> Free:
    """What a pool can still sell of every type, for the nights that are on sale."""
    found: dict[int, dict[int, int]] = {kind: {} for kind in house.types}
    wanted = (house.id, allotment_id, nights.arrival, nights.departure - 1)
    for kind, night, free in tx.execute(_free(tx, *wanted, *house.types)):
        found[kind][night] = free
    return found


@prepared
def _free(_: ReadSession, place: int, pool: int, first: int, last: int, *types: int) -> Select[int, int, int]:
    row = AllotmentNight
    mine = (row.place_id == place, row.type_id.in_(types), row.night.between(first, last), row.allotment_id == pool)
    return select(row.type_id, row.night, row.capacity - row.taken).where(*mine).order_by(row.type_id, row.night)


def restrictions(tx: ReadSession, house: House, first: int, last: int) -> list[NightRestriction]:
    """The restrictions of some nights, the last one included."""
    return tx.all(_restricted(tx, house.id, first, last))


@prepared
def _restricted(_: ReadSession, place: int, first: int, last: int) -> Select[NightRestriction]:
    row = NightRestriction
    return select(row).where(row.place_id == place, row.night.between(first, last))


def nearest(tx: ReadSession, now: datetime, house: House, type_id: int, nights: Nights, heads: int) -> list[Nearest]:
    """Other types for the same nights, then the same type for as many nights around, the nearest first."""
    wide = Nights(nights.arrival - NEAR, nights.departure + NEAR)
    free = free_nights(tx, house, house.public.id, wide)
    rows = restrictions(tx, house, wide.arrival, wide.departure)
    tonight = night_of(local_date(now))

    def fits(kind: int, there: Nights) -> bool:
        limits = [row for row in rows if row.type_id in (0, kind)]
        has_room = all(free[kind].get(night, 0) > 0 for night in there)
        return has_room and there.arrival >= tonight and broken(limits, there.arrival, there.departure) is None

    found = [(kind, there) for kind, there in _candidates(house, type_id, nights, heads) if fits(kind, there)]
    return [
        Nearest(
            kind, house.types[kind].name, house.types[kind].name_en, date_of(there.arrival), date_of(there.departure)
        )
        for kind, there in found[:MOST_NEAREST]
    ]


def _candidates(house: House, type_id: int, nights: Nights, heads: int) -> Iterator[tuple[int, Nights]]:
    for kind in house.types.values():
        if kind.id != type_id and heads <= kind.sleeps + kind.extra_beds:
            yield kind.id, nights
    for shift in range(1, NEAR + 1):
        for by in (shift, -shift):
            yield type_id, Nights(nights.arrival + by, nights.departure + by)
