"""Folios and the double-entry ledger, in integer fen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime


class Folio(Base):
    """The account of one booking or stay: what was charged, paid and given back."""

    __tablename__ = "folios"
    __table_args__ = (Index("ix_folios_subject", "place_id", "subject"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LedgerTransaction(Base):
    """One event with money in it; its postings add up to nothing."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "folio_id"], ["folios.place_id", "folios.id"]),
        Index("ix_ledger_transactions_folio", "place_id", "folio_id"),
        Index("ix_ledger_transactions_at", "place_id", "at"),
        Index("ix_ledger_transactions_reverses", "place_id", "reverses", unique=True),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    folio_id: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    """One of `rules.KINDS`: `charge`, `payment`, `deposit`, `subsidy`, `reversal` …"""
    reverses: Mapped[int | None]
    """The transaction that a reversal takes back; each can be taken back once."""
    method: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Posting(Base):
    """One line: debits are positive, credits negative."""

    __tablename__ = "postings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["place_id", "transaction_id"], ["ledger_transactions.place_id", "ledger_transactions.id"]
        ),
        CheckConstraint("fen <> 0", name="not_nothing"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(Text)
    fen: Mapped[int]
    night: Mapped[date | None]
    """The night, or day, that a charge is for; None for what belongs to none."""


class FolioDeposit(Base):
    """The deposit that was asked for a folio; what was paid of it stands in the ledger."""

    __tablename__ = "folio_deposits"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "folio_id"], ["folios.place_id", "folios.id"]),
        CheckConstraint("asked_fen > 0", name="asks_something"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    folio_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked_fen: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FolioSubsidy(Base):
    """What the federation bears of a folio, at most, and where that is written."""

    __tablename__ = "folio_subsidies"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "folio_id"], ["folios.place_id", "folios.id"]),
        CheckConstraint("cap_fen > 0", name="bears_something"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    folio_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cap_fen: Mapped[int]
    per: Mapped[str] = mapped_column(Text)
    """`stay` or `night`."""
    kinds: Mapped[list[str]] = mapped_column(JSONText)
    """The kinds of revenue that it covers."""
    document: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(Text)


class PaymentIntent(Base):
    """A sum that a guest means to pay at the provider's page, and what became of it."""

    __tablename__ = "payment_intents"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "folio_id"], ["folios.place_id", "folios.id"]),
        CheckConstraint("fen > 0", name="something"),
        CheckConstraint("refunded_fen BETWEEN 0 AND fen", name="no_more_back_than_came"),
        Index("ix_payment_intents_folio", "place_id", "folio_id"),
        Index("ix_payment_intents_check", "check_at"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    folio_id: Mapped[int]
    purpose: Mapped[str] = mapped_column(Text)
    """`payment` or `deposit`."""
    fen: Mapped[int]
    refunded_fen: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(Text)
    """`created`, `pending` (the provider knows it), `paid`, `failed`, `expired` or `refunded` (all of it)."""
    reference: Mapped[str | None] = mapped_column(Text)
    """The provider's own name for it."""
    pay_url: Mapped[str] = mapped_column(Text, default="")
    return_url: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    check_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the provider is asked how it stands, in case its message was lost; None once that is settled."""
    checks: Mapped[int] = mapped_column(default=0)


class ProviderRefund(Base):
    """Money on its way back through the provider; the ledger counts it as gone from the moment it was asked."""

    __tablename__ = "provider_refunds"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "intent_id"], ["payment_intents.place_id", "payment_intents.id"]),
        CheckConstraint("fen > 0", name="something"),
        Index("ix_provider_refunds_intent", "place_id", "intent_id"),
        Index("ix_provider_refunds_available", "status", "available_at"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    intent_id: Mapped[int]
    transaction_id: Mapped[int]
    """The ledger's refund, taken back when the provider refuses."""
    fen: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    """`pending`, `done`, `failed`, or `recalled` before the provider was asked."""
    reference: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ProviderEvent(Base):
    """A message of the provider, kept once; place 0 for what belongs to no intent of ours."""

    __tablename__ = "provider_events"
    __table_args__ = (Index("ix_provider_events_outcome", "outcome", "place_id"),)

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    """What it did: see `service.events.Outcome`."""
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    payload: Mapped[Any] = mapped_column(JSONText)
