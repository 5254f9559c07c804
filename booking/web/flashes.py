"""One-time messages that a redirect leaves for the next page, in a signed cookie."""

import base64
import binascii
import hashlib
import hmac

import msgspec

COOKIE = "flash"
_SIGNATURE = 16


class Flash(msgspec.Struct, frozen=True):
    """A message; `undo` is the address that a button posts to."""

    text: str
    kind: str = "good"
    undo: str = ""


def pack(flash: Flash, key: bytes) -> str:
    """The cookie's value."""
    body = msgspec.json.encode(flash)
    return base64.urlsafe_b64encode(_sign(body, key) + body).decode()


def unpack(value: str, key: bytes) -> list[Flash]:
    """The messages in a cookie; none if it was tampered with."""
    try:
        raw = base64.urlsafe_b64decode(value)
        if hmac.compare_digest(raw[:_SIGNATURE], _sign(raw[_SIGNATURE:], key)):
            return [msgspec.json.decode(raw[_SIGNATURE:], type=Flash)]
    except (binascii.Error, ValueError):
        pass
    return []


def _sign(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_SIGNATURE]
