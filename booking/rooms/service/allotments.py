"""What managers decide about nights: which pool sells them, when the unsold go to the public, and who may stay."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import LimitsCross, NotStaff, OverLimitBelow, PoolShort, SamePool
from booking.rooms.models import Allotment, AllotmentNight, HotelPolicy, NightRestriction
from booking.rooms.queries.stays import is_staff
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import MoveRequest, RestrictionRequest
from booking.rooms.service.inventory import lock_types, open_nights, tonight
from booking.rooms.service.taking import seat_overbooked
from booking.web.facts import Day, Named
from booking.web.principal import Principal


def check_staff(actor: Principal, place_id: int) -> None:
    """The actor works at the house's desk or manages it.

    Raises:
        NotStaff: they do not.
    """
    if not is_staff(actor, place_id):
        raise NotStaff


def move_allotment(tx: WriteSession, now: datetime, actor: Principal, place_id: int, request: MoveRequest) -> None:
    """Move rooms of a type from one pool to another for some nights; never below what is sold.

    Raises:
        NotStaff: the actor is none.
        RoomTypeNotFound, AllotmentNotFound: there is no such thing.
        SamePool: both pools are one.
        PoolShort: on some night fewer are free; it names the first.
    """
    check_staff(actor, place_id)
    house = houses(tx).house(place_id)
    house.type(request.type)
    origin, target = house.allotment(request.origin), house.allotment(request.target)
    if origin.id == target.id:
        raise SamePool
    nights = request.nights
    lock_types(tx, place_id, [request.type])
    move_nights(tx, house, request.type, nights, request.rooms, origin, target)
    detail = {"type": request.type, "from": origin.id, "to": target.id, "rooms": request.rooms}
    dates = {"first": date_of(nights.arrival).isoformat(), "until": date_of(nights.departure).isoformat()}
    record(
        tx,
        now,
        actor=actor.actor,
        place_id=place_id,
        action="rooms.allotment_moved",
        subject=f"room_type:{place_id}:{request.type}",
        detail=detail | dates,
    )
    tx.touch(house.topic)


def move_nights(
    tx: WriteSession, house: House, type_id: int, nights: Nights, rooms: int, origin: Allotment, target: Allotment
) -> None:
    """Move rooms of a type, whose version the caller holds, from one pool to another.

    Raises:
        PoolShort: on some night fewer are free; it names the first.
    """
    row = AllotmentNight
    mine = (row.place_id == house.id, row.type_id == type_id, row.allotment_id == origin.id)
    given = (
        update(row)
        .where(*mine, row.night.between(nights.arrival, nights.departure - 1), row.capacity - rooms >= row.taken)
        .values(capacity=row.capacity - rooms)
        .returning(row.night)
    )
    done = {night for (night,) in tx.execute(given)}
    for night in nights:
        if night not in done:
            found = tx.get(row, place_id=house.id, type_id=type_id, night=night, allotment_id=origin.id)
            free = found.capacity - found.taken if found else 0
            raise PoolShort(pool=Named(origin.name, origin.name_en), night=Day(date_of(night)), free=free, asked=rooms)
    _add(tx, house.id, type_id, dict.fromkeys(nights, rooms), target.id)


def _add(tx: WriteSession, place_id: int, type_id: int, rooms: dict[int, int], target: int) -> None:
    """Give rooms, night by night, to a pool that may have had none."""
    rows = [
        {
            "place_id": place_id,
            "type_id": type_id,
            "night": night,
            "allotment_id": target,
            "capacity": count,
            "taken": 0,
            "over_limit": 0,
            "over_taken": 0,
        }
        for night, count in sorted(rooms.items())
    ]
    given = insert(tx, AllotmentNight)
    more = given.on_conflict_do_update(
        index_elements=["place_id", "type_id", "night", "allotment_id"],
        set_={"capacity": AllotmentNight.capacity + given.excluded.capacity},
    )
    if rows:
        tx.execute(more, rows)


def release_due(tx: WriteSession, now: datetime, place_id: int) -> int:
    """Give the public what other pools have not sold and may no longer keep; answers how many room-nights."""
    house = houses(tx).house(place_id)
    released = 0
    for pool in house.allotments.values():
        if pool.kind != "public" and pool.release_days is not None:
            released += release(tx, house, pool, Nights(tonight(now), tonight(now) + pool.release_days + 1))
    return released


def release(tx: WriteSession, house: House, pool: Allotment, nights: Nights) -> int:
    """Give the public what a pool has not sold of some nights; answers how many room-nights."""
    row = AllotmentNight
    mine = (row.place_id == house.id, row.allotment_id == pool.id, row.capacity > row.taken)
    within = row.night.between(nights.arrival, nights.departure - 1)
    unsold = select(row.type_id).where(*mine, within).distinct()
    types = sorted(type_id for (type_id,) in tx.execute(unsold))
    lock_types(tx, house.id, types)
    released = 0
    for type_id in types:
        found = tx.all(select(row).where(*mine, within, row.type_id == type_id))
        given = {night.night: night.capacity - night.taken for night in found}
        shut = update(row).where(*mine, within, row.type_id == type_id)
        tx.execute(shut.values(capacity=row.taken))
        _add(tx, house.id, type_id, given, house.public.id)
        released += sum(given.values())
    if released:
        tx.touch(house.topic)
    return released


def release_pool(tx: WriteSession, now: datetime, actor: Principal, place_id: int, pool_id: int, nights: Nights) -> int:
    """Give the public at once what a pool has not sold of some nights; answers how many room-nights.

    Raises:
        NotStaff: the actor is none.
        AllotmentNotFound: there is no such pool.
        SamePool: it is the public's.
    """
    check_staff(actor, place_id)
    house = houses(tx).house(place_id)
    pool = house.allotment(pool_id)
    if pool.id == house.public.id:
        raise SamePool
    released = release(tx, house, pool, nights)
    subject = f"allotment:{place_id}:{pool_id}"
    dates = {"first": date_of(nights.arrival).isoformat(), "until": date_of(nights.departure).isoformat()}
    detail = {"nights": released, **dates}
    record(
        tx, now, actor=actor.actor, place_id=place_id, action="rooms.allotment_released", subject=subject, detail=detail
    )
    return released


def set_restrictions(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, request: RestrictionRequest
) -> None:
    """Set the limits on stays that arrive on, or leave on, some nights; a request without limits lifts them.

    Raises:
        NotStaff: the actor is none.
        RoomTypeNotFound: there is no such type.
        LimitsCross: the least nights are more than the most.
    """
    check_staff(actor, place_id)
    house = houses(tx).house(place_id)
    if request.type:
        house.type(request.type)
    if request.least_nights and request.most_nights and request.least_nights > request.most_nights:
        raise LimitsCross(least=request.least_nights, most=request.most_nights)
    limits: dict[str, int | bool | None] = {
        "least_nights": request.least_nights,
        "most_nights": request.most_nights,
        "closed_to_arrival": request.closed_to_arrival,
        "closed_to_departure": request.closed_to_departure,
    }
    rows = [{"place_id": place_id, "type_id": request.type, "night": night, **limits} for night in request.nights]
    stored = insert(tx, NightRestriction)
    key = ["place_id", "type_id", "night"]
    tx.execute(
        stored.on_conflict_do_update(index_elements=key, set_={name: stored.excluded[name] for name in limits}), rows
    )
    record(
        tx,
        now,
        actor=actor.actor,
        place_id=place_id,
        action="rooms.restricted",
        subject=f"room_type:{place_id}:{request.type}",
        detail={**limits, "first": request.first.isoformat(), "until": request.until.isoformat()},
    )
    tx.touch(house.topic)


def set_over_limit(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, type_id: int, nights: Nights, limit: int
) -> None:
    """Let the public's pool sell so many rooms of a type more than there are; 0, the default, is none.

    Raises:
        NotStaff: the actor is none.
        OverLimitBelow: more are oversold on some night.
    """
    check_staff(actor, place_id)
    house = houses(tx).house(place_id)
    house.type(type_id)
    lock_types(tx, place_id, [type_id])
    row = AllotmentNight
    mine = (row.place_id == place_id, row.type_id == type_id, row.allotment_id == house.public.id)
    within = row.night.between(nights.arrival, nights.departure - 1)
    sold = tx.all(select(row).where(*mine, within, row.over_taken > limit).order_by(row.night))
    if sold:
        raise OverLimitBelow(night=Day(date_of(sold[0].night)), taken=sold[0].over_taken, asked=limit)
    tx.execute(update(row).where(*mine, within).values(over_limit=limit))
    subject = f"room_type:{place_id}:{type_id}"
    detail = {"first": nights.arrival, "until": nights.departure, "limit": limit}
    record(tx, now, actor=actor.actor, place_id=place_id, action="rooms.over_limit", subject=subject, detail=detail)
    tx.touch(house.topic)


def keep_up(tx: WriteSession, now: datetime) -> int:
    """A turn of the background: open nights, release what is due, seat who was overbooked; answers how many."""
    return sum(_keep_up(tx, now, place_id) for place_id in _houses(tx))


def _keep_up(tx: WriteSession, now: datetime, place_id: int) -> int:
    """What is due at one house; opening nights locks its types."""
    done = open_nights(tx, now, place_id) + release_due(tx, now, place_id)
    house = houses(tx).house(place_id)
    return done + seat_overbooked(tx, now, house, house.types.keys())


def _houses(tx: ReadSession) -> Iterable[int]:
    return [policy.place_id for policy in tx.all(select(HotelPolicy).order_by(HotelPolicy.place_id))]
