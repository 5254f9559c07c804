"""What the provider says became of a payment or a refund: believed once, in any order, and no money is ever lost.

Events are stored by their id before anything else, so a repeat does nothing. What they do is a conditional update of
the intent, so a second event about the same thing does nothing either. Money that arrives is always written down:
what the folio does not owe, because it was paid elsewhere, ran out or was cancelled meanwhile, goes back by itself.
"""

from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec
from sqlalchemy import update

from booking.db import WriteSession, insert
from booking.payments.errors import NotAnEvent
from booking.payments.models import Folio, PaymentIntent, ProviderEvent, ProviderRefund
from booking.payments.payables import payable_of
from booking.payments.queries import balance
from booking.payments.rules import ONLINE
from booking.payments.service.deposits import hold
from booking.payments.service.desk import receive
from booking.payments.service.ledger import lock
from booking.payments.service.refunds import refund_intent, settle_refund
from booking.payments.wire import CURRENCY, Event, PaymentSeen, RefundSeen, read_reference

Outcome: TypeAlias = Literal["applied", "sent_back", "duplicate", "ignored", "unknown", "differs", "contradicts"]
"""What an event did.

- `applied`: as expected. `sent_back`: the money came, and what was not owed is on its way back.
- `duplicate`: the event was known. `ignored`: it says nothing that we did not know, or is of a kind we do not read.
- `unknown`: of no intent of ours. `differs`: another sum, currency or payment than the intent's. `contradicts`:
  a refund that had ended otherwise. These three are shown to staff, and the books are not touched.
"""
FOR_STAFF: tuple[Outcome, ...] = ("unknown", "differs", "contradicts")
ACTOR = "provider"
PAYMENT, REFUND = "payment.", "refund."


def receive_event(tx: WriteSession, now: datetime, event: Event) -> Outcome:
    """Do what a signed event says, unless it was done before.

    Raises:
        NotAnEvent: its payment or refund is not in the documented form.
    """
    payment, refund = _payment(event), _refund(event)
    seen = payment or refund
    ours = None if seen is None else read_reference(seen.merchant_reference)
    intent = payment and ours and tx.get(PaymentIntent, place_id=ours.place_id, id=ours.id)
    sent = refund and ours and tx.get(ProviderRefund, place_id=ours.place_id, id=ours.id)
    known = intent or sent
    place_id = known.place_id if known else 0
    if not _store(tx, now, event, place_id):
        return "duplicate"
    outcome: Outcome = "ignored" if seen is None else "unknown"
    if payment is not None and intent:
        outcome = apply_payment(tx, now, intent, payment)
    elif refund is not None and sent:
        outcome = apply_refund(tx, now, sent, refund)
    this = (ProviderEvent.place_id == place_id, ProviderEvent.id == event.id)
    tx.execute(update(ProviderEvent).where(*this).values(outcome=outcome))
    return outcome


def apply_payment(tx: WriteSession, now: datetime, intent: PaymentIntent, seen: PaymentSeen) -> Outcome:
    """Bring an intent to what the provider says of its payment: by its message, or because it was asked."""
    if seen.amount != intent.fen or seen.currency != CURRENCY or intent.reference not in (None, seen.id):
        return "differs"
    if seen.status == "paid":
        return _arrived(tx, now, intent, seen)
    if seen.status == "pending":
        return "ignored"
    ended = tx.execute(
        update(PaymentIntent)
        .where(PaymentIntent.place_id == intent.place_id, PaymentIntent.id == intent.id)
        .where(PaymentIntent.status.in_(("created", "pending")))
        .values(status=seen.status, reference=seen.id, check_at=None)
    )
    tx.touch(f"folio:{intent.place_id}:{intent.folio_id}")
    return "applied" if ended.rowcount == 1 else "ignored"


def apply_refund(tx: WriteSession, now: datetime, sent: ProviderRefund, seen: RefundSeen) -> Outcome:
    """Bring a refund to what the provider says of it."""
    if seen.amount != sent.fen:
        return "differs"
    if seen.status == "pending":
        return "ignored"
    done = seen.status == "succeeded"
    if settle_refund(tx, now, sent.place_id, sent.id, reference=seen.id, done=done, error=seen.reason):
        return "applied"
    return "ignored" if sent.status == ("done" if done else "failed") else "contradicts"


def _store(tx: WriteSession, now: datetime, event: Event, place_id: int) -> bool:
    row = insert(tx, ProviderEvent).values(
        place_id=place_id, id=event.id, kind=event.type, outcome="", received_at=now, payload=event.data
    )
    return tx.execute(row.on_conflict_do_nothing()).rowcount == 1


def _arrived(tx: WriteSession, now: datetime, intent: PaymentIntent, seen: PaymentSeen) -> Outcome:
    lock(tx, intent.place_id, intent.folio_id)
    won = tx.execute(
        update(PaymentIntent)
        .where(PaymentIntent.place_id == intent.place_id, PaymentIntent.id == intent.id)
        .where(PaymentIntent.status.in_(("created", "pending", "failed", "expired")))
        .values(status="paid", paid_at=now, reference=seen.id, check_at=None)
    )
    if won.rowcount == 0:
        return "ignored"
    write_down = receive if intent.purpose == "payment" else hold
    where: dict[str, int] = {"place_id": intent.place_id, "folio_id": intent.folio_id}
    write_down(tx, now, way=ONLINE, fen=intent.fen, actor=intent.actor, reason=seen.id, **where)
    return _after(tx, now, intent)


def _after(tx: WriteSession, now: datetime, intent: PaymentIntent) -> Outcome:
    """What follows from money that came: the booking goes on, or what is not owed goes back."""
    folio = tx.get(Folio, place_id=intent.place_id, id=intent.folio_id)
    paid = tx.get(PaymentIntent, place_id=intent.place_id, id=intent.id)
    if folio is None or paid is None:
        return "applied"
    payable = payable_of(folio)
    bill = payable.bill(tx, now, folio)
    stands = bill is not None and bill.stands
    if stands:
        payable.paid(tx, now, folio, paid)
    too_much = _too_much(tx, paid, stands=stands)
    if too_much:
        refund_intent(tx, now, paid, too_much, actor=ACTOR, reason="not owed")
    return "sent_back" if too_much else "applied"


def _too_much(tx: WriteSession, paid: PaymentIntent, *, stands: bool) -> int:
    if paid.purpose == "deposit":
        return 0 if stands else paid.fen
    return min(paid.fen, max(0, -balance(tx, paid.place_id, paid.folio_id).owed))


def _payment(event: Event) -> PaymentSeen | None:
    return _read(event.data, PaymentSeen) if event.type.startswith(PAYMENT) else None


def _refund(event: Event) -> RefundSeen | None:
    return _read(event.data, RefundSeen) if event.type.startswith(REFUND) else None


def _read(data: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise NotAnEvent(detail=str(error)) from error
