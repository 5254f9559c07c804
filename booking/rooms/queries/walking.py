"""What a house has for people who stand at the desk tonight: room types with their price, and clean rooms."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.models import Member
from booking.members.queries.lookup import member_id_of
from booking.rooms.catalogue import House
from booking.rooms.models import Room, RoomNight, RoomType
from booking.rooms.queries.offering import offers
from booking.rooms.queries.quoting import GUEST, Payer, payer_of, room_quote
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import Nights


@dataclass(frozen=True)
class Known:
    """A member whom a number, a phone or a card leads to."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A room type for a party tonight.

    Attributes:
        fen: all rooms for all nights; `guest_fen` is what it costs those who are no members.
        free: rooms that can be sold for all of the nights.
        clean: rooms that nobody has for these nights and in which one could move at once.
        why_not: why it cannot be had, as the code of a refusal; empty if it can.
    """

    kind: RoomType
    fen: int
    guest_fen: int
    free: int
    clean: int
    why_not: str


def known_member(tx: ReadSession, text: str) -> Known | None:
    """The member with this number, phone or card."""
    found = member_id_of(tx, text, cards=True) if text else None
    if found is None:
        return None
    row = tx.execute(select(Member.number, Member.name).where(Member.id == found)).one()
    return Known(found, row.number, row.name)


def choices(
    tx: ReadSession, now: datetime, house: House, nights: Nights, shares: list[int], member: Known | None
) -> list[Choice]:
    """What each room type offers to a party that sleeps in rooms of these sizes.

    Raises:
        DatesCross, NotOnSale, TooManyNights: no such stay is sold.
    """
    payer = GUEST if member is None else payer_of(tx, member.id)
    clean = _clean(tx, house, nights)
    found = offers(tx, now, house.id, nights, max(shares), None).items
    return [
        Choice(
            kind=house.types[one.type],
            fen=_price(house, one.type, nights, payer) * len(shares),
            guest_fen=_price(house, one.type, nights, GUEST) * len(shares),
            free=one.free,
            clean=clean[one.type],
            why_not=one.refusal
            or ("" if one.fits else "too_small")
            or ("rooms_full" if one.free < len(shares) else ""),
        )
        for one in found
    ]


def _price(house: House, type_id: int, nights: Nights, payer: Payer) -> int:
    return room_quote(house, type_id, nights, payer).fen


def _clean(tx: ReadSession, house: House, nights: Nights) -> Counter[int]:
    """Rooms of each type that are ready and that nobody has for these nights."""
    within = RoomNight.night.between(nights.arrival, nights.departure - 1)
    taken = select(RoomNight.room_id).where(RoomNight.place_id == house.id, within)
    free = select(Room.type_id).where(Room.place_id == house.id, Room.retired_at.is_(None), Room.id.not_in(taken))
    return Counter(kind for (kind,) in tx.execute(free.where(Room.housekeeping.in_(READY))))
