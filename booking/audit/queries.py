"""Reading the log, and checking that it is what was written."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import func, select

from booking.audit.models import AuditEntry, AuditSeal
from booking.audit.rules import Entry, Fault, Link, check_link, check_order
from booking.db import ReadSession

_SEALED = (AuditEntry.id, AuditEntry.at, AuditEntry.actor, AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
_LINK = (AuditSeal.id, AuditSeal.entries, AuditSeal.hash, AuditSeal.at)


class Head(NamedTuple):
    """The last seal of a place: what is anchored outside."""

    place_id: int
    seal_id: int
    hash: bytes


def log(
    tx: ReadSession,
    place_id: int,
    *,
    before: int | None = None,
    limit: int = 50,
    subject: str | None = None,
    actor: str | None = None,
) -> list[AuditEntry]:
    """A place's acts, newest first; `before` is the id of the last one on the page before."""
    wanted = select(AuditEntry).where(AuditEntry.place_id == place_id)
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    if subject is not None:
        wanted = wanted.where(AuditEntry.subject == subject)
    if actor is not None:
        wanted = wanted.where(AuditEntry.actor == actor)
    return tx.all(wanted.order_by(AuditEntry.id.desc()).limit(limit))


def verify(tx: ReadSession, place_id: int, anchors: Mapping[int, bytes]) -> list[Fault]:
    """Everything that is wrong with a place's chain; empty when nothing is.

    What was recorded since the last seal is not covered yet. One batch of entries is held in memory at a time.
    `anchors` are hashes of seals of this place that were kept outside, by seal number; see `heads`.
    """
    faults: list[Fault] = []
    stored: dict[int, Link] = {}
    for link in links_of(tx, place_id):
        before = stored.get(link.id - 1)
        stored[link.id] = link
        fault = check_link(place_id, link, before.hash if before else b"", _batch(tx, place_id, link.id))
        faults += [fault] if fault else []
    faults += check_order(stored.values(), anchors)
    faults += [
        Fault("missing_seal", seal_id)
        for seal_id in _seals_named_by_entries(tx, place_id)
        if seal_id > max(stored, default=0)
    ]
    return faults


def heads(tx: ReadSession) -> list[Head]:
    """The last seal of each place, to be anchored outside."""
    last = select(AuditSeal.place_id, func.max(AuditSeal.id).label("id")).group_by(AuditSeal.place_id).subquery()
    found = tx.execute(
        select(AuditSeal.place_id, AuditSeal.id, AuditSeal.hash)
        .join(last, (AuditSeal.place_id == last.c.place_id) & (AuditSeal.id == last.c.id))
        .order_by(AuditSeal.place_id)
    )
    return [Head(*row) for row in found]


def waiting(tx: ReadSession) -> list[int]:
    """The places with entries that no seal covers yet; each place costs two looks into an index."""
    return [place_id for place_id in _places(tx) if unsealed(tx, place_id, 1)]


def head(tx: ReadSession, place_id: int) -> Link | None:
    """The last seal of a place."""
    row = tx.execute(
        select(*_LINK).where(AuditSeal.place_id == place_id).order_by(AuditSeal.id.desc()).limit(1)
    ).first()
    return None if row is None else Link(*row)


def unsealed(tx: ReadSession, place_id: int, limit: int) -> list[Entry]:
    """The oldest entries of a place that no seal covers."""
    found = select(*_SEALED).where(AuditEntry.place_id == place_id, AuditEntry.seal_id.is_(None))
    return [Entry(*row) for row in tx.execute(found.order_by(AuditEntry.id).limit(limit))]


def links_of(tx: ReadSession, place_id: int) -> Iterator[Link]:
    """A place's seals, first to last."""
    found = select(*_LINK).where(AuditSeal.place_id == place_id).order_by(AuditSeal.id)
    return (Link(*row) for row in tx.execute(found))


def _batch(tx: ReadSession, place_id: int, seal_id: int) -> list[Entry]:
    found = select(*_SEALED).where(AuditEntry.place_id == place_id, AuditEntry.seal_id == seal_id)
    return [Entry(*row) for row in tx.execute(found.order_by(AuditEntry.id))]


def _seals_named_by_entries(tx: ReadSession, place_id: int) -> list[int]:
    named = select(AuditEntry.seal_id).where(AuditEntry.place_id == place_id, AuditEntry.seal_id.is_not(None))
    return list(tx.execute(named.distinct().order_by(AuditEntry.seal_id)).scalars())


def _places(tx: ReadSession) -> Iterator[int]:
    after = select(func.min(AuditEntry.place_id))
    place_id = tx.scalar(after)
    while place_id is not None:
        yield place_id
        place_id = tx.scalar(after.where(AuditEntry.place_id > place_id))
