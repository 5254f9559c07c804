"""Money back through the provider: gone from the books at once, carried by a background loop.

A guest's money is promised back in the transaction that asks for it, so that it cannot be promised twice. The loop
leases what is due, asks the provider outside any transaction under a name that makes a repeat harmless, and notes
the answer. Where the provider refuses for good, the ledger's refund is reversed, and staff see the credit again.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, and_, select, update

from booking.db import ReadSession, WriteSession, insert
from booking.payments.errors import RefundTooLarge
from booking.payments.models import LedgerTransaction, PaymentIntent, ProviderRefund
from booking.payments.queries import entries_of
from booking.payments.rules import ONLINE, WAYS, refunding, returning
from booking.payments.service.charging import take_back
from booking.payments.service.ledger import audit, lock, post
from booking.web.facts import Money

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
LEASE = timedelta(seconds=120)
RefundKind: TypeAlias = Literal["refund", "deposit_returned"]


class DueRefund(NamedTuple):
    """A refund to ask the provider for; `payment` is the provider's reference."""

    place_id: int
    id: int
    payment: str
    fen: int
    attempt: int


def refund_online(
    tx: WriteSession,
    now: datetime,
    place_id: int,
    folio_id: int,
    fen: int,
    *,
    kind: RefundKind,
    actor: str,
    reason: str,
    after: timedelta = timedelta(0),
) -> int:
    """Send money back over the folio's online payments, the oldest first; answers the ledger's last transaction.

    The provider is asked once `after` is over; until then `crediting.recall_unsent` can take it back.

    Raises:
        RefundTooLarge: less came that way and has not gone back yet.
    """
    left, done = fen, 0
    for intent in _refundable(tx, place_id, folio_id):
        share = min(left, intent.fen - intent.refunded_fen)
        if share > 0:
            done = _send_back(tx, now, intent, share, kind, actor, reason, after)
            left -= share
    if left:
        raise RefundTooLarge(method=WAYS[ONLINE], paid=Money(fen - left), asked=Money(fen))
    return done


def refund_intent(tx: WriteSession, now: datetime, intent: PaymentIntent, fen: int, *, actor: str, reason: str) -> int:
    """Send money of one online payment back, e.g. because it came too late; answers the ledger's transaction."""
    kind: RefundKind = "refund" if intent.purpose == "payment" else "deposit_returned"
    done = _send_back(tx, now, intent, fen, kind, actor, reason)
    audit(tx, now, "payment.refunded", intent.place_id, intent.folio_id, actor, method=ONLINE, fen=fen)
    return done


def lease_refunds(tx: WriteSession, now: datetime, limit: int = 32) -> list[DueRefund]:
    """Take the refunds that are due, so that no other loop asks for them for a while."""
    due = select(ProviderRefund.place_id, ProviderRefund.id).where(
        ProviderRefund.status == "pending", ProviderRefund.available_at <= now
    )
    rows = tx.execute(due.order_by(ProviderRefund.available_at).limit(limit).with_for_update(skip_locked=True)).all()
    return [_lease(tx, now, row.place_id, row.id) for row in rows]


def refund_is_due(tx: ReadSession, now: datetime) -> bool:
    """Whether any refund waits: asked of a reader, so that idle loops leave the writer alone."""
    due = select(ProviderRefund.id).where(ProviderRefund.status == "pending", ProviderRefund.available_at <= now)
    return tx.scalar(due.limit(1)) is not None


def put_off(tx: WriteSession, now: datetime, refund: DueRefund, error: str) -> None:
    """Note that the provider could not be asked; the next try is 5 s, 10 s, 20 s … 1 h later, without an end."""
    wait: timedelta = min(FIRST_WAIT * 2 ** min(refund.attempt - 1, 20), LONGEST_WAIT)
    tx.execute(
        update(ProviderRefund)
        .where(_this(refund.place_id, refund.id), ProviderRefund.status == "pending")
        .values(available_at=now + wait, last_error=error[:500])
    )


def settle_refund(
    tx: WriteSession, now: datetime, place_id: int, refund_id: int, *, reference: str, done: bool, error: str = ""
) -> bool:
    """Note the provider's last word on a refund; False when it was known before or contradicts what was known."""
    won = tx.execute(
        update(ProviderRefund)
        .where(_this(place_id, refund_id), ProviderRefund.status == "pending")
        .values(
            status="done" if done else "failed", reference=reference or None, settled_at=now, last_error=error[:500]
        )
    )
    if won.rowcount == 1 and not done:
        bring_back(tx, now, place_id, refund_id, actor="provider", reason=error[:500])
    return won.rowcount == 1


def _refundable(tx: ReadSession, place_id: int, folio_id: int) -> list[PaymentIntent]:
    paid = select(PaymentIntent).where(
        PaymentIntent.place_id == place_id,
        PaymentIntent.folio_id == folio_id,
        PaymentIntent.status == "paid",
    )
    return tx.all(paid.order_by(PaymentIntent.id))


def _send_back(
    tx: WriteSession,
    now: datetime,
    intent: PaymentIntent,
    fen: int,
    kind: RefundKind,
    actor: str,
    reason: str,
    after: timedelta = timedelta(0),
) -> int:
    entries = refunding(ONLINE, fen) if kind == "refund" else returning(ONLINE, fen)
    place_id, folio_id = intent.place_id, intent.folio_id
    done = post(tx, now, place_id, folio_id, entries, kind=kind, method=ONLINE, actor=actor, note=reason)
    back = intent.refunded_fen + fen
    tx.execute(
        update(PaymentIntent)
        .where(PaymentIntent.place_id == place_id, PaymentIntent.id == intent.id)
        .values(refunded_fen=back, status="refunded" if back == intent.fen else "paid")
    )
    tx.execute(
        insert(tx, ProviderRefund).values(
            place_id=place_id,
            id=tx.ids.next(),
            intent_id=intent.id,
            transaction_id=done,
            fen=fen,
            status="pending",
            available_at=now + after,
            created_at=now,
        )
    )
    return done


def _lease(tx: WriteSession, now: datetime, place_id: int, refund_id: int) -> DueRefund:
    leased = (
        update(ProviderRefund)
        .where(_this(place_id, refund_id))
        .values(available_at=now + LEASE, attempts=ProviderRefund.attempts + 1)
        .returning(ProviderRefund.intent_id, ProviderRefund.fen, ProviderRefund.attempts)
    )
    row = tx.execute(leased).one()
    paid = select(PaymentIntent.reference).where(PaymentIntent.place_id == place_id, PaymentIntent.id == row.intent_id)
    return DueRefund(place_id, refund_id, tx.scalar(paid) or "", row.fen, row.attempts)


def bring_back(tx: WriteSession, now: datetime, place_id: int, refund_id: int, *, actor: str, reason: str) -> None:
    """The money never left: the guest's credit stands in the books again."""
    refund = tx.get(ProviderRefund, place_id=place_id, id=refund_id)
    if refund is None:
        return
    found = tx.get(LedgerTransaction, place_id=place_id, id=refund.transaction_id)
    if found is None:
        return
    lock(tx, place_id, found.folio_id)
    take_back(tx, now, found, entries_of(tx, place_id, found.id), actor=actor, reason=reason)
    tx.execute(
        update(PaymentIntent)
        .where(PaymentIntent.place_id == place_id, PaymentIntent.id == refund.intent_id)
        .values(refunded_fen=PaymentIntent.refunded_fen - refund.fen, status="paid")
    )


def _this(place_id: int, refund_id: int) -> ColumnElement[bool]:
    return and_(ProviderRefund.place_id == place_id, ProviderRefund.id == refund_id)
