"""Reading inboxes, feeds' owners and what could not be delivered."""

from hashlib import sha256

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.notices.models import CalendarFeed, InboxMessage, OutboxEntry
from booking.notices.service import NEVER


def inbox(tx: ReadSession, member_id: int, before: int | None = None, limit: int = 30) -> list[InboxMessage]:
    """A member's messages, newest first; `before` is the id of the last one on the page before."""
    wanted = select(InboxMessage).where(InboxMessage.member_id == member_id)
    if before is not None:
        wanted = wanted.where(InboxMessage.id < before)
    return tx.all(wanted.order_by(InboxMessage.id.desc()).limit(limit))


def unread(tx: ReadSession, member_id: int) -> int:
    """How many messages a member has not opened."""
    mine = select(func.count()).where(InboxMessage.member_id == member_id, InboxMessage.read_at.is_(None))
    return int(tx.scalar(mine))


def member_of_feed(tx: ReadSession, token: str) -> int | None:
    """Whose calendar an address shows, or None when it is no longer good."""
    owner = select(CalendarFeed.member_id).where(CalendarFeed.token_hash == sha256(token.encode()).digest())
    found: int | None = tx.scalar(owner)
    return found


def undelivered(tx: ReadSession, limit: int = 100) -> list[OutboxEntry]:
    """Entries that were tried as often as allowed, oldest first: somebody has to look at them."""
    dead = select(OutboxEntry).where(OutboxEntry.done_at.is_(None), OutboxEntry.available_at == NEVER)
    return tx.all(dead.order_by(OutboxEntry.id).limit(limit))


def backlog(tx: ReadSession) -> int:
    """How many entries wait to be delivered."""
    waiting = select(func.count()).where(OutboxEntry.done_at.is_(None), OutboxEntry.available_at < NEVER)
    return int(tx.scalar(waiting))
