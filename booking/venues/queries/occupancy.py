"""What is taken in a window of half hours, of one facility or of the whole city, in one statement a kind of inventory.

A unit's window is one integer with a bit for each half hour, added up by the database: (half hour, unit) is a key,
so a sum is a union. A city's evening is then a few hundred rows, however many bookings made it. Holds whose time is
over count as free, as they do for the command that would take their place.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, cast, func, select

from booking.db import ReadSession
from booking.venues.catalogue import FacilityFacts
from booking.venues.models import Booking, Claim, Facility, PoolCounter
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span

MOST_HALF_HOURS = 62
"""A window's bits must fit into a signed 64-bit sum."""

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What is taken from the half hour `first` up to, not including, `last`.

    Attributes:
        busy: facility → unit → bits, the lowest for `first`.
        heads: facility → slot → (heads taken, capacity), where a counter exists.
    """

    first: int
    last: int
    busy: Mapping[Key, Mapping[int, int]]
    heads: Mapping[Key, Mapping[int, tuple[int, int]]]

    def free(self, facts: FacilityFacts, kind: str | None, starts: int, ends: int) -> int:
        """How many courts of a kind (or heads of a pool) are free: the least over a range of half hours.

        A court counts when all of its units are free. Over several half hours this is how many could be seated if
        everybody's court were still open: it promises nothing about one court for the whole range.
        """
        if facts.pooled:
            return self._heads_left(facts, starts, ends)
        courts = self._busy_courts(facts, kind)
        total = len(facts.kinds.get(kind or "", ()))
        shifts = range(starts - self.first, ends - self.first)
        return total - max(sum(bits >> shift & 1 for bits in courts) for shift in shifts) if courts else total

    def whole(self, facts: FacilityFacts, kind: str | None, starts: int, ends: int) -> int:
        """How many courts of a kind (or heads of a pool) are free from beginning to end, without moving anybody."""
        if facts.pooled:
            return self._heads_left(facts, starts, ends)
        span = (1 << ends - self.first) - (1 << starts - self.first)
        taken = sum(1 for bits in self._busy_courts(facts, kind) if bits & span)
        return len(facts.kinds.get(kind or "", ())) - taken

    def free_until(self, facts: FacilityFacts, court_id: int, window: Span) -> int:
        """The half hour at which a court that is free at the beginning of a window is taken, or the window's end."""
        busy = self.busy.get(facts.key, {})
        bits = 0
        for unit in facts.court(court_id).units:
            bits |= busy.get(unit, 0)
        ahead = bits >> window.starts - self.first
        return min(window.ends, window.starts + (ahead & -ahead).bit_length() - 1) if ahead else window.ends

    def _busy_courts(self, facts: FacilityFacts, kind: str | None) -> list[int]:
        busy = self.busy.get(facts.key)
        if not busy:
            return []
        courts = []
        for court_id in facts.kinds.get(kind or "", ()):
            bits = 0
            for unit in facts.courts[court_id].units:
                bits |= busy.get(unit, 0)
            if bits:
                courts.append(bits)
        return courts

    def _heads_left(self, facts: FacilityFacts, starts: int, ends: int) -> int:
        counted = self.heads.get(facts.key, {})
        length = facts.facility.slot_half_hours
        met = [counted[slot] for slot in counted if slot < ends and slot + length > starts]
        left = [capacity - taken for taken, capacity in met]
        return max(0, min([*left, facts.facility.capacity]))


def total_of(facts: FacilityFacts, kind: str | None) -> int:
    """How many courts of a kind there are, or how many heads a pool takes."""
    return facts.facility.capacity if facts.pooled else len(facts.kinds.get(kind or "", ()))


def occupancy(
    tx: ReadSession,
    now: datetime,
    facilities: Collection[FacilityFacts],
    first: int,
    last: int,
    *,
    sport: str | None = None,
    place: int | None = None,
    facility: int | None = None,
) -> Occupancy:
    """What is taken of the facilities of a sport, of a place, of one facility, or of the whole city.

    `facilities` are those that it will be asked about: they tell which of the two statements are needed at all.
    The window ends at most `MOST_HALF_HOURS` after `first`.
    """
    scope = [
        column == wanted
        for column, wanted in ((Facility.sport, sport), (Facility.place_id, place), (Facility.id, facility))
        if wanted is not None
    ]
    exclusive = any(not facts.pooled for facts in facilities)
    pooled = any(facts.pooled for facts in facilities)
    return Occupancy(
        first=first,
        last=last,
        busy=_busy(tx, now, first, last, scope) if exclusive else {},
        heads=_heads(tx, now, first, last, scope) if pooled else {},
    )


def _busy(
    tx: ReadSession, now: datetime, first: int, last: int, scope: list[ColumnElement[bool]]
) -> dict[Key, dict[int, int]]:
    if last - first > MOST_HALF_HOURS:
        raise ValueError(f"a window of {last - first} half hours does not fit into 64 bits")
    bit = cast(1, BigInteger).bitwise_lshift(cast(Claim.half_hour - first, Integer))
    statement = (
        select(Facility.place_id, Facility.id, Claim.unit_id, cast(func.sum(bit), BigInteger))
        .outerjoin(Claim, and_(*_of_facility(Claim), Claim.half_hour.between(first, last - 1)))
        .outerjoin(Booking, and_(*_key_of_claim(), *_lapsed(now)))
        .where(Booking.id.is_(None), *scope)
        .group_by(Facility.place_id, Facility.id, Claim.unit_id)
    )
    found: dict[Key, dict[int, int]] = defaultdict(dict)
    for place, facility, unit, bits in tx.execute(statement):
        if unit is not None:
            found[place, facility][unit] = bits
    return found


def _heads(
    tx: ReadSession, now: datetime, first: int, last: int, scope: list[ColumnElement[bool]]
) -> dict[Key, dict[int, tuple[int, int]]]:
    lapsed = (
        select(func.coalesce(func.sum(Booking.party), 0))
        .where(
            Booking.place_id == PoolCounter.place_id,
            Booking.facility_id == PoolCounter.facility_id,
            Booking.starts.between(PoolCounter.half_hour - HALF_HOURS_A_DAY, PoolCounter.half_hour),
            Booking.ends > PoolCounter.half_hour,
            *_lapsed(now),
        )
        .scalar_subquery()
    )
    statement = (
        select(
            Facility.place_id,
            Facility.id,
            PoolCounter.half_hour,
            cast(PoolCounter.taken - lapsed, BigInteger),
            PoolCounter.capacity,
        )
        .select_from(Facility)
        .outerjoin(PoolCounter, and_(*_of_facility(PoolCounter), PoolCounter.half_hour.between(first, last - 1)))
        .where(*scope)
    )
    found: dict[Key, dict[int, tuple[int, int]]] = defaultdict(dict)
    for place, facility, slot, taken, capacity in tx.execute(statement):
        if slot is not None:
            found[place, facility][slot] = taken, capacity
    return found


def _of_facility(table: type[Claim] | type[PoolCounter]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The rows of a facility, for an outer join: it keeps the facilities first, each a short range of the other's key.

    In an inner join, a planner with old statistics may read the whole history instead.
    """
    return table.place_id == Facility.place_id, table.facility_id == Facility.id


def _key_of_claim() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Booking.place_id == Claim.place_id, Booking.id == Claim.booking_id


def _lapsed(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Holds whose time is over, whether or not anyone has put them away yet."""
    return Booking.status == "held", Booking.hold_expires_at <= now
