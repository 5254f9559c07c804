"""Hotels to assign, and judges that share no code with the rules: brute force, CP-SAT, and a recount of every plan."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from booking.rooms.rules.assignment import (
    Assignment,
    Block,
    CutUp,
    Group,
    Impossible,
    Outcome,
    Overfull,
    Plan,
    Room,
    Snapshot,
    Stay,
    Taken,
)

Rearrange = Callable[[Snapshot, Sequence[Stay]], Outcome]
Rooms = Mapping[int, int]
"""The room of each stay."""
TWIN, SUITE = 1, 2
WISH = 1000
"""The stays that ask have this number and those after it."""


# ------------------------------------------------------------------------------------------------------ hotels


def row_of(count: int, type_: int = TWIN, first: int = 1) -> tuple[Room, ...]:
    """Plain rooms along a corridor."""
    last = first + count - 1
    return tuple(
        Room(at, type_, frozenset(near for near in (at - 1, at + 1) if first <= near <= last))
        for at in range(first, last + 1)
    )


def random_hotel(dice: random.Random, nights: int, tries: int) -> Snapshot:
    """A hotel filled at random, from a plan that exists."""
    rooms = random_rooms(dice)
    shot = Snapshot(0, nights, rooms)
    pinned = dice.choice((0.0, 0.2, 0.5))
    stays: list[Stay] = []
    taken: set[tuple[int, int]] = set()
    for number in range(1, tries + 1):
        room = dice.choice(rooms)
        arrival, departure = random_nights(dice, nights)
        cells = cells_of(room.id, arrival, departure)
        if not cells & taken:
            taken |= cells
            features = frozenset(one for one in sorted(room.features) if dice.random() < 0.3)
            needs = room.accessible and dice.random() < 0.3
            stay = Stay(number, room.type, arrival, departure, room.id, False, False, needs, features)
            pin = dice.random() < pinned
            stays.append(replace(stay, chosen=pin and number % 2 == 0, arrived=pin and number % 2 == 1))
    shot = replace(shot, stays=tuple(stays))
    free = sorted({(room.id, night) for room in rooms for night in range(nights)} - taken)
    if free and dice.random() < 0.3:
        room_id, night = dice.choice(free)
        shot = replace(shot, blocks=(Block(room_id, night, night + 1, "paint"),))
    return shot


def random_rooms(dice: random.Random) -> tuple[Room, ...]:
    count = dice.randint(2, 4)
    rooms = row_of(count)
    if dice.random() < 0.5:
        rooms = tuple(
            replace(
                room,
                features=frozenset({"sea"}) if dice.random() < 0.4 else frozenset(),
                accessible=dice.random() < 0.25,
            )
            for room in rooms
        )
    if dice.random() < 0.25:
        rooms = (*rooms, *row_of(dice.randint(1, 2), SUITE, first=10))
    return rooms


def random_nights(dice: random.Random, nights: int) -> tuple[int, int]:
    length = dice.randint(1, min(4, nights))
    arrival = dice.randint(0, nights - length)
    return arrival, arrival + length


def random_wish(dice: random.Random, shot: Snapshot, number: int = WISH) -> Stay:
    room = dice.choice(shot.rooms)
    arrival, departure = random_nights(dice, shot.last)
    wish = Stay(number, room.type, arrival, departure)
    if dice.random() < 0.15:
        return replace(wish, room=room.id, chosen=True)
    features = frozenset(one for one in sorted(room.features) if dice.random() < 0.3)
    return replace(wish, accessible=room.accessible and dice.random() < 0.3, features=features)


def random_group(dice: random.Random, shot: Snapshot, wish: Stay) -> tuple[Snapshot, list[Stay]]:
    """Now and then the wish brings a second, or there is someone whom it must be next to."""
    draw = dice.random()
    if draw < 0.15:
        second = replace(wish, id=wish.id + 1, room=None, chosen=False)
        return replace(shot, groups=(Group((wish.id, second.id), must=True),)), [wish, second]
    same = [stay for stay in shot.stays if stay.arrival < wish.departure and wish.arrival < stay.departure]
    if draw < 0.25 and same:
        return replace(shot, groups=(Group((wish.id, dice.choice(same).id), must=True),)), [wish]
    side_by_side = [
        (one, other)
        for one in shot.stays
        for other in shot.stays
        if one.id < other.id and one.room is not None and other.room in room_named(shot, one.room).neighbours
    ]
    if draw < 0.45 and side_by_side:
        one, other = dice.choice(side_by_side)
        return replace(shot, groups=(Group((one.id, other.id), must=True),)), [wish]
    return shot, [wish]


def small_hotels(count: int, seed: int = 1, *, upgrades: bool = False) -> Iterator[tuple[Snapshot, list[Stay]]]:
    """Hotels small enough for brute force, crowded enough to need it."""
    dice = random.Random(seed)
    for _ in range(count):
        shot = random_hotel(dice, dice.randint(3, 8), dice.randint(5, 18))
        if upgrades:
            shot = replace(shot, upgrades={TWIN: (SUITE,)})
        yield random_group(dice, shot, random_wish(dice, shot))


# ------------------------------------------------------------------------------------------------------ judges


def room_named(shot: Snapshot, room: int) -> Room:
    return next(one for one in shot.rooms if one.id == room)


def cells_of(room: int, arrival: int, departure: int) -> set[tuple[int, int]]:
    return {(room, night) for night in range(arrival, departure)}


def blocked_cells(blocks: Iterable[Block]) -> set[tuple[int, int]]:
    return set().union(*(cells_of(block.room, block.first, block.last) for block in blocks))


def rooms_for(shot: Snapshot, stay: Stay) -> list[int]:
    """The rooms that a stay may be given, as far as it alone is concerned."""
    if stay.pinned:
        return [stay.room] if stay.room is not None else []
    types = {stay.type, *shot.upgrades.get(stay.type, ())}
    held = [room.type for room in shot.rooms if room.id == stay.room]
    return [
        room.id
        for room in shot.rooms
        if room.id == stay.room
        or (
            room.type in {*types, *held} and (room.accessible or not stay.accessible) and stay.features <= room.features
        )
    ]


def next_to(shot: Snapshot, one: int, other: int) -> bool:
    return other in room_named(shot, one).neighbours or one in room_named(shot, other).neighbours


def must_pairs(shot: Snapshot) -> list[tuple[int, int]]:
    return [pair for group in shot.groups if group.must for pair in group.pairs]


def fewest_moves(shot: Snapshot, stays: Sequence[Stay]) -> int | None:
    """By trying everything: the fewest moves with which all live apart and as near as they must, or None."""
    partners: dict[int, list[int]] = defaultdict(list)
    for one, other in must_pairs(shot):
        partners[one].append(other)
        partners[other].append(one)
    order = sorted(stays, key=lambda stay: (len(rooms_for(shot, stay)), stay.arrival, stay.id))
    options = {stay.id: rooms_for(shot, stay) for stay in order}
    near = {(a.id, b.id): next_to(shot, a.id, b.id) for a in shot.rooms for b in shot.rooms}

    def best(at: int, taken: set[tuple[int, int]], seated: dict[int, int], most: int) -> int | None:
        if at == len(order):
            return 0
        stay, found = order[at], None
        for room in sorted(options[stay.id], key=lambda room: room != stay.room):
            cells = cells_of(room, stay.arrival, stay.departure)
            price = int(stay.room not in (None, room))
            apart = any(other in seated and not near[room, seated[other]] for other in partners[stay.id])
            if price > most or apart or cells & taken:
                continue
            rest = best(at + 1, taken | cells, {**seated, stay.id: room}, most - price)
            if rest is not None:
                found = price + rest
                most = found - 1
        return found

    return best(0, blocked_cells(shot.blocks), {}, 99)


def solved_by_cp_sat(shot: Snapshot, stays: Sequence[Stay]) -> bool | None:
    """Whether OR-Tools finds a seating; None if it does not know within ten seconds."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an extra, and slow to load

    model = cp_model.CpModel()
    blocked = blocked_cells(shot.blocks)
    cells = defaultdict(list)
    seat = {}
    for stay in stays:
        for room in rooms_for(shot, stay):
            mine = cells_of(room, stay.arrival, stay.departure)
            if not mine & blocked:
                seat[stay.id, room] = model.new_bool_var("")
                for cell in mine:
                    cells[cell].append(seat[stay.id, room])
        model.add_exactly_one([variable for (one, _), variable in seat.items() if one == stay.id])
    for there in cells.values():
        model.add_at_most_one(there)
    ids = {stay.id for stay in stays}
    for one, other in must_pairs(shot):
        for (number, room), variable in list(seat.items()):
            if number in (one, other) and {one, other} <= ids:
                partner = other if number == one else one
                near = [v for (s, r), v in seat.items() if s == partner and next_to(shot, room, r)]
                model.add_bool_or([variable.negated(), *near])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 10
    status = solver.solve(model)
    return {cp_model.OPTIMAL: True, cp_model.FEASIBLE: True, cp_model.INFEASIBLE: False}.get(status)


