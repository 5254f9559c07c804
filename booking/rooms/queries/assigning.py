"""The hotel as the rules of assignment see it: rooms of some types on some nights, and who lives in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, select

from booking.db import ReadSession, prepared
from booking.rooms.catalogue import House
from booking.rooms.models import LONGEST_STAY, Outage, StayRoom
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import Block, Group, Snapshot
from booking.rooms.rules.nights import Nights


def snapshot(
    tx: ReadSession, house: House, types: Collection[int], nights: Nights, asked: Sequence[StayRoom] = ()
) -> Snapshot:
    """The rooms of some types on some nights, and who lives in them; `asked` are those about to."""
    rooms = {room.id: room for room in house.rooms.values() if room.type_id in types}
    living = _living(tx, house, nights)
    here = [one for one in living if one.room_id in rooms]
    bound = _bound_elsewhere(living, rooms)
    return Snapshot(
        first=nights.arrival,
        last=nights.departure,
        rooms=tuple(
            assignment.Room(
                room.id,
                room.type_id,
                frozenset(room.neighbours) & rooms.keys(),
                frozenset(room.features),
                room.accessible,
            )
            for room in rooms.values()
        ),
        stays=tuple(as_stay(one, one.room_id if one.stay_id in bound else None) for one in here),
        groups=tuple(groups([*here, *asked])),
        blocks=tuple(_blocks(tx, house, rooms, nights)),
    )


def as_stay(room: StayRoom, chosen: int | None = None) -> assignment.Stay:
    """A room of a stay as the rules of assignment see it."""
    held = room.room_id if chosen is None else chosen
    return assignment.Stay(
        id=room.id,
        type=room.given_type_id,
        arrival=room.arrival,
        departure=room.departure,
        room=held,
        chosen=chosen is not None or room.pinned == "chosen",
        arrived=room.status == "in_house",
        accessible="accessible" in room.needs,
        features=frozenset(room.needs) - {"accessible"},
    )


def groups(rooms: Iterable[StayRoom]) -> Iterable[Group]:
    """The rooms of one stay that want to be next to each other, in their order."""
    together: dict[int, list[StayRoom]] = defaultdict(list)
    for room in rooms:
        if room.together:
            together[room.stay_id].append(room)
    for of_stay in together.values():
        if len(of_stay) > 1:
            of_stay.sort(key=lambda room: room.number)
            yield Group(tuple(room.id for room in of_stay), must=of_stay[0].together == "adjacent")


def _living(tx: ReadSession, house: House, nights: Nights) -> list[StayRoom]:
    """Every room of a stay that has a room on some of these nights."""
    return tx.all(_lived_in(tx, house.id, nights.arrival - LONGEST_STAY, nights.departure - 1, nights.arrival))


@prepared
def _lived_in(_: ReadSession, place: int, first: int, last: int, until: int) -> Select[StayRoom]:
    row = StayRoom
    there = select(row).where(row.place_id == place, row.arrival.between(first, last), row.departure > until)
    return there.where(row.status.in_(("expected", "in_house")), row.room_id.is_not(None)).order_by(row.id)


def _bound_elsewhere(living: Iterable[StayRoom], rooms: Collection[int]) -> set[int]:
    """Stays that must live in a row of which a part is in rooms outside of these."""
    return {one.stay_id for one in living if one.together == "adjacent" and one.room_id not in rooms}


def _blocks(tx: ReadSession, house: House, rooms: Collection[int], nights: Nights) -> Iterable[Block]:
    for outage in tx.all(_out(tx, house.id, nights.arrival, nights.departure)):
        for room in outage.rooms:
            if room in rooms:
                yield Block(room, outage.from_night, outage.until_night, f"outage:{outage.id}")


@prepared
def _out(_: ReadSession, place: int, arrival: int, departure: int) -> Select[Outage]:
    standing = select(Outage).where(Outage.place_id == place, Outage.lifted_at.is_(None))
    within = standing.where(Outage.from_night < departure, Outage.until_night > arrival)
    return within.order_by(Outage.id)
