"""What an admitted scan changes: conditional updates whose row counts say who won, and their reverse.

Heads of a pass are counted before heads of its zone, always in this order, so that two scans never wait for
each other in a circle.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Insert, Update, and_, case, func, true, type_coerce, update

from booking.checkin import facts, hours
from booking.checkin.models import PassUse, ZonePresence
from booking.db import ReadSession, UTCDateTime, WriteSession, insert, prepared


class Passage(NamedTuple):
    """Heads of a pass on their way into a zone, or out."""

    place_id: int
    pass_id: int
    zone_id: int
    heads: int
    hours_from: datetime
    """When the hours that hold now began."""
    service_day: date


def enter(tx: WriteSession, now: datetime, passage: Passage, known: facts.Pass, zone: facts.Zone) -> bool:
    """Count heads into a zone; False when others were faster, and then nothing is changed."""
    if not _use(tx, now, passage, known, zone):
        return False
    if _come(tx, passage, zone.capacity):
        return True
    _unuse(tx, passage)
    return False


def leave(tx: WriteSession, passage: Passage, zone: facts.Zone) -> bool:
    """Count heads out of a zone; False when they are not in it and the zone insists on that."""
    inside = _inside(passage.service_day)
    remaining = case((inside >= passage.heads, inside - passage.heads), else_=0)
    allowed = inside >= passage.heads if zone.anti_passback else true()
    left = update(PassUse).where(_is(passage), allowed)
    won = tx.execute(left.values(inside=remaining, service_day=passage.service_day)).rowcount == 1
    if zone.anti_passback and not won:
        return False
    _go(tx, passage)
    return True


def take_back_entry(tx: WriteSession, passage: Passage) -> bool:
    """Undo `enter`; False when the heads are no longer inside."""
    if not _unuse(tx, passage):
        return False
    _go(tx, passage)
    return True


def take_back_exit(tx: WriteSession, passage: Passage) -> None:
    """Undo `leave`, unless a new day has begun, on which nobody is inside any more.

    The zone may then hold more than its capacity: they never left.
    """
    back = update(PassUse).where(_is(passage), PassUse.service_day == passage.service_day)
    tx.execute(back.values(inside=PassUse.inside + passage.heads))
    tx.execute(_today(passage).values(inside=ZonePresence.inside + passage.heads))


def _use(tx: WriteSession, now: datetime, passage: Passage, known: facts.Pass, zone: facts.Zone) -> bool:
    counted = _use_counted(tx, now, known.party, *passage, limited=_limited(known, zone))
    return tx.execute(counted).rowcount == 1


def _limited(known: facts.Pass, zone: facts.Zone) -> str:
    """The count that `party` limits, as the table in `decision` has it; empty for no limit."""
    if known.single_entry or not zone.reentry:
        return "admitted_in_hours" if hours.is_daily(known) and not known.single_entry else "admitted"
    return "inside" if zone.anti_passback else ""


@prepared
def _use_counted(tx: ReadSession, now: datetime, party: int, *passage: Any, limited: str) -> Insert:
    of = Passage(*passage)
    counts: dict[str, Any] = {
        "admitted": PassUse.admitted,
        "admitted_in_hours": case((PassUse.hours_from == of.hours_from, PassUse.admitted_in_hours), else_=0),
        "inside": _inside(of.service_day),
    }
    stands = {"hours_from": of.hours_from, "service_day": of.service_day}
    first = insert(tx, PassUse).values(_key(of) | stands | {"first_entry_at": now} | dict.fromkeys(counts, of.heads))
    more = {name: count + of.heads for name, count in counts.items()}
    once = func.coalesce(PassUse.first_entry_at, type_coerce(now, UTCDateTime))
    return first.on_conflict_do_update(
        index_elements=list(_key(of)),
        set_=more | stands | {"first_entry_at": once},
        where=counts[limited] + of.heads <= party if limited else true(),
    )


def _unuse(tx: WriteSession, passage: Passage) -> bool:
    heads = passage.heads
    same_hours = PassUse.hours_from == passage.hours_from
    undone = update(PassUse).where(
        _is(passage), PassUse.service_day == passage.service_day, PassUse.inside >= heads, PassUse.admitted >= heads
    )
    changes = {
        "admitted": PassUse.admitted - heads,
        "admitted_in_hours": case((same_hours, PassUse.admitted_in_hours - heads), else_=PassUse.admitted_in_hours),
        "inside": PassUse.inside - heads,
        "first_entry_at": case((PassUse.admitted > heads, PassUse.first_entry_at), else_=None),
    }
    return tx.execute(undone.values(changes)).rowcount == 1


def _come(tx: WriteSession, passage: Passage, capacity: int) -> bool:
    come = _come_counted(tx, capacity, *passage, limited=capacity != facts.NO_LIMIT)
    return tx.execute(come).rowcount == 1


@prepared
def _come_counted(tx: ReadSession, capacity: int, *passage: Any, limited: bool) -> Insert:
    of = Passage(*passage)
    inside = case((ZonePresence.service_day == of.service_day, ZonePresence.inside), else_=0)
    key = {"place_id": of.place_id, "zone_id": of.zone_id}
    first = insert(tx, ZonePresence).values(key | {"inside": of.heads, "service_day": of.service_day})
    return first.on_conflict_do_update(
        index_elements=list(key),
        set_={"inside": inside + of.heads, "service_day": of.service_day},
        where=inside + of.heads <= capacity if limited else true(),
    )


def _go(tx: WriteSession, passage: Passage) -> None:
    remaining = case((ZonePresence.inside >= passage.heads, ZonePresence.inside - passage.heads), else_=0)
    tx.execute(_today(passage).values(inside=remaining))


def _today(passage: Passage) -> Update:
    return update(ZonePresence).where(
        ZonePresence.place_id == passage.place_id,
        ZonePresence.zone_id == passage.zone_id,
        ZonePresence.service_day == passage.service_day,
    )


def _key(passage: Passage) -> dict[str, int]:
    return {"place_id": passage.place_id, "pass_id": passage.pass_id, "zone_id": passage.zone_id}


def _is(passage: Passage) -> ColumnElement[bool]:
    return and_(
        PassUse.place_id == passage.place_id, PassUse.pass_id == passage.pass_id, PassUse.zone_id == passage.zone_id
    )


def _inside(day: date) -> Any:
    return case((PassUse.service_day == day, PassUse.inside), else_=0)
