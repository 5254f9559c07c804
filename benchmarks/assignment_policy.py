"""Which court to give: what each way of choosing leaves free, measured over simulated days.

A day fills with wishes in random order; one in ten bookings chose its court, hence is pinned. Counted are the
two-hour starts that remain: for each half hour, how many two-hour games could begin then. All ways face the same
wishes in the same order; a way that turns fewer away has the fuller day, and is not credited for it.

    python -m benchmarks.assignment_policy --days 2000
"""

import argparse
import random
from collections.abc import Callable, Sequence
from statistics import fmean, stdev

import msgspec
from msgspec.structs import replace

from booking.venues.rules.assignment import Court, Day, Holding, Plan, Wish, choose_court, rearrange

COURTS = tuple(Court(at, "court", (at,)) for at in range(1, 9))
HALF_HOURS = 28
GAME = 4
LENGTHS = (2, 2, 3, 4, 4)
PINNED = 0.1
ENOUGH = 0.55
"""The part of all court hours that is taken when a day is looked at."""

Choose = Callable[[Day, Wish, random.Random], int | None]


class Row(msgspec.Struct):
    """One way of choosing: two-hour starts left a day, the half-width of the 95 % interval, wishes turned away."""

    path: str
    starts: float
    plus_minus: float
    refused: float


def at_random(day: Day, wish: Wish, dice: random.Random) -> int | None:
    """Any free court."""
    free = _free(day, wish)
    return dice.choice(free) if free else None


def first_fit(day: Day, wish: Wish, _: random.Random) -> int | None:
    """The first free court."""
    return min(_free(day, wish), default=None)


def best_fit(day: Day, wish: Wish, _: random.Random) -> int | None:
    """The court that leaves most two-hour starts."""
    return choose_court(day, wish)


def _free(day: Day, wish: Wish) -> list[int]:
    busy = {held.court for held in day.holdings if held.starts < wish.ends and wish.starts < held.ends}
    return [court.id for court in day.courts if court.id not in busy and wish.court in (None, court.id)]


def simulate(wishes: Sequence[Wish], choose: Choose, dice: random.Random, *, deferred: bool) -> tuple[Day, int]:
    """A day after its wishes, and how many were turned away; deferred: courts may still change."""
    day = Day(0, HALF_HOURS, COURTS)
    refused = 0
    for number, wish in enumerate(wishes, start=1):
        court = choose(day, wish, dice)
        if court is None and deferred:
            day, court = _made_room(day, wish)
        if court is None:
            refused += 1
            continue
        held = Holding(number, court, wish.starts, wish.ends, pinned=wish.court is not None)
        day = replace(day, holdings=(*day.holdings, held))
    return day, refused


def _made_room(day: Day, wish: Wish) -> tuple[Day, int | None]:
    outcome = rearrange(day, [wish])
    if not isinstance(outcome, Plan):
        return day, None
    targets = {move.booking: move.target for move in outcome.moves}
    moved = tuple(replace(held, court=targets.get(held.booking, held.court)) for held in day.holdings)
    return replace(day, holdings=moved), outcome.courts[0]


def starts_left(day: Day, *, deferred: bool) -> int:
    """Two-hour games that could begin at each half hour, one half hour at a time."""
    return sum(_games_at(day, start, deferred=deferred) for start in range(HALF_HOURS - GAME + 1))


def _games_at(day: Day, start: int, *, deferred: bool) -> int:
    wish = Wish("court", start, start + GAME)
    games = len(_free(day, wish))
    while deferred and isinstance(rearrange(day, [wish] * (games + 1)), Plan):
        games += 1
    return games


def wishes_of_a_day(dice: random.Random) -> list[Wish]:
    """Wishes until the courts are as full as `ENOUGH`; some insist on a court."""
    wishes: list[Wish] = []
    while sum(wish.ends - wish.starts for wish in wishes) < ENOUGH * HALF_HOURS * len(COURTS):
        length = dice.choice(LENGTHS)
        starts = dice.randint(0, HALF_HOURS - length)
        court = dice.choice(COURTS).id if dice.random() < PINNED else None
        wishes.append(Wish("court", starts, starts + length, court))
    return wishes


WAYS: dict[str, tuple[Choose, bool]] = {
    "random": (at_random, False),
    "first fit": (first_fit, False),
    "best fit": (best_fit, False),
    "deferred": (best_fit, True),
}


def measure(days: int, seed: int = 1) -> list[Row]:
    """Every way on the same days."""
    rows = []
    for name, (choose, deferred) in WAYS.items():
        left, refused = [], 0
        for number in range(days):
            wishes = wishes_of_a_day(random.Random(seed * 1_000_003 + number))
            day, turned_away = simulate(wishes, choose, random.Random(number), deferred=deferred)
            left.append(starts_left(day, deferred=deferred))
            refused += turned_away
        error = 1.96 * stdev(left) / days**0.5
        rows.append(Row(name, round(fmean(left), 1), round(error, 1), round(refused / days, 2)))
    return rows


def main() -> None:
    """Prints one JSON object, as the other benchmarks do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=500)
    days: int = parser.parse_args().days
    report = {"bench": "assignment_policy", "days": days, "rows": measure(days)}
    print(msgspec.json.format(msgspec.json.encode(report)).decode())


if __name__ == "__main__":
    main()