# ----------------------------------------------------------------------------------------------------- recounts


def assert_lives(shot: Snapshot, stays: Sequence[Stay], rooms: Rooms) -> None:
    """Everybody has a room that would do, nobody shares a night, who must be neighbours are."""
    taken = blocked_cells(shot.blocks)
    for stay in stays:
        assert rooms[stay.id] in rooms_for(shot, stay)
        cells = cells_of(rooms[stay.id], stay.arrival, stay.departure)
        assert not cells & taken
        taken |= cells
    for one, other in must_pairs(shot):
        if one in rooms and other in rooms:
            assert next_to(shot, rooms[one], rooms[other])


def assert_carries_out(shot: Snapshot, wishes: Sequence[Stay], plan: Plan) -> None:
    moves = {move.stay: move for move in plan.moves}
    assert len(moves) == len(plan.moves)
    held = {stay.id: stay.room for stay in shot.stays if stay.room is not None}
    for move in plan.moves:
        assert move.origin == held[move.stay] != move.target
    after = {stay: moves[stay].target if stay in moves else room for stay, room in held.items()}
    after |= {wish.id: room for wish, room in zip(wishes, plan.rooms, strict=True)}
    assert_lives(shot, [stay for stay in (*shot.stays, *wishes) if stay.id in after], after)


