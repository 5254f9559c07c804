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
    """A right to enter zones of a place; what has been used of it is in `PassUse`, so that a scan changes no pass."""

    __tablename__ = "passes"
    __table_args__ = (
        CheckConstraint("party BETWEEN 1 AND 255", name="party"),
        CheckConstraint("status IN ('issued', 'unpaid', 'blocked', 'canceled', 'revoked')", name="status"),
        CheckConstraint("valid_from < valid_until", name="validity"),
        Index("ix_passes_subject", "place_id", "issuer", "subject_id"),
        Index("ix_passes_manual_code", "place_id", "manual_code", unique=True),
        Index("ix_passes_member_id", "member_id"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
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
    product: Mapped[int] = mapped_column(default=0)
    """The kind of thing it was issued for, 0 to 15; a zone may admit some kinds alone."""
    single_entry: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(Text)
    """`issued`, `unpaid`, `blocked`, `canceled` or `revoked`: the last four are a gate's reasons."""
    replaced_by: Mapped[int | None]
    """The pass that was issued instead of this revoked one."""
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PassUse(Base):
    """What has been used of a pass in one zone; changed only by conditional updates, at most once a scan."""

    __tablename__ = "pass_uses"
    __table_args__ = (
        CheckConstraint("admitted >= 0 AND admitted_in_hours >= 0", name="admitted"),
        CheckConstraint("inside >= 0", name="inside"),
        ForeignKeyConstraint(["place_id", "pass_id"], ["passes.place_id", "passes.id"]),
        {"sqlite_with_rowid": False},
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    pass_id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(primary_key=True)
    admitted: Mapped[int]
    """Heads ever let in; annulled scans do not count."""
    hours_from: Mapped[datetime] = mapped_column(UTCDateTime)
    admitted_in_hours: Mapped[int]
    """Heads let in during the daily hours that began at `hours_from`; in later hours, none."""
    inside: Mapped[int]
    service_day: Mapped[date]
    """The day `inside` belongs to: at four in the morning everybody counts as gone."""
    first_entry_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Gate(Base):
    """A device that checks passes: enrolled once with a code, then known by its own API key."""

    __tablename__ = "gates"
    __table_args__ = (
        CheckConstraint("direction IN ('entry', 'exit', 'both')", name="direction"),
        CheckConstraint("heads_mode IN ('one', 'all', 'ask')", name="heads_mode"),
        Index("ix_gates_code", "place_id", "code", unique=True),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    zones: Mapped[list[int]] = mapped_column(JSONText)
    heads_mode: Mapped[str] = mapped_column(Text, default="one")
    """How many a scan means that does not say: `one`, `all` of the party, or `ask`."""
    staffed: Mapped[bool] = mapped_column(default=False)
    """Someone stands there who can look at an identity document."""
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
