"""Delivers the sandbox's messages, signed, until each was accepted."""

import asyncio
import contextlib
import hashlib
import hmac
import urllib.request

import structlog

from booking.clock import Clock
from booking.payments.sandbox.bank import Bank
from booking.payments.sandbox.store import Row, Store

log = structlog.get_logger()

HEADER = "Payment-Signature"
PAUSE_SECONDS = 0.1
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 600.0
PATIENCE_SECONDS = 10.0


class Messenger:
    """A loop over what is due."""

    def __init__(self, store: Store, bank: Bank, secret: bytes, clock: Clock) -> None:
        self._store, self._bank, self._secret, self._clock = store, bank, secret, clock
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Deliver until told to stop."""
        while not self._stopping.is_set():
            self._bank.expire()
            for message in self._store.due(self._clock().timestamp()):
                await self._deliver(message)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), PAUSE_SECONDS)

    def stop(self) -> None:
        """End after the message that is under way."""
        self._stopping.set()

    async def _deliver(self, message: Row) -> None:
        body = message["body"].encode()
        seconds = int(self._clock().timestamp())
        proof = hmac.new(self._secret, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        try:
            await asyncio.to_thread(_post, message["url"], body, f"t={seconds},v1={proof}")
        except OSError as error:
            wait = min(FIRST_WAIT_SECONDS * 2 ** min(message["attempts"], 20), LONGEST_WAIT_SECONDS)
            log.warning("message not accepted", id=message["id"], error=str(error), again_in=wait)
            self._store.again(message["id"], self._clock().timestamp() + wait)
        else:
            self._store.delivered(message["id"])


def _post(url: str, body: bytes, signature: str) -> None:
    headers = {"Content-Type": "application/json", HEADER: signature}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - checked when the payment was opened
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        answer.read(1)
