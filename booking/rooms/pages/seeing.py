"""What a stay looks like to whoever reads its page, and what they may do with it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from booking.clock import local_date
from booking.db import ReadSession
from booking.payments.models import FolioDeposit
from booking.payments.queries import balance, deposit_due
from booking.payments.rules import Balance
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import StayNotFound
from booking.rooms.models import Stay, StayRoom
from booking.rooms.pages.asking import Asked
from booking.rooms.queries.quoting import LIVE, extras_of
from booking.rooms.queries.searching import nearest
from booking.rooms.queries.stays import is_staff, stay_view
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.rules.pricing import cancel_permille
from booking.rooms.rules.settling import GRANTED, has_expired
from booking.rooms.schemas import ExtraQuote, Nearest, StayView
from booking.rooms.service.guests import guests_of
from booking.rooms.service.taking import rooms_of
from booking.web.locale import N_
from booking.web.principal import Principal

ROOM_STATUS_NAMES = {
    "in_house": N_("已入住"),
    "departed": N_("已离店"),
    "cancelled": N_("已退"),
    "no_show": N_("没有到店"),
    "displaced": N_("因房间停用取消"),
}


class Seen(NamedTuple):
    """A stay as its page shows it.

    Attributes:
        mine: whether the reader may change it.
        granted: it was won in a draw of retreats, and is given up and paid for there.
        extras: what it has beside its rooms, for their prices.
        nights: (date, fen) of each room, by its number.
        passes: by room number, the (holder, pass) that the reader may open.
        deposit: what is asked for in advance and has not come.
        cancel_permille: the part of a room's price that giving it up costs now.
    """

    view: StayView
    stay: Stay
    house: House
    mine: bool
    granted: bool
    extras: list[ExtraQuote]
    nights: dict[int, list[tuple[date, int]]]
    passes: dict[int, list[tuple[str, int]]]
    money: Balance | None
    deposit: FolioDeposit | None
    nearest: list[Nearest]
    cancel_permille: int


def look(tx: ReadSession, now: datetime, place: int, stay_id: int, member: Principal) -> Seen:
    """A stay for its page.

    Raises:
        StayNotFound: there is none, or it is somebody else's.
    """
    view = stay_view(tx, now, place, stay_id, member)
    stay = tx.get(Stay, place_id=place, id=stay_id)
    if stay is None:
        raise StayNotFound
    if has_expired(stay, now):  # and nobody needed its rooms yet
        view = msgspec.structs.replace(view, status="expired", can_cancel=False, can_change=False)
    house = houses(tx).house(place)
    rooms = rooms_of(tx, place, stay_id)
    before = (view.arrival - local_date(now)).days
    near = [] if view.status not in ("refused", "expired", "displaced") else _nearest(tx, now, house, view)
    return Seen(
        view=view,
        stay=stay,
        house=house,
        mine=stay.member_id == member.member_id or is_staff(member, place),
        granted=stay.source == GRANTED,
        extras=extras_of(house, stay, [room for room in rooms if room.status in LIVE]),
        nights={room.number: _nights(room) for room in rooms},
        passes=_passes(tx, rooms, member) if view.status == "confirmed" else {},
        money=None if stay.folio_id is None else balance(tx, place, stay.folio_id),
        deposit=_deposit(tx, stay),
        nearest=near,
        cancel_permille=cancel_permille(house.policy.cancel_fees, before) if view.status == "confirmed" else 0,
    )


def _deposit(tx: ReadSession, stay: Stay) -> FolioDeposit | None:
    if stay.folio_id is None or stay.status != "confirmed":
        return None
    asked = tx.get(FolioDeposit, place_id=stay.place_id, folio_id=stay.folio_id)
    return asked if deposit_due(tx, stay.place_id, stay.folio_id) else None


def _nights(room: StayRoom) -> list[tuple[date, int]]:
    nights = Nights(room.arrival, room.departure)
    return [(date_of(night), fen) for night, fen in zip(nights, room.night_fen, strict=False)]


def _nearest(tx: ReadSession, now: datetime, house: House, view: StayView) -> list[Nearest]:
    room = view.rooms[0]
    nights = Nights(night_of(view.arrival), night_of(view.departure))
    return nearest(tx, now, house, room.type, nights, room.heads) if room.type in house.types else []


def _passes(tx: ReadSession, rooms: Sequence[StayRoom], member: Principal) -> dict[int, list[tuple[str, int]]]:
    """A member opens their own pass, and those of guests without an account in the same room."""
    people = guests_of(tx, rooms[0].place_id, rooms)
    found: dict[int, list[tuple[str, int]]] = {}
    for room in rooms:
        here = [one for one in people if one.stay_room_id == room.id and one.pass_id is not None]
        if any(one.member_id == member.member_id for one in here):
            may = [one for one in here if one.member_id in (None, member.member_id)]
            found[room.number] = [(one.name, one.pass_id or 0) for one in may]
    return found


def asked_again(view: StayView) -> Asked:
    """What would have to be asked to book the same once more."""
    rooms = [room for room in view.rooms if room.status not in ROOM_STATUS_NAMES] or view.rooms
    return Asked(
        place=view.place,
        arrival=view.arrival,
        departure=view.departure,
        type=rooms[0].type,
        heads=sum(room.heads for room in rooms),
        rooms=len(rooms),
        accessible=any("accessible" in room.needs for room in rooms),
    )
