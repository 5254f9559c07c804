"""Passes as their holders see them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select

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
    inside: int
    """Heads that went in and have not come out."""
    ring: KeyRing | None
    """The keys that sign it; None before the first was made."""


def pass_for(tx: ReadSession, who: Principal, place_id: int, pass_id: int, sealing_key: bytes) -> Kept:
    """A pass, for its holder, for who brings its holder along, and for the staff of its place.

    Raises:
        PassNotFound: there is none, or it is someone else's.
    """
    row = tx.get(Pass, place_id=place_id, id=pass_id)
    if row is None or not may_see(tx, who, row):
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


def may_see(tx: ReadSession, who: Principal, row: Pass) -> bool:
    """Whether a pass is theirs, is a guest's whom they bring along, or is of a place where they work."""
    if row.member_id == who.member_id or works_at(who, row.place_id):
        return True
    same_booking = (Pass.place_id == row.place_id, Pass.issuer == row.issuer, Pass.subject_id == row.subject_id)
    with_them = exists().where(*same_booking, Pass.member_id == who.member_id)
    return row.member_id is None and bool(tx.scalar(select(with_them)))


def works_at(who: Principal, place_id: int) -> bool:
    """Whether they hand out passes at a place."""
    return who.holds("venue_manager", place_id) or who.holds("sanatorium_desk", place_id)


def _kept(tx: ReadSession, row: Pass, sealing_key: bytes) -> Kept:
    known = places(tx)
    used = select(func.min(PassUse.first_entry_at), func.coalesce(func.sum(PassUse.inside), 0)).where(
        PassUse.place_id == row.place_id, PassUse.pass_id == row.id
    )
    entered_at, inside = tx.execute(used).one()
    place = known.by_id.get(row.place_id) or tx.get(Place, id=row.place_id)
    if place is None:
        raise PassNotFound
    return Kept(row, place, known.zones, entered_at, int(inside), key_ring(tx, sealing_key))
