"""Rooms sold by the night: what there is, what it costs, who stays, and the two inventory primitives beneath.

A night is the number of days from 1970-01-01 to the local date on which it begins (`rules.nights`), a stay the
half-open range of nights from `arrival` to `departure`. Every inventory key leads with the place.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime

LONGEST_STAY = 90
"""Nights: so that whoever is there on a night is found among the arrivals of the nights before."""


class HotelPolicy(Base):
    """How a place sells its nights, with the document and clause that the rules come from."""

    __tablename__ = "hotel_policies"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date]
    arrive_from: Mapped[time]
    """When a room is ready on the day of arrival."""
    leave_by: Mapped[time]
    """When it must be free on the day of departure."""
    horizon_days: Mapped[int]
    """How many days ahead nights are on sale."""
    most_nights: Mapped[int]
    most_rooms: Mapped[int]
    """Rooms in one booking by a member; staff may book more."""
    hold_minutes: Mapped[int]
    offer_minutes: Mapped[int] = mapped_column(default=240)
    """How long rooms that came free are kept for whoever waited for them, counted by day (`rules.waiting`)."""
    alternative_hours: Mapped[int] = mapped_column(default=24)
    """How long other rooms are kept for guests who lost theirs to a closure."""
    deposit_permille: Mapped[int]
    """The part of the price that is asked for in advance."""
    cancel_fees: Mapped[list[tuple[int, int]]] = mapped_column(JSONText)
    """(days before arrival, permille of the price): the fee from so many days before, most days first.

    Before the first of them cancelling is free.
    """
    no_show_permille: Mapped[int]
    zones: Mapped[list[int]] = mapped_column(JSONText)
    """What the pass of every stay opens beside its wing."""
    upgrades: Mapped[list[tuple[int, list[int]]]] = mapped_column(JSONText)
    """(type, types that its stays may be given instead, in this order), without a surcharge; empty: none."""


class RoomType(Base):
    """Rooms that stand for each other when they are sold."""

    __tablename__ = "room_types"
    __table_args__ = (CheckConstraint("sleeps > 0 AND extra_beds >= 0", name="beds"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    beds: Mapped[list[str]] = mapped_column(JSONText)
    """What stands in it: `single`, `double`, `bunk`."""
    sleeps: Mapped[int]
    extra_beds: Mapped[int]
    square_metres: Mapped[int]
    features: Mapped[list[str]] = mapped_column(JSONText)
    version: Mapped[int] = mapped_column(default=0)
    """Another one for every command that may change claims of this type's rooms; whoever does gives it one first,
    smallest type first, so that commands wait for each other in one order, and a plan made outside knows whether it
    still holds."""
    served_version: Mapped[int] = mapped_column(default=0)
    """The version up to which those on its waiting list were offered what came free."""
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Room(Base):
    """A physical room."""

    __tablename__ = "rooms"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "type_id"], ["room_types.place_id", "room_types.id"]),
        ForeignKeyConstraint(["place_id", "zone_id"], ["zones.place_id", "zones.id"]),
        CheckConstraint("housekeeping IN ('dirty', 'cleaning', 'clean', 'inspected')", name="housekeeping"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_id: Mapped[int]
    zone_id: Mapped[int]
    """What the pass of whoever stays here opens: the wing."""
    number: Mapped[str] = mapped_column(Text)
    wing: Mapped[str] = mapped_column(Text)
    floor: Mapped[int]
    neighbours: Mapped[list[int]] = mapped_column(JSONText)
    """Rooms next door; each names the other."""
    accessible: Mapped[bool] = mapped_column(default=False)
    features: Mapped[list[str]] = mapped_column(JSONText)
    housekeeping: Mapped[str] = mapped_column(Text, default="inspected")
    housekeeping_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoomNight(Base):
    """One room for one night, taken: by a room of a stay, or by an outage. The key is the rule."""

    __tablename__ = "room_nights"
    __table_args__ = (
        CheckConstraint("(stay_room_id IS NULL) <> (outage_id IS NULL)", name="one_owner"),
        Index("ix_room_nights_stay_room", "place_id", "stay_room_id"),
        {"sqlite_with_rowid": False},
    )

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    night: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    room_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stay_room_id: Mapped[int | None]
    outage_id: Mapped[int | None]


class Allotment(Base):
    """A pool of nights: the public's, a retreat batch's, a training group's, or what is held back."""

    __tablename__ = "allotments"
    __table_args__ = (CheckConstraint("kind IN ('public', 'retreat', 'training', 'hold_back')", name="kind"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    release_days: Mapped[int | None]
    """Nights that it has not used go to the public so many days before; None: never by themselves."""
    opens_permille: Mapped[int] = mapped_column(default=0)
    """Its part of the rooms of every type, rounded down, when a night comes on sale; the public has the rest."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AllotmentNight(Base):
    """Rooms of a type that a pool may sell for a night; changed only by conditional updates.

    Over all pools of a type, the capacities add up to its rooms less those out of order. `over_limit` lets a pool
    sell so many more on top, as `overbooked` stays without a room: 0 unless a manager says otherwise.
    """

    __tablename__ = "allotment_nights"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="within_capacity"),
        CheckConstraint("over_taken >= 0 AND over_taken <= over_limit", name="within_overbooking"),
        {"sqlite_with_rowid": False},
    )

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    night: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    allotment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    over_limit: Mapped[int] = mapped_column(default=0)
    over_taken: Mapped[int] = mapped_column(default=0)


class RoomRate(Base):
    """What a night in a room of a type costs, by the guest's category, the season and the kind of day."""

    __tablename__ = "room_rates"
    __table_args__ = (ForeignKeyConstraint(["place_id", "type_id"], ["room_types.place_id", "room_types.id"]),)

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_id: Mapped[int]
    category: Mapped[str] = mapped_column(Text)
    """A member category, `member` for every member, or `guest` for those who are none."""
    days: Mapped[str] = mapped_column(Text)
    """`weekday`, `weekend` (the nights to Saturday and Sunday), `holiday` or `any`."""
    from_day: Mapped[date | None]
    until_day: Mapped[date | None]
    """The season's last date, itself included; a rate without dates holds outside all seasons."""
    fen: Mapped[int]


class Extra(Base):
    """What can be had beside the room: a meal plan, a check-up package, the shuttle."""

    __tablename__ = "extras"
    __table_args__ = (CheckConstraint("per IN ('stay', 'night', 'guest', 'guest_night')", name="per"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    """The kind of revenue in the ledger: `meal_plan`, `checkup_package`, `shuttle`, `other`."""
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    per: Mapped[str] = mapped_column(Text)
    member_fen: Mapped[int]
    guest_fen: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class NightRestriction(Base):
    """Limits on stays that touch a night; type 0 is every type."""

    __tablename__ = "night_restrictions"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True, autoincrement=False)
    type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    night: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    least_nights: Mapped[int | None]
    """For stays that arrive on it."""
    most_nights: Mapped[int | None]
    closed_to_arrival: Mapped[bool] = mapped_column(default=False)
    closed_to_departure: Mapped[bool] = mapped_column(default=False)


class Stay(Base):
    """A booking of one room or several.

    `held` until `hold_expires_at` or `pending` until the planner has answered, then `confirmed`; at its end `stayed`,
    `cancelled`, `expired`, `refused`, `displaced` or `no_show`. What happens to each room stands on its own row.
    """

    __tablename__ = "stays"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "allotment_id"], ["allotments.place_id", "allotments.id"]),
        Index("ix_stays_member_id", "member_id", "arrival", "id"),
        Index("ix_stays_arrival", "place_id", "arrival", "id"),
        Index("ix_stays_departure", "place_id", "departure", "id"),
        Index(
            "ix_stays_held",
            "hold_expires_at",
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
        CheckConstraint("departure > arrival", name="length"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(Text)
    allotment_id: Mapped[int]
    member_id: Mapped[int | None]
    """Who booked and is asked to pay; None for a guest without a member number."""
    contact_name: Mapped[str] = mapped_column(Text)
    contact_phone: Mapped[str] = mapped_column(Text)
    arrival: Mapped[int]
    """The first night of its rooms; their own ranges may be shorter."""
    departure: Mapped[int]
    arrive_at: Mapped[time | None]
    """When the guest means to come, if later than rooms are ready."""
    price_fen: Mapped[int]
    """What it comes to as it stands: its rooms, extras and fees."""
    extras: Mapped[list[str]] = mapped_column(JSONText)
    """Codes of what its guests have beside the rooms."""
    member_price: Mapped[bool] = mapped_column(default=True)
    """Whether extras are charged at the member's price."""
    folio_id: Mapped[int | None]
    sequence: Mapped[int] = mapped_column(default=0)
    """Rises with every change: the calendar's SEQUENCE and the stay's version."""
    source: Mapped[str] = mapped_column(Text)
    """`app`, `page`, `desk`, `group`, `waiting`, `replay` or `retreat`."""
    booked_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    hold_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_reason: Mapped[str] = mapped_column(Text, default="")


class StayRoom(Base):
    """One room of a stay: the type that was sold, and the room that it has at this moment.

    `expected`, then `in_house`, then `departed`; or `cancelled`, `no_show`, `displaced`. Without a room: `pending`
    (the planner is at it) and `overbooked` (sold above the rooms that there are, within the pool's limit).
    """

    __tablename__ = "stay_rooms"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "stay_id"], ["stays.place_id", "stays.id"]),
        ForeignKeyConstraint(["place_id", "type_id"], ["room_types.place_id", "room_types.id"]),
        ForeignKeyConstraint(["place_id", "room_id"], ["rooms.place_id", "rooms.id"]),
        Index("ix_stay_rooms_stay", "place_id", "stay_id"),
        Index("ix_stay_rooms_arrival", "place_id", "arrival", "departure"),
        Index("ix_stay_rooms_departure", "place_id", "departure"),
        CheckConstraint(f"departure > arrival AND departure <= arrival + {LONGEST_STAY}", name="length"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stay_id: Mapped[int]
    number: Mapped[int]
    """First, second … room of the stay."""
    status: Mapped[str] = mapped_column(Text)
    type_id: Mapped[int]
    given_type_id: Mapped[int]
    """The type whose nights and rooms it takes: another than was sold once it is upgraded."""
    room_id: Mapped[int | None]
    """Movable and undisclosed until arrival, unless `pinned`.

    Once its guests have come, the last of its nights is claimed in it: those before a change of rooms stay claimed
    where they were slept."""
    last_room_id: Mapped[int | None]
    """The one that it had when it ended, which it gets again where that is taken back."""
    pinned: Mapped[str] = mapped_column(Text, default="")
    """Why it stays where it is: empty, `chosen` or `in_house`."""
    needs: Mapped[list[str]] = mapped_column(JSONText)
    """`accessible`, or features that the room must have."""
    together: Mapped[str] = mapped_column(Text, default="")
    """How it goes with the stay's other rooms: empty, `near` (a wish) or `adjacent` (a condition)."""
    arrival: Mapped[int]
    departure: Mapped[int]
    heads: Mapped[int]
    price_fen: Mapped[int]
    night_fen: Mapped[list[int]] = mapped_column(JSONText)
    """The agreed price, and that of each of its nights."""
    fee_fen: Mapped[int] = mapped_column(default=0)
    """What is owed for not coming, or for leaving early: instead of nights, never for the same one."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was cancelled, displaced or marked as a no-show."""
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    departed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Guest(Base):
    """Someone who sleeps in a room of a stay, by their real name; number 0 answers for the room."""

    __tablename__ = "guests"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "stay_room_id"], ["stay_rooms.place_id", "stay_rooms.id"]),
        Index("ix_guests_member_id", "member_id"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    stay_room_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    pays: Mapped[bool] = mapped_column(default=False)
    """A companion at their own cost, for whom no subsidy is given."""
    identity: Mapped[str] = mapped_column(Text, default="")
    """What was shown on arrival, masked: kind and last four characters, e.g. `id:1234`."""
    pass_id: Mapped[int | None]


class Outage(Base):
    """Rooms out of order for some nights; its claims are rows of `room_nights`."""

    __tablename__ = "outages"
    __table_args__ = (CheckConstraint("until_night > from_night", name="length"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    rooms: Mapped[list[int]] = mapped_column(JSONText)
    from_night: Mapped[int]
    until_night: Mapped[int]
    change_id: Mapped[int | None]
    created_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoomSearch(Base):
    """A pending stay whose rooms are being sought, and until when one planner alone does so."""

    __tablename__ = "room_searches"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "stay_id"], ["stays.place_id", "stays.id"]),
        Index("ix_room_searches_available_at", "available_at"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    stay_id: Mapped[int] = mapped_column(primary_key=True)
    confirms: Mapped[bool]
    """Whether the stay is confirmed once it has its rooms, or held for its booker to confirm."""
    chosen: Mapped[list[tuple[int, int]]] = mapped_column(JSONText)
    """(stay room, room) for those that chose theirs."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    available_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When a planner may take it: in the future while one is at it."""
    tries: Mapped[int] = mapped_column(default=0)
    """Searches that ran out of time; each further one has longer."""


LIVE_WAIT = "status IN ('waiting', 'offered')"


class RoomWait(Base):
    """A place on the waiting list for rooms of a type, in the order of the ids.

    `waiting`, then `offered` while a stay is held for its member, then `taken`; or `left`, or `expired` because the
    offer was not taken up or the day of arrival came.
    """

    __tablename__ = "room_waits"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "type_id"], ["room_types.place_id", "room_types.id"]),
        Index("ix_room_waits_queue", "place_id", "type_id", "status", "id"),
        Index("ix_room_waits_member_id", "member_id"),
        Index(
            "ix_room_waits_live",
            "place_id",
            "member_id",
            "arrival",
            "departure",
            unique=True,
            sqlite_where=text(LIVE_WAIT),
            postgresql_where=text(LIVE_WAIT),
        ),
        CheckConstraint("departure > arrival", name="length"),
        CheckConstraint("status IN ('waiting', 'offered', 'taken', 'left', 'expired')", name="status"),
    )

    place_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_id: Mapped[int]
    member_id: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    arrival: Mapped[int]
    departure: Mapped[int]
    rooms: Mapped[int]
    heads: Mapped[int]
    """How many sleep in all of its rooms together."""
    needs: Mapped[list[str]] = mapped_column(JSONText)
    """`accessible`, or features that each room must have."""
    stay_id: Mapped[int | None]
    """The stay that is held for whoever was offered it."""
    instead_of: Mapped[int | None]
    """The stay that a closure took away, in the place of which this one is kept for longer than others."""
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BusinessDay(Base):
    """A hotel day that was closed: its figures as they stood, never written again."""

    __tablename__ = "business_days"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True, autoincrement=False)
    night: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    figures: Mapped[Any] = mapped_column(JSONText)
    closed_by: Mapped[int]
    closed_at: Mapped[datetime] = mapped_column(UTCDateTime)
