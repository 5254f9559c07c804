"""What was paid online beyond what is owed goes back by itself; what was paid at the desk waits there.

A refund leaves for the provider only after a while. Until then the next change of the same folio recalls it, so that
what is given up, taken back and changed within minutes moves money once.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, update

from booking.db import ReadSession, WriteSession, prepared
from booking.payments.models import PaymentIntent, ProviderRefund
from booking.payments.queries import balance
from booking.payments.rules import ONLINE
from booking.payments.service.ledger import audit, lock
from booking.payments.service.refunds import RefundKind, bring_back, refund_online

UNSENT = "pending"


class Credit(NamedTuple):
    """What a guest gets back, in fen: what is on its way through the provider, and what waits at the desk."""

    sent: int
    at_desk: int


def return_credit(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str, after: timedelta, deposit: bool
) -> int:
    """Send back what was paid online beyond what is owed, and with `deposit` what is held too; answers the fen.

    Raises:
        NotFound: there is no such folio.
    """
    if not was_paid_online(tx, place_id, folio_id):
        return 0
    lock(tx, place_id, folio_id)
    sent = _send(tx, now, place_id, folio_id, -balance(tx, place_id, folio_id).owed, "refund", actor, after)
    if deposit:
        held = balance(tx, place_id, folio_id).deposit
        sent += _send(tx, now, place_id, folio_id, held, "deposit_returned", actor, after)
    return sent


def _send(
    tx: WriteSession,
    now: datetime,
    place_id: int,
    folio_id: int,
    credit: int,
    kind: RefundKind,
    actor: str,
    after: timedelta,
) -> int:
    fen = min(credit, balance(tx, place_id, folio_id).paid.get(ONLINE, 0))
    if fen <= 0:
        return 0
    refund_online(tx, now, place_id, folio_id, fen, kind=kind, actor=actor, reason="not owed", after=after)
    action = "payment.refunded" if kind == "refund" else "deposit.returned"
    audit(tx, now, action, place_id, folio_id, actor, method=ONLINE, fen=fen)
    return fen


def recall_unsent(tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str) -> int:
    """Take back refunds whose time to leave has not come; answers their fen.

    Raises:
        NotFound: there is no such folio.
    """
    if not was_paid_online(tx, place_id, folio_id):
        return 0
    lock(tx, place_id, folio_id)
    recalled = 0
    for refund_id, fen in tx.execute(_unsent(tx, place_id, folio_id, now)).all():
        mine = (ProviderRefund.place_id == place_id, ProviderRefund.id == refund_id)
        waits = (ProviderRefund.status == UNSENT, ProviderRefund.attempts == 0)
        won = update(ProviderRefund).where(*mine, *waits).values(status="recalled", settled_at=now)
        if tx.execute(won).rowcount == 1:
            bring_back(tx, now, place_id, refund_id, actor=actor, reason="recalled")
            recalled += fen
    return recalled


def credit_of(tx: ReadSession, place_id: int, folio_id: int, *, deposit: bool) -> Credit:
    """What a guest gets back as the folio stands; with `deposit`, what is held for them as well."""
    standing = balance(tx, place_id, folio_id)
    waiting = select(func.coalesce(func.sum(ProviderRefund.fen), 0)).join(PaymentIntent, _its_intent())
    mine = (PaymentIntent.place_id == place_id, PaymentIntent.folio_id == folio_id)
    sent = int(tx.scalar(waiting.where(*mine, ProviderRefund.status == UNSENT)) or 0)
    return Credit(sent, max(0, -standing.owed) + (max(0, standing.deposit) if deposit else 0))


def was_paid_online(tx: ReadSession, place_id: int, folio_id: int) -> bool:
    """Whether any money of a folio came through the provider."""
    return tx.scalar(_paid_online(tx, place_id, folio_id)) is not None


@prepared
def _paid_online(_: ReadSession, place: int, folio: int) -> Select[int]:
    row = PaymentIntent
    paid = select(row.id).where(row.place_id == place, row.folio_id == folio, row.paid_at.is_not(None))
    return paid.limit(1)


@prepared
def _unsent(_: ReadSession, place: int, folio: int, now: datetime) -> Select[int, int]:
    found = select(ProviderRefund.id, ProviderRefund.fen).join(PaymentIntent, _its_intent())
    mine = (PaymentIntent.place_id == place, PaymentIntent.folio_id == folio)
    return found.where(*mine, ProviderRefund.status == UNSENT, ProviderRefund.available_at > now)


def _its_intent() -> ColumnElement[bool]:
    return and_(ProviderRefund.place_id == PaymentIntent.place_id, ProviderRefund.intent_id == PaymentIntent.id)
