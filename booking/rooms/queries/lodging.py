"""One room of a stay as the clerk needs it: its stay, its account, rooms to be had, and what leaving now would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from booking.clock import local_date
from booking.db import ReadSession
from booking.payments.queries import StatementLine, balance, statement
from booking.payments.rules import Balance
from booking.rooms.catalogue import House
from booking.rooms.errors_desk import StayRoomNotFound
from booking.rooms.models import LONGEST_STAY, Guest, Stay, StayRoom
from booking.rooms.queries.desk import desk_room, rooms_shown
from booking.rooms.queries.quoting import comes_to, payer_of, room_quote
from booking.rooms.rules import desk as rules
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.rules.settling import GRANTED
from booking.rooms.schemas_desk import DeskRoom, ReadyRoom
from booking.rooms.service.desk.finding import ready_rooms, stay_room_of
from booking.rooms.service.taking import rooms_of

MOST_LONGER = 7
"""How many more nights are offered with their price."""


@dataclass(frozen=True)
class Early:
    """What changes if the guests leave today: nights `[first, until)` return to sale, for a fee in fen."""

    first: date
    until: date
    fee_fen: int


@dataclass(frozen=True, kw_only=True)
class Lodging:
    """A room of a stay at the desk.

    Attributes:
        others: the stay's other rooms.
        last: no other of them is in the house or still to come: with this one the account is settled.
        ready: rooms that could be had at once instead.
        account: None for a stay that is free; `lines` is every event of it.
        due: what is to be received if the guests leave now, in fen, deposit counted; negative: to be given back.
        early: None where they leave on their day.
        longer: (date, fen) of later departures, and what the nights until then cost in all.
        passes: (holder, pass) of guests who have no account of their own to show it on.
    """

    room: DeskRoom
    stay: Stay
    others: Sequence[DeskRoom]
    last: bool
    ready: Sequence[ReadyRoom]
    account: Balance | None
    lines: Sequence[StatementLine]
    due: int
    early: Early | None
    longer: Sequence[tuple[date, int]]
    passes: Sequence[tuple[str, int]]

    @property
    def granted(self) -> bool:
        """Whether the stay was won, and what it costs is on the books of whoever granted it."""
        return self.stay.source == GRANTED

    @property
    def strangers(self) -> bool:
        """Whether strangers share the room, each of whom comes by themselves."""
        return self.granted and self.stay.member_id is None


def lodging(tx: ReadSession, now: datetime, house: House, stay_room_id: int) -> Lodging:
    """A room of a stay for its page.

    Raises:
        StayRoomNotFound: there is none here.
    """
    row = stay_room_of(tx, house.id, stay_room_id)
    stay = tx.get(Stay, place_id=house.id, id=row.stay_id)
    if stay is None:
        raise StayRoomNotFound
    room = desk_room(tx, now, house.id, stay_room_id)
    mates = rooms_shown(tx, now, house, StayRoom.stay_id == stay.id)
    others = [one for one in mates if one.id != room.id]
    here = row.status == "in_house"
    account = None if stay.folio_id is None else balance(tx, house.id, stay.folio_id)
    early = _early(house, row, now) if here else None
    return Lodging(
        room=room,
        stay=stay,
        others=others,
        last=not any(one.status in ("expected", "pending", "overbooked", "in_house") for one in others),
        ready=ready_rooms(tx, now, house, row) if here or row.status == "expected" else [],
        account=account,
        lines=[] if stay.folio_id is None else statement(tx, house.id, stay.folio_id),
        due=_due(tx, house, stay, row, account, early),
        early=early,
        longer=_longer(tx, house, stay, row, now) if here else [],
        passes=_passes(tx, row),
    )


def _early(house: House, row: StayRoom, now: datetime) -> Early | None:
    today = night_of(local_date(now))
    first = rules.left_from(row, today)
    if first >= row.departure:
        return None
    unused = [(night, fen) for night, fen in enumerate(row.night_fen, row.arrival) if night >= first]
    fee = rules.early_fee(house.policy.cancel_fees, unused, today)
    return Early(date_of(first), date_of(row.departure), fee)


def _due(tx: ReadSession, house: House, stay: Stay, row: StayRoom, account: Balance | None, early: Early | None) -> int:
    if account is None:
        return 0
    owed = account.owed - account.deposit
    if early is None:
        return owed
    rooms = rooms_of(tx, house.id, stay.id)
    left = [_left_early(room, early) if room.id == row.id else room for room in rooms]
    return owed + comes_to(house, stay, left) - comes_to(house, stay, rooms)


def _left_early(room: StayRoom, early: Early) -> StayRoom:
    """A room as it would stand in the books once its guests had left."""
    until = night_of(early.first)
    fen = room.night_fen[: until - room.arrival]
    changed = {"departure": until, "night_fen": fen, "price_fen": sum(fen), "fee_fen": early.fee_fen}
    values = {column.key: getattr(room, column.key) for column in StayRoom.__table__.columns}
    return StayRoom(**(values | changed))


def _longer(tx: ReadSession, house: House, stay: Stay, row: StayRoom, now: datetime) -> list[tuple[date, int]]:
    first = row.departure
    most = min(first + MOST_LONGER, row.arrival + LONGEST_STAY)
    payer = payer_of(tx, stay.member_id if stay.member_price else None)
    quote = room_quote(house, row.type_id, Nights(first, most), payer) if most > first else None
    found, fen = [], 0
    for night in quote.nights if quote is not None else []:
        fen += night.fen
        found.append((date_of(night_of(night.night) + 1), fen))
    return found


def _passes(tx: ReadSession, row: StayRoom) -> list[tuple[str, int]]:
    mine = (Guest.place_id == row.place_id, Guest.stay_room_id == row.id)
    known = select(Guest.name, Guest.pass_id).where(*mine, Guest.member_id.is_(None), Guest.pass_id.is_not(None))
    return [(name, pass_id) for name, pass_id in tx.execute(known.order_by(Guest.number))]
