"""Folios and the double-entry ledger, in integer fen."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, UTCDateTime


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
    """`charge`, `payment`, `refund` or `reversal`."""
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
