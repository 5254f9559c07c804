"""Days to seat, and judges that share no code with the rules: brute force, CP-SAT, and a recount of every plan."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from booking.venues.rules.assignment import (
    Block,
    ClosingPlan,
    Court,
    Day,
    Held,
    Holding,
    Impossible,
    Outcome,
    Overfull,
    Plan,
    Taken,
    Wish,
)

Rearrange = Callable[[Day, Sequence[Wish]], Outcome]
WISH = 0
"""The booking number of the wish, as the judges see it."""


class Player(NamedTuple):
    """Someone to be seated, and the courts that would do."""

    booking: int
    courts: tuple[Court, ...]
    starts: int
    ends: int
    origin: int | None


# ------------------------------------------------------------------------------------------------------ courts


def singles(count: int, kind: str = "court") -> tuple[Court, ...]:
    return tuple(Court(at, kind, (at,)) for at in range(1, count + 1))


def halved(count: int) -> tuple[Court, ...]:
    """Basketball halls: court 10 is full, on the units 11 and 12, which are also half courts."""
    return tuple(
        court
        for full in range(10, 10 * count + 1, 10)
        for court in (
            Court(full, "full", (full + 1, full + 2)),
            Court(full + 1, "half", (full + 1,)),
            Court(full + 2, "half", (full + 2,)),
        )
    )


def quartered() -> tuple[Court, ...]:
    """A hall of four units, whose halves are fixed pairs, beside one badminton court."""
    pairs = (Court(10, "half", (1, 2)), Court(11, "half", (3, 4)))
    quarters = tuple(Court(at, "quarter", (at,)) for at in range(1, 5))
    return (Court(20, "full", (1, 2, 3, 4)), *pairs, *quarters, Court(5, "quarter", (5,)))


def overlapping() -> tuple[Court, ...]:
    """Three units on which one large court fits in two ways, never both, beside a large court of its own."""
    return (Court(10, "large", (1, 2)), Court(11, "large", (2, 3)), Court(12, "large", (4, 5)), Court(3, "small", (3,)))


# -------------------------------------------------------------------------------------------------------- days


def random_day(dice: random.Random, courts: Sequence[Court], hours: int, tries: int, pinned: float) -> Day:
    """A day filled at random: bookings of one to four half hours, some pinned, and now and then a block."""
    free = {(unit, hour) for court in courts for unit in court.units for hour in range(hours)}
    day = Day(0, hours, tuple(courts))
    for booking in range(1, tries + 1):
        court = dice.choice(courts)
        starts, ends = random_range(dice, hours)
        cells = cells_of(court, starts, ends)
        if cells <= free:
            free -= cells
            holding = Holding(booking, court.id, starts, ends, pinned=dice.random() < pinned)
            day = replace(day, holdings=(*day.holdings, holding))
    if free and dice.random() < 0.25:
        unit, hour = dice.choice(sorted(free))
        day = replace(day, blocks=(Block((unit,), hour, hour + 1),))
    return day


def random_range(dice: random.Random, hours: int) -> tuple[int, int]:
    length = dice.randint(1, min(4, hours))
    starts = dice.randint(0, hours - length)
    return starts, starts + length


def random_wish(dice: random.Random, day: Day) -> Wish:
    court = dice.choice(day.courts)
    starts, ends = random_range(dice, day.closes)
    return Wish(court.kind, starts, ends, court.id if dice.random() < 0.15 else None)


def small_days(count: int, seed: int = 1) -> Iterator[tuple[Day, Wish]]:
    """Days small enough for brute force, crowded enough to need it."""
    dice = random.Random(seed)
    halls = (singles(2), singles(3), singles(4), halved(1), halved(2), halved(3), quartered(), overlapping())
    for _ in range(count):
        hours, pinned = dice.randint(3, 8), dice.choice((0.0, 0.2, 0.5))
        day = random_day(dice, dice.choice(halls), hours, dice.randint(4, 14), pinned)
        yield day, random_wish(dice, day)


# ------------------------------------------------------------------------------------------------------ judges


def cells_of(court: Court, starts: int, ends: int) -> set[tuple[int, int]]:
    return {(unit, hour) for unit in court.units for hour in range(starts, ends)}


def blocked_cells(blocks: Sequence[Block]) -> set[tuple[int, int]]:
    return {(unit, hour) for block in blocks for unit in block.units for hour in range(block.starts, block.ends)}


def players_of(day: Day, wish: Wish | None, *, leave_out: Sequence[int] = ()) -> list[Player]:
    courts = {court.id: court for court in day.courts}
    found = []
    for held in day.holdings:
        own = courts[held.court]
        equal = tuple(court for court in day.courts if court.kind == own.kind)
        if held.booking not in leave_out:
            found.append(Player(held.booking, (own,) if held.pinned else equal, held.starts, held.ends, own.id))
    if wish is not None:
        chosen = tuple(
            court for court in day.courts if wish.court == court.id or (wish.court is None and court.kind == wish.kind)
        )
        found.append(Player(WISH, chosen, wish.starts, wish.ends, None))
    return found


def fewest_moves(players: Sequence[Player], taken: set[tuple[int, int]], most: int = 99) -> int | None:
    """By trying everything: the fewest moves with which all players sit apart, None if they cannot."""
    if not players:
        return 0
    player = min(players, key=lambda one: (len(one.courts), one.starts, one.booking))
    rest = [other for other in players if other is not player]
    best: int | None = None
    for court in sorted(player.courts, key=lambda one: one.id != player.origin):
        cells = cells_of(court, player.starts, player.ends)
        price = 0 if player.origin in (None, court.id) else 1
        if price <= most and not cells & taken:
            others = fewest_moves(rest, taken | cells, most - price)
            if others is not None:
                best = price + others
                most = best - 1
    return best


def solved_by_cp_sat(players: Sequence[Player], taken: set[tuple[int, int]]) -> bool | None:
    """Whether OR-Tools finds a seating; None if it does not know within ten seconds."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an extra, and slow to load

    model = cp_model.CpModel()
    cells = defaultdict(list)
    for player in players:
        seats = [(court, model.new_bool_var("")) for court in player.courts]
        model.add_exactly_one([seat for _, seat in seats])
        for court, seat in seats:
            for cell in cells_of(court, player.starts, player.ends):
                cells[cell].append(seat)
    for cell, seats_there in cells.items():
        if cell in taken:
            model.add(sum(seats_there) == 0)
        else:
            model.add_at_most_one(seats_there)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 10
    status = solver.solve(model)
    return {cp_model.OPTIMAL: True, cp_model.FEASIBLE: True, cp_model.INFEASIBLE: False}.get(status)


