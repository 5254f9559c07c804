"""The wire format between this service and a payment provider, as the provider documents it.

We ask over HTTPS with `Authorization: Bearer <key>` and JSON; sums are integers in the currency's smallest unit.

- `POST /v1/payments` opens a payment; with a `merchant_reference` that is known it answers the same payment again.
- `GET /v1/payments/{id}` and `GET /v1/payments?merchant_reference=` look at one.
- `GET /v1/payments?created_from=&created_until=&after=` lists them by id, 100 at a time, `next` leads on.
- `POST /v1/refunds` sends money back; a known `merchant_reference` answers the same refund again.
- `GET /v1/refunds?created_from=&created_until=&after=` lists them alike.

A payment is `pending`, `paid`, `failed` or `expired`; a refund `pending`, `succeeded` or `failed`. Instants are as in
RFC 3339.

The provider tells what became of a payment or refund by `POST` to `notify_url`, a body `Event`, and the header
`Payment-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 over `<t>.<body>` with the shared secret. It repeats
until 2xx comes back, in any order. Our merchant references are `<place>-<intent>` and `<place>-<refund>`.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

CURRENCY = "CNY"
SIGNATURE = "Payment-Signature"
_REFERENCE = re.compile(r"([0-9]{1,16})-([0-9]{1,16})")
_LARGEST_ID = 2**53

Amount = Annotated[int, Meta(ge=0, le=10**12)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
PaymentState = Literal["pending", "paid", "failed", "expired"]
RefundState = Literal["pending", "succeeded", "failed"]


class PaymentSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as the provider knows it; it may say more than we read."""

    id: Text
    merchant_reference: Text
    amount: Amount
    currency: Text
    status: PaymentState
    pay_url: Annotated[str, Meta(max_length=2000)] = ""


class RefundSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as the provider knows it."""

    id: Text
    merchant_reference: Text
    payment: Text
    amount: Amount
    status: RefundState
    reason: Annotated[str, Meta(max_length=500)] = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the provider; `data` is the payment or the refund as it stood then."""

    id: Text
    type: Text
    created_at: Instant
    data: dict[str, Any]


class OurReference(NamedTuple):
    """What a merchant reference of ours names."""

    place_id: int
    id: int


def our_reference(place_id: int, number: int) -> str:
    """The merchant reference of an intent or a refund."""
    return f"{place_id}-{number}"


def read_reference(text: str) -> OurReference | None:
    """The intent or refund that a merchant reference names, or None when it is none of ours."""
    found = _REFERENCE.fullmatch(text)
    if found is None or max(int(found[1]), int(found[2])) >= _LARGEST_ID:
        return None
    return OurReference(int(found[1]), int(found[2]))
