"""Carries outbox entries to the operator's own programs (text messages, WeChat, door locks), by signed HTTP.

Each entry is one POST with a JSON body `{"id", "topic", "key", "created_at", "attempt", "payload"}` and the header
`Booking-Signature: t=<unix seconds>,v1=<hex>`, where the hex is HMAC-SHA-256 over `<t>.<body>` with the shared
secret. A receiver answers 2xx, remembers the id, and refuses a signature older than five minutes.
"""

import asyncio
import hmac
import urllib.request
from datetime import datetime, timedelta
from typing import Any

import msgspec

from booking.clock import Clock
from booking.notices.relay import Deliver, Delivery, nowhere

SIGNATURE = "Booking-Signature"
TIMEOUT_SECONDS = 20.0
FRESH = timedelta(minutes=5)


class Webhook:
    """An address that hears of everything; use `deliver` as the relay's."""

    def __init__(self, url: str, secret: bytes, clock: Clock) -> None:
        if not url.startswith(("https://", "http://")):
            raise ValueError(f"a webhook's address begins with https:// or http://, not {url!r}")
        self._url, self._secret, self._clock = url, secret, clock

    async def deliver(self, delivery: Delivery) -> None:
        """Send one entry; urllib raises on anything but 2xx."""
        body = msgspec.json.encode(delivery)
        await asyncio.to_thread(self._post, body, sign(self._secret, self._clock(), body))

    def _post(self, body: bytes, signature: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            self._url, body, {"Content-Type": "application/json", SIGNATURE: signature}
        )
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1)


def channel(url: str, secret: str, clock: Clock) -> Deliver:
    """What the relay delivers to: the operator's address, or nowhere when there is none."""
    return Webhook(url, secret.encode(), clock).deliver if url else nowhere


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry members' data to an address that nobody configured."""

    def redirect_request(self, *_: Any) -> None:
        return None


def sign(secret: bytes, at: datetime, body: bytes) -> str:
    """The value of the signature header."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def is_genuine(secret: bytes, now: datetime, body: bytes, signature: str) -> bool:
    """What a receiver checks: signed with the secret, over this body, within the last five minutes."""
    stamp, _, digest = signature.removeprefix("t=").partition(",v1=")
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 15:
        return False
    fresh = abs(now.timestamp() - int(stamp)) <= FRESH.total_seconds()
    return fresh and hmac.compare_digest(digest.encode(), _digest(secret, int(stamp), body).encode())


def _digest(secret: bytes, seconds: int, body: bytes) -> str:
    return hmac.digest(secret, b"%d." % seconds + body, "sha256").hex()