# ----------------------------------------------------------------------------------------------------- recounts


def assert_carries_out(day: Day, wishes: Sequence[Wish], plan: Plan) -> None:
    """The plan is one: nobody overlaps, pins stay, hours and kinds are kept, wishes get what they asked for."""
    courts = {court.id: court for court in day.courts}
    moves = {move.booking: move for move in plan.moves}
    assert len(moves) == len(plan.moves)
    assert set(moves) <= {held.booking for held in day.holdings if not held.pinned}
    taken = blocked_cells(day.blocks)
    for held in day.holdings:
        move = moves.get(held.booking)
        if move is not None:
            assert move.origin == held.court != move.target
            assert courts[move.target].kind == courts[held.court].kind
        cells = cells_of(courts[held.court if move is None else move.target], held.starts, held.ends)
        assert not cells & taken
        taken |= cells
    for wish, court in zip(wishes, plan.courts, strict=True):
        assert courts[court].kind == wish.kind
        assert wish.court in (None, court)
        cells = cells_of(courts[court], wish.starts, wish.ends)
        assert not cells & taken
        taken |= cells


def assert_explains(day: Day, wish: Wish, refusal: Impossible) -> None:
    """The reason is one: what it names forbids the wish by itself."""
    reason = refusal.reason
    blocked = blocked_cells(day.blocks)
    if isinstance(reason, Overfull):
        assert reason.wanted > reason.possible
        for hour in reason.half_hours:
            now = [
                player._replace(starts=hour, ends=hour + 1) for player in players_of(day, wish) if plays(player, hour)
            ]
            assert fewest_moves(now, blocked) is None
    elif isinstance(reason, Taken):
        pins = tuple(held for held in day.holdings if held.booking in reason.bookings)
        assert reason.court == wish.court
        assert all(held.pinned for held in pins)
        alone = replace(day, holdings=pins, blocks=reason.blocks)
        assert fewest_moves(players_of(alone, wish), blocked_cells(reason.blocks)) is None
    else:
        assert isinstance(reason, Held)
        assert_holds(day, wish, reason)


def assert_holds(day: Day, wish: Wish, reason: Held) -> None:
    def possible(bookings: Sequence[int], blocks: Sequence[Block]) -> bool:
        let_go = [held.booking for held in day.holdings if held.pinned and held.booking not in bookings]
        return fewest_moves(players_of(day, wish, leave_out=let_go), blocked_cells(blocks)) is not None

    assert not possible(reason.bookings, reason.blocks)
    if reason.least:
        for booking in reason.bookings:
            assert possible([other for other in reason.bookings if other != booking], reason.blocks)
        for block in reason.blocks:
            assert possible(reason.bookings, [other for other in reason.blocks if other != block])


def plays(player: Player, hour: int) -> bool:
    return player.starts <= hour < player.ends


def assert_judges_agree(day: Day, wish: Wish, outcome: Outcome) -> None:
    """The outcome is what brute force says: a plan that carries out, the fewest moves if so claimed, or a proof."""
    best = fewest_moves(players_of(day, wish), blocked_cells(day.blocks))
    if isinstance(outcome, Plan):
        assert_carries_out(day, [wish], outcome)
        assert best is not None
        assert len(outcome.moves) == best if outcome.fewest else len(outcome.moves) >= best
    else:
        assert isinstance(outcome, Impossible)
        assert best is None
        assert_explains(day, wish, outcome)


def assert_fates(day: Day, closing: Sequence[Block], plan: ClosingPlan) -> None:
    """Everyone has one fate; nobody overlaps; who sits on an open court keeps playing, who is pinned there stays."""
    courts = {court.id: court for court in day.courts}
    closed = blocked_cells(closing)
    taken = blocked_cells(day.blocks) | closed
    assert [fate.booking for fate in plan.fates] == sorted(held.booking for held in day.holdings)
    holdings = {held.booking: held for held in day.holdings}
    for fate in plan.fates:
        held = holdings[fate.booking]
        hit = bool(cells_of(courts[held.court], held.starts, held.ends) & closed)
        assert fate.origin == held.court
        assert (fate.court is None) == (fate.outcome == "displaced")
        assert (fate.court == fate.origin) == (fate.outcome == "keeps")
        assert hit or fate.outcome != "displaced"
        assert hit or not held.pinned or fate.outcome == "keeps"
        if fate.court is not None:
            assert courts[fate.court].kind == courts[held.court].kind
            cells = cells_of(courts[fate.court], held.starts, held.ends)
            assert not cells & taken
            taken |= cells
