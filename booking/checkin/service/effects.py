"""What an admitted scan changes: conditional updates whose row counts say who won, and their reverse.

Heads of a pass are counted before heads of its zone, always in this order, so that two scans never wait for
each other in a circle.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Update, and_, case, func, literal, true, update

from booking.checkin import facts, hours
from booking.checkin.models import PassUse, ZonePresence
from booking.db import UTCDateTime, WriteSession, insert


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
    heads = passage.heads
    in_hours = case((PassUse.hours_from == passage.hours_from, PassUse.admitted_in_hours), else_=0)
    inside = _inside(passage.service_day)
    row = _key(passage) | {
        "admitted": heads,
        "hours_from": passage.hours_from,
        "admitted_in_hours": heads,
        "inside": heads,
        "service_day": passage.service_day,
        "first_entry_at": now,
    }
    changes = {
        "admitted": PassUse.admitted + heads,
        "hours_from": passage.hours_from,
        "admitted_in_hours": in_hours + heads,
        "inside": inside + heads,
        "service_day": passage.service_day,
        "first_entry_at": func.coalesce(PassUse.first_entry_at, literal(now, UTCDateTime)),
    }
    used = _used(known, zone, in_hours, inside)
    fits = true() if used is None else used + heads <= known.party
    first = insert(tx, PassUse).values(row)
    counted = first.on_conflict_do_update(index_elements=list(_key(passage)), set_=changes, where=fits)
    return tx.execute(counted).rowcount == 1


def _used(known: facts.Pass, zone: facts.Zone, in_hours: Any, inside: Any) -> Any:
    """The count that `party` limits, as the table in `decision` has it; None for no limit."""
    if known.single_entry or not zone.reentry:
        return in_hours if hours.is_daily(known) and not known.single_entry else PassUse.admitted
    return inside if zone.anti_passback else None


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
    today = passage.service_day
    inside = case((ZonePresence.service_day == today, ZonePresence.inside), else_=0)
    row = {"place_id": passage.place_id, "zone_id": passage.zone_id, "inside": passage.heads, "service_day": today}
    fits = true() if capacity == facts.NO_LIMIT else inside + passage.heads <= capacity
    counted = insert(tx, ZonePresence).values(row)
    changes = {"inside": inside + passage.heads, "service_day": today}
    done = counted.on_conflict_do_update(index_elements=["place_id", "zone_id"], set_=changes, where=fits)
    return tx.execute(done).rowcount == 1


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
