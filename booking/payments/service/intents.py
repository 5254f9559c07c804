"""Meaning to pay online: a row first, then the provider is asked outside any transaction, then its answer is kept."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from sqlalchemy import or_, select, update

from booking.db import ReadSession, WriteSession, insert
from booking.payments.errors import (
    FolioNotFound,
    IntentNotFound,
    NoLongerPayable,
    NoProvider,
    NothingToPay,
    Overpaid,
)
from booking.payments.models import Folio, PaymentIntent
from booking.payments.payables import Bill, payable_of
from booking.payments.queries import balance, deposit_due
from booking.payments.service.ledger import audit, check_sum, lock
from booking.payments.wire import PaymentSeen
from booking.web.facts import Money
from booking.web.principal import Principal

Purpose: TypeAlias = Literal["payment", "deposit"]
OPEN_FOR = timedelta(minutes=15)
"""How long the provider's page takes the money."""
SHORTEST = timedelta(minutes=1)
FIRST_CHECK = timedelta(seconds=30)
LONGEST_CHECK = timedelta(minutes=10)
GRACE = timedelta(minutes=5)
"""So long after the end the provider is asked once more, then the intent has expired."""


def visible_folio(tx: ReadSession, place_id: int, folio_id: int, who: Principal) -> Folio:
    """A folio that this member may see and pay.

    Raises:
        FolioNotFound: there is none, or it is somebody else's.
    """
    folio = tx.get(Folio, place_id=place_id, id=folio_id)
    if folio is None or not payable_of(folio).may_pay(tx, folio, who):
        raise FolioNotFound
    return folio


def create_intent(
    tx: WriteSession,
    now: datetime,
    who: Principal,
    place_id: int,
    folio_id: int,
    *,
    pages: str | None,
    purpose: Purpose = "payment",
    fen: int | None = None,
) -> int:
    """Mean to pay a folio online: all that is owed beyond what is held, or still asked as a deposit, or a part of it.

    An open intent of the same sum is answered again, so that two open pages do not lead to two payments.

    Args:
        tx: the transaction.
        now: its time.
        who: the payer.
        place_id: the place.
        folio_id: the folio.
        pages: where our own pages begin, for the way back; None where there is no provider.
        purpose: `payment` or `deposit`.
        fen: a part of it; None for all.

    Returns:
        The intent's id.

    Raises:
        FolioNotFound: there is none, or it is somebody else's.
        NoProvider: online payment is not set up.
        NoLongerPayable: what it is for was cancelled or is over.
        NothingToPay: nothing is owed or asked.
        Overpaid: more than that.
    """
    folio = visible_folio(tx, place_id, folio_id, who)
    if pages is None:
        raise NoProvider
    lock(tx, place_id, folio_id)
    due = _due(tx, folio, purpose)
    bill = payable_of(folio).bill(tx, now, folio)
    if bill is None or not bill.stands:
        raise NoLongerPayable(owed=Money(max(due, 0)))
    wanted = due if fen is None else fen
    if due <= 0:
        raise NothingToPay(owed=Money(max(due, 0)))
    check_sum(wanted)
    if wanted > due:
        raise Overpaid(owed=Money(due), asked=Money(wanted))
    same = _open_one(tx, now, folio, who, purpose, wanted)
    return _insert(tx, now, folio, who, bill, purpose, wanted, pages) if same is None else same


def opened(tx: WriteSession, now: datetime, place_id: int, intent_id: int, seen: PaymentSeen) -> None:
    """Keep the provider's reference and page of an intent; a message of the provider may have come before."""
    this = (PaymentIntent.place_id == place_id, PaymentIntent.id == intent_id)
    tx.execute(
        update(PaymentIntent)
        .where(*this, or_(PaymentIntent.reference.is_(None), PaymentIntent.reference == seen.id))
        .values(reference=seen.id, pay_url=seen.pay_url)
    )
    tx.execute(update(PaymentIntent).where(*this, PaymentIntent.status == "created").values(status="pending"))


def intent_of(tx: ReadSession, place_id: int, folio_id: int, intent_id: int) -> PaymentIntent:
    """An intent of a folio.

    Raises:
        IntentNotFound: there is none.
    """
    found = tx.get(PaymentIntent, place_id=place_id, folio_id=folio_id, id=intent_id)
    if found is None:
        raise IntentNotFound
    return found


def unsettled(tx: ReadSession, now: datetime, limit: int = 16) -> list[PaymentIntent]:
    """Intents of which the provider should be asked: no message came for a while."""
    due = select(PaymentIntent).where(PaymentIntent.check_at <= now)
    return tx.all(due.order_by(PaymentIntent.check_at).limit(limit))


def checked_in_vain(tx: WriteSession, now: datetime, place_id: int, intent_id: int) -> None:
    """The provider has nothing new: ask later, or no more once the intent is over for good."""
    intent = tx.get(PaymentIntent, place_id=place_id, id=intent_id)
    if intent is None or intent.check_at is None:
        return
    this = (PaymentIntent.place_id == place_id, PaymentIntent.id == intent_id)
    if now >= intent.expires_at + GRACE:
        tx.execute(update(PaymentIntent).where(*this).values(check_at=None))
        still_open = PaymentIntent.status.in_(("created", "pending"))
        tx.execute(update(PaymentIntent).where(*this, still_open).values(status="expired"))
        return
    wait: timedelta = min(FIRST_CHECK * 2 ** min(intent.checks, 10), LONGEST_CHECK)
    tx.execute(update(PaymentIntent).where(*this).values(check_at=now + wait, checks=intent.checks + 1))


def _due(tx: ReadSession, folio: Folio, purpose: Purpose) -> int:
    if purpose == "payment":
        return balance(tx, folio.place_id, folio.id).due
    return deposit_due(tx, folio.place_id, folio.id)


def _open_one(tx: ReadSession, now: datetime, folio: Folio, who: Principal, purpose: Purpose, fen: int) -> int | None:
    open_ones = select(PaymentIntent.id).where(
        PaymentIntent.place_id == folio.place_id,
        PaymentIntent.folio_id == folio.id,
        PaymentIntent.purpose == purpose,
        PaymentIntent.fen == fen,
        PaymentIntent.actor == who.actor,
        PaymentIntent.status.in_(("created", "pending")),
        PaymentIntent.expires_at > now + SHORTEST,
    )
    found: int | None = tx.scalar(open_ones.order_by(PaymentIntent.id.desc()).limit(1))
    return found


def _insert(
    tx: WriteSession, now: datetime, folio: Folio, who: Principal, bill: Bill, purpose: Purpose, fen: int, pages: str
) -> int:
    intent_id, longest = tx.ids.next(), now + OPEN_FOR
    expires_at = longest if bill.until is None else max(min(longest, bill.until), now + SHORTEST)
    tx.execute(
        insert(tx, PaymentIntent).values(
            place_id=folio.place_id,
            id=intent_id,
            folio_id=folio.id,
            purpose=purpose,
            fen=fen,
            status="created",
            return_url=f"{pages}/pay/{folio.place_id}/{folio.id}/{intent_id}",
            actor=who.actor,
            created_at=now,
            expires_at=expires_at,
            check_at=now + FIRST_CHECK,
        )
    )
    audit(tx, now, "payment.meant", folio.place_id, folio.id, who.actor, fen=fen, intent=intent_id)
    return intent_id
