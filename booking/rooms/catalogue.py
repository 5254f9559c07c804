"""Room types, rooms, rates and pools as one immutable snapshot, kept in memory until an edit renews its version."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from sqlalchemy import select

from booking.db import ReadSession
from booking.errors import NotFound
from booking.places.catalogue import Places, catalogue_version, kind_of_day, places
from booking.places.models import Place
from booking.rooms.models import Allotment, Extra, HotelPolicy, Room, RoomRate, RoomType
from booking.rooms.rules.nights import date_of
from booking.rooms.rules.pricing import Card, NightPrice, price_of_night
from booking.web.facts import Named
from booking.web.locale import N_

Placed = TypeVar("Placed", RoomType, Room, RoomRate, Extra, Allotment)


class NoRoomsHere(NotFound):
    """The place sells no nights."""

    code = "no_rooms_here"
    text = N_("这里没有客房。客房在工人疗养院，请从那里预订。")


class RoomTypeNotFound(NotFound):
    """No room type has this id or code at this place."""

    code = "room_type_not_found"
    text = N_("没有找到这种房型。现有的房型是：{known}。")


class RoomNotFound(NotFound):
    """No room of this type has this id."""

    code = "room_not_found"
    text = N_("没有找到这间房。可以让我们替您安排一间。")


class AllotmentNotFound(NotFound):
    """No pool of nights has this id at this place."""

    code = "allotment_not_found"
    text = N_("没有找到这一类房源。现有的是：{known}。")


class ExtraNotFound(NotFound):
    """Nothing that can be had beside a room has this code."""

    code = "extra_not_found"
    text = N_("没有“{given}”这一项。现有的是：{known}。")


@dataclass(frozen=True)
class House:
    """A place that sells nights, with all that its rules need.

    What changes with every stay (`RoomType.version`, `Room.housekeeping`) is not to be read here.

    Attributes:
        types: room types in use, by id.
        rooms: rooms in use of these types, by id.
        cards: the rates of each type.
        extras: by code.
        allotments: pools that are open, by id.
    """

    place: Place
    policy: HotelPolicy
    types: Mapping[int, RoomType]
    rooms: Mapping[int, Room]
    cards: Mapping[int, Card]
    extras: Mapping[str, Extra]
    allotments: Mapping[int, Allotment]
    known: Places
    _prices: dict[tuple[int, int, tuple[str, ...], bool], NightPrice] = field(default_factory=dict, compare=False)

    @cached_property
    def id(self) -> int:
        """The place's id."""
        return self.place.id

    @property
    def topic(self) -> str:
        """What is touched when its stays change."""
        return f"rooms:{self.place.id}"

    @property
    def name(self) -> Named:
        """The place, as a sentence names it."""
        return Named(self.place.name, self.place.name_en)

    @property
    def clause(self) -> str:
        """Document and clause of its rules."""
        return f"{self.policy.document} {self.policy.clause}"

    @cached_property
    def rooms_of(self) -> Mapping[int, tuple[Room, ...]]:
        """The rooms of each type."""
        found: dict[int, list[Room]] = defaultdict(list)
        for room in self.rooms.values():
            found[room.type_id].append(room)
        return {kind: tuple(found[kind]) for kind in self.types}

    @cached_property
    def public(self) -> Allotment:
        """The pool that the public books from."""
        return next(pool for pool in self.allotments.values() if pool.kind == "public")

    @cached_property
    def upgrades(self) -> Mapping[int, tuple[int, ...]]:
        """Types that the stays of a type may be given instead, in order."""
        return {kind: tuple(better) for kind, better in self.policy.upgrades}

    def type(self, type_id: int) -> RoomType:
        """The type with this id.

        Raises:
            RoomTypeNotFound: there is none, or it was retired.
        """
        if type_id not in self.types:
            raise RoomTypeNotFound(known=_named(self.types.values()))
        return self.types[type_id]

    def room(self, room_id: int, type_id: int) -> Room:
        """The room of this type with this id.

        Raises:
            RoomNotFound: there is none, or it was retired.
        """
        room = self.rooms.get(room_id)
        if room is None or room.type_id != type_id:
            raise RoomNotFound
        return room

    def allotment(self, allotment_id: int | None) -> Allotment:
        """The pool with this id; the public's for None.

        Raises:
            AllotmentNotFound: there is none, or it was closed.
        """
        if allotment_id is None:
            return self.public
        if allotment_id not in self.allotments:
            raise AllotmentNotFound(known=_named(self.allotments.values()))
        return self.allotments[allotment_id]

    def offered(self, code: str) -> Extra:
        """What can be had under this code.

        Raises:
            ExtraNotFound: there is nothing.
        """
        if code not in self.extras:
            raise ExtraNotFound(given=code, known=_named(self.extras.values()))
        return self.extras[code]

    def kind_of_night(self, night: int) -> str:
        """The kind of day to which a night leads: Friday's leads to a weekend, the eve of a holiday to a holiday."""
        return kind_of_day(self.known.calendar, date_of(night + 1))

    def price(self, type_id: int, night: int, categories: Collection[str], *, member: bool) -> NightPrice:
        """What a night in a room of a type costs."""
        key = (type_id, night, tuple(sorted(categories)), member)
        if key not in self._prices:
            kind = self.kind_of_night(night)
            self._prices[key] = price_of_night(self.cards[type_id], date_of(night), kind, categories, member=member)
        return self._prices[key]


