"""What the venues' routes take and answer. Times on the wire are instants with their offset; money is fen."""

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Id = Annotated[int, Meta(ge=1, lt=2**53)]
Instant = Annotated[datetime, Meta(tz=True)]
ShortText = Annotated[str, Meta(min_length=1, max_length=60)]

MOST_PARTNERS = 11
MOST_HEADS = 50


class PartnerRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Someone who plays along: a member by number and name, or a guest by name alone."""

    name: ShortText
    number: Annotated[str, Meta(max_length=20)] = ""


class HoldRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Keep a court, or heads of a pooled area, for a few minutes while the booker decides.

    Attributes:
        court_kind: the kind wanted (`court`, `full`, `half` …); may be left out where a facility has only one.
        court: the id of one chosen court; left out, any equal one is claimed and may change until an hour before.
        heads: for a pooled area, how many people.
    """

    place: Id
    facility: Id
    starts: Instant
    ends: Instant
    court_kind: Annotated[str, Meta(max_length=20)] = ""
    court: Id | None = None
    heads: Annotated[int, Meta(ge=1, le=MOST_HEADS)] = 1
    partners: Annotated[list[PartnerRequest], Meta(max_length=MOST_PARTNERS)] = []


class PartnersRequest(msgspec.Struct, forbid_unknown_fields=True):
    """More people who play along."""

    partners: Annotated[list[PartnerRequest], Meta(min_length=1, max_length=MOST_PARTNERS)]


class ChangeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Move a booking to other hours of the same facility, or to a chosen court."""

    starts: Instant
    ends: Instant
    court: Id | None = None


class WalkInRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A booking at the counter, for a member (by number) or a guest (by name); confirmed at once."""

    facility: Id
    starts: Instant
    ends: Instant
    court_kind: Annotated[str, Meta(max_length=20)] = ""
    court: Id | None = None
    heads: Annotated[int, Meta(ge=1, le=MOST_HEADS)] = 1
    member_number: Annotated[str, Meta(max_length=20)] = ""
    contact_name: Annotated[str, Meta(max_length=60)] = ""
    contact_phone: Annotated[str, Meta(max_length=20)] = ""


class BlockRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Courts kept for a league or a training, once or every week until a date; nobody is displaced by it."""

    facility: Id
    title: ShortText
    courts: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    starts: Instant
    ends: Instant
    kind: Literal["league", "maintenance"] = "league"
    weekly_until: date | None = None


class BlockView(msgspec.Struct, frozen=True):
    """Courts kept from booking."""

    id: int
    title: str
    starts: datetime
    ends: datetime


class BlockLifted(msgspec.Struct, frozen=True):
    """The id of the block whose courts can be booked again."""

    lifted: int


class PriceLine(msgspec.Struct, frozen=True):
    """So many half hours at one price."""

    half_hours: int
    fen: int
    category: str


class PartnerView(msgspec.Struct, frozen=True):
    """Someone on a booking, with the pass that lets them in; number 0 is the booker."""

    number: int
    name: str
    pass_id: int | None
    is_you: bool = False


class BookingView(msgspec.Struct, kw_only=True):
    """A booking as its owner and the staff of its place see it.

    Attributes:
        court: the court's id and name once they are settled (chosen, or told an hour before the start).
        answer_by: when a booking that is `pending` will have been confirmed, held or refused.
        version: rises with every change.
        can_cancel, can_change, can_restore: whether the booking's state and hour still allow it.
    """

    place: int
    id: int
    facility: int
    status: str
    starts: datetime
    ends: datetime
    place_code: str
    place_name: str
    place_name_en: str
    facility_code: str
    facility_name: str
    facility_name_en: str
    sport: str
    court_kind: str | None
    court: int | None
    court_name: str | None
    court_name_en: str | None
    heads: int
    price_fen: int
    partners: list[PartnerView]
    hold_expires_at: datetime | None
    answer_by: datetime | None = None
    version: int
    cancel_free_until: datetime | None
    can_cancel: bool
    can_change: bool
    can_restore: bool
    ended_reason: str


class BookingPage(msgspec.Struct, frozen=True):
    """A page of bookings; `next` is the cursor of the page after it."""

    items: list[BookingView]
    next: str | None


class FacilityRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A hall of courts, or an area used in common; `zone` and `policy` are codes."""

    code: Annotated[str, Meta(max_length=40)]
    zone: Annotated[str, Meta(max_length=40)]
    name: ShortText
    name_en: ShortText
    sport: Annotated[str, Meta(min_length=1, max_length=40)]
    kind: Literal["exclusive", "pooled"]
    slot_minutes: Literal[30, 60] = 60
    capacity: Annotated[int, Meta(ge=0, le=100_000)] = 0
    policy: Annotated[str, Meta(max_length=40)]


class CourtRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A court and the units it occupies; a full court that is two halves names both, each half names one."""

    code: Annotated[str, Meta(max_length=40)]
    name: ShortText
    name_en: ShortText
    kind: Annotated[str, Meta(min_length=1, max_length=20)] = "court"
    units: Annotated[list[Annotated[str, Meta(min_length=1, max_length=20)]], Meta(min_length=1, max_length=8)]
    accessible: bool = False
    features: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=20)] = []


class HoursRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One line of opening hours: weekdays as digits from Monday 1, or `holiday`; closing at 00:00 is midnight."""

    days: Annotated[str, Meta(pattern=r"^(?:[1-7]{1,7}(?:holiday)?|holiday)$")]
    opens: time
    closes: time
    from_day: date | None = None
    until_day: date | None = None


class OpeningRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """All opening hours of a facility; they replace those before."""

    hours: Annotated[list[HoursRequest], Meta(min_length=1, max_length=40)]


class PriceRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The price of half an hour, in fen; until 00:00 is midnight."""

    category: Annotated[str, Meta(min_length=1, max_length=40)] = "member"
    days: Literal["weekday", "weekend", "holiday", "any"] = "any"
    from_time: time = time(0)
    until_time: time = time(0)
    fen: Annotated[int, Meta(ge=0, le=10_000_000)]


class PolicyRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The rules of booking with the document and clause they come from, and the prices; 0 means no limit."""

    code: Annotated[str, Meta(max_length=40)]
    name: ShortText
    name_en: ShortText
    document: Annotated[str, Meta(min_length=1, max_length=200)]
    clause: Annotated[str, Meta(min_length=1, max_length=60)]
    effective_from: date
    opens_days_ahead: Annotated[int, Meta(ge=0, le=365)]
    opens_at: time
    least_half_hours: Annotated[int, Meta(ge=1, le=48)] = 1
    most_half_hours: Annotated[int, Meta(ge=1, le=48)] = 4
    day_limit_half_hours: Annotated[int, Meta(ge=0, le=48)] = 4
    week_limit_bookings: Annotated[int, Meta(ge=0, le=100)] = 3
    cancel_cutoff_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 120
    hold_minutes: Annotated[int, Meta(ge=1, le=120)] = 10
    most_no_show_points: Annotated[int, Meta(ge=0, le=100)] = 6
    eligible: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=20)] = []
    prices: Annotated[list[PriceRequest], Meta(min_length=1, max_length=100)]


class RetireRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which thing to take out of use: `place`, `zone`, `facility` or `court`, by its id."""

    what: Literal["zone", "facility", "court"]
    id: Id
    facility: Id | None = None
