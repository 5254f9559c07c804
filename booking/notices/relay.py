"""The loop that empties the outbox: lease a batch, deliver, note what became of it.

Delivery is at least once. A relay that dies holds its entries until the lease ends; then another takes them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import select, update

from booking.db import Database, Lane, ReadSession, WriteSession
from booking.notices.models import OutboxEntry
from booking.notices.service import NEVER

BATCH = 32
LEASE = timedelta(seconds=120)
PATIENCE_SECONDS = 30.0
"""A delivery that takes longer has failed; far shorter than a lease, which therefore never ends under way."""
MOST_ATTEMPTS = 16
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


class Delivery(msgspec.Struct, frozen=True):
    """An entry on its way out; `id` is the same at every attempt, and `attempt` counts from 1."""

    id: int
    topic: str
    key: str
    payload: Any
    created_at: datetime
    attempt: int


Deliver: TypeAlias = Callable[[Delivery], Awaitable[None]]
"""Carries one entry out of the house; raising anything means: not delivered."""


async def turn(database: Database, deliver: Deliver) -> int:
    """Deliver what is due, at most one batch, and answer how many entries were taken."""
    if not await database.read(is_due, database.clock()):
        return 0
    leased = await database.write_in(Lane.BULK, lease, BATCH)
    errors = await asyncio.gather(*(_try(deliver, delivery) for delivery in leased))
    if leased:
        await database.write_in(Lane.BULK, settle, list(zip(leased, errors, strict=True)))
    return len(leased)


async def nowhere(delivery: Delivery) -> None:
    """Deliver to nobody: for an installation without other channels, where the inbox is all there is."""


async def _try(deliver: Deliver, delivery: Delivery) -> str:
    try:
        await asyncio.wait_for(deliver(delivery), PATIENCE_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever went wrong outside, the entry is tried again
        return f"{type(error).__name__}: {error}"[:500]
    return ""


def is_due(tx: ReadSession, now: datetime) -> bool:
    """Whether anything waits: asked of a reader, so that idle relays leave the writer alone."""
    due = select(OutboxEntry.id).where(OutboxEntry.done_at.is_(None), OutboxEntry.available_at <= now)
    return tx.scalar(due.limit(1)) is not None


def lease(tx: WriteSession, now: datetime, limit: int) -> list[Delivery]:
    """Take the oldest due entries, so that no other relay takes them for a while."""
    due = select(OutboxEntry.id).where(OutboxEntry.done_at.is_(None), OutboxEntry.available_at <= now)
    due = due.order_by(OutboxEntry.available_at, OutboxEntry.id).limit(limit).with_for_update(skip_locked=True)
    oldest = due.cte("oldest")  # which PostgreSQL evaluates once; SQLite has one writer, and no row locks
    taken = tx.execute(
        update(OutboxEntry)
        .where(OutboxEntry.id.in_(select(oldest.c.id)))
        .values(available_at=now + LEASE, attempts=OutboxEntry.attempts + 1)
        .returning(
            OutboxEntry.id,
            OutboxEntry.topic,
            OutboxEntry.key,
            OutboxEntry.payload,
            OutboxEntry.created_at,
            OutboxEntry.attempts,
        )
    )
    return sorted((Delivery(*row) for row in taken), key=lambda delivery: delivery.id)


def settle(tx: WriteSession, now: datetime, outcomes: list[tuple[Delivery, str]]) -> None:
    """Note for each leased entry whether it went out, or when it is tried again."""
    for delivery, error in outcomes:
        still_ours = update(OutboxEntry).where(
            OutboxEntry.id == delivery.id, OutboxEntry.attempts == delivery.attempt, OutboxEntry.done_at.is_(None)
        )
        if error:
            tx.execute(still_ours.values(available_at=next_try(now, delivery.attempt), last_error=error))
        else:
            tx.execute(still_ours.values(done_at=now, last_error=""))


def next_try(now: datetime, attempt: int) -> datetime:
    """When an entry is due again after failed attempt number `attempt`: 5 s, 10 s, 20 s … 1 h, then never."""
    if attempt >= MOST_ATTEMPTS:
        return NEVER
    doubled: timedelta = FIRST_WAIT * 2 ** (attempt - 1)
    return now + min(doubled, LONGEST_WAIT)


def revive(tx: WriteSession, now: datetime, entry_id: int) -> bool:
    """Try an undelivered entry again from the beginning; False when there is none of that id."""
    dead = update(OutboxEntry).where(
        OutboxEntry.id == entry_id, OutboxEntry.done_at.is_(None), OutboxEntry.available_at == NEVER
    )
    return tx.execute(dead.values(available_at=now, attempts=0)).rowcount == 1
