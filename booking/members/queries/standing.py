"""How many points count against a member now, and for what."""

from datetime import datetime

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.members.models import StandingEntry
from booking.members.schemas import StandingView


def points_of(tx: ReadSession, member_id: int, now: datetime) -> int:
    """The points that have not expired."""
    return int(
        tx.scalar(
            select(func.coalesce(func.sum(StandingEntry.points), 0)).where(
                StandingEntry.member_id == member_id, StandingEntry.expires_at > now
            )
        )
    )


def standing_of(tx: ReadSession, member_id: int, now: datetime) -> list[StandingView]:
    """The entries that have not expired, newest first."""
    rows = tx.execute(
        select(
            StandingEntry.id,
            StandingEntry.points,
            StandingEntry.reason,
            StandingEntry.subject,
            StandingEntry.at,
            StandingEntry.expires_at,
        )
        .where(StandingEntry.member_id == member_id, StandingEntry.expires_at > now)
        .order_by(StandingEntry.id.desc())
    )
    return [StandingView(**row._mapping) for row in rows]
