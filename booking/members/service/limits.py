"""Limits on tries, kept in the database so that all processes count together."""

import hashlib
import math
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, delete, literal, or_, select, update

from booking.db import UTCDateTime, WriteSession, insert
from booking.members.errors import TooManyAttempts
from booking.members.models import AttemptCounter


class Limit(NamedTuple):
    """At most so many tries within a stretch of time that begins with the first of them."""

    name: str
    most: int
    within: timedelta


SIGN_INS_OF_ONE = Limit("sign-in", 10, timedelta(minutes=15))
"""For a number or phone as typed, known or not: the answer is the same for both."""
SIGN_INS_FROM_ONE = Limit("sign-in-from", 100, timedelta(minutes=15))
"""For an address; a whole plant may share one, so success gives the try back."""
CODE_PAUSE = Limit("code-pause", 1, timedelta(minutes=1))
CODES_OF_ONE = Limit("code", 5, timedelta(hours=1))
CODES_FROM_ONE = Limit("code-from", 30, timedelta(hours=1))
CODE_TRIES_OF_ONE = Limit("code-try", 10, timedelta(minutes=15))
CODE_TRIES_FROM_ONE = Limit("code-try-from", 60, timedelta(minutes=15))
PASSWORD_CHANGES = Limit("password-change", 10, timedelta(minutes=15))


def take(tx: WriteSession, now: datetime, *wanted: tuple[Limit, str]) -> None:
    """Count one try against each of these limits, or against none of them.

    Args:
        tx: the transaction.
        now: when the command began.
        wanted: pairs of a limit and whom it is counted for; only a hash of the latter is kept.

    Raises:
        TooManyAttempts: one of them is used up.
    """
    for limit, subject in wanted:
        _take_one(tx, now, limit, _key(limit, subject))


def _take_one(tx: WriteSession, now: datetime, limit: Limit, key: bytes) -> None:
    over = AttemptCounter.until <= now
    until = literal(now + limit.within, UTCDateTime())  # a bare datetime would be stored in another form
    counted = tx.execute(
        insert(tx, AttemptCounter)
        .values(key=key, taken=1, until=until)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "taken": case((over, 1), else_=AttemptCounter.taken + 1),
                "until": case((over, until), else_=AttemptCounter.until),
            },
            where=or_(over, AttemptCounter.taken < limit.most),
        )
    )
    if counted.rowcount == 0:
        ends = tx.scalar(select(AttemptCounter.until).where(AttemptCounter.key == key))
        raise used_up(limit.most, limit.within, ends or now + limit.within, now)


def used_up(most: int, within: timedelta, until: datetime, now: datetime) -> TooManyAttempts:
    """The refusal that says how many tries there are in how long, and when the next is possible."""
    seconds = max(1, math.ceil((until - now).total_seconds()))
    return TooManyAttempts(
        most=most,
        minutes=math.ceil(within.total_seconds() / 60),
        wait=math.ceil(seconds / 60),
        retry_after=seconds,
    )


def give_back(tx: WriteSession, *granted: tuple[Limit, str]) -> None:
    """Take one try off these limits again: it was a good one."""
    for limit, subject in granted:
        key = _key(limit, subject)
        tx.execute(
            update(AttemptCounter)
            .where(AttemptCounter.key == key, AttemptCounter.taken > 0)
            .values(taken=AttemptCounter.taken - 1)
        )


def forget_attempts(tx: WriteSession, now: datetime) -> int:
    """Drop the counters whose time is over; answers how many. For a background loop."""
    return tx.execute(delete(AttemptCounter).where(AttemptCounter.until <= now)).rowcount


def _key(limit: Limit, subject: str) -> bytes:
    return hashlib.blake2b(f"{limit.name}\n{subject}".encode(), digest_size=16).digest()
