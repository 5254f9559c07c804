"""Making and retiring the keys that sign passes. Their private parts are sealed before they are stored."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.signing import SigningKey as Ed25519
from sqlalchemy import or_, select, update

from booking.checkin.models import SigningKey
from booking.checkin.queries.keys import NONCE_BYTES, VERSION, KeyRing, additional_data, key_ring
from booking.db import WriteSession, insert
from booking.web.models import Counter

KEY_IDS = 256
"""A token has one byte for the number of its key."""
SEED_BYTES = 32
OVERLAP = timedelta(days=400)
"""A printed pass is good for as long after the key that signed it was replaced; no pass is issued further ahead."""


class NoKeyLeft(RuntimeError):
    """All 256 numbers are still accepted: keys are being replaced far too often."""


def ensure_key(tx: WriteSession, now: datetime, sealing_key: bytes) -> KeyRing:
    """The ring with a key that signs now, made if need be; a key that has signed long enough is replaced."""
    ring = key_ring(tx, sealing_key)
    if ring is None or now >= ring.signs_until:
        return rotate_keys(tx, now, sealing_key)
    return ring


def rotate_keys(tx: WriteSession, now: datetime, sealing_key: bytes, overlap: timedelta = OVERLAP) -> KeyRing:
    """Sign with a new key from now on; what the old ones signed is accepted for `overlap` longer, 0 when one leaked.

    Raises:
        NoKeyLeft: no number is free.
    """
    ends = now + overlap
    accepted_longer = or_(SigningKey.retired_at.is_(None), SigningKey.retired_at > ends)
    tx.execute(update(SigningKey).where(accepted_longer).values(retired_at=ends))
    newest = tx.scalar(select(SigningKey.id).order_by(SigningKey.signs_from.desc(), SigningKey.id.desc()).limit(1))
    key_id = 0 if newest is None else (newest + 1) % KEY_IDS
    seed, nonce = tx.tokens.bytes(SEED_BYTES), tx.tokens.bytes(NONCE_BYTES)
    row = {
        "id": key_id,
        "public_key": bytes(Ed25519(seed).verify_key),
        "sealed_private_key": nonce + AESGCM(sealing_key).encrypt(nonce, seed, additional_data(key_id)),
        "signs_from": now,
        "retired_at": None,
    }
    made = insert(tx, SigningKey).values(row)
    free = SigningKey.retired_at <= now  # otherwise another process has just made it, and that one will do
    tx.execute(made.on_conflict_do_update(index_elements=["id"], set_=row, where=free))
    _keys_changed(tx)
    ring = key_ring(tx, sealing_key)
    if ring is None:
        raise NoKeyLeft
    return ring


def _keys_changed(tx: WriteSession) -> None:
    version = tx.ids.next()
    row = insert(tx, Counter).values(name=VERSION, value=version)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": version}))
