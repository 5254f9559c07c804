"""Full hotels for `booking bench assign`: a plan that fits is drawn first, then most of its rooms are forgotten."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from booking.rooms.rules.assignment import Group, Room, Snapshot, Stay

TYPES = {1: 110, 2: 80, 3: 50, 4: 40, 5: 20}
"""Rooms of each type: twin, double, family, garden twin, suite."""
FLOOR = 20
"""Rooms along a corridor: a neighbour is the next room of the same corridor and type."""
LENGTHS = (1, 2, 2, 3, 3, 4, 5, 5, 7, 7, 7)
"""Nights of a stay, 4.2 on average."""
TRIES = 400
"""How often a place for one pair is looked for."""


class Size(NamedTuple):
    """What a hotel is like; shares are of all room-nights and of all stays."""

    nights: int
    full: float
    pinned: float
    pairs: int = 120


def hotel(size: Size, seed: int = 1) -> Snapshot:
    """A hotel whose stays all fit: only the pinned ones hold their rooms."""
    dice = random.Random(seed)
    rooms = tuple(_rooms(dice))
    taken = {room.id: 0 for room in rooms}
    pairs = list(_pairs(dice, rooms, taken, size))
    stays = [stay for pair in pairs for stay in pair]
    groups = tuple(Group((2 * at + 1, 2 * at + 2)) for at in range(len(pairs)))
    for room in rooms:
        stays += _fill(dice, room, taken[room.id], size)
    numbered = [replace(stay, id=number) for number, stay in enumerate(stays, start=1)]
    settled = tuple(_settled(dice, stay, rooms[(stay.room or 0) - 1], size.pinned) for stay in numbered)
    return Snapshot(0, size.nights, rooms, settled, groups)


def _rooms(dice: random.Random) -> Iterator[Room]:
    types = [type_ for type_, count in TYPES.items() for _ in range(count)]
    for at, type_ in enumerate(types, start=1):
        beside = [near for near in (at - 1, at + 1) if 1 <= near <= len(types)]
        near = (one for one in beside if (one - 1) // FLOOR == (at - 1) // FLOOR and types[one - 1] == type_)
        features = frozenset(one for one in ("lake", "quiet") if dice.random() < 0.3)
        yield Room(at, type_, frozenset(near), features, accessible=dice.random() < 0.05)


def _pairs(
    dice: random.Random, rooms: tuple[Room, ...], taken: dict[int, int], size: Size
) -> Iterator[tuple[Stay, Stay]]:
    """Two stays of the same nights in rooms next to each other."""
    for _ in range(size.pairs):
        for _ in range(TRIES):
            length = dice.choice(LENGTHS)
            arrival = dice.randint(0, size.nights - length)
            one = dice.choice(rooms)
            other = rooms[dice.choice(sorted(one.neighbours)) - 1]
            nights = (1 << arrival + length) - (1 << arrival)
            if not (taken[one.id] | taken[other.id]) & nights:
                taken[one.id] |= nights
                taken[other.id] |= nights
                yield _stay(one, arrival, arrival + length), _stay(other, arrival, arrival + length)
                break


def _fill(dice: random.Random, room: Room, taken: int, size: Size) -> Iterator[Stay]:
    """Stays in what is free of a room, with empty nights between them so that it becomes as full as it should."""
    empty = (1 - size.full) / size.full * (sum(LENGTHS) / len(LENGTHS))
    night = 0
    while night < size.nights:
        ahead = taken >> night
        if ahead & 1 or dice.random() < empty / (1 + empty):
            night += 1
            continue
        free = (ahead & -ahead).bit_length() - 1 if ahead else size.nights - night
        length = min(dice.choice(LENGTHS), free)
        yield _stay(room, night, night + length)
        night += length


def _stay(room: Room, arrival: int, departure: int) -> Stay:
    return Stay(0, room.type, arrival, departure, room.id)


def _settled(dice: random.Random, stay: Stay, room: Room, pinned: float) -> Stay:
    """A stay with what it needs; its room is forgotten unless it is pinned."""
    features = frozenset(one for one in sorted(room.features) if dice.random() < 0.15)
    needing = replace(stay, accessible=room.accessible and dice.random() < 0.5, features=features)
    return replace(needing, chosen=True) if dice.random() < pinned else replace(needing, room=None)
