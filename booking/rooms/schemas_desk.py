"""What the front desk's routes take and answer. Days are local dates, money is fen."""

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from booking.payments.rules import Method
from booking.rooms.rules.desk import Arrival, Departure
from booking.rooms.rules.housekeeping import State
from booking.rooms.schemas import Id, ShortText, StayRequest

DocumentKind = Literal["id", "passport", "permit", "household"]
"""An identity card, a passport, a travel permit, or a child's page of the household register."""
LastFour = Annotated[str, Meta(min_length=4, max_length=4, pattern="^[0-9A-Za-z]+$")]
CardNumber = Annotated[str, Meta(max_length=32)]
Reason = Annotated[str, Meta(max_length=200)]


class Document(msgspec.Struct, forbid_unknown_fields=True):
    """An identity document that was looked at; no more of its number than this is taken.

    Attributes:
        guest: the number of the guest within the room, from 0.
        last: its last four characters.
    """

    kind: DocumentKind
    last: LastFour
    guest: Annotated[int, Meta(ge=0, le=20)] = 0


class ArriveRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Guests move in.

    Attributes:
        documents: at least that of the guest who answers for the room.
        room: another room of the type to give them instead, if theirs is not ready.
        card: the number of the key card, where the lock system wants it.
        deposit: how the deposit that is still missing is paid now; left out, it stays asked for.
    """

    documents: Annotated[list[Document], Meta(max_length=20)]
    room: Id | None = None
    card: CardNumber = ""
    deposit: Method | None = None


class WalkInRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Guests without a booking: their stay from today on, and their documents, those of every room in order."""

    stay: StayRequest
    documents: Annotated[list[list[Document]], Meta(min_length=1, max_length=20)]
    deposit: Method | None = None


class DepartRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Guests leave.

    Attributes:
        pay: how what is still owed is paid now.
        leave_open: why they may go while something is owed; empty: they may not.
    """

    pay: Method | None = None
    leave_open: Reason = ""


class RoomChangeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Another room, by its id, and why."""

    room: Id
    reason: ShortText


class ExtendRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Stay until another date, later than the one agreed."""

    departure: date


class HousekeepingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The state that a room is in now."""

    state: State


class CloseDayRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The day to close; with `no_shows`, guests who did not come are marked so, with the policy's fee."""

    day: date
    no_shows: bool = False


class ReadyRoom(msgspec.Struct, frozen=True):
    """A room that guests could move into at once; with `swap`, somebody who is to come gets another one instead."""

    id: int
    number: str
    swap: bool


class ReadyRooms(msgspec.Struct, frozen=True):
    """Rooms of the type that guests could move into at once."""

    items: list[ReadyRoom]


class DocumentsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Documents of guests who came after the first of their room."""

    documents: Annotated[list[Document], Meta(min_length=1, max_length=20)]


class DeskGuest(msgspec.Struct, frozen=True):
    """Someone in a room; `identified` says whether their document was seen."""

    number: int
    name: str
    identified: bool


class DeskRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room of a stay as the desk sees it.

    Attributes:
        id: of the room of the stay.
        state: in the list that it is in: how it stands with those who come or leave.
        room, housekeeping: the room's number and how clean it is, empty while it has none.
        needs: what its guests asked for; `together` with the stay's other rooms.
        arrive_at: when they mean to come, if later than rooms are ready.
        owed_fen: what the whole stay owes now, negative for a credit; `deposit_fen` is held on top.
        deposit_due_fen: the part of the asked deposit that has not come.
    """

    id: int
    stay: int
    number: int
    status: str
    state: Arrival | Departure | Literal["in_house"]
    room_id: int | None
    room: str
    housekeeping: str
    type: int
    type_name: str
    type_name_en: str
    arrival: date
    departure: date
    arrive_at: time | None
    contact: str
    phone: str
    needs: list[str]
    together: str
    heads: int
    guests: list[DeskGuest]
    owed_fen: int
    deposit_fen: int
    deposit_due_fen: int


class DeskRooms(msgspec.Struct, frozen=True):
    """Rooms of a stay as the desk sees them."""

    items: list[DeskRoom]


class DeskLists(msgspec.Struct, frozen=True):
    """A hotel day at the desk."""

    day: date
    arrivals: list[DeskRoom]
    departures: list[DeskRoom]
    in_house: list[DeskRoom]


class FloorRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room on the floor plan; `priority` is the cleaners', 1 first, None where nothing is to be done."""

    id: int
    number: str
    type: int
    accessible: bool
    housekeeping: str
    housekeeping_at: datetime | None
    out_of_order: bool
    outage_reason: str
    guest: str
    leaving: bool
    arriving: str
    priority: int | None


class Floor(msgspec.Struct, frozen=True):
    """A floor of a wing."""

    wing: str
    floor: int
    rooms: list[FloorRoom]


class FloorPlan(msgspec.Struct, frozen=True):
    """A house on a day; `cleaning` are the ids of the rooms to clean, the most urgent first."""

    day: date
    floors: list[Floor]
    cleaning: list[int]


class HousekeepingView(msgspec.Struct, frozen=True):
    """A room's state after a step."""

    room: int
    number: str
    state: str
    at: datetime


class MoneyMoved(msgspec.Struct, frozen=True):
    """Money that came or went at the desk: the ledger's transaction (0 where there are several), and how much."""

    transaction: int
    fen: int


class LateView(msgspec.Struct, frozen=True):
    """When the guests of a stay mean to come, if they said."""

    stay: int
    arrive_at: time | None
