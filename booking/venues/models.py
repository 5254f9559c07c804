"""Facilities, courts, and the two inventory primitives: claims and pool counters.

Every inventory key leads with the place, the key by which a distributed database would spread it.
Times are half hours: `epoch seconds // 1800`.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime

_HELD = text("status = 'held'")


class Policy(Base):
    """The rules of booking at a facility, with the document and clause that they come from."""

    __tablename__ = "policies"
    __table_args__ = (CheckConstraint("most_half_hours >= least_half_hours", name="length"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date]
    opens_days_ahead: Mapped[int]
    opens_at: Mapped[time]
    least_half_hours: Mapped[int]
    most_half_hours: Mapped[int]
    day_limit_half_hours: Mapped[int]
    week_limit_bookings: Mapped[int]
    cancel_cutoff_minutes: Mapped[int]
    hold_minutes: Mapped[int]
    most_no_show_points: Mapped[int]
    """A member with this many points or more may not book ahead."""
    eligible: Mapped[list[str]] = mapped_column(JSONText)
    """Member categories who may book; empty means every member."""


class Price(Base):
    """What half an hour costs, by the booker's category, the kind of day and the hour."""

    __tablename__ = "prices"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(Text)
    """A member category, or `member` for everyone."""
    days: Mapped[str] = mapped_column(Text)
    """`weekday`, `weekend`, `holiday` or `any`."""
    from_time: Mapped[time]
    until_time: Mapped[time]
    """Midnight as the end is 00:00."""
    fen: Mapped[int]


class Sport(Base):
    """What a facility is for; limits count across all facilities of one sport."""

    __tablename__ = "sports"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    programme: Mapped[str] = mapped_column(Text)


