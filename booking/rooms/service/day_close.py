"""The close of a hotel day: once, in order, with nobody left unresolved; its figures never change again."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, func, select

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert
from booking.payments.models import LedgerTransaction, Posting
from booking.payments.rules import DISCOUNT, REVENUE
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import NotStaff
from booking.rooms.errors_desk import ArrivalsUnresolved, CloseInOrder, DayNotOver, DeparturesUnresolved
from booking.rooms.models import BusinessDay, Guest, Outage, Stay, StayRoom
from booking.rooms.queries import figures
from booking.rooms.queries.stays import is_staff
from booking.rooms.rules.desk import hotel_night, kept_until
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.rules.settling import STANDING
from booking.rooms.schemas_desk import CloseDayRequest
from booking.rooms.schemas_figures import BusinessDayView
from booking.rooms.service.desk.leaving import end_as_no_show
from booking.rooms.service.housekeeping import make_dirty
from booking.rooms.service.inventory import lock_types
from booking.web.facts import Day, Instant
from booking.web.principal import Principal


def close_day(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, request: CloseDayRequest
) -> BusinessDayView:
    """Close a hotel day: no-shows, charges checked, rooms that were slept in dirty, figures frozen.

    Raises:
        NotStaff: the actor is none.
        CloseInOrder: the day before is not closed yet, or this one is.
        DayNotOver: rooms are still kept for its guests.
        ArrivalsUnresolved: guests neither came nor, with `no_shows`, are to be marked; it names them. Those without
            a room are never marked: that they did not come is the house's doing.
        DeparturesUnresolved: guests have stayed longer than agreed; it names them.
    """
    if not is_staff(actor, place_id):
        raise NotStaff
    house = houses(tx).house(place_id)
    night = night_of(request.day)
    lock_types(tx, place_id, house.types)
    _check_order(tx, now, house, night)
    coming = _rooms(tx, house, StayRoom.arrival <= night, STANDING)
    unresolved = [room for room in coming if not request.no_shows or room.status != "expected"]
    if unresolved:
        raise ArrivalsUnresolved(day=Day(request.day), count=len(unresolved), guests=_names(tx, house, unresolved))
    overdue = _rooms(tx, house, StayRoom.departure <= night, ("in_house",))
    if overdue:
        raise DeparturesUnresolved(count=len(overdue), guests=_names(tx, house, overdue))
    no_shows = _mark(tx, now, house, coming, actor.actor)
    view = _counted(tx, house, night, no_shows)
    _freeze(tx, now, actor, house, night, view)
    _make_dirty(tx, now, house, night)
    return view


def _check_order(tx: ReadSession, now: datetime, house: House, night: int) -> None:
    last = tx.scalar(select(func.max(BusinessDay.night)).where(BusinessDay.place_id == house.id))
    following = night if last is None else last + 1
    if night != following:
        raise CloseInOrder(next=Day(date_of(following)), asked=Day(date_of(night)))
    if night >= hotel_night(now):
        raise DayNotOver(day=Day(date_of(night)), from_when=Instant(kept_until(night)))


def _rooms(tx: ReadSession, house: House, when: ColumnElement[bool], statuses: Sequence[str]) -> list[StayRoom]:
    """Rooms of agreed stays in some states."""
    known = and_(Stay.place_id == StayRoom.place_id, Stay.id == StayRoom.stay_id, Stay.status == "confirmed")
    wanted = select(StayRoom).join(Stay, known).where(StayRoom.place_id == house.id, StayRoom.status.in_(statuses))
    return tx.all(wanted.where(when).order_by(StayRoom.id))


def _names(tx: ReadSession, house: House, rooms: Iterable[StayRoom]) -> list[str]:
    ids = [room.id for room in rooms]
    first = select(Guest.name).where(Guest.place_id == house.id, Guest.stay_room_id.in_(ids), Guest.number == 0)
    return [name for (name,) in tx.execute(first.order_by(Guest.stay_room_id))]


def _mark(tx: WriteSession, now: datetime, house: House, coming: Iterable[StayRoom], actor: str) -> list[int]:
    """Mark whoever did not come, stay by stay; answers the rooms of stays."""
    marked: list[int] = []
    for stay_id in sorted({room.stay_id for room in coming}):
        stay = tx.get(Stay, place_id=house.id, id=stay_id)
        if stay is not None:
            marked += end_as_no_show(tx, now, house, stay, actor)
    return marked


def _counted(tx: ReadSession, house: House, night: int, no_shows: Sequence[int]) -> BusinessDayView:
    nights = Nights(night, night + 1)
    (figure,) = figures.count(
        tx, house, [room for room in figures.sold(tx, house, nights) if room.ended is None], nights
    )
    sleeping = _slept(tx, house, night)
    return BusinessDayView(
        day=date_of(night),
        rooms=figure.rooms,
        out_of_order=figure.out_of_order,
        sold=figure.sold,
        fen=figure.fen,
        arrived=sum(room.arrival == night for room in sleeping),
        departed=_departed(tx, house, night),
        in_house=len(sleeping),
        heads=sum(room.heads for room in sleeping),
        no_shows=list(no_shows),
        uncharged=_uncharged(tx, house, night, sleeping),
    )


def _slept(tx: ReadSession, house: House, night: int) -> list[StayRoom]:
    """Rooms of stays in which someone slept that night."""
    here = select(StayRoom).where(
        StayRoom.place_id == house.id,
        StayRoom.status.in_(("in_house", "departed")),
        StayRoom.arrival <= night,
        StayRoom.departure > night,
    )
    return tx.all(here.order_by(StayRoom.id))


def _departed(tx: ReadSession, house: House, night: int) -> int:
    left = select(func.count()).where(
        StayRoom.place_id == house.id, StayRoom.status == "departed", StayRoom.departure == night
    )
    return int(tx.scalar(left) or 0)


def _uncharged(tx: ReadSession, house: House, night: int, sleeping: Iterable[StayRoom]) -> list[int]:
    """Stays whose folio does not bear exactly the agreed price of the night: all nights are charged in advance."""
    agreed: dict[int, int] = defaultdict(int)
    for room in sleeping:
        agreed[room.stay_id] += room.night_fen[night - room.arrival]
    charged = _charged(tx, house, night)
    return sorted(stay for stay, fen in agreed.items() if charged.get(stay, 0) != fen)


def _charged(tx: ReadSession, house: House, night: int) -> dict[int, int]:
    """What the folios of stays bear for rooms on a night, in fen, by stay."""
    same = and_(LedgerTransaction.place_id == Posting.place_id, LedgerTransaction.id == Posting.transaction_id)
    whose = and_(Stay.place_id == LedgerTransaction.place_id, Stay.folio_id == LedgerTransaction.folio_id)
    wanted = select(Stay.id, func.sum(-Posting.fen)).join(LedgerTransaction, whose).join(Posting, same)
    wanted = wanted.where(
        Stay.place_id == house.id,
        Stay.departure > night,
        Stay.arrival <= night,
        Posting.night == date_of(night),
        Posting.account.in_((f"{REVENUE}room", f"{DISCOUNT}room")),
    )
    return {stay: int(fen) for stay, fen in tx.execute(wanted.group_by(Stay.id))}


def _freeze(tx: WriteSession, now: datetime, actor: Principal, house: House, night: int, view: BusinessDayView) -> None:
    row = {
        "place_id": house.id,
        "night": night,
        "figures": msgspec.to_builtins(view),
        "closed_by": actor.member_id,
        "closed_at": now,
    }
    written = insert(tx, BusinessDay).values(row).on_conflict_do_nothing().returning(BusinessDay.night)
    if tx.execute(written).first() is None:
        raise CloseInOrder(next=Day(date_of(night + 1)), asked=Day(date_of(night)))
    subject = f"business_day:{house.id}:{date_of(night).isoformat()}"
    detail = {"sold": view.sold, "fen": view.fen, "no_shows": len(view.no_shows)}
    record(tx, now, actor=actor.actor, place_id=house.id, action="rooms.day_closed", subject=subject, detail=detail)
    tx.touch(house.topic)


def _make_dirty(tx: WriteSession, now: datetime, house: House, night: int) -> None:
    """Rooms in which guests slept and still live, and those whose outage ended with the night."""
    living = [room.room_id for room in _slept(tx, house, night) if room.status == "in_house"]
    ending = select(Outage.rooms).where(
        Outage.place_id == house.id, Outage.until_night == night + 1, Outage.lifted_at.is_(None)
    )
    repaired = [room for (rooms,) in tx.execute(ending) for room in rooms]
    make_dirty(tx, now, house, {room for room in (*living, *repaired) if room is not None})
