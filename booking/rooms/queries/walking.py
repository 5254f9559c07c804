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
from booking.rooms.queries.quoting import GUEST, payer_of, quoted
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import QuoteRequest, RoomWish


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
        fen: all rooms for all nights, and the extras; `guest_fen` is what it costs those who are no members, and
            `deposit_fen` what is asked for in advance.
        free: rooms that can be sold for all of the nights.
        clean: rooms that nobody has for these nights and in which one could move at once.
        why_not: why it cannot be had, as the code of a refusal; empty if it can.
    """

    kind: RoomType
    fen: int
    guest_fen: int
    deposit_fen: int
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
    tx: ReadSession,
    now: datetime,
    house: House,
    nights: Nights,
    shares: list[int],
    extras: list[str],
    member: Known | None,
) -> list[Choice]:
    """What each room type offers to a party that sleeps in rooms of these sizes and wants these extras.

    Raises:
        DatesCross, NotOnSale, TooManyNights: no such stay is sold.
    """
    payer = GUEST if member is None else payer_of(tx, member.id)
    clean = _clean(tx, house, nights)
    made = []
    for one in offers(tx, now, house.id, nights, max(shares), None).items:
        asked = QuoteRequest(
            place=house.id,
            arrival=date_of(nights.arrival),
            departure=date_of(nights.departure),
            rooms=[RoomWish(type=one.type, heads=heads) for heads in shares],
            extras=extras,
        )
        quote = quoted(house, asked, payer)
        crowded = "" if one.fits else "too_small"
        made.append(
            Choice(
                kind=house.types[one.type],
                fen=quote.fen,
                guest_fen=quote.guest_fen,
                deposit_fen=quote.deposit_fen,
                free=one.free,
                clean=clean[one.type],
                why_not=one.refusal or crowded or ("rooms_full" if one.free < len(shares) else ""),
            )
        )
    return made


def _clean(tx: ReadSession, house: House, nights: Nights) -> Counter[int]:
    """Rooms of each type that are ready and that nobody has for these nights."""
    within = RoomNight.night.between(nights.arrival, nights.departure - 1)
    taken = select(RoomNight.room_id).where(RoomNight.place_id == house.id, within)
    free = select(Room.type_id).where(Room.place_id == house.id, Room.retired_at.is_(None), Room.id.not_in(taken))
    return Counter(kind for (kind,) in tx.execute(free.where(Room.housekeeping.in_(READY))))
