"""Guests leave, early or on their day, or never came."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Update, update

from booking.clock import local_date
from booking.db import ReadSession, WriteSession, prepared
from booking.members.service.standing import add_points
from booking.payments.queries import balance
from booking.payments.service import apply_deposit, refund_due, return_deposit, take_payment
from booking.rooms.catalogue import House
from booking.rooms.errors import StayChanged
from booking.rooms.errors_desk import FolioOpen, StillKept
from booking.rooms.models import Stay, StayRoom
from booking.rooms.queries.desk import desk_room
from booking.rooms.queries.stays import is_staff
from booking.rooms.rules import desk as rules
from booking.rooms.rules.nights import night_of
from booking.rooms.rules.settling import STANDING
from booking.rooms.schemas import StayView
from booking.rooms.schemas_desk import DepartRequest, DeskRoom
from booking.rooms.service import boards, ending, guests
from booking.rooms.service.changing import shorten
from booking.rooms.service.desk import cards
from booking.rooms.service.desk.finding import At, door_number, expect, found
from booking.rooms.service.housekeeping import make_dirty
from booking.rooms.service.stays import again, note, owned, reckon, turn
from booking.rooms.service.taking import rooms_of
from booking.web.facts import Instant, Money
from booking.web.locale import N_
from booking.web.principal import Principal

POINTS = 2
"""What the booker's standing is charged for not coming, as at courts."""
POINTS_KEPT = timedelta(days=90)


def depart(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, request: DepartRequest
) -> DeskRoom:
    """Let the guests of one room go; nights that they do not use are on sale again, for the policy's fee.

    With the last room of a stay its folio is settled: the deposit pays first, then `pay`; a credit goes back the way
    it came.

    Raises:
        NotStaff, StayRoomNotFound: not theirs to do, or not there.
        WrongRoomStatus: the room's guests are not in the house.
        FolioOpen: something is owed, it is not paid now, and no reason to leave it open was given.
    """
    at = found(tx, actor, place_id, stay_room_id)
    left = leave(tx, now, at, request, actor.actor)
    make_dirty(tx, now, at.house, [at.room.room_id or 0])
    guests.end_passes(tx, now, at.room)
    cards.cancel(tx, now, at.house, at.room, at.room.room_id)
    detail = {"room": door_number(at.house, at.room.room_id), "nights_given_back": left.nights, "owed": left.owed}
    reason = {"left_open": request.leave_open} if left.owed > 0 else {}
    note(tx, now, actor.actor, at.house, left.stay, "stay.departed", **detail, **reason)
    return desk_room(tx, now, place_id, stay_room_id)


class Left(NamedTuple):
    """A stay after the guests of one of its rooms left: nights that were given back, and what is owed in fen."""

    stay: Stay
    nights: int
    owed: int


def leave(tx: WriteSession, now: datetime, at: At, request: DepartRequest, actor: str) -> Left:
    """What a departure does to nights and money, whoever is told of it; the types of the room are locked.

    Raises:
        WrongRoomStatus: the room's guests are not in the house.
        FolioOpen: something is owed, it is not paid now, and no reason to leave it open was given.
    """
    expect(at.room, at.stay, "in_house", N_("办理离店"))
    last = not _others_left(tx, at)
    turn(tx, now, at.stay, status="stayed" if last else at.stay.status)
    given_back = _shorten(tx, now, at)
    if tx.execute(_departed(tx, now, at.house.id, at.room.id)).rowcount != 1:
        raise StayChanged
    boards.note(tx, at.house, [at.room.id])
    boards.keep(tx)
    stay = again(tx, at.stay)
    if given_back:  # otherwise the books were in line before, and are
        stay = reckon(tx, now, at.house, stay, actor)
    owed = _settle(tx, now, stay, request, actor) if last and stay.folio_id is not None else 0
    return Left(stay, given_back, owed)


@prepared
def _departed(_: ReadSession, now: datetime, place: int, stay_room: int) -> Update:
    mine = (StayRoom.place_id == place, StayRoom.id == stay_room, StayRoom.status == "in_house")
    return update(StayRoom).where(*mine).values(status="departed", departed_at=now)


