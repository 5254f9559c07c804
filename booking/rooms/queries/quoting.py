"""What a stay costs whoever pays for it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.models import MemberCategory
from booking.rooms.catalogue import House
from booking.rooms.models import Stay, StayRoom
from booking.rooms.rules import pricing
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import ExtraQuote, NightPrice, QuoteRequest, QuoteView, RoomQuote


class Payer(NamedTuple):
    """Whose price a stay has: a member's, by their categories, or a guest's."""

    member: bool
    categories: tuple[str, ...] = ()


GUEST = Payer(member=False)


def payer_of(tx: ReadSession, member_id: int | None) -> Payer:
    """The payer of a stay that is booked for a member, or for a guest."""
    if member_id is None:
        return GUEST
    verified = select(MemberCategory.category).where(
        MemberCategory.member_id == member_id, MemberCategory.verified_at.is_not(None)
    )
    return Payer(True, tuple(sorted(category for (category,) in tx.execute(verified))))


def quoted(house: House, request: QuoteRequest, payer: Payer) -> QuoteView:
    """The price of a stay as it is asked for."""
    for wish in request.rooms:
        house.type(wish.type)
    rooms = [room_quote(house, wish.type, request.nights, payer) for wish in request.rooms]
    sizes = [pricing.Room(len(request.nights), wish.sleepers) for wish in request.rooms]
    extras = extra_quotes(house, request.extras, sizes, member=payer.member)
    fen = _sum(rooms, extras)
    as_guests = [room_quote(house, wish.type, request.nights, GUEST) for wish in request.rooms]
    extras_of_guests = extra_quotes(house, request.extras, sizes, member=False)
    free_days = pricing.free_days_before(house.policy.cancel_fees)
    return QuoteView(
        fen=fen,
        guest_fen=_sum(as_guests, extras_of_guests),
        deposit_fen=pricing.permille_of(fen, house.policy.deposit_permille),
        free_until=request.arrival - timedelta(days=free_days),
        rooms=rooms,
        extras=extras,
    )


def _sum(rooms: Iterable[RoomQuote], extras: Iterable[ExtraQuote]) -> int:
    return sum(room.fen for room in rooms) + sum(extra.fen for extra in extras)


def room_quote(house: House, type_id: int, nights: Nights, payer: Payer) -> RoomQuote:
    """The price of a room for some nights."""
    prices = [house.price(type_id, night, payer.categories, member=payer.member) for night in nights]
    lines = [NightPrice(date_of(night), *price) for night, price in zip(nights, prices, strict=True)]
    return RoomQuote(type_id, sum(line.fen for line in lines), lines)


def extra_quotes(
    house: House, codes: Iterable[str], rooms: Sequence[pricing.Room], *, member: bool
) -> list[ExtraQuote]:
    """What each extra comes to, each once."""
    return [
        ExtraQuote(code, extra.name, extra.name_en, pricing.extra_fen(extra, rooms, member=member))
        for code, extra in ((code, house.offered(code)) for code in dict.fromkeys(codes))
    ]


LIVE = ("expected", "in_house", "departed", "pending", "overbooked")
"""States in which a room of a stay is paid for night by night."""


def comes_to(house: House, stay: Stay, rooms: Sequence[StayRoom]) -> int:
    """What a stay comes to as its rooms are: those that stand at their price, all at their fees, and extras."""
    standing = [room for room in rooms if room.status in LIVE]
    return (
        sum(room.price_fen for room in standing)
        + sum(room.fee_fen for room in rooms)
        + sum(one.fen for one in extras_of(house, stay, standing))
    )


def extras_of(house: House, stay: Stay, standing: Sequence[StayRoom]) -> list[ExtraQuote]:
    """What the extras of a stay come to for the rooms that stand; what is no longer offered is charged no more."""
    sizes = [pricing.Room(room.departure - room.arrival, room.heads) for room in standing]
    offered = [code for code in stay.extras if code in house.extras]
    return extra_quotes(house, offered, sizes, member=stay.member_price)
