"""What happens to bookings of a past, as commands of the house: the same that its desk gives."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from booking.db import WriteSession
from booking.errors import BookingError
from booking.rooms.catalogue import houses
from booking.rooms.errors import StayNotFound
from booking.rooms.models import Stay
from booking.rooms.replay.bookings import Act, Booking, Event
from booking.rooms.rules.assignment import Outcome, TooNarrow
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas import GuestRequest, RoomWish, StayRequest
from booking.rooms.schemas_desk import DepartRequest
from booking.rooms.service import boards, pending
from booking.rooms.service.allocation import Question
from booking.rooms.service.desk.arriving import take_in
from booking.rooms.service.desk.finding import expect, found
from booking.rooms.service.desk.leaving import end_as_no_show, leave
from booking.rooms.service.ending import give_up
from booking.rooms.service.inventory import lock_types
from booking.rooms.service.pending import Leased
from booking.rooms.service.stays import agree_stay, note
from booking.rooms.service.taking import rooms_of
from booking.web.locale import N_
from booking.web.principal import Principal, Scope

SOURCE = "replay"
PAYING = DepartRequest(pay="card")
GUEST = [GuestRequest("Guest")]

Solve = Callable[[Question], Outcome]
"""How a booking that is pending is answered."""


class Clerk(Principal, frozen=True, kw_only=True):
    """Whoever gives the commands of a replay."""

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return SOURCE


def clerk_of(place: int) -> Clerk:
    """The clerk of one house."""
    desk = Scope("sanatorium_desk", "place", place)
    return Clerk(member_id=0, number="", name=SOURCE, organisation_id=0, scopes=(desk,))


class Refusal(msgspec.Struct, frozen=True):
    """A booking that the house did not take, with the proof.

    Attributes:
        code: which proof: `rooms_full` by counting, `rooms_cut_up` by search.
        nights: those that are full; of a stay that is cut up, all of its own.
        wanted: rooms wanted on the worst of them, the refused one too, of the `possible`.
        fixed: guests in the house and rooms out of order that cut the nights up.
        text: the refusal as guests read it.
    """

    line: int
    hotel: str
    type: str
    arrival: date
    departure: date
    code: str
    nights: list[date]
    wanted: int
    possible: int
    fixed: int
    text: str


class Taken(NamedTuple):
    """The stay and its room that a booking became."""

    stay: int
    room: int


class Stage:
    """One hotel of the past, being lived through.

    Attributes:
        taken: what bookings became, by their number.
        moves: stays that changed rooms, unknown to their guests, to make room.
        moving: bookings for which some did.
        sought: bookings that only the planner could answer.
    """

    def __init__(self, place: int, types: Mapping[str, int], bookings: Sequence[Booking], solve: Solve) -> None:
        self.place = place
        self.types = types
        self.bookings = bookings
        self.solve = solve
        self.clerk = clerk_of(place)
        self.taken: dict[int, Taken] = {}
        self.refusals: list[Refusal] = []
        self.moves = self.moving = self.sought = 0
        self._acts: dict[Act, Callable[[WriteSession, datetime, int], None]] = {
            "book": self._book,
            "arrive": self._arrive,
            "depart": self._depart,
            "cancel": self._cancel,
            "no_show": self._no_show,
        }

    def act(self, tx: WriteSession, event: Event) -> None:
        """Let one thing happen; nothing does to a booking that was refused."""
        if event.act == "book" or event.number in self.taken:
            self._acts[event.act](tx, event.at, event.number)

    def _book(self, tx: WriteSession, now: datetime, number: int) -> None:
        booking = self.bookings[number]
        request = StayRequest(
            place=self.place,
            arrival=date_of(booking.arrival),
            departure=date_of(booking.departure),
            rooms=[RoomWish(type=self.types[booking.type], heads=booking.heads, guests=GUEST)],
        )
        try:
            with tx.part() as part:
                written = agree_stay(part, now, self.clerk, request, source=SOURCE)
        except BookingError as error:
            self.refusals.append(_refusal(booking, error))
            return
        self.moves += written.taken.moves
        self.moving += bool(written.taken.moves)
        self.taken[number] = Taken(written.stay.id, written.rooms[0].id)
        if not written.taken.seated:
            self.sought += 1
            self._answer(tx, now, number)

    def _answer(self, tx: WriteSession, now: datetime, number: int) -> None:
        """What the planner does for a pending stay, at once."""
        search = Leased(self.place, self.taken[number].stay)
        asked = pending.problem(tx, search)
        if asked is None:
            raise StayNotFound
        outcome = self.solve(asked.question)
        while isinstance(outcome, TooNarrow):
            asked = pending.problem(tx, search, asked.question.wider(outcome)) or asked
            outcome = self.solve(asked.question)
        pending.answer(tx, now, search, asked, outcome)
        stay = tx.get(Stay, place_id=self.place, id=search.stay)
        if stay is None or stay.status != "confirmed":
            del self.taken[number]
            text = N_("排不出房间。")
            self.refusals.append(_refused(self.bookings[number], "not_found", text))

    def _arrive(self, tx: WriteSession, now: datetime, number: int) -> None:
        at = found(tx, self.clerk, self.place, self.taken[number].room)
        expect(at.room, at.stay, "expected", N_("办理入住"))
        take_in(tx, now, at, at.room)
        boards.keep(tx)
        note(tx, now, SOURCE, at.house, at.stay, "stay.arrived", stay_room=at.room.id)

    def _depart(self, tx: WriteSession, now: datetime, number: int) -> None:
        at = found(tx, self.clerk, self.place, self.taken[number].room)
        left = leave(tx, now, at, PAYING, SOURCE)
        note(tx, now, SOURCE, at.house, left.stay, "stay.departed", nights_given_back=left.nights, owed=left.owed)

    def _cancel(self, tx: WriteSession, now: datetime, number: int) -> None:
        give_up(tx, now, self.clerk, self.place, self.taken[number].stay)

    def _no_show(self, tx: WriteSession, now: datetime, number: int) -> None:
        house = houses(tx).house(self.place)
        stay = tx.get(Stay, place_id=self.place, id=self.taken[number].stay)
        if stay is None:
            raise StayNotFound
        lock_types(tx, self.place, {room.given_type_id for room in rooms_of(tx, self.place, stay.id)})
        end_as_no_show(tx, now, house, stay, SOURCE)


def _refusal(booking: Booking, error: BookingError) -> Refusal:
    """What a refusal of the house says."""
    full = error.params.get("nights")
    nights = [day.day for day in full] if isinstance(full, list) else None
    counts = {name: int(error.params.get(name) or 0) for name in ("wanted", "possible", "fixed")}
    return _refused(booking, error.code, str(error), nights, **counts)


def _refused(
    booking: Booking,
    code: str,
    text: str,
    nights: list[date] | None = None,
    *,
    wanted: int = 0,
    possible: int = 0,
    fixed: int = 0,
) -> Refusal:
    own = [date_of(night) for night in range(booking.arrival, booking.departure)]
    return Refusal(
        line=booking.line,
        hotel=booking.hotel,
        type=booking.type,
        arrival=date_of(booking.arrival),
        departure=date_of(booking.departure),
        code=code,
        nights=own if nights is None else nights,
        wanted=wanted,
        possible=possible,
        fixed=fixed,
        text=text,
    )
