"""The address that shows one pass to whoever has it: for guests without an account, and for printed passes.

It carries the pass and 128 bits that only the server can make, so nothing needs to be stored, and whoever reads
the database reads no addresses.
"""

import hashlib
import hmac
import re
from typing import NamedTuple

_BYTES = 16
_FORM = re.compile(r"([1-9]\d{0,15})-([1-9]\d{0,15})-([0-9a-f]{32})")


class Linked(NamedTuple):
    """The pass that a link shows."""

    place_id: int
    pass_id: int


def link_token(key: bytes, place_id: int, pass_id: int) -> str:
    """The last part of the address of a pass."""
    proof = hashlib.blake2b(f"{place_id}-{pass_id}".encode(), key=key, digest_size=_BYTES).hexdigest()
    return f"{place_id}-{pass_id}-{proof}"


def read_link(key: bytes, token: str) -> Linked | None:
    """The pass of a link, or None when the server never made it."""
    parts = _FORM.fullmatch(token)
    if parts is None:
        return None
    place_id, pass_id = int(parts[1]), int(parts[2])
    if not hmac.compare_digest(link_token(key, place_id, pass_id), token):
        return None
    return Linked(place_id, pass_id)