def assert_explains(shot: Snapshot, wishes: Sequence[Stay], refusal: Impossible) -> None:
    """The reason is one: what it names forbids the wishes by itself."""
    reason = refusal.reason
    everyone = [*(stay for stay in shot.stays if stay.room is not None), *wishes]
    if isinstance(reason, Overfull):
        assert reason.wanted > reason.possible
        for night in reason.nights:
            here = [
                replace(stay, arrival=night, departure=night + 1)
                for stay in everyone
                if stay.arrival <= night < stay.departure
            ]
            assert fewest_moves(replace(shot, groups=()), here) is None
    elif isinstance(reason, Taken):
        assert reason.room in {wish.room for wish in wishes}
        if reason.stays or reason.blocks:
            pins = [stay for stay in shot.stays if stay.id in reason.stays]
            assert all(stay.pinned for stay in pins)
            alone = replace(shot, blocks=reason.blocks, groups=())
            assert fewest_moves(alone, [*pins, *(wish for wish in wishes if wish.room == reason.room)]) is None
    else:
        assert isinstance(reason, CutUp)
        assert_cuts(shot, everyone, reason)


def assert_cuts(shot: Snapshot, everyone: Sequence[Stay], reason: CutUp) -> None:
    def possible(stays: Sequence[int], blocks: Sequence[Block], groups: Sequence[Group]) -> bool:
        left = [stay for stay in everyone if not stay.pinned or stay.id in stays or stay.id >= WISH]
        return fewest_moves(replace(shot, blocks=tuple(blocks), groups=tuple(groups)), left) is not None

    bound = {stay for pair in must_pairs(shot) for stay in pair}
    pins_of_rows = [stay.id for stay in everyone if stay.pinned and stay.id in bound]
    assert not possible([*reason.stays, *pins_of_rows], reason.blocks, shot.groups)
    if reason.least and not bound:
        for stay in reason.stays:
            assert possible([other for other in reason.stays if other != stay], reason.blocks, shot.groups)
        for block in reason.blocks:
            assert possible(reason.stays, [other for other in reason.blocks if other != block], shot.groups)


def assert_judges_agree(shot: Snapshot, wishes: Sequence[Stay], outcome: Outcome) -> None:
    """The outcome is what brute force says: a plan that carries out, or a proof."""
    own = replace(shot, upgrades={})
    everyone = [*(stay for stay in shot.stays if stay.room is not None), *wishes]
    best = fewest_moves(own, everyone)
    if best is None and shot.upgrades:
        own, best = shot, fewest_moves(shot, everyone)
    if isinstance(outcome, Plan):
        assert_carries_out(own, wishes, outcome)
        assert best is not None
        assert len(outcome.moves) >= best
    else:
        assert isinstance(outcome, Impossible), outcome
        assert best is None
        assert_explains(own, wishes, outcome)


def assert_assigns(shot: Snapshot, found: Assignment) -> None:
    """Whoever is placed lives well, pins stay, and the report counts what is there."""
    stays = [stay for stay in shot.stays if stay.id in found.rooms]
    assert_lives(shot, stays, found.rooms)
    assert {stay.id for stay in shot.stays} == {*found.rooms, *found.unplaced}
    assert not set(found.unplaced) & set(found.rooms)
    moved = {stay.id for stay in stays if stay.room not in (None, found.rooms[stay.id])}
    assert moved == {move.stay for move in found.moves}
    pairs = [pair for group in shot.groups for pair in group.pairs]
    assert sorted((*found.kept, *found.parted)) == sorted(pairs)
    for one, other in found.kept:
        assert next_to(shot, found.rooms[one], found.rooms[other])
