"""The payment provider, asked over HTTP in the format of `wire`. Never called inside a transaction.

There is one client for every provider that speaks this format, the sandbox in this repository among them; a bank's
own protocol is spoken by another class with these five methods, made in `provider_of`.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import datetime
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from booking.payments.models import PaymentIntent
from booking.payments.wire import CURRENCY, PaymentSeen, RefundSeen, our_reference
from booking.settings import Settings

T = TypeVar("T")

TIMEOUT_SECONDS = 10.0
LARGEST_ANSWER = 4_000_000
WEBHOOK_PATH = "/api/v1/payments/webhook"


class ProviderError(Exception):
    """The provider did not answer as documented; `refused` when it understood and said no for good."""

    def __init__(self, text: str, *, refused: bool = False) -> None:
        super().__init__(text)
        self.refused = refused


class _Page(msgspec.Struct):
    data: list[Any]
    next: str | None = None


class Provider:
    """A provider at an address.

    Args:
        url: where its API begins, without the slash at the end.
        key: proves that it is us.
        notify_url: where it sends its messages.
    """

    def __init__(self, url: str, key: str, notify_url: str) -> None:
        self._url, self._key, self._notify_url = url, key, notify_url

    async def open(self, intent: PaymentIntent, description: str) -> PaymentSeen:
        """Open the payment of an intent, or find the one that was opened for it before.

        Raises:
            ProviderError: it cannot be asked, or refuses.
        """
        wish = {
            "merchant_reference": our_reference(intent.place_id, intent.id),
            "amount": intent.fen,
            "currency": CURRENCY,
            "description": description,
            "return_url": intent.return_url,
            "notify_url": self._notify_url,
            "expires_at": intent.expires_at,
        }
        return await self._ask("POST", "/v1/payments", wish, PaymentSeen)

    async def look_up(self, intent: PaymentIntent) -> PaymentSeen | None:
        """How the payment of an intent stands; None when the provider never heard of it.

        Raises:
            ProviderError: it cannot be asked.
        """
        if intent.reference:
            return await self._ask("GET", f"/v1/payments/{quote(intent.reference, safe='')}", None, PaymentSeen)
        wanted = urlencode({"merchant_reference": our_reference(intent.place_id, intent.id)})
        page = await self._ask("GET", f"/v1/payments?{wanted}", None, _Page)
        return msgspec.convert(page.data[0], PaymentSeen) if page.data else None

    async def refund(self, place_id: int, refund_id: int, payment: str, fen: int) -> RefundSeen:
        """Send money of a payment back, or find the refund that was made of this one before.

        Raises:
            ProviderError: it cannot be asked, or refuses.
        """
        wish = {"merchant_reference": our_reference(place_id, refund_id), "payment": payment, "amount": fen}
        return await self._ask("POST", "/v1/refunds", wish, RefundSeen)

    def payments(self, since: datetime, until: datetime) -> AsyncIterator[PaymentSeen]:
        """Every payment that was opened from `since` until before `until`."""
        return self._pages("/v1/payments", since, until, PaymentSeen)

    def refunds(self, since: datetime, until: datetime) -> AsyncIterator[RefundSeen]:
        """Every refund that was asked from `since` until before `until`."""
        return self._pages("/v1/refunds", since, until, RefundSeen)

    async def _pages(self, path: str, since: datetime, until: datetime, kind: type[T]) -> AsyncIterator[T]:
        wanted = {"created_from": since.isoformat(), "created_until": until.isoformat()}
        while True:
            page = await self._ask("GET", f"{path}?{urlencode(wanted)}", None, _Page)
            for one in page.data:
                yield msgspec.convert(one, kind)
            if page.next is None:
                return
            wanted["after"] = page.next

    async def _ask(self, method: str, path: str, body: Any, answer: type[T]) -> T:
        sent = None if body is None else msgspec.json.encode(body)
        try:
            return msgspec.json.decode(await asyncio.to_thread(self._exchange, method, path, sent), type=answer)
        except urllib.error.HTTPError as error:
            refused = 400 <= error.code < 500 and error.code not in (401, 403, 408, 425, 429)
            raise ProviderError(f"{method} {path}: {error.code}", refused=refused) from error
        except (OSError, HTTPException, msgspec.MsgspecError) as error:
            raise ProviderError(f"{method} {path}: {type(error).__name__}: {error}") from error

    def _exchange(self, method: str, path: str, body: bytes | None) -> bytes:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, body, headers, method=method)  # noqa: S310 - see settings
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                found: bytes = answer.read(LARGEST_ANSWER)
                return found
        except urllib.error.HTTPError as error:
            error.close()
            raise


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry our key to an address that nobody configured."""

    def redirect_request(self, *_: Any) -> None:
        return None


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the operator configured, or None."""
    if not settings.payments_url:
        return None
    return Provider(settings.payments_url, settings.payments_key, settings.public_url + WEBHOOK_PATH)
