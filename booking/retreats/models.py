"""Seasons, applications, the records of a draw, and what came of each place.

Seasons are few. What a member owns leads with the member where one asks by member (`retreat_applicants`,
`retreat_pasts`), and with the season where one asks by season. Nights are days since 1970-01-01, as in `booking.rooms`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime


class Season(Base):
    """One lottery of retreats, from its draft to the last stage.

    `draft` while officers work at it; `open` once it is published, when members apply between `opens_at` and
    `closes_at`; `frozen` once the commitment is published; `drawn` after the first stage, `second` after the second,
    `settled` after the last. `cancelled` ends it before the freeze.
    """

    __tablename__ = "retreat_seasons"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'open', 'frozen', 'drawn', 'second', 'settled', 'cancelled')", name="status"
        ),
        CheckConstraint("opens_at < closes_at AND closes_at <= freezes_at", name="calendar"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    """Its name in addresses, e.g. `2027-spring`."""
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(Text)
    allotment_id: Mapped[int | None]
    """The pool of the house that holds its nights, made when the season opens."""
    document: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(Text)
    """What the season as a whole comes from; refusals of eligibility name it."""
    policy: Mapped[str] = mapped_column(Text)
    """`minimum` or `over`: what a guarantee means (`booking.draws.rules.Policy`)."""
    bits: Mapped[int]
    sources: Mapped[list[tuple[str, str, str, str]]] = mapped_column(JSONText)
    """(lottery, issue, day, issue that counts if that one is postponed), in the order of their keys."""
    most_choices: Mapped[int]
    most_together: Mapped[int]
    """Members in one application."""
    enterprise_heads: Mapped[int]
    """At most so many heads of one enterprise or village, over all batches."""
    dues_required: Mapped[bool]
    categories: Mapped[list[str]] = mapped_column(JSONText)
    """Only members with one of these verified categories may apply; empty: everybody."""
    organisation_kinds: Mapped[list[str]] = mapped_column(JSONText)
    """Only members of such organisations, e.g. `enterprise`; empty: of all."""
    rest_years: Mapped[int]
    """Calendar years that must lie between the last retreat and this one."""
    subsidy_fen: Mapped[int]
    """At most so much of a member's price is borne for them; the rest they pay."""
    free_categories: Mapped[list[str]] = mapped_column(JSONText)
    """Members with one of these pay nothing."""
    subsidy_document: Mapped[str] = mapped_column(Text)
    subsidy_clause: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    freezes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """From when the applications may be frozen: between this and `closes_at` categories are still verified."""
    publishes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the result is to be out, after the last of the sources has drawn."""
    confirm_by: Mapped[datetime] = mapped_column(UTCDateTime)
    second_confirm_by: Mapped[datetime] = mapped_column(UTCDateTime)
    last_confirm_by: Mapped[datetime] = mapped_column(UTCDateTime)
    remind_hours: Mapped[int]
    """So long before a deadline whoever has not answered is reminded."""
    created_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=0)
    """Another one for each edit and each step."""


class Batch(Base):
    """Guests who come and leave together."""

    __tablename__ = "retreat_batches"
    __table_args__ = (CheckConstraint("departure > arrival", name="length"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("retreat_seasons.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    arrival: Mapped[int]
    departure: Mapped[int]


class BatchRooms(Base):
    """Rooms of a type in a batch: one choice. Choices are numbered by batch, then by type."""

    __tablename__ = "retreat_batch_rooms"
    __table_args__ = (
        ForeignKeyConstraint(["season_id", "batch"], ["retreat_batches.season_id", "retreat_batches.number"]),
        CheckConstraint("rooms >= 0 AND beds >= 1", name="rooms"),
    )

    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rooms: Mapped[int]
    beds: Mapped[int]
    """How many strangers of one sex share a room; 1: nobody does."""
    price_fen: Mapped[int]
    """For one head and the whole batch, before any subsidy."""
    guarantees: Mapped[dict[str, int]] = mapped_column(JSONText)
    """Beds kept for each category."""


class QuotaOverride(Base):
    """A node's places as an officer set them instead of the split, and why; the latest counts."""

    __tablename__ = "retreat_quota_overrides"

    season_id: Mapped[int] = mapped_column(ForeignKey("retreat_seasons.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    heads: Mapped[int | None]
    """None: the split decides again."""
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Application(Base):
    """A unit of the draw: one member, or several who go together or not at all.

    `gathering` while somebody invited has not answered, `entered` once it takes part, `withdrawn` by its members or
    `excluded` at the freeze because a member is no longer eligible.
    """

    __tablename__ = "retreat_applications"
    __table_args__ = (
        CheckConstraint("status IN ('gathering', 'entered', 'withdrawn', 'excluded')", name="status"),
        CheckConstraint("rooms >= 0", name="rooms"),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("retreat_seasons.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Random and below 2**63: it is published, and nothing about the applicant can be read from it."""
    status: Mapped[str] = mapped_column(Text)
    rooms: Mapped[int]
    """Whole rooms that it needs; 0: its one member shares a room with a stranger of their sex."""
    companions: Mapped[list[str]] = mapped_column(JSONText)
    """Real names of those who come along at their own cost and are no applicants."""
    wishes: Mapped[list[tuple[int, int]]] = mapped_column(JSONText)
    """(batch, room type), the dearest first."""
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    """16 random bytes, shown to its members and to the notary."""
    weight: Mapped[int | None]
    """Tickets: as they were frozen."""
    position: Mapped[int | None]
    """In the order of the draw, from 1."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was excluded: the code of the rule."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sequence: Mapped[int] = mapped_column(default=0)


class Applicant(Base):
    """A member in an application that is alive: the key is the rule, one application a member and season.

    Whoever withdraws loses the row; after the freeze it stays.
    """

    __tablename__ = "retreat_applicants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["season_id", "application_id"], ["retreat_applications.season_id", "retreat_applications.id"]
        ),
        Index("ix_retreat_applicants_application", "season_id", "application_id", "number"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[int]
    number: Mapped[int]
    """0 made the application and answers for it."""
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    organisation_id: Mapped[int | None]
    categories: Mapped[list[str] | None] = mapped_column(JSONText)
    weight: Mapped[int | None]
    """These three as they were frozen; None before."""


class Invitation(Base):
    """A member asked to join an application: `open`, `accepted`, `declined` or `taken_back`.

    `made` is no invitation: it says who made an application that was withdrawn, so that they can take that back.
    """

    __tablename__ = "retreat_invitations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["season_id", "application_id"], ["retreat_applications.season_id", "retreat_applications.id"]
        ),
        Index("ix_retreat_invitations_application", "season_id", "application_id"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(Text)
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DrawStep(Base):
    """Something done for a draw. Rows are only ever added, by one after the other: the number is the rule.

    Kinds: `opened`, `frozen`, `postponed`, `results_entered`, `results_confirmed`, `drawn`, `published`, `rerun`,
    `second_stage`, `last_stage`, `cancelled`.
    """

    __tablename__ = "retreat_draw_steps"

    season_id: Mapped[int] = mapped_column(ForeignKey("retreat_seasons.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    by: Mapped[int | None]
    """The member who did it; None for the service itself."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    detail: Mapped[dict[str, object]] = mapped_column(JSONText)


class DrawFile(Base):
    """A file of a draw as it was published with a step; `notary` ones are handed to the notary alone."""

    __tablename__ = "retreat_draw_files"
    __table_args__ = (
        ForeignKeyConstraint(["season_id", "step"], ["retreat_draw_steps.season_id", "retreat_draw_steps.number"]),
    )

    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    notary: Mapped[bool] = mapped_column(default=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


LIVE_PLACE = "status IN ('offered', 'confirmed')"


class RetreatPlace(Base):
    """A place that an application won in a stage.

    `offered` until `confirm_by`; then `confirmed`, or out for good: `declined` in time, `declined_late` after the
    confirmation, or `lapsed` without an answer. What becomes of a confirmed one stands on its stay.
    """

    __tablename__ = "retreat_places"
    __table_args__ = (
        ForeignKeyConstraint(
            ["season_id", "application_id"], ["retreat_applications.season_id", "retreat_applications.id"]
        ),
        CheckConstraint("status IN ('offered', 'confirmed', 'declined', 'declined_late', 'lapsed')", name="status"),
        Index(
            "uq_retreat_places_live",
            "season_id",
            "application_id",
            unique=True,
            sqlite_where=text(LIVE_PLACE),
            postgresql_where=text(LIVE_PLACE),
        ),
        Index("ix_retreat_places_due", "season_id", "status", "application_id"),
    )

    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch: Mapped[int]
    type_id: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    confirm_by: Mapped[datetime] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stay_id: Mapped[int | None]
    folio_id: Mapped[int | None]


class SharedRoom(Base):
    """A room of a batch in which strangers of one sex sleep; `taken` changes only by conditional updates."""

    __tablename__ = "retreat_shared_rooms"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= beds", name="within_beds"),
        Index("ix_retreat_shared_rooms_batch", "season_id", "batch", "type_id", "sex"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True, autoincrement=False)
    stay_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    season_id: Mapped[int]
    batch: Mapped[int]
    type_id: Mapped[int]
    sex: Mapped[str] = mapped_column(Text)
    beds: Mapped[int]
    taken: Mapped[int]


class RetreatPast(Base):
    """What came of one member's application in one season: from these, weights and the years of rest are counted."""

    __tablename__ = "retreat_pasts"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    season_id: Mapped[int] = mapped_column(ForeignKey("retreat_seasons.id"), primary_key=True, autoincrement=False)
    ranked: Mapped[int]
    won: Mapped[bool]
    declined: Mapped[bool]
    declined_late: Mapped[bool]
    did_not_come: Mapped[bool]
    retreat_on: Mapped[date | None]
    """The day of arrival, for whoever went."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class FairnessRecord(Base):
    """What the first stage of a season was for groups of its members, against so many redraws: measured once."""

    __tablename__ = "retreat_fairness"

    season_id: Mapped[int] = mapped_column(ForeignKey("retreat_seasons.id"), primary_key=True, autoincrement=False)
    redraws: Mapped[int]
    groups: Mapped[list[dict[str, Any]]] = mapped_column(JSONText)
    """`rules.fairness.Fairness` of each group."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
