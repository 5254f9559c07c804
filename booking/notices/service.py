"""Telling members, and handing side effects to the outbox: always in the transaction that caused them."""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, update

from booking.db import WriteSession, insert
from booking.notices.errors import MessageNotFound
from booking.notices.models import CalendarFeed, InboxMessage, OutboxEntry
from booking.web.facts import Params

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When an entry is due that was tried too often."""
TEXT_MESSAGE = "sms"
"""The outbox topic of text messages: payload `{"phone", "text"}`."""
TOLD = "notice.told"
"""The outbox topic of every message to a member, for channels other than the inbox."""


def enqueue(tx: WriteSession, now: datetime, topic: str, key: str, payload: Any) -> int:
    """Hand a side effect to the outbox; it is delivered at least once after the commit.

    Answers the entry's id, by which a receiver knows a repeat. `key` is the thing it is about, e.g. `booking:123`.
    """
    entry_id = tx.ids.next()
    row = {"id": entry_id, "topic": topic, "key": key, "payload": payload, "created_at": now, "available_at": now}
    tx.execute(insert(tx, OutboxEntry), row)
    return entry_id


def tell(tx: WriteSession, now: datetime, member_id: int, kind: str, params: Params, link: str = "") -> int:
    """Put a message into a member's inbox, and into the outbox for other channels; answers its id.

    `kind` is one that a feature registered with `messages.register`; `link` a path of ours, e.g. `/bookings/123`.
    """
    return tell_many(tx, now, [(member_id, params)], kind, link)[0]


def tell_many(
    tx: WriteSession, now: datetime, letters: Iterable[tuple[int, Params]], kind: str, link: str = ""
) -> list[int]:
    """What `tell` does for many (member, parameters) at once, in two statements; answers the messages' ids."""
    ids, inbox, outbox = [], [], []
    for member_id, params in letters:
        message_id = tx.ids.next()
        ids.append(message_id)
        said = {"member_id": member_id, "kind": kind, "params": params, "link": link}
        inbox.append(said | {"id": message_id, "at": now})
        due = {"created_at": now, "available_at": now}
        told = said | {"message_id": message_id}
        outbox.append(due | {"id": tx.ids.next(), "topic": TOLD, "key": f"member:{member_id}", "payload": told})
        tx.touch(f"member:{member_id}")
    if inbox:
        tx.execute(insert(tx, InboxMessage), inbox)
        tx.execute(insert(tx, OutboxEntry), outbox)
    return ids


def mark_read(tx: WriteSession, now: datetime, member_id: int, message_id: int | None = None) -> int:
    """Mark one message of a member as read, or all of them; answers how many were not before."""
    mine = update(InboxMessage).where(InboxMessage.member_id == member_id, InboxMessage.read_at.is_(None))
    if message_id is not None:
        mine = mine.where(InboxMessage.id == message_id)
    count = tx.execute(mine.values(read_at=now)).rowcount
    if count:
        tx.touch(f"member:{member_id}")
    return count


def open_message(tx: WriteSession, now: datetime, member_id: int, message_id: int) -> InboxMessage:
    """Mark a message as read and answer it.

    Raises:
        MessageNotFound: there is none of this member.
    """
    mark_read(tx, now, member_id, message_id)
    message = tx.get(InboxMessage, member_id=member_id, id=message_id)
    if message is None:
        raise MessageNotFound
    return message


def mark_unread(tx: WriteSession, now: datetime, member_id: int, read_at: datetime) -> int:
    """Undo the `mark_read` of that very instant; answers how many messages wait again."""
    marked = update(InboxMessage).where(InboxMessage.member_id == member_id, InboxMessage.read_at == read_at)
    count = tx.execute(marked.values(read_at=None)).rowcount
    if count:
        tx.touch(f"member:{member_id}")
    return count


def feed_token(tx: WriteSession, now: datetime, member_id: int, key: bytes) -> str:
    """The secret in a member's calendar address; the same one until `renew_feed`.

    It is derived from `key` (`settings.key("calendar feed")`), so that it can be shown again although only its
    hash is stored.
    """
    feed = tx.get(CalendarFeed, member_id=member_id)
    return token_of(feed, key) if feed else renew_feed(tx, now, member_id, key)


def renew_feed(tx: WriteSession, now: datetime, member_id: int, key: bytes) -> str:
    """Give a member's calendar a new address; the old one shows nothing from now on."""
    feed = tx.get(CalendarFeed, member_id=member_id)
    made_at = max(now, feed.created_at + timedelta(microseconds=1)) if feed else now
    return _set_feed(tx, member_id, key, made_at)


def bring_feed_back(tx: WriteSession, now: datetime, member_id: int, key: bytes, made_at: datetime) -> str:
    """Undo `renew_feed`: the address that was made at that instant is good again, the newer one is not."""
    return _set_feed(tx, member_id, key, made_at)


def _set_feed(tx: WriteSession, member_id: int, key: bytes, made_at: datetime) -> str:
    token = token_of(CalendarFeed(member_id=member_id, created_at=made_at), key)
    values = {"token_hash": sha256(token.encode()).digest(), "created_at": made_at}
    tx.execute(
        insert(tx, CalendarFeed)
        .values(member_id=member_id, **values)
        .on_conflict_do_update(index_elements=["member_id"], set_=values)
    )
    return token


def token_of(feed: CalendarFeed, key: bytes) -> str:
    """The secret in the address of a feed."""
    return hmac.digest(key, f"{feed.member_id} {feed.created_at.isoformat()}".encode(), "sha256")[:16].hex()


def prune(tx: WriteSession, now: datetime, keep: timedelta = timedelta(days=7), limit: int = 1000) -> int:
    """Forget delivered entries older than `keep`, at most `limit` at once; answers how many."""
    old = select(OutboxEntry.id).where(OutboxEntry.done_at < now - keep).limit(limit)
    return tx.execute(delete(OutboxEntry).where(OutboxEntry.id.in_(old))).rowcount
