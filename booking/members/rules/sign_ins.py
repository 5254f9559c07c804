"""How long a sign-in lives, what its token looks like, and when too many failures close the door for a while.

A sign-in ends after a stretch without use and, used or not, some time after it was opened (ASVS 5.0, 7.3). Who
holds a role sits at a counter that others pass: their browsers are signed out the same evening.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

TOKEN_BYTES = 32
TOKEN_PREFIXES = {"cookie": "c_", "bearer": "mbr_"}
"""A token says what it is for, so that one found in a log is recognised, and none is good for the other use."""
NOTED_EVERY = timedelta(hours=1)
FAILURES_BEFORE_LOCK = 10
"""Every tenth failure in a row locks the account for a while, whatever came before."""
LOCKED_FOR = timedelta(minutes=15)
MOST_TOKENS = 20
"""Named tokens of apps that one member may have at a time."""
CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=10)
CODE_ATTEMPTS = 5
TICKET_LIVES = timedelta(minutes=15)
"""How long one may think about the new password once the code was right."""


class Lifetime(NamedTuple):
    """How long a sign-in lives unused, and how long at most."""

    idle: timedelta
    longest: timedelta


BROWSER = Lifetime(timedelta(days=30), timedelta(days=180))
STAFF_BROWSER = Lifetime(timedelta(hours=12), timedelta(days=7))
APP = Lifetime(timedelta(days=90), timedelta(days=365))


def lifetime(kind: str, *, staff: bool) -> Lifetime:
    """The lifetime of a `cookie` or `bearer` sign-in."""
    if kind == "bearer":
        return APP
    return STAFF_BROWSER if staff else BROWSER


def expiry(kind: str, created_at: datetime, seen_at: datetime, *, staff: bool) -> datetime:
    """When a sign-in that was last used then ends by itself."""
    lives = lifetime(kind, staff=staff)
    return min(seen_at + lives.idle, created_at + lives.longest)


def token_hash(token: str) -> bytes:
    """What is kept of a token of 256 random bits: nothing that leads back to it."""
    return hashlib.sha256(token.encode()).digest()


def looks_like_token(token: str, kind: str) -> bool:
    """Whether it is worth a look in the database."""
    prefix = TOKEN_PREFIXES[kind]
    return token.startswith(prefix) and len(token) == len(prefix) + 2 * TOKEN_BYTES and token.isascii()


def is_worth_noting(seen_at: datetime, now: datetime) -> bool:
    """Whether a sign-in was last noted as used so long ago that it is written again."""
    return now - seen_at >= NOTED_EVERY


def code_hash(key: bytes, member_id: int, purpose: str, code: str) -> bytes:
    """What is kept of a one-time code; keyed, since a million guesses at six digits are soon made."""
    return hashlib.blake2b(f"{member_id}:{purpose}:{code}".encode(), key=key, digest_size=32).digest()
