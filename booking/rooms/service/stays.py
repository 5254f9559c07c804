"""A stay is held for a few minutes, and then confirmed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Delete, Update, delete, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, prepared
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import NotStaff, StayChanged, StayHoldExpired, StayNotFound, WrongStayStatus
from booking.rooms.models import RoomSearch, Stay, StayRoom
from booking.rooms.queries.quoting import comes_to, payer_of, quoted
from booking.rooms.queries.stays import is_staff, stay_view
from booking.rooms.rules.settling import GRANTED, STANDING, has_expired
from booking.rooms.schemas import StayRequest, StayView
from booking.rooms.service import boards, guests, money, terms
from booking.rooms.service.allocation import Wish
from booking.rooms.service.expiry import expire_due
from booking.rooms.service.inventory import lock_types
from booking.rooms.service.offering import answer, serve_before
from booking.rooms.service.storing import Booked, store_rooms, store_stay
from booking.rooms.service.taking import Taken, of, rooms_of, store_search, take_rooms
from booking.web.facts import Instant
from booking.web.locale import N_
from booking.web.principal import Principal

STATUS_NAMES = {
    "held": N_("已为您保留"),
    "pending": N_("正在排房"),
    "confirmed": N_("已订好"),
    "stayed": N_("已离店"),
    "cancelled": N_("已取消"),
    "expired": N_("保留已过期"),
    "refused": N_("没有排下"),
    "displaced": N_("因房间停用取消"),
    "no_show": N_("没有到店"),
}


def hold_stay(
    tx: WriteSession, now: datetime, booker: Principal, request: StayRequest, *, instead: Stay | None = None
) -> StayView:
    """Keep rooms for the booker, for as many minutes as the policy says; `pending` if the answer takes longer.

    Those who wait for the same nights come first, but not before a hold that was given up for this one (`instead`),
    whose time is kept if it is longer.

    Raises:
        BookingError: one of `terms`, of `guests.find_guests` or of `taking.take_rooms`.
        NotStaff: a pool of nights that is not the public's.
    """
    house = houses(tx).house(request.place)
    until = _hold_until(now, house, instead)
    written = _write_down(tx, now, house, booker, request, until, queues=instead is None)
    stay, rooms = written.stay, written.rooms
    if not written.taken.seated:
        seek(tx, now, written, confirms=False)
    boards.keep(tx)
    note(tx, now, booker.actor, house, stay, "stay.held", rooms=len(rooms), fen=stay.price_fen)
    return stay_view(tx, now, house.id, stay.id, booker)


class Written(NamedTuple):
    """A stay with its rooms as they were first written down, and what came of taking them."""

    stay: Stay
    rooms: list[StayRoom]
    wishes: list[Wish]
    taken: Taken


def agree_stay(tx: WriteSession, now: datetime, booker: Principal, request: StayRequest, *, source: str) -> Written:
    """Agree a stay at once and without a word to anybody, as staff do for whole lists: its guests have no passes yet.

    Raises:
        BookingError: those of `hold_stay`.
    """
    house = houses(tx).house(request.place)
    written = _write_down(tx, now, house, booker, request, None, queues=True, source=source)
    boards.keep(tx)
    if not written.taken.seated:
        seek(tx, now, written, confirms=True)
        return written
    money.open_books(tx, now, house, written.stay, written.rooms, booker.actor)
    note(tx, now, booker.actor, house, written.stay, "stay.confirmed", fen=written.stay.price_fen)
    return written


def _write_down(
    tx: WriteSession,
    now: datetime,
    house: House,
    booker: Principal,
    request: StayRequest,
    until: datetime | None,
    *,
    queues: bool,
    source: str = "",
) -> Written:
    """Store a stay that may be as asked, and take its rooms as far as that is quickly done."""
    staff = is_staff(booker, house.id)
    pool = house.allotment(request.allotment)
    if pool.id != house.public.id and not staff:
        raise NotStaff
    terms.check_nights(house, now, request.nights, staff=staff)
    terms.check_rooms(house, request.rooms, staff=staff)
    terms.check_restrictions(tx, house, [wish.type for wish in request.rooms], request.nights)
    own = not staff
    sleepers = guests.find_guests(tx, booker, request.rooms, own=own)
    lead = booker.member_id if own else next((who.member_id for who in sleepers[0]), None)
    price = quoted(house, request, payer_of(tx, lead))
    types = prepare(tx, now, house, [wish.type for wish in request.rooms])
    queues = queues and pool.id == house.public.id
    waits = serve_before(tx, now, house, types, request.nights, lead) if queues else []
    contact, source = sleepers[0][0].name, source or _source(booker, lead)
    booked = Booked(house, request, price, pool.id, lead, contact, source, booker.member_id, until)
    stay = store_stay(tx, now, booked, tx.ids.next())
    rooms = store_rooms(tx, booked, stay.id)
    guests.write_guests(tx, rooms, sleepers)
    wishes = list(zip(rooms, (wish.room for wish in request.rooms), strict=True))
    taken = take_rooms(tx, now, house, stay.allotment_id, wishes)
    answer(tx, now, waits, stay)
    return Written(stay, rooms, wishes, taken)


def _hold_until(now: datetime, house: House, instead: Stay | None) -> datetime:
    usual = now + timedelta(minutes=house.policy.hold_minutes)
    return usual if instead is None or instead.hold_expires_at is None else max(usual, instead.hold_expires_at)


def _source(booker: Principal, lead: int | None) -> str:
    return {"cookie": "page", "bearer": "app"}[booker.medium] if lead == booker.member_id else "desk"


def prepare(tx: WriteSession, now: datetime, house: House, types: Iterable[int]) -> set[int]:
    """Lock the types that a stay may be given, and let go of holds of these whose time is over; answers the types."""
    wanted = set(types)
    lock = wanted | {better for kind in wanted for better in house.upgrades.get(kind, ())}
    expire_due(tx, now, house, lock)
    return lock


def seek(tx: WriteSession, now: datetime, written: Written, *, confirms: bool) -> None:
    """Let the planner look for the rooms of a stay."""
    stay = written.stay
    pending = update(StayRoom).where(StayRoom.place_id == stay.place_id, StayRoom.stay_id == stay.id)
    unseated = pending.where(StayRoom.room_id.is_(None), StayRoom.status == "expected")
    tx.execute(unseated.values(status="pending"))
    tx.execute(update(Stay).where(*of(stay)).values(status="pending", hold_expires_at=None))
    store_search(tx, now, stay, written.wishes, confirms=confirms)


def confirm_stay(tx: WriteSession, now: datetime, booker: Principal, place_id: int, stay_id: int) -> StayView:
    """Make a hold a stay: charge it, ask for the deposit and issue a pass to each guest; twice changes nothing.

    One that is pending is confirmed as soon as its rooms are found.

    Raises:
        StayNotFound: no such stay of theirs.
        StayHoldExpired: the time to confirm is over.
        WrongStayStatus: it has ended.
    """
    stay = owned(tx, booker, place_id, stay_id)
    house = houses(tx).house(place_id)
    if stay.status == "confirmed":
        return stay_view(tx, now, place_id, stay_id, booker)
    if stay.status == "expired" or has_expired(stay, now):
        raise StayHoldExpired(at=Instant(stay.hold_expires_at or now))
    if stay.status == "pending":
        mine = (RoomSearch.place_id == place_id, RoomSearch.stay_id == stay_id)
        tx.execute(update(RoomSearch).where(*mine).values(confirms=True))
        return stay_view(tx, now, place_id, stay_id, booker)
    if stay.status != "held":
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("确认"))
    lock_types(tx, place_id, {room.given_type_id for room in rooms_of(tx, place_id, stay_id)})
    confirm(tx, now, house, stay, actor=booker.actor)
    boards.keep(tx)
    return stay_view(tx, now, place_id, stay_id, booker)


def confirm(tx: WriteSession, now: datetime, house: House, stay: Stay, *, actor: str) -> None:
    """What a confirmation brings, whoever made it: the charges, the passes, the messages."""
    turn(tx, now, stay, status="confirmed", hold_expires_at=None)
    rooms = [room for room in rooms_of(tx, house.id, stay.id) if room.status in STANDING]
    changed = again(tx, stay)
    money.open_books(tx, now, house, changed, rooms, actor)
    guests.issue_passes(tx, now, house, rooms)
    kind = "stay.granted" if changed.source == GRANTED else "stay.confirmed"
    guests.tell_all(tx, now, house, changed, rooms, kind)
    note(tx, now, actor, house, changed, "stay.confirmed", fen=changed.price_fen)


def owned(tx: WriteSession, actor: Principal, place_id: int, stay_id: int) -> Stay:
    """The stay, if the actor made it or works at the house.

    Raises:
        StayNotFound: there is none, or it is someone else's: the two are not told apart.
    """
    stay = tx.get(Stay, place_id=place_id, id=stay_id)
    if stay is None or not (stay.member_id == actor.member_id or is_staff(actor, place_id)):
        raise StayNotFound
    return stay


def again(tx: WriteSession, stay: Stay) -> Stay:
    """A stay as it is now.

    Raises:
        StayNotFound: it is no more, which does not happen.
    """
    found = tx.get(Stay, place_id=stay.place_id, id=stay.id)
    if found is None:
        raise StayNotFound
    return found


def turn(tx: WriteSession, now: datetime, stay: Stay, **values: object) -> None:
    """Change a stay if it is still as it was read: the row count says who was first.

    Raises:
        StayChanged: a concurrent request was.
    """
    wanted = {"status": stay.status} | values
    known = (now, stay.place_id, stay.id, stay.sequence, stay.status)
    if tx.execute(_turned(tx, *known, *wanted.values(), names=tuple(wanted))).rowcount != 1:
        raise StayChanged


@prepared
def _turned(
    _: ReadSession,
    now: datetime,
    place: int,
    stay: int,
    sequence: int,
    status: str,
    *values: Any,
    names: tuple[str, ...],
) -> Update:
    unchanged = (Stay.place_id == place, Stay.id == stay, Stay.sequence == sequence, Stay.status == status)
    changes = dict(zip(names, values, strict=True)) | {"changed_at": now, "sequence": Stay.sequence + 1}
    return update(Stay).where(*unchanged).values(changes)


def reckon(tx: WriteSession, now: datetime, house: House, stay: Stay, actor: str) -> Stay:
    """Bring dates, price and books of a stay in line with its rooms; the stay as it is then."""
    rooms = rooms_of(tx, house.id, stay.id)
    standing = [room for room in rooms if room.status not in ("cancelled", "no_show", "displaced")]
    arrival = min((room.arrival for room in standing), default=stay.arrival)
    departure = max((room.departure for room in standing), default=stay.departure)
    tx.execute(_reckoned(tx, house.id, stay.id, arrival, departure, comes_to(house, stay, rooms)))
    changed = again(tx, stay)
    if changed.hold_expires_at is None and changed.status in ("confirmed", "stayed", "cancelled", "no_show"):
        money.settle(tx, now, house, changed, rooms, actor)
    return changed


@prepared
def _reckoned(_: ReadSession, place: int, stay: int, arrival: int, departure: int, fen: int) -> Update:
    mine = update(Stay).where(Stay.place_id == place, Stay.id == stay)
    return mine.values(arrival=arrival, departure=departure, price_fen=fen)


def forget_search(tx: WriteSession, stay: Stay) -> None:
    """No planner has to look for rooms of a stay any more."""
    tx.execute(_forgotten(tx, stay.place_id, stay.id))


@prepared
def _forgotten(_: ReadSession, place: int, stay: int) -> Delete:
    return delete(RoomSearch).where(RoomSearch.place_id == place, RoomSearch.stay_id == stay)


def note(tx: WriteSession, now: datetime, actor: str, house: House, stay: Stay, action: str, **detail: object) -> None:
    """Write down who did what to a stay, and tell open pages."""
    subject = f"stay:{stay.place_id}:{stay.id}"
    record(tx, now, actor=actor, place_id=house.id, action=action, subject=subject, detail=detail)
    tx.touch(house.topic)
    if stay.member_id is not None:
        tx.touch(f"member:{stay.member_id}")
