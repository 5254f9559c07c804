"""Who: the organisation tree, members, their accounts, sign-ins and roles.

Member-keyed tables lead with the member, the key by which a distributed database would spread them.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, UTCDateTime


class Organisation(Base):
    """A node of the four-tier tree: city, district or park, township, village or enterprise."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    members: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(Text, index=True)
    """The ids from the root to this node, `/1/12/107/`: a prefix search finds all below."""


class Member(Base):
    """A union member as the member database knows them, with or without an account."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)
    birth_year: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(Text, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    joined_on: Mapped[date | None]
    dues_paid_until: Mapped[date | None]
    identity_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Keyed hash of the identity number, to find its owner without opening it."""
    identity_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MemberCategory(Base):
    """A category that a member belongs to: frontline, sci_tech_talent, model_worker or hardship.

    Until it is verified it is a claim of the member's own.
    """

    __tablename__ = "member_categories"
    __table_args__ = (
        Index(
            "ix_member_categories_claims",
            "member_id",
            "category",
            sqlite_where=text("verified_at IS NULL"),
            postgresql_where=text("verified_at IS NULL"),
        ),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    category: Mapped[str] = mapped_column(Text, primary_key=True)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Card(Base):
    """A 5·1 service card."""

    __tablename__ = "cards"

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    blocked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Account(Base):
    """A member's way in; exists once they activated it."""

    __tablename__ = "accounts"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    password_hash: Mapped[str] = mapped_column(Text)
    activated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    locale: Mapped[str] = mapped_column(Text, default="zh-CN")
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OneTimeCode(Base):
    """A code sent to a member for one purpose; a new one replaces the old."""

    __tablename__ = "one_time_codes"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignIn(Base):
    """A login that is still good: of a browser (cookie) or of an app (bearer). Only the token's hash is kept."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_member_id", "member_id", "id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[int] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RoleGrant(Base):
    """A role held over a scope: `place` with a place's id, `organisation` with a node's id, or `all` with 0."""

    __tablename__ = "role_grants"
    __table_args__ = (CheckConstraint("scope_kind IN ('place', 'organisation', 'all')", name="scope_kind"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    scope_kind: Mapped[str] = mapped_column(Text, primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    granted_by: Mapped[int | None]
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StandingEntry(Base):
    """No-show points given to a member, or taken back."""

    __tablename__ = "standing_entries"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AccessLogEntry(Base):
    """A sign-in, a failed one, a reset: what the account page shows its owner."""

    __tablename__ = "access_log"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    event: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)


class AttemptCounter(Base):
    """How often something was tried within a stretch of time; `key` is a hash of what is limited and for whom."""

    __tablename__ = "attempt_counters"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    taken: Mapped[int]
    until: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
