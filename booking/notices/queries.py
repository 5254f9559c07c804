"""Reading inboxes, feeds' owners and what could not be delivered."""

from hashlib import sha256
from typing import NamedTuple, Self

from sqlalchemy import and_, func, or_, select

from booking.db import ReadSession
from booking.notices.models import CalendarFeed, InboxMessage, OutboxEntry
from booking.notices.service import NEVER


class Reached(NamedTuple):
    """How far a page of the inbox came when unread messages stand first: `u123` or `r123` in an address."""

    read: bool
    id: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` wrote."""
        return cls(text[0] == "r", int(text[1:]))

    def __str__(self) -> str:
        return f"{'r' if self.read else 'u'}{self.id}"


def inbox(tx: ReadSession, member_id: int, before: int | None = None, limit: int = 30) -> list[InboxMessage]:
    """A member's messages, newest first; `before` is the id of the last one on the page before."""
    wanted = select(InboxMessage).where(InboxMessage.member_id == member_id)
    if before is not None:
        wanted = wanted.where(InboxMessage.id < before)
    return tx.all(wanted.order_by(InboxMessage.id.desc()).limit(limit))


def unread_first(tx: ReadSession, member_id: int, after: Reached | None = None, limit: int = 30) -> list[InboxMessage]:
    """A member's messages, those not opened before the others, each part newest first."""
    is_read = InboxMessage.read_at.is_not(None)
    wanted = select(InboxMessage).where(InboxMessage.member_id == member_id)
    if after is not None:
        further = and_(is_read if after.read else ~is_read, InboxMessage.id < after.id)
        wanted = wanted.where(further if after.read else or_(further, is_read))
    return tx.all(wanted.order_by(is_read, InboxMessage.id.desc()).limit(limit))


def unread(tx: ReadSession, member_id: int) -> int:
    """How many messages a member has not opened."""
    mine = select(func.count()).where(InboxMessage.member_id == member_id, InboxMessage.read_at.is_(None))
    return int(tx.scalar(mine))


def member_of_feed(tx: ReadSession, token: str) -> int | None:
    """Whose calendar an address shows, or None when it is no longer good."""
    owner = select(CalendarFeed.member_id).where(CalendarFeed.token_hash == sha256(token.encode()).digest())
    found: int | None = tx.scalar(owner)
    return found


def feed_of(tx: ReadSession, member_id: int) -> CalendarFeed | None:
    """A member's calendar address, or None when they never asked for one."""
    return tx.get(CalendarFeed, member_id=member_id)


def undelivered(tx: ReadSession, limit: int = 100) -> list[OutboxEntry]:
    """Entries that were tried as often as allowed, oldest first: somebody has to look at them."""
    dead = select(OutboxEntry).where(OutboxEntry.done_at.is_(None), OutboxEntry.available_at == NEVER)
    return tx.all(dead.order_by(OutboxEntry.id).limit(limit))


def backlog(tx: ReadSession) -> int:
    """How many entries wait to be delivered."""
    waiting = select(func.count()).where(OutboxEntry.done_at.is_(None), OutboxEntry.available_at < NEVER)
    return int(tx.scalar(waiting))
