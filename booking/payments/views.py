"""A folio as guests, desks and programs read it: its events, who pays what, and what online payments are under way."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from booking.db import ReadSession
from booking.payments.models import FolioDeposit, PaymentIntent, ProviderEvent, ProviderRefund
from booking.payments.queries import (
    StatementLine,
    balance,
    charged_by_night,
    deposit_due,
    deposit_moves,
    statement,
    subsidy_of,
)
from booking.payments.service.events import FOR_STAFF
from booking.payments.terms import Subsidy


class DepositView(msgspec.Struct, frozen=True):
    """A folio's deposit, in fen: `held` is what was neither applied to charges nor returned, `due` what is missing."""

    asked: int
    due_at: datetime | None
    paid: int
    applied: int
    returned: int
    held: int
    due: int


class SubsidyView(msgspec.Struct, frozen=True):
    """What the federation bears, by which document, and what is left to the guest above the cap."""

    terms: Subsidy
    borne: int
    overage: int


class FolioView(msgspec.Struct, frozen=True):
    """Where a folio stands and how it came there.

    Attributes:
        place_id: the place.
        folio_id: the folio.
        subject: what it is for, e.g. `booking:3:17`.
        charged: what its charges come to, in fen, at the guest's own price.
        by_kind: the same by kind of revenue.
        paid: what the guest paid and was not given back, by way, deposits included.
        federation: what the federation pays.
        owed: what the guest still owes; negative when they have money to get back.
        due: what is still to be paid once what is held has paid its part.
        deposit: asked, paid, applied, returned; None where there is none.
        subsidy: what the federation bears and why; None where it does not.
        lines: every event in order, with the balance after it.
    """

    place_id: int
    folio_id: int
    subject: str
    charged: int
    by_kind: dict[str, int]
    paid: dict[str, int]
    federation: int
    owed: int
    due: int
    deposit: DepositView | None
    subsidy: SubsidyView | None
    lines: list[StatementLine]


class IntentView(msgspec.Struct, frozen=True):
    """An online payment; `pay_url` is where the guest pays while it is `pending`."""

    id: int
    place_id: int
    folio_id: int
    purpose: str
    fen: int
    refunded_fen: int
    status: str
    pay_url: str
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None


class Attention(msgspec.Struct, frozen=True):
    """Something about online payments that only a person can settle; `fen` is 0 where no sum is known."""

    what: str
    reference: str
    fen: int
    at: datetime
    detail: str


def folio_view(tx: ReadSession, place_id: int, folio_id: int, subject: str) -> FolioView:
    """Where a folio stands, and every event of it."""
    standing = balance(tx, place_id, folio_id)
    by_kind: dict[str, int] = {}
    for one in charged_by_night(tx, place_id, folio_id):
        by_kind[one.what] = by_kind.get(one.what, 0) + one.fen
    return FolioView(
        place_id=place_id,
        folio_id=folio_id,
        subject=subject,
        charged=standing.charged,
        by_kind=by_kind,
        paid=standing.paid,
        federation=standing.subsidy,
        owed=standing.owed,
        due=standing.due,
        deposit=_deposit(tx, place_id, folio_id, standing.deposit),
        subsidy=_subsidy(tx, place_id, folio_id, standing.subsidy, by_kind),
        lines=statement(tx, place_id, folio_id),
    )


def intent_view(intent: PaymentIntent) -> IntentView:
    """An online payment as its payer reads it."""
    return IntentView(
        id=intent.id,
        place_id=intent.place_id,
        folio_id=intent.folio_id,
        purpose=intent.purpose,
        fen=intent.fen,
        refunded_fen=intent.refunded_fen,
        status=intent.status,
        pay_url=intent.pay_url if intent.status == "pending" else "",
        created_at=intent.created_at,
        expires_at=intent.expires_at,
        paid_at=intent.paid_at,
    )


def needing_attention(tx: ReadSession, place_id: int) -> list[Attention]:
    """Refunds that the provider refused and events that contradict ours, of a place; place 0 has those of no intent."""
    failed = tx.all(
        select(ProviderRefund).where(ProviderRefund.place_id == place_id, ProviderRefund.status == "failed")
    )
    odd = tx.all(select(ProviderEvent).where(ProviderEvent.place_id == place_id, ProviderEvent.outcome.in_(FOR_STAFF)))
    found = [Attention("refund_failed", str(one.id), one.fen, one.created_at, one.last_error) for one in failed]
    found += [
        Attention(one.outcome, one.id, int(one.payload.get("amount", 0)), one.received_at, one.kind) for one in odd
    ]
    return sorted(found, key=lambda one: one.at)


def _deposit(tx: ReadSession, place_id: int, folio_id: int, held: int) -> DepositView | None:
    asked = tx.get(FolioDeposit, place_id=place_id, folio_id=folio_id)
    moves = deposit_moves(tx, place_id, folio_id)
    if asked is None and not moves:
        return None
    return DepositView(
        asked=0 if asked is None else asked.asked_fen,
        due_at=None if asked is None else asked.due_at,
        paid=moves.get("deposit", 0),
        applied=-moves.get("deposit_applied", 0),
        returned=-moves.get("deposit_returned", 0),
        held=held,
        due=deposit_due(tx, place_id, folio_id),
    )


def _subsidy(tx: ReadSession, place_id: int, folio_id: int, borne: int, by_kind: dict[str, int]) -> SubsidyView | None:
    terms = subsidy_of(tx, place_id, folio_id)
    if terms is None:
        return None
    covered = sum(fen for what, fen in by_kind.items() if what in terms.kinds)
    return SubsidyView(terms, borne, covered - borne)
