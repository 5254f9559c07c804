"""One struct a file: what a row of the demo city, or of a federation's own files, holds once it is checked.

Field names are the column names. What a cell may hold stands in its type, so that the reader's checks and its
advice come from one place. `assumed` names the columns that are assumptions rather than published facts.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from booking.places.schemas import PlaceKind
from booking.web.locale import N_


def _form(pattern: str, advice: str, most: int) -> Meta:
    """Text of a certain form, and what to tell someone who wrote it otherwise."""
    return Meta(pattern=f"^{pattern}$", max_length=most, extra={"advice": advice})


Code = Annotated[
    str,
    _form(
        "[a-z0-9]+(?:[-_][a-z0-9]+)*",
        N_("“{value}”不能当代码。请只用小写字母、数字和中间的连字符，例如 may-day-plaza。"),
        40,
    ),
]
"""What other rows refer to, unique within its file or its place."""
Slug = Annotated[
    str,
    _form(
        "[a-z0-9](?=.)[a-z0-9]*(?:-[a-z0-9]+)*",
        N_("“{value}”要出现在网址里。请只用小写字母、数字和中间的连字符，至少两个字符，例如 may-day-plaza。"),
        40,
    ),
]
"""A code that also stands in addresses."""
Name = Annotated[str, Meta(min_length=1, max_length=60)]
NameEn = Annotated[str, Meta(min_length=1, max_length=80)]
Prose = Annotated[str, Meta(max_length=500)]
Line = Annotated[str, Meta(min_length=1, max_length=120)]
HalfHours = Annotated[int, Meta(ge=1, le=48)]
Heads = Annotated[int, Meta(ge=1, le=100_000)]
Fen = Annotated[int, Meta(ge=0, le=10_000_000)]
Year = Annotated[int, Meta(ge=1900, le=2100)]
Telephone = Annotated[
    str,
    _form("[0-9]+(?:-[0-9]+)*", N_("“{value}”不是电话号码。请写数字，例如 12351 或 0574-87654321。"), 20),
]
Mobile = Annotated[str, _form("1[3-9][0-9]{9}", N_("“{value}”不是手机号。请写 11 位数字，例如 13905740000。"), 11)]
MemberNumber = Annotated[
    str,
    _form("[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*", N_("“{value}”不能当会员号。请只用数字、字母和中间的连字符。"), 20),
]
CardNumber = Annotated[str, _form("[0-9]{8,19}", N_("“{value}”不是卡号。请写 8 到 19 位数字。"), 19)]
Role = Annotated[
    str, _form("[a-z_]+@[a-z0-9_-]+", N_("“{value}”不是角色。请写成 角色@地点，例如 venue_manager@zhenhai。"), 80)
]
RoomNumber = Annotated[
    str, _form("[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*", N_("“{value}”不能当房号。请只用数字、字母和中间的连字符。"), 10)
]
Permille = Annotated[int, Meta(ge=0, le=1000)]
DaysAndPermille = Annotated[
    str,
    _form(
        "[0-9]{1,3}:(?:1000|[0-9]{1,3})",
        N_("“{value}”的写法不对。请写 提前天数:千分之几，例如 3:200 是提前 3 天起收 20%。"),
        8,
    ),
]
Beds = Annotated[
    str, _form("[1-9]x(?:single|double|bunk)", N_("“{value}”的写法不对。请写 张数x床型，例如 2xsingle。"), 10)
]

Category = Literal["frontline", "sci_tech_talent", "model_worker", "hardship"]
Sex = Literal["male", "female", "unknown"]


class WallTime(int):
    """Half hours since local midnight: 0 is 00:00, 37 is 18:30, 48 the midnight that ends the day."""


class Days(frozenset[str]):
    """Weekdays as digits, Monday `1` to Sunday `7`, and `holiday`."""


class RegionRow(Struct, frozen=True, kw_only=True):
    """The box that every place lies in, so that swapped or mistyped coordinates are found."""

    name: Name
    name_en: NameEn
    south: Annotated[float, Meta(ge=-90, le=90)]
    west: Annotated[float, Meta(ge=-180, le=180)]
    north: Annotated[float, Meta(ge=-90, le=90)]
    east: Annotated[float, Meta(ge=-180, le=180)]


class SportRow(Struct, frozen=True, kw_only=True):
    """Something that people come for, under one of the Plaza's four programmes."""

    code: Code
    name: Name
    name_en: NameEn
    programme: Literal["health_sport", "culture", "education", "leisure"]


class OrganisationRow(Struct, frozen=True, kw_only=True):
    """A node of the tree; `members` belong to this node itself, those of the nodes below it come on top."""

    code: Code
    parent: Code | None = None
    kind: Literal["city", "district", "park", "township", "village", "community", "enterprise"]
    name: Name
    name_en: Annotated[str, Meta(max_length=80)] = ""
    members: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    assumed: tuple[str, ...] = ()


