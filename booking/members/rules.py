"""What holds for members, whatever is stored: how numbers are read, what a password must be, how long things last."""

import hashlib
from datetime import datetime, timedelta

TOKEN_BYTES = 32
TOKEN_PREFIXES = {"cookie": "c_", "bearer": "mbr_"}
"""A token says what it is for, so that one found in a log is recognised, and none is good for the other use."""
NOTED_EVERY = timedelta(hours=1)


def token_hash(token: str) -> bytes:
    """What is kept of a token of 256 random bits: nothing that leads back to it."""
    return hashlib.sha256(token.encode()).digest()


def looks_like_token(token: str, kind: str) -> bool:
    """Whether it is worth a look in the database."""
    prefix = TOKEN_PREFIXES[kind]
    return token.startswith(prefix) and len(token) == len(prefix) + 2 * TOKEN_BYTES


def is_worth_noting(seen_at: datetime, now: datetime) -> bool:
    """Whether a sign-in was last noted as used so long ago that it is written again."""
    return now - seen_at >= NOTED_EVERY