@dataclass(frozen=True)
class Houses:
    """Every place that sells nights."""

    by_id: Mapping[int, House]

    def house(self, place_id: int) -> House:
        """The house at this place.

        Raises:
            NoRoomsHere: there is none.
        """
        if place_id not in self.by_id:
            raise NoRoomsHere
        return self.by_id[place_id]


def houses(tx: ReadSession) -> Houses:
    """The snapshot as this transaction sees it."""
    return tx.remembered("rooms", catalogue_version(tx), lambda: _load(tx))


def _named(rows: Iterable[RoomType | Allotment | Extra]) -> list[Named]:
    return [Named(row.name, row.name_en) for row in rows]


def _load(tx: ReadSession) -> Houses:
    known = places(tx)
    types = _by_place(tx.all(select(RoomType).where(RoomType.retired_at.is_(None)).order_by(RoomType.id)))
    rooms = _by_place(tx.all(select(Room).where(Room.retired_at.is_(None)).order_by(Room.id)))
    rates = _by_place(tx.all(select(RoomRate).order_by(RoomRate.id)))
    extras = _by_place(tx.all(select(Extra).where(Extra.retired_at.is_(None)).order_by(Extra.id)))
    pools = _by_place(tx.all(select(Allotment).where(Allotment.closed_at.is_(None)).order_by(Allotment.id)))
    found = {}
    for policy in tx.all(select(HotelPolicy).order_by(HotelPolicy.place_id)):
        place = known.by_id.get(policy.place_id)
        if place is not None:
            kinds = {kind.id: kind for kind in types[place.id]}
            found[place.id] = House(
                place=place,
                policy=policy,
                types=kinds,
                rooms={room.id: room for room in rooms[place.id] if room.type_id in kinds},
                cards=_cards(rates[place.id]),
                extras={extra.code: extra for extra in extras[place.id]},
                allotments={pool.id: pool for pool in pools[place.id]},
                known=known,
            )
    return Houses(found)


def _by_place(rows: Iterable[Placed]) -> dict[int, list[Placed]]:
    found: dict[int, list[Placed]] = defaultdict(list)
    for row in rows:
        found[row.place_id].append(row)
    return found


def _cards(rates: Iterable[RoomRate]) -> dict[int, Card]:
    found: dict[int, dict[str, list[RoomRate]]] = defaultdict(lambda: defaultdict(list))
    for rate in rates:
        found[rate.type_id][rate.category].append(rate)
    return {kind: dict(card) for kind, card in found.items()}
