"""What is shown of places, days and searches. Times on the wire are instants with their offset; money is fen."""

from datetime import date, datetime
from typing import Literal

import msgspec


class SlotView(msgspec.Struct, frozen=True):
    """One slot of a facility's day: how much is free, and what it costs the one who asks."""

    starts: datetime
    ends: datetime
    free: int
    total: int
    bookable: bool
    fen: int


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """A facility's day for one kind of court (or its pool)."""

    place: int
    facility: int
    day: date
    court_kind: str | None
    opens_for_booking: datetime
    slots: list[SlotView]


CellState = Literal["free", "released", "yours", "taken", "league", "closed", "past"]


class BoardCell(msgspec.Struct, frozen=True):
    """A court in one slot. The booking is named to those who may see it: its players and the staff."""

    state: CellState
    booking: int | None = None
    label: str = ""


class BoardRow(msgspec.Struct, frozen=True):
    """One slot across the courts."""

    starts: datetime
    ends: datetime
    past: bool
    free: int
    fen: int
    cells: list[BoardCell]


class BoardCourt(msgspec.Struct, frozen=True):
    """A column of the board."""

    id: int
    name: str
    name_en: str
    kind: str
    accessible: bool


class DayBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A facility's day, courts across and slots down."""

    place: int
    facility: int
    day: date
    opens_for_booking: datetime
    courts: list[BoardCourt]
    rows: list[BoardRow]


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A facility and what is free of it at the wished hour, and how far it is.

    Attributes:
        free: how many are free at the wished hour, or at `next_free` when no hour was wished.
        from_fen: what the wished length costs the one who asks.
        next_free: the first start on that day, from the wished hour on, at which the length fits.
        next_count: how many are free then.
        opens_for_booking: when that day can be booked, if it cannot be yet.
    """

    place: int
    place_code: str
    place_name: str
    place_name_en: str
    district: str
    facility: int
    facility_code: str
    facility_name: str
    facility_name_en: str
    sport: str
    court_kind: str | None
    metres: int | None
    free: int
    total: int
    from_fen: int
    next_free: datetime | None
    next_count: int
    opens_for_booking: datetime | None


class SportView(msgspec.Struct, frozen=True, kw_only=True):
    """A sport, and at how many places there is something for it."""

    code: str
    name: str
    name_en: str
    places: int


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place, and how far it is from the point that was asked about."""

    id: int
    code: str
    kind: str
    name: str
    name_en: str
    district: str
    address: str
    address_en: str
    latitude: float
    longitude: float
    phone: str
    metres: int | None
    sports: list[str]


class FacilityView(msgspec.Struct, frozen=True, kw_only=True):
    """A facility: its kinds of court with how many there are of each, or the heads that its pool takes."""

    place: int
    id: int
    code: str
    name: str
    name_en: str
    sport: str
    pooled: bool
    slot_minutes: int
    capacity: int
    court_kinds: dict[str, int]


class TonightSport(msgspec.Struct, frozen=True, kw_only=True):
    """A sport this evening: at how many places something is free."""

    sport: str
    name: str
    name_en: str
    places: int
    places_free: int


class TonightPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place this evening: the first hour at which each of its facilities has room."""

    place: PlaceView
    hits: list[SearchHit]


class Tonight(msgspec.Struct, frozen=True, kw_only=True):
    """What is free this evening; tomorrow's, once today's is nearly over."""

    starts: datetime
    ends: datetime
    sports: list[TonightSport]
    places: list[TonightPlace]


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Something near the wish that would have succeeded.

    Attributes:
        kind: `same_hour` (another court), `shift`, `shorten`, `next_place`, `other_kind` or `next_day`.
        metres: how far the place is from the one that was wished (or from the asker), for `next_place`.
        free: how many courts are free for the whole of it, or how many heads.
    """

    kind: str
    place: int
    place_code: str
    place_name: str
    place_name_en: str
    facility: int
    facility_code: str
    facility_name: str
    facility_name_en: str
    court_kind: str | None
    starts: datetime
    ends: datetime
    metres: int | None
    free: int
