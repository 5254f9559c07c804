"""Standing: points given for not coming, which expire by themselves and can be taken back."""

from datetime import datetime

from sqlalchemy import update

from booking.audit import service as audit
from booking.db import WriteSession, insert
from booking.members.errors import NoSuchEntry
from booking.members.models import StandingEntry


def add_points(
    tx: WriteSession,
    now: datetime,
    member_id: int,
    points: int,
    *,
    reason: str,
    subject: str,
    expires_at: datetime,
) -> int:
    """Give a member points and answer the entry's id.

    Args:
        tx: the transaction.
        now: when the command began.
        member_id: whose standing.
        points: how many, at least one.
        reason: a key of `rules.words.STANDING_REASONS`.
        subject: what they are for, e.g. `booking:123`.
        expires_at: from when they no longer count; the policy that gave them knows.
    """
    entry_id = tx.ids.next()
    tx.execute(
        insert(tx, StandingEntry).values(
            member_id=member_id,
            id=entry_id,
            points=points,
            reason=reason,
            subject=subject,
            at=now,
            expires_at=expires_at,
        )
    )
    tx.touch(f"member:{member_id}")
    return entry_id


def annul_points(
    tx: WriteSession, now: datetime, member_id: int, entry_id: int, *, actor: str, place_id: int, why: str
) -> None:
    """Take points back: the entry stays and counts nothing.

    Raises:
        NoSuchEntry: there is none, or it was annulled before.
    """
    annulled = tx.execute(
        update(StandingEntry)
        .where(StandingEntry.member_id == member_id, StandingEntry.id == entry_id, StandingEntry.points > 0)
        .values(points=0)
    )
    if annulled.rowcount == 0:
        raise NoSuchEntry
    audit.record(
        tx,
        now,
        actor=actor,
        place_id=place_id,
        action="standing.annulled",
        subject=f"member:{member_id}",
        detail={"entry": entry_id, "why": why},
    )
    tx.touch(f"member:{member_id}")