def _others_left(tx: WriteSession, at: At) -> bool:
    """Whether other rooms of the stay are in the house, or still to come."""
    others = (room for room in rooms_of(tx, at.house.id, at.stay.id) if room.id != at.room.id)
    return any(room.status in (*STANDING, "in_house") for room in others)


def _shorten(tx: WriteSession, now: datetime, at: At) -> int:
    """Give the unused nights back for the policy's fee; answers how many."""
    today = night_of(local_date(now))
    until = rules.left_from(at.room, today)
    if until >= at.room.departure:
        return 0
    prices = enumerate(at.room.night_fen, at.room.arrival)
    unused = [(night, fen) for night, fen in prices if night >= until]
    fee = rules.early_fee(at.house.policy.cancel_fees, unused, today)
    shorten(tx, now, at.house, at.stay, at.room, until)
    mine = (StayRoom.place_id == at.house.id, StayRoom.id == at.room.id)
    tx.execute(update(StayRoom).where(*mine).values(fee_fen=fee))
    return len(unused)


def _settle(tx: WriteSession, now: datetime, stay: Stay, request: DepartRequest, actor: str) -> int:
    """Settle a folio as far as the request goes; answers what stays owed, in fen."""
    place_id, folio_id = stay.place_id, stay.folio_id or 0
    standing = balance(tx, place_id, folio_id)
    if standing.deposit:
        apply_deposit(tx, now, place_id=place_id, folio_id=folio_id, actor=actor)
        standing = balance(tx, place_id, folio_id)
    owed, credit = standing.owed, standing.owed < 0 or standing.deposit > 0
    if owed > 0 and request.pay is not None:
        take_payment(tx, now, place_id=place_id, folio_id=folio_id, method=request.pay, fen=owed, actor=actor)
        owed = 0
    if owed > 0 and not request.leave_open:
        raise FolioOpen(owed=Money(owed))
    if credit:
        refund_due(tx, now, place_id=place_id, folio_id=folio_id, actor=actor)
        return_deposit(tx, now, place_id=place_id, folio_id=folio_id, actor=actor)
    return max(0, owed)


def mark_no_show(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int) -> StayView:
    """Give up the rooms whose guests did not come, once they are kept no longer; the booker gets two points.

    Raises:
        StillKept: the hour until which rooms are kept has not come.
        BookingError: those of `ending.no_show`.
    """
    if is_staff(actor, place_id):
        check_hour(now, owned(tx, actor, place_id, stay_id).arrival)
    view = ending.no_show(tx, now, actor, place_id, stay_id)
    point(tx, now, owned(tx, actor, place_id, stay_id))
    return view


def check_hour(now: datetime, arrival: int) -> None:
    """Rooms of this night of arrival are kept no longer.

    Raises:
        StillKept: they are.
    """
    until = rules.kept_until(arrival)
    if now < until:
        raise StillKept(until=Instant(until))


def point(tx: WriteSession, now: datetime, stay: Stay) -> None:
    """Note in the booker's standing that nobody came to a room that was kept."""
    rooms = rooms_of(tx, stay.place_id, stay.id)
    kept = any(room.status == "no_show" and room.last_room_id is not None for room in rooms)
    if stay.member_id is not None and kept:
        subject = f"stay:{stay.place_id}:{stay.id}"
        until = now + POINTS_KEPT
        add_points(tx, now, stay.member_id, POINTS, reason="no_show", subject=subject, expires_at=until)


def end_as_no_show(tx: WriteSession, now: datetime, house: House, stay: Stay, actor: str) -> list[int]:
    """Mark the rooms of a stay that wait for their guests, types locked; answers their ids."""
    rooms = rooms_of(tx, house.id, stay.id)
    missing = [room for room in rooms if room.status in STANDING]
    permille = house.policy.no_show_permille
    ended = ending.end_rooms(tx, now, house, stay, rooms, missing, status="no_show", permille=permille, actor=actor)
    guests.tell_all(tx, now, house, ended, missing, "stay.no_show")
    note(tx, now, actor, house, ended, "stay.no_show", rooms=[room.number for room in missing])
    point(tx, now, ended)
    return [room.id for room in missing]
