"""Online payments for tests that need no provider: the intent, and what the provider would say of it."""

from datetime import datetime
from typing import Any

import msgspec

from booking.db import ReadSession, WriteSession
from booking.payments.models import PaymentIntent, ProviderRefund
from booking.payments.service.events import Outcome, receive_event
from booking.payments.service.intents import Purpose, create_intent, opened
from booking.payments.wire import Event, PaymentSeen, RefundSeen, our_reference
from booking.web.principal import Principal
from tests.databases import NOON
from tests.payments.folios import PLACE

GUEST = Principal(member_id=7, number="m7", name="林工", organisation_id=1)
OTHER = Principal(member_id=8, number="m8", name="周工", organisation_id=1)


def new_intent(
    tx: WriteSession, now: datetime, folio_id: int, purpose: Purpose = "payment", fen: int | None = None
) -> int:
    """An intent of which the provider knows."""
    made = create_intent(tx, now, GUEST, PLACE, folio_id, pages="https://booking.example.cn", purpose=purpose, fen=fen)
    found = tx.get(PaymentIntent, place_id=PLACE, id=made)
    assert found is not None
    opened(tx, now, PLACE, made, seen(found, "pending"))
    return made


def seen(intent: PaymentIntent, status: Any, **other: Any) -> PaymentSeen:
    """How the provider sees a payment."""
    made = PaymentSeen(
        id=f"pay_{intent.id}",
        merchant_reference=our_reference(intent.place_id, intent.id),
        amount=intent.fen,
        currency="CNY",
        status=status,
        pay_url="https://provider.example/pay",
    )
    return msgspec.structs.replace(made, **other)


def payment_event(intent: PaymentIntent, status: str, name: str, **other: Any) -> Event:
    """What the provider says of a payment."""
    data = msgspec.to_builtins(seen(intent, status, **other))
    return Event(id=name, type=f"payment.{status}", created_at=NOON, data=data)


def refund_event(sent: ProviderRefund, status: str, name: str, **other: Any) -> Event:
    """What the provider says of a refund."""
    made = RefundSeen(
        id=f"ref_{sent.id}",
        merchant_reference=our_reference(sent.place_id, sent.id),
        payment=f"pay_{sent.intent_id}",
        amount=sent.fen,
        status=status,  # type: ignore[arg-type]
    )
    data = msgspec.to_builtins(msgspec.structs.replace(made, **other))
    return Event(id=name, type=f"refund.{status}", created_at=NOON, data=data)


def say(tx: WriteSession, now: datetime, /, intent_id: int, status: str, name: str, **other: Any) -> Outcome:
    """Hear what the provider says of a payment."""
    return receive_event(tx, now, payment_event(an_intent(tx, intent_id), status, name, **other))


def an_intent(tx: ReadSession, intent_id: int) -> PaymentIntent:
    found = tx.get(PaymentIntent, place_id=PLACE, id=intent_id)
    assert found is not None
    return found
