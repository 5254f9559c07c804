"""Who did what. Rows are written with their transaction and sealed into a chain per place afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime


class AuditEntry(Base):
    """One act; `place_id` 0 is the federation's own."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "place_id", "subject"),
        Index("ix_audit_entries_seal", "place_id", "seal_id"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(Text)
    """`member:7`, `gate:3:1`, `cli` or `system`."""
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[Any] = mapped_column(JSONText)
    seal_id: Mapped[int | None]
    """None until the sealer came by."""


class AuditSeal(Base):
    """A link of a place's chain: the hash over a batch of entries and the seal before it."""

    __tablename__ = "audit_seals"

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … for each place."""
    entries: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
