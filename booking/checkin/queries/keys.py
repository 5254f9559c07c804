"""The keys that sign and verify passes, opened once a version and then remembered by the process."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import signing
from sqlalchemy import select

from booking.checkin.models import SigningKey
from booking.checkin.tokens import PassKey
from booking.db import ReadSession
from booking.web.models import Counter

VERSION = "pass_keys"
SIGNS_FOR = timedelta(days=180)
"""A key signs for this long; the next one is made by whoever first needs it then."""
CLOCKS_MAY_LAG = timedelta(days=1)
"""A gate whose clock lags believes a new key all the same."""
NONCE_BYTES = 12

_FOREVER = 2**40


class KeyRing(NamedTuple):
    """What verifies, and what signs now."""

    keys: Mapping[int, PassKey]
    key_id: int
    signing: signing.SigningKey
    signs_until: datetime


def pass_keys_version(tx: ReadSession) -> int:
    """Changes with every key that is made or retired."""
    return int(tx.scalar(select(Counter.value).where(Counter.name == VERSION)) or 0)


def key_ring(tx: ReadSession, sealing_key: bytes, version: int | None = None) -> KeyRing | None:
    """The ring as this transaction sees it, or None before the first key was made.

    Args:
        tx: the transaction.
        sealing_key: 32 bytes that open the private parts.
        version: `pass_keys_version`, when it was read already.
    """
    known = pass_keys_version(tx) if version is None else version
    return tx.remembered(VERSION, known, lambda: _load(tx, sealing_key))


def additional_data(key_id: int) -> bytes:
    """What ties a sealed private part to its key: another row's does not open."""
    return b"booking/signing-key/" + key_id.to_bytes(1, "big")


def _load(tx: ReadSession, sealing_key: bytes) -> KeyRing | None:
    rows = tx.all(select(SigningKey).order_by(SigningKey.signs_from, SigningKey.id))
    living = [row for row in rows if row.retired_at is None]
    if not living:
        return None
    newest = living[-1]
    nonce, sealed = newest.sealed_private_key[:NONCE_BYTES], newest.sealed_private_key[NONCE_BYTES:]
    seed = AESGCM(sealing_key).decrypt(nonce, sealed, additional_data(newest.id))
    return KeyRing(
        keys={row.id: _accepted(row) for row in rows},
        key_id=newest.id,
        signing=signing.SigningKey(seed),
        signs_until=newest.signs_from + SIGNS_FOR,
    )


def _accepted(row: SigningKey) -> PassKey:
    until = _FOREVER if row.retired_at is None else int(row.retired_at.timestamp())
    return PassKey(bytes(row.public_key), int((row.signs_from - CLOCKS_MAY_LAG).timestamp()), until)
