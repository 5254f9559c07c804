"""What the rooms' routes take and answer. Nights are local dates, a stay half-open; money is fen."""

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from booking.rooms.rules.nights import Nights, night_of

Id = Annotated[int, Meta(ge=1, lt=2**53)]
ShortText = Annotated[str, Meta(min_length=1, max_length=60)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
Together = Literal["", "near", "adjacent"]

MOST_ROOMS = 20
MOST_HEADS = 12


class GuestRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Someone who sleeps in a room, by their real name; `number` is a member's, `pays` a companion at own cost."""

    name: ShortText
    number: Annotated[str, Meta(max_length=20)] = ""
    pays: bool = False


class RoomWish(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One room.

    Attributes:
        heads: how many sleep in it; those who are named count, whoever they are.
        room: the id of a chosen room, which it keeps; left out, any equal one, undisclosed until arrival.
        needs: `accessible`, or features that the room must have, such as `sea_view`.
    """

    type: Id
    heads: Annotated[int, Meta(ge=1, le=MOST_HEADS)] = 1
    guests: Annotated[list[GuestRequest], Meta(max_length=MOST_HEADS)] = []
    room: Id | None = None
    needs: Annotated[list[Code], Meta(max_length=6)] = []

    @property
    def sleepers(self) -> int:
        """How many sleep in it: all who are named count."""
        return max(self.heads, len(self.guests))


class QuoteRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a stay would cost. `together`: the rooms `near` each other if possible, or `adjacent` whatever it takes."""

    place: Id
    arrival: date
    departure: date
    rooms: Annotated[list[RoomWish], Meta(min_length=1, max_length=MOST_ROOMS)]
    extras: Annotated[list[Code], Meta(max_length=20)] = []
    together: Together = ""

    @property
    def nights(self) -> Nights:
        """Its nights; empty or negative if the dates cross."""
        return Nights(night_of(self.arrival), night_of(self.departure))


class StayRequest(QuoteRequest, forbid_unknown_fields=True, kw_only=True):
    """Keep rooms for a few minutes while the guest decides.

    Attributes:
        arrive_at: when the guest means to come, if later than rooms are ready.
        allotment: the pool to book from, for staff; left out, the public's.
    """

    phone: Annotated[str, Meta(max_length=20)] = ""
    arrive_at: time | None = None
    allotment: Id | None = None


class CancelRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which rooms to give up, by their numbers within the stay; none is all of them."""

    rooms: Annotated[list[Annotated[int, Meta(ge=1, le=MOST_ROOMS)]], Meta(max_length=MOST_ROOMS)] = []


class DatesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Other dates for all rooms of a stay."""

    arrival: date
    departure: date

    @property
    def nights(self) -> Nights:
        """The nights; empty or negative if the dates cross."""
        return Nights(night_of(self.arrival), night_of(self.departure))


class _Range(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The nights from `first` up to, not including, `until`."""

    first: date
    until: date

    @property
    def nights(self) -> Nights:
        """The same as numbers."""
        return Nights(night_of(self.first), night_of(self.until))


class MoveRequest(_Range, forbid_unknown_fields=True, kw_only=True):
    """Rooms of a type go from one pool to another, by the pools' ids."""

    type: Id
    rooms: Annotated[int, Meta(ge=1, le=10_000)]
    origin: Id
    target: Id


class RestrictionRequest(_Range, forbid_unknown_fields=True, kw_only=True):
    """Limits on stays that arrive on these nights (or leave on these days); type 0 is every type."""

    type: Annotated[int, Meta(ge=0, lt=2**53)] = 0
    least_nights: Annotated[int, Meta(ge=1, le=90)] | None = None
    most_nights: Annotated[int, Meta(ge=1, le=90)] | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False


class OutageRequest(_Range, forbid_unknown_fields=True, kw_only=True):
    """Rooms that go out of order, by their ids, and why."""

    rooms: Annotated[list[Id], Meta(min_length=1, max_length=300)]
    reason: ShortText


class TypeView(msgspec.Struct, frozen=True, kw_only=True):
    """A room type; `beds` is what stands in it, `extra_beds` how many more can be put up."""

    id: int
    code: str
    name: str
    name_en: str
    description: str
    description_en: str
    beds: list[str]
    sleeps: int
    extra_beds: int
    square_metres: int
    features: list[str]
    rooms: int


class ExtraView(msgspec.Struct, frozen=True):
    """What can be had beside a room, and for what it is charged: each `stay`, `night`, `guest` or `guest_night`."""

    code: str
    kind: str
    name: str
    name_en: str
    per: str
    member_fen: int
    guest_fen: int


class HouseView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that sells nights. `cancel_fees`: (days before arrival, permille of the price), most days first."""

    place: int
    name: str
    name_en: str
    document: str
    clause: str
    arrive_from: time
    leave_by: time
    horizon_days: int
    most_nights: int
    most_rooms: int
    cancel_fees: list[tuple[int, int]]
    no_show_permille: int
    types: list[TypeView]
    extras: list[ExtraView]


class NightPrice(msgspec.Struct, frozen=True):
    """One night of a room; `category` is the one whose price it has."""

    night: date
    fen: int
    category: str


class RoomQuote(msgspec.Struct, frozen=True):
    """One room's price, night by night."""

    type: int
    fen: int
    nights: list[NightPrice]


class ExtraQuote(msgspec.Struct, frozen=True):
    """What one extra comes to for all rooms."""

    code: str
    name: str
    name_en: str
    fen: int


class QuoteView(msgspec.Struct, frozen=True):
    """A price.

    Attributes:
        fen: the whole amount.
        guest_fen: what it would cost those who are no members.
        deposit_fen: the part asked for in advance.
        free_until: the last day on which cancelling costs nothing.
    """

    fen: int
    guest_fen: int
    deposit_fen: int
    free_until: date
    rooms: list[RoomQuote]
    extras: list[ExtraQuote]


class NightView(msgspec.Struct, frozen=True):
    """A night of a type in the calendar.

    Attributes:
        fen: its price for whoever asks.
        free: rooms that the public can still book.
        least_nights, most_nights: the limits on stays that arrive on it.
        arrive, leave: whether one can arrive, or leave, on this day.
    """

    night: date
    fen: int
    free: int
    least_nights: int | None = None
    most_nights: int | None = None
    arrive: bool = True
    leave: bool = True


class TypeNights(msgspec.Struct, frozen=True):
    """A room type with its calendar."""

    type: int
    code: str
    name: str
    name_en: str
    sleeps: int
    extra_beds: int
    nights: list[NightView]


class OfferView(msgspec.Struct, frozen=True):
    """A room type for some dates.

    Attributes:
        free: rooms that can be booked for all of its nights.
        fits: whether so many heads sleep in it.
        refusal: why it cannot be booked then, as the code of a problem; empty if it can.
    """

    type: int
    code: str
    name: str
    name_en: str
    fen: int
    free: int
    fits: bool
    refusal: str
    nights: list[NightPrice]


class Nearest(msgspec.Struct, frozen=True):
    """Dates and a type that would fit instead."""

    type: int
    name: str
    name_en: str
    arrival: date
    departure: date


class GuestView(msgspec.Struct, frozen=True):
    """Someone who sleeps in a room."""

    name: str
    pays: bool
    pass_id: int | None


class StayRoomView(msgspec.Struct, frozen=True, kw_only=True):
    """A room of a stay; its number is told once the guest is in the house, or chose it."""

    id: int
    number: int
    status: str
    type: int
    type_name: str
    type_name_en: str
    arrival: date
    departure: date
    heads: int
    fen: int
    fee_fen: int
    room: str | None
    needs: list[str]
    guests: list[GuestView]


class StayView(msgspec.Struct, frozen=True, kw_only=True):
    """A stay as its booker and the desk see it.

    Attributes:
        price_fen: what it comes to as it stands: rooms, extras and fees.
        version: rises with every change.
        cancel_fee_fen: what cancelling all of it would cost at this moment.
        can_cancel, can_change, can_restore: whether its state and the day still allow it.
    """

    place: int
    place_name: str
    place_name_en: str
    id: int
    status: str
    arrival: date
    departure: date
    arrive_from: datetime
    leave_by: datetime
    rooms: list[StayRoomView]
    extras: list[str]
    price_fen: int
    deposit_fen: int
    cancel_fee_fen: int
    free_until: date
    hold_expires_at: datetime | None
    version: int
    can_cancel: bool
    can_change: bool
    can_restore: bool
    ended_reason: str


class StayPage(msgspec.Struct, frozen=True):
    """Stays of a member; `next` is the cursor of the page after it."""

    items: list[StayView]
    next: str | None


class Calendar(msgspec.Struct, frozen=True):
    """The calendars of all room types of a house."""

    items: list[TypeNights]


class Offers(msgspec.Struct, frozen=True):
    """What each room type offers for some dates; `nearest` where none fits."""

    items: list[OfferView]
    nearest: list[Nearest]
