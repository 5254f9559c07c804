"""Passes as their holders see them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from booking.checkin.errors import PassNotFound
from booking.checkin.models import Pass, PassUse
from booking.checkin.queries.keys import KeyRing, key_ring
from booking.db import ReadSession
from booking.places.catalogue import places
from booking.places.models import Place, Zone
from booking.web.principal import Principal

MOST_PASSES = 100
SHOWN_AFTER = timedelta(hours=12)
"""How long a pass stays in the list of its holder once it has closed."""


class Kept(NamedTuple):
    """A pass, where it leads, and what has been used of it."""

    row: Pass
    place: Place
    zones: Mapping[tuple[int, int], Zone]
    entered_at: datetime | None
    admitted: int
    ring: KeyRing | None
    """The keys that sign it; None before the first was made."""


def pass_for(tx: ReadSession, who: Principal, place_id: int, pass_id: int, sealing_key: bytes) -> Kept:
    """A pass, for its holder and for the staff of its place.

    Raises:
        PassNotFound: there is none, or it is someone else's.
    """
    row = tx.get(Pass, place_id=place_id, id=pass_id)
    if row is None or not may_see(who, row):
        raise PassNotFound
    return _kept(tx, row, sealing_key)


def pass_by_link(tx: ReadSession, place_id: int, pass_id: int, sealing_key: bytes) -> Kept:
    """A pass, for whoever has its unguessable link (the caller has checked that).

    Raises:
        PassNotFound: there is none.
    """
    row = tx.get(Pass, place_id=place_id, id=pass_id)
    if row is None:
        raise PassNotFound
    return _kept(tx, row, sealing_key)


def passes_of(tx: ReadSession, who: Principal, now: datetime, sealing_key: bytes) -> list[Kept]:
    """The passes of a member that are good now or later, the next one first."""
    mine = select(Pass).where(Pass.member_id == who.member_id, Pass.valid_until > now - SHOWN_AFTER)
    living = mine.where(Pass.status.in_(("issued", "unpaid", "blocked")))
    rows = tx.all(living.order_by(Pass.valid_from, Pass.id).limit(MOST_PASSES))
    return [_kept(tx, row, sealing_key) for row in rows]


def may_see(who: Principal, row: Pass) -> bool:
    """Whether a pass is theirs, or of a place where they work."""
    works_there = who.holds("venue_manager", row.place_id) or who.holds("sanatorium_desk", row.place_id)
    return row.member_id == who.member_id or works_there


def _kept(tx: ReadSession, row: Pass, sealing_key: bytes) -> Kept:
    known = places(tx)
    used = select(func.min(PassUse.first_entry_at), func.coalesce(func.max(PassUse.admitted), 0)).where(
        PassUse.place_id == row.place_id, PassUse.pass_id == row.id
    )
    entered_at, admitted = tx.execute(used).one()
    place = known.by_id.get(row.place_id) or tx.get(Place, id=row.place_id)
    if place is None:
        raise PassNotFound
    return Kept(row, place, known.zones, entered_at, admitted, key_ring(tx, sealing_key))