class PlaceRow(Struct, frozen=True, kw_only=True):
    """A building or site; `district` is the code of a district or park among the organisations."""

    code: Slug
    kind: PlaceKind
    name: Name
    name_en: NameEn
    district: Code
    address: Line
    address_en: Annotated[str, Meta(max_length=120)] = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    floor_area: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    phone: Telephone | None = None
    description: Prose = ""
    description_en: Prose = ""
    assumed: tuple[str, ...] = ()


class ZoneRow(Struct, frozen=True, kw_only=True):
    """A part of a place behind gates. A pass opens it from `early_minutes` before to `late_minutes` after."""

    place: Code
    code: Slug
    name: Name
    name_en: NameEn
    capacity: Heads | None = None
    early_minutes: Annotated[int, Meta(ge=0, le=720)]
    late_minutes: Annotated[int, Meta(ge=0, le=720)]
    reentry: bool
    anti_passback: bool
    static_code: bool
    assumed: tuple[str, ...] = ()


class PolicyRow(Struct, frozen=True, kw_only=True):
    """The rules of booking with their document and clause; a limit of 0 is none, no `eligible` is every member."""

    code: Slug
    name: Name
    name_en: NameEn
    document: Line
    clause: Line
    effective_from: date
    opens_days_ahead: Annotated[int, Meta(ge=0, le=365)]
    opens_at: WallTime
    least_half_hours: HalfHours
    most_half_hours: HalfHours
    day_limit_half_hours: Annotated[int, Meta(ge=0, le=48)]
    week_limit_bookings: Annotated[int, Meta(ge=0, le=100)]
    cancel_cutoff_minutes: Annotated[int, Meta(ge=0, le=10_080)]
    hold_minutes: Annotated[int, Meta(ge=1, le=120)]
    most_no_show_points: Annotated[int, Meta(ge=0, le=100)]
    eligible: tuple[Category, ...] = ()
    assumed: tuple[str, ...] = ()


class PriceRow(Struct, frozen=True, kw_only=True):
    """What half an hour costs a category (`member`: everyone) on a kind of day, between two wall times."""

    policy: Code
    category: Literal["member", "frontline", "sci_tech_talent", "model_worker", "hardship"]
    days: Literal["weekday", "weekend", "holiday", "any"]
    from_time: WallTime
    until_time: WallTime
    fen: Fen


class FacilityRow(Struct, frozen=True, kw_only=True):
    """A hall of courts (exclusive), or an area for so many heads at once (pooled)."""

    place: Code
    zone: Code
    code: Slug
    name: Name
    name_en: NameEn
    sport: Code
    kind: Literal["exclusive", "pooled"]
    slot_minutes: Literal[30, 60]
    capacity: Heads | None = None
    policy: Code
    assumed: tuple[str, ...] = ()


class CourtRow(Struct, frozen=True, kw_only=True):
    """What can be booked whole. Courts that name a unit in common exclude each other: a full court and its halves."""

    place: Code
    facility: Code
    code: Code
    name: Name
    name_en: NameEn
    kind: Literal["court", "full", "half", "table", "snooker", "room", "hall"]
    units: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=8)]
    features: tuple[Code, ...] = ()
    accessible: bool


class OpeningRow(Struct, frozen=True, kw_only=True):
    """Hours of a whole place, or of one facility: a facility with rows of its own uses only those."""

    place: Code
    facility: Code | None = None
    days: Days
    opens: WallTime
    closes: WallTime


class CalendarRow(Struct, frozen=True, kw_only=True):
    """A public holiday, or a weekend day worked in exchange (`workday`), and who said so."""

    day: date
    kind: Literal["holiday", "workday"]
    name: Name
    name_en: NameEn
    source: Line
    assumed: tuple[str, ...] = ()


class GateRow(Struct, frozen=True, kw_only=True):
    """A turnstile or door and the zones behind it; a scan lets `one` in, `all` of the party, or asks.

    The enrolment code is for the demo alone.
    """

    place: Code
    code: Slug
    name: Name
    name_en: NameEn
    direction: Literal["entry", "exit", "both"]
    zones: Annotated[tuple[Code, ...], Meta(min_length=1)]
    heads_mode: Literal["one", "all", "ask"]
    staffed: bool
    demo_enrolment_code: Annotated[str, Meta(max_length=40)] = ""


class HotelRow(Struct, frozen=True, kw_only=True):
    """How a place sells its nights. A `cancel_fees` item `3:200` is 200 ‰ of the price from 3 days before arrival."""

    place: Code
    document: Line
    clause: Line
    effective_from: date
    arrive_from: WallTime
    leave_by: WallTime
    horizon_days: Annotated[int, Meta(ge=1, le=730)]
    most_nights: Annotated[int, Meta(ge=1, le=90)]
    most_rooms: Annotated[int, Meta(ge=1, le=50)]
    hold_minutes: Annotated[int, Meta(ge=1, le=1440)]
    offer_minutes: Annotated[int, Meta(ge=15, le=2880)] = 240
    alternative_hours: Annotated[int, Meta(ge=1, le=168)] = 24
    deposit_permille: Permille
    cancel_fees: tuple[DaysAndPermille, ...] = ()
    no_show_permille: Permille
    zones: Annotated[tuple[Code, ...], Meta(min_length=1)]
    assumed: tuple[str, ...] = ()


