"""Recording acts, and sealing what was recorded."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from booking.audit.models import AuditEntry, AuditSeal
from booking.audit.queries import head, unsealed
from booking.audit.rules import seal_hash
from booking.db import WriteSession, insert

FEDERATION = 0
"""The place id of acts that belong to no place."""


def record(
    tx: WriteSession,
    now: datetime,
    *,
    actor: str,
    action: str,
    subject: str,
    place_id: int = FEDERATION,
    detail: Any = None,
) -> None:
    """Note who did what, in the transaction of the act itself.

    `actor` is `member:7`, `gate:3:1`, `cli` or `system`; `action` a `thing.verb` in the past tense, such as
    `booking.cancelled`; `subject` what it was done to, such as `booking:123`; `detail` facts worth keeping, as
    JSON: never a password, a code or an identity number.
    """
    row = {"place_id": place_id, "id": tx.ids.next(), "at": now, "actor": actor, "action": action, "subject": subject}
    tx.execute(insert(tx, AuditEntry), row | {"detail": {} if detail is None else detail})


def seal(tx: WriteSession, now: datetime, place_id: int, limit: int = 1000) -> int:
    """Chain the oldest unsealed entries of a place, at most `limit`, and answer how many.

    Two sealers may come at once: the one whose seal number is taken does nothing.
    """
    before = head(tx, place_id)  # read before the entries: a seal that comes between then takes our number
    entries = unsealed(tx, place_id, limit)
    if not entries:
        return 0
    number, previous = (before.id + 1, before.hash) if before else (1, b"")
    won = tx.execute(
        insert(tx, AuditSeal)
        .values(
            place_id=place_id,
            id=number,
            entries=len(entries),
            hash=seal_hash(place_id, number, previous, now, entries),
            at=now,
        )
        .on_conflict_do_nothing()
        .returning(AuditSeal.id)
    ).first()
    if won is None:
        return 0
    tx.execute(
        update(AuditEntry)
        .where(AuditEntry.place_id == place_id, AuditEntry.id.in_([entry.id for entry in entries]))
        .values(seal_id=number)
    )
    return len(entries)
