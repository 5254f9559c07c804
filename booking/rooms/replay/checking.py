"""The books of a house after a replay, counted anew from its stays."""

from collections import Counter, defaultdict

import msgspec
from sqlalchemy import and_, func, select

from booking.db import ReadSession
from booking.payments.models import LedgerTransaction, Posting
from booking.payments.rules import GUEST
from booking.rooms.catalogue import houses
from booking.rooms.models import AllotmentNight, RoomNight, Stay, StayRoom
from booking.rooms.rules.nights import date_of

HOUSED = ("expected", "in_house", "departed")
"""States of a room of a stay in which it holds nights."""


class Checks(msgspec.Struct, frozen=True):
    """What does not agree: all zeros in a house whose books are straight.

    Attributes:
        claims: room-nights that are held.
        unclaimed: nights of stays without their claim, and claims that no stay has: a night sold twice is one.
        miscounted: nights of a pool whose counter is not the number of its stays.
        unbalanced: events in the ledger that do not add up to nothing.
        misbilled: folios that owe something else than their stay comes to and was paid.
    """

    claims: int
    unclaimed: int
    miscounted: int
    unbalanced: int
    misbilled: int

    @property
    def agree(self) -> bool:
        """Whether all is straight."""
        return not (self.unclaimed or self.miscounted or self.unbalanced or self.misbilled)


class Month(msgspec.Struct, frozen=True):
    """A month of one house: nights that were there, and that were held."""

    month: str
    nights: int
    held: int

    @property
    def occupancy(self) -> float:
        """The share that was held."""
        return self.held / self.nights if self.nights else 0.0


def checks(tx: ReadSession, place: int) -> Checks:
    """Count a house anew."""
    claims, unclaimed = _claims(tx, place)
    return Checks(claims, unclaimed, _miscounted(tx, place), _unbalanced(tx, place), _misbilled(tx, place))


def months(tx: ReadSession, place: int, first: int, last: int) -> list[Month]:
    """How full a house was in the nights `[first, last)`, month by month."""
    rooms = len(houses(tx).house(place).rooms)
    within = (RoomNight.place_id == place, RoomNight.night.between(first, last - 1))
    counted = select(RoomNight.night, func.count().label("held")).where(*within).group_by(RoomNight.night)
    held = {row.night: int(row.held) for row in tx.execute(counted)}
    nights: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for night in range(first, last):
        month = date_of(night).isoformat()[:7]
        nights[month] += rooms
        sums[month] += held.get(night, 0)
    return [Month(month, nights[month], sums[month]) for month in nights]


def _claims(tx: ReadSession, place: int) -> tuple[int, int]:
    """Claims, and those that are not exactly the nights of a stay that has this room."""
    found = select(RoomNight.stay_room_id, RoomNight.room_id, func.count(), func.min(RoomNight.night))
    found = found.where(RoomNight.place_id == place).group_by(RoomNight.stay_room_id, RoomNight.room_id)
    held = {(stay, room): (int(count), int(first)) for stay, room, count, first in tx.execute(found)}
    row = StayRoom
    housed = select(row.id, row.room_id, row.arrival, row.departure)
    housed = housed.where(row.place_id == place, row.status.in_(HOUSED))
    wanted = {(one.id, one.room_id): (one.departure - one.arrival, one.arrival) for one in tx.execute(housed)}
    wrong = [key for key in held.keys() | wanted.keys() if held.get(key) != wanted.get(key)]
    total = sum(count for count, _ in held.values())
    return total, sum(max(held.get(key, (0, 0))[0], wanted.get(key, (0, 0))[0]) for key in wrong)


def _miscounted(tx: ReadSession, place: int) -> int:
    row = StayRoom
    stay = and_(Stay.place_id == row.place_id, Stay.id == row.stay_id)
    sold = select(Stay.allotment_id, row.given_type_id, row.arrival, row.departure).join(Stay, stay)
    taken: Counter[tuple[int, int, int]] = Counter()
    for pool, kind, arrival, departure in tx.execute(sold.where(row.place_id == place, row.status.in_(HOUSED))):
        taken.update((pool, kind, night) for night in range(arrival, departure))
    night = AllotmentNight
    rows = select(night.allotment_id, night.type_id, night.night, night.taken).where(night.place_id == place)
    counters = {(pool, kind, at): int(count) for pool, kind, at, count in tx.execute(rows) if count}
    return sum(taken.get(key, 0) != counters.get(key, 0) for key in taken.keys() | counters.keys())


def _unbalanced(tx: ReadSession, place: int) -> int:
    sums = select(Posting.transaction_id).where(Posting.place_id == place).group_by(Posting.transaction_id)
    return int(tx.scalar(select(func.count()).select_from(sums.having(func.sum(Posting.fen) != 0).subquery())) or 0)


def _misbilled(tx: ReadSession, place: int) -> int:
    """Folios of which charges are not the stay's price, or which stand open after their guests paid and left."""
    same = and_(LedgerTransaction.place_id == Posting.place_id, LedgerTransaction.id == Posting.transaction_id)
    posted = select(LedgerTransaction.folio_id, LedgerTransaction.kind, func.sum(Posting.fen))
    posted = posted.join(Posting, same).where(Posting.place_id == place, Posting.account == GUEST)
    charged: dict[int, int] = defaultdict(int)
    owed: dict[int, int] = defaultdict(int)
    for folio, kind, fen in tx.execute(posted.group_by(LedgerTransaction.folio_id, LedgerTransaction.kind)):
        owed[folio] += int(fen)
        charged[folio] += int(fen) if kind in ("charge", "reversal") else 0
    stays = select(Stay.folio_id, Stay.status, Stay.price_fen)
    return sum(
        charged[folio] != fen or (status == "stayed" and owed[folio] != 0)
        for folio, status, fen in tx.execute(stays.where(Stay.place_id == place, Stay.folio_id.is_not(None)))
    )
