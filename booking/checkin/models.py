"""Passes, gates, scans and presence. A gate knows passes and zones, never courts or stays."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime


class SigningKey(Base):
    """An Ed25519 key that signs passes; several verify while one signs."""

    __tablename__ = "signing_keys"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_private_key: Mapped[bytes] = mapped_column(LargeBinary)
    signs_from: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Pass(Base):
    """A right to enter zones of a place, with what has been used of it."""

    __tablename__ = "passes"
    __table_args__ = (
        CheckConstraint("inside >= 0 AND inside <= party", name="inside"),
        CheckConstraint("redeemed >= 0 AND redeemed <= party", name="redeemed"),
        Index("ix_passes_subject", "place_id", "issuer", "subject_id"),
        Index("ix_passes_manual_code", "place_id", "manual_code", unique=True),
        Index("ix_passes_member_id", "member_id"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_keys.id"))
    manual_code: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    """The feature that issued it (`venues`, `rooms`), and the id there in `subject_id`."""
    subject_id: Mapped[int]
    member_id: Mapped[int | None]
    holder: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    zones: Mapped[list[int]] = mapped_column(JSONText)
    valid_from: Mapped[datetime] = mapped_column(UTCDateTime)
    valid_until: Mapped[datetime] = mapped_column(UTCDateTime)
    daily_from: Mapped[time | None]
    daily_until: Mapped[time | None]
    party: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    """`issued`, `unpaid`, `blocked`, `canceled` or `revoked`: the last four are a gate's reasons."""
    redeemed: Mapped[int] = mapped_column(default=0)
    inside: Mapped[int] = mapped_column(default=0)
    first_entry_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_scan_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Gate(Base):
    """A device that checks passes: enrolled once with a code, then known by its own API key."""

    __tablename__ = "gates"
    __table_args__ = (CheckConstraint("direction IN ('entry', 'exit', 'both')", name="direction"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    zones: Mapped[list[int]] = mapped_column(JSONText)
    locale: Mapped[str] = mapped_column(Text, default="zh-CN")
    api_key_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    enrolment_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    enrolment_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    enrolled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    software: Mapped[str] = mapped_column(Text, default="")


class Scan(Base):
    """One scan by one device; its nonce (gate, scan id) makes a repeat the same scan. Never changed but annulled."""

    __tablename__ = "scans"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "gate_id"], ["gates.place_id", "gates.id"]),
        Index("ix_scans_pass", "place_id", "pass_id"),
        Index("ix_scans_gate_time", "place_id", "gate_id", "received_at"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    gate_id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[str] = mapped_column(Text, primary_key=True)
    pass_id: Mapped[int | None]
    zone_id: Mapped[int | None]
    direction: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    """`qr`, `manual` or `card`."""
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    heads: Mapped[int] = mapped_column(default=0)
    verdict: Mapped[Any] = mapped_column(JSONText)
    """The whole answer as it was given, for a repeat of the same scan."""
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    forced: Mapped[bool] = mapped_column(default=False)
    annulled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ZonePresence(Base):
    """How many heads are inside a zone now; changed only by a conditional update."""

    __tablename__ = "zone_presence"
    __table_args__ = (
        CheckConstraint("inside >= 0", name="inside"),
        ForeignKeyConstraint(["place_id", "zone_id"], ["zones.place_id", "zones.id"]),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(primary_key=True)
    inside: Mapped[int]
    service_day: Mapped[date]
    """The day the count belongs to: a new one begins at zero."""