class Facility(Base):
    """A hall of courts (exclusive), or an area used in common (pooled), with its own grid of slots."""

    __tablename__ = "facilities"
    __table_args__ = (
        CheckConstraint("slot_half_hours IN (1, 2)", name="slot_half_hours"),
        CheckConstraint("kind IN ('exclusive', 'pooled')", name="kind"),
        ForeignKeyConstraint(["place_id", "zone_id"], ["zones.place_id", "zones.id"]),
        Index("ix_facilities_sport", "sport", "place_id"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zone_id: Mapped[int]
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    sport: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    slot_half_hours: Mapped[int]
    capacity: Mapped[int] = mapped_column(default=0)
    """Heads at once in a pooled area; 0 for a hall of courts."""
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"))
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Unit(Base):
    """The smallest part of a hall that can be claimed: a court, or one half of a divisible one."""

    __tablename__ = "units"
    __table_args__ = (ForeignKeyConstraint(["place_id", "facility_id"], ["facilities.place_id", "facilities.id"]),)

    place_id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)


class Court(Base):
    """What can be booked: one unit, or several together (a full basketball court is two halves)."""

    __tablename__ = "courts"
    __table_args__ = (ForeignKeyConstraint(["place_id", "facility_id"], ["facilities.place_id", "facilities.id"]),)

    place_id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    """Courts of one kind stand for each other: `court`, `full`, `half`, `table`…"""
    units: Mapped[list[int]] = mapped_column(JSONText)
    accessible: Mapped[bool] = mapped_column(default=False)
    features: Mapped[list[str]] = mapped_column(JSONText)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OpeningRule(Base):
    """Hours of a facility on a kind of day; several rules of a day add up."""

    __tablename__ = "opening_rules"

    place_id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    days: Mapped[str] = mapped_column(Text)
    """Weekdays as digits, Monday 1 (`12345`), or `holiday`; a holiday without a rule keeps its weekday's."""
    opens: Mapped[time]
    closes: Mapped[time]
    """Midnight as the end is 00:00."""
    from_day: Mapped[date | None]
    until_day: Mapped[date | None]


class Claim(Base):
    """One unit for one half hour, taken. The key is the rule: nothing can overlap anything."""

    __tablename__ = "claims"
    __table_args__ = ({"sqlite_with_rowid": False},)

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facility_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    half_hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    booking_id: Mapped[int | None]
    block_id: Mapped[int | None]


class PoolCounter(Base):
    """Heads taken of a pooled area in one slot; changed only by a conditional update."""

    __tablename__ = "pool_counters"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="within_capacity"),
        {"sqlite_with_rowid": False},
    )

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facility_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    half_hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The first half hour of the slot."""
    taken: Mapped[int]
    capacity: Mapped[int]


class MemberCounter(Base):
    """What a member has taken of a limit, e.g. rule `badminton:week`, period `2026-W48`."""

    __tablename__ = "member_counters"
    __table_args__ = (CheckConstraint("taken >= 0", name="not_negative"), {"sqlite_with_rowid": False})

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True)
    taken: Mapped[int]


class Booking(Base):
    """A reservation of a court or of heads in a pooled area.

    `held` waits for confirmation until `hold_expires_at`; `pending` waits for the planner, and claims nothing until
    it answers; then `confirmed`, and `cancelled`, `expired`, `refused`, `displaced`, `attended` or `no_show` at its
    end.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "facility_id"], ["facilities.place_id", "facilities.id"]),
        Index("ix_bookings_member_id", "member_id", "starts", "id"),
        Index("ix_bookings_facility", "place_id", "facility_id", "starts"),
        Index(
            "ix_bookings_held",
            "hold_expires_at",
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
        CheckConstraint("ends > starts", name="length"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facility_id: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None]
    """The booker; None for a guest without a member number, booked at the counter."""
    contact_name: Mapped[str] = mapped_column(Text, default="")
    contact_phone: Mapped[str] = mapped_column(Text, default="")
    court_kind: Mapped[str | None] = mapped_column(Text)
    court_id: Mapped[int | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    starts: Mapped[int]
    ends: Mapped[int]
    party: Mapped[int] = mapped_column(default=1)
    policy_id: Mapped[int]
    price_fen: Mapped[int]
    quote: Mapped[Any] = mapped_column(JSONText)
    limits: Mapped[list[tuple[str, str, int]]] = mapped_column(JSONText)
    """What it took of the booker's limits: (rule, period, amount), given back when it ends early."""
    folio_id: Mapped[int | None]
    sequence: Mapped[int] = mapped_column(default=0)
    """Rises with every change: the calendar's SEQUENCE and the booking's version."""
    source: Mapped[str] = mapped_column(Text)
    """`app`, `page` or `counter`."""
    booked_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    hold_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_reason: Mapped[str] = mapped_column(Text, default="")


class Search(Base):
    """A pending booking whose seat is being sought, and until when one planner alone does so."""

    __tablename__ = "searches"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "booking_id"], ["bookings.place_id", "bookings.id"]),
        Index("ix_searches_available_at", "available_at"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(primary_key=True)
    court_id: Mapped[int | None]
    """The court that was chosen; None for any of the booking's kind."""
    confirms: Mapped[bool]
    """Whether the booking is confirmed once it is seated, or held for its booker to confirm."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    available_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When a planner may take it: in the future while one is at it."""


class Partner(Base):
    """Someone who plays along, each with a pass of their own; number 0 is the booker."""

    __tablename__ = "partners"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "booking_id"], ["bookings.place_id", "bookings.id"]),
        Index("ix_partners_member_id", "member_id"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    pass_id: Mapped[int | None]


class Block(Base):
    """Courts or places in a pool that are kept from booking: a league, maintenance, a closure, fewer places."""

    __tablename__ = "blocks"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "facility_id"], ["facilities.place_id", "facilities.id"]),
        Index("ix_blocks_facility", "place_id", "facility_id", "starts"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facility_id: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    """`league`, `maintenance`, `closure` or `capacity`."""
    title: Mapped[str] = mapped_column(Text)
    units: Mapped[list[int]] = mapped_column(JSONText)
    capacity: Mapped[int | None]
    """The lowered capacity of a pooled area, for the kind `capacity`."""
    starts: Mapped[int]
    ends: Mapped[int]
    change_id: Mapped[int | None]
    created_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