class RoomTypeRow(Struct, frozen=True, kw_only=True):
    """Rooms that stand for each other when sold; `upgrades` are types that may be given instead, in this order."""

    place: Code
    code: Slug
    name: Name
    name_en: NameEn
    description: Prose = ""
    description_en: Prose = ""
    beds: Annotated[tuple[Beds, ...], Meta(min_length=1, max_length=4)]
    sleeps: Annotated[int, Meta(ge=1, le=20)]
    extra_beds: Annotated[int, Meta(ge=0, le=4)]
    square_metres: Annotated[int, Meta(ge=1, le=1000)]
    features: tuple[Code, ...] = ()
    upgrades: tuple[Code, ...] = ()
    assumed: tuple[str, ...] = ()


class RoomRow(Struct, frozen=True, kw_only=True):
    """A room; `neighbours` are the numbers of those next door, and each names the other."""

    place: Code
    type: Code
    zone: Code
    number: RoomNumber
    wing: Annotated[str, Meta(min_length=1, max_length=20)]
    floor: Annotated[int, Meta(ge=0, le=100)]
    neighbours: tuple[RoomNumber, ...] = ()
    accessible: bool
    features: tuple[Code, ...] = ()


class RoomRateRow(Struct, frozen=True, kw_only=True):
    """What a night costs a category (`member`: every member, `guest`: who is none) in a season, dates included."""

    place: Code
    type: Code
    category: Literal["member", "guest", "frontline", "sci_tech_talent", "model_worker", "hardship"]
    days: Literal["weekday", "weekend", "holiday", "any"]
    from_day: date | None = None
    until_day: date | None = None
    fen: Fen


class ExtraRow(Struct, frozen=True, kw_only=True):
    """What can be had beside a room, and for what it is charged."""

    place: Code
    code: Code
    kind: Literal["meal_plan", "checkup_package", "shuttle", "other"]
    name: Name
    name_en: NameEn
    per: Literal["stay", "night", "guest", "guest_night"]
    member_fen: Fen
    guest_fen: Fen
    assumed: tuple[str, ...] = ()


class AllotmentRow(Struct, frozen=True, kw_only=True):
    """A pool of nights; one of a place is `public` and has what the others leave."""

    place: Code
    code: Slug
    kind: Literal["public", "retreat", "training", "hold_back"]
    name: Name
    name_en: NameEn
    opens_permille: Permille
    release_days: Annotated[int, Meta(ge=0, le=365)] | None = None
    assumed: tuple[str, ...] = ()


class AccountRow(Struct, frozen=True, kw_only=True):
    """A demo account with its published password. A role is held somewhere: `venue_manager@zhenhai`, `…@all`."""

    number: MemberNumber
    name: Name
    name_en: NameEn
    sex: Sex
    birth_year: Year
    phone: Mobile
    organisation: Code
    categories: tuple[Category, ...] = ()
    card: CardNumber | None = None
    roles: tuple[Role, ...] = ()
    password: Annotated[str, Meta(min_length=8, max_length=100)]


class MemberRow(Struct, frozen=True, kw_only=True):
    """A member, made up or from a real list; `organisation` is a code of the tree.

    What a list leaves blank is not said: None, and `unknown` for the sex. No category at all is the empty tuple.
    """

    number: MemberNumber
    name: Name
    sex: Sex = "unknown"
    birth_year: Year | None = None
    phone: Mobile | None = None
    organisation: Code
    categories: tuple[Category, ...] | None = None
    card: CardNumber | None = None
    dues_paid_until: date | None = None
    joined_on: date | None = None


class City(Struct, frozen=True, kw_only=True):
    """Every row of every file, checked each by itself and all against each other."""

    region: RegionRow
    sports: tuple[SportRow, ...]
    organisations: tuple[OrganisationRow, ...]
    calendar: tuple[CalendarRow, ...]
    policies: tuple[PolicyRow, ...]
    prices: tuple[PriceRow, ...]
    places: tuple[PlaceRow, ...]
    zones: tuple[ZoneRow, ...]
    facilities: tuple[FacilityRow, ...]
    courts: tuple[CourtRow, ...]
    opening: tuple[OpeningRow, ...]
    gates: tuple[GateRow, ...]
    hotels: tuple[HotelRow, ...] = ()
    room_types: tuple[RoomTypeRow, ...] = ()
    rooms: tuple[RoomRow, ...] = ()
    room_rates: tuple[RoomRateRow, ...] = ()
    extras: tuple[ExtraRow, ...] = ()
    allotments: tuple[AllotmentRow, ...] = ()
    accounts: tuple[AccountRow, ...]
