"""Whether a draw was fair to groups of members: what they won, against what chance gives them under the same rules.

What a group may expect follows from no formula: tickets, wishes, rooms, quotas, guarantees and couples all bear on it.
So the frozen applications are drawn again, under the published rules, with many other seeds that anybody can derive
from the season's own. If the draw was fair, its seed was as good as any of these, and the draw that was published is
one like the others: of `n` redraws and itself, its place in their order is uniform. That makes the test exact whatever
the rules are, and however few the members of a group (a Monte Carlo test: Barnard 1963; why the draw itself counts
among them: Phipson & Smyth 2010, "Permutation p-values should never be zero"). A binomial or Wilson interval would be
wrong here: who wins is not independent, and quotas make it vary less than a coin.

Many groups are looked at together, so one of them always does worst. Each draw is therefore judged by the group that
lost most in it: the least standardised difference over all groups (single-step max-T, Westfall & Young 1993). It keeps
the chance of any false alarm in a season to `ALARM`, takes into account that groups overlap, and unlike Holm's needs no
more redraws for more groups.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from typing import NamedTuple, TypeVar

from booking.draws.engine import draw
from booking.draws.rules import Rules
from booking.draws.units import Units

Number = TypeVar("Number", int, float)

REDRAWS = 199
ALARM = 0.01
"""The chance of an alarm, about any group, in a season whose draw was fair."""
WITHIN = 0.95
"""The part of the redraws that lies between the bounds of a group."""
LEAST_EXPECTED = 10
"""Places that a group must expect over all seasons before a normal distribution is believed about it."""
SIZES = ((1000, "large"), (300, "medium"), (20, "small"), (0, "micro"))
"""Enterprises by employees, as official statistics part industry (国统字[2017]213号)."""


class Part(NamedTuple):
    """What of a unit belongs to a group.

    Attributes:
        group: its index.
        waited: seasons that these heads lost before, together.
    """

    group: int
    heads: int
    waited: int


class Waiting(NamedTuple):
    """Seasons that winners had lost before, on average: in the draw, and in the redraws; None where nobody won."""

    own: float | None
    mean: float | None
    low: float | None
    high: float | None


class Count(NamedTuple):
    """What the members of a group won in one draw: places, and the seasons that those winners had lost before."""

    won: int
    waited: int


@dataclass(frozen=True)
class Fairness:
    """What a draw was for one group.

    Attributes:
        heads: members of it that took part.
        won: of them, those with a place after the first stage; `mean`, `deviation`, `low` and `high` are what other
            seeds give, the last two the bounds between which `WITHIN` of them lie.
        chance: how often, in a fair draw, some group loses at least as much as this one did.
    """

    kind: str
    code: str
    heads: int
    won: int
    mean: float
    deviation: float
    low: int
    high: int
    chance: float
    waiting: Waiting

    @property
    def alarms(self) -> bool:
        """Whether the group lost more than chance explains."""
        return self.chance <= ALARM


@dataclass(frozen=True)
class Question:
    """What is to be measured.

    Attributes:
        groups: (kind, code) of each group.
        parts: for each unit, in the units' order, what of it belongs to which groups.
        won: ids of the units that were given a place in the first stage.
    """

    rules: Rules
    units: Units
    seed: bytes
    groups: tuple[tuple[str, str], ...]
    parts: Sequence[tuple[Part, ...]]
    won: frozenset[int]


def size_of(members: int) -> str:
    """The class of an enterprise with so many members."""
    return next(name for least, name in SIZES if members >= least)


def seeds(seed: bytes, count: int) -> Iterator[bytes]:
    """Seeds that follow from a season's: SHA-256("FAIRNESS|" ‖ seed ‖ k), k from 1, 4 bytes big-endian."""
    return (hashlib.sha256(b"FAIRNESS|" + seed + k.to_bytes(4, "big")).digest() for k in range(1, count + 1))


def measure(asked: Question, redraws: int = REDRAWS) -> list[Fairness]:
    """Draw again so many times, and say of each group what it won and what it could expect."""
    others = [count(asked, _winners(asked, seed)) for seed in seeds(asked.seed, redraws)]
    known = {unit_id: index for index, unit_id in enumerate(asked.units.ids)}
    return judge(asked, count(asked, [known[unit_id] for unit_id in sorted(asked.won) if unit_id in known]), others)


def _winners(asked: Question, seed: bytes) -> list[int]:
    places = draw(asked.rules, asked.units, seed).first.places
    return [index for index, place in enumerate(places) if place >= 0]


def count(asked: Question, winners: Collection[int]) -> list[Count]:
    """What each group won, if the units of these indices did."""
    won, waited = [0] * len(asked.groups), [0] * len(asked.groups)
    for index in winners:
        for group, heads, seasons in asked.parts[index]:
            won[group] += heads
            waited[group] += seasons
    return [Count(*pair) for pair in zip(won, waited, strict=True)]


def judge(asked: Question, own: Sequence[Count], others: Sequence[Sequence[Count]]) -> list[Fairness]:
    """Compare a draw with others that were as likely, group by group.

    Mean and deviation are over all of them, the draw itself included, so that all are treated alike.
    """
    every = [own, *others]
    groups = range(len(asked.groups))
    columns = [[counts[group].won for counts in every] for group in groups]
    means = [sum(column) / len(column) for column in columns]
    spreads = [_deviation(column, mean) for column, mean in zip(columns, means, strict=True)]

    def losses(counts: Sequence[Count]) -> list[float]:
        return [(counts[at].won - means[at]) / spreads[at] if spreads[at] else 0.0 for at in groups]

    worst = [min(losses(counts), default=0.0) for counts in every]
    heads = count(asked, range(len(asked.units)))
    return [
        Fairness(
            *asked.groups[group],
            heads=heads[group].won,
            won=own[group].won,
            mean=means[group],
            deviation=spreads[group],
            low=_bound([counts[group].won for counts in others], (1 - WITHIN) / 2),
            high=_bound([counts[group].won for counts in others], (1 + WITHIN) / 2),
            chance=sum(least <= loss for least in worst) / len(worst),
            waiting=_waiting([counts[group] for counts in every]),
        )
        for group, loss in zip(groups, losses(own), strict=True)
    ]


def _deviation(column: Sequence[int], mean: float) -> float:
    return sqrt(sum((each - mean) ** 2 for each in column) / len(column))


def _bound(values: Iterable[Number], part: float) -> Number:
    """The value below which about this part of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _waiting(counts: Sequence[Count]) -> Waiting:
    """How long winners had waited: in the draw, which comes first, and in the others."""
    own, *others = [one.waited / one.won if one.won else None for one in counts]
    known = sorted(mean for mean in others if mean is not None)
    places = sum(one.won for one in counts[1:])
    if not known or not places:
        return Waiting(own, None, None, None)
    mean = sum(one.waited for one in counts[1:]) / places
    return Waiting(own, mean, _bound(known, (1 - WITHIN) / 2), _bound(known, (1 + WITHIN) / 2))


@dataclass(frozen=True)
class Total:
    """What several seasons were for one group together; `chance` is corrected for the number of groups."""

    kind: str
    code: str
    seasons: int
    heads: int
    won: int
    mean: float
    deviation: float
    chance: float

    @property
    def alarms(self) -> bool:
        """Whether the group lost more than chance explains, over all of them."""
        return self.chance <= ALARM


def over_seasons(seasons: Sequence[Sequence[Fairness]]) -> list[Total]:
    """What becomes of many small differences: seeds of seasons are independent, so variances add up.

    One-sided normal probabilities, corrected by Holm's method (Holm 1979); groups that expect fewer than
    `LEAST_EXPECTED` places never alarm.
    """
    found: dict[tuple[str, str], list[Fairness]] = {}
    for season in seasons:
        for one in season:
            found.setdefault((one.kind, one.code), []).append(one)
    chances = {}
    for key, each in found.items():
        mean, spread = sum(one.mean for one in each), sqrt(sum(one.deviation**2 for one in each))
        lost = sum(one.won for one in each) - mean
        known = mean >= LEAST_EXPECTED and spread > 0
        chances[key] = erfc(-lost / spread / sqrt(2)) / 2 if known else 1.0
    corrected = dict(zip(chances, holm(list(chances.values())), strict=True))
    return [
        Total(
            *key,
            seasons=len(each),
            heads=sum(one.heads for one in each),
            won=sum(one.won for one in each),
            mean=sum(one.mean for one in each),
            deviation=sqrt(sum(one.deviation**2 for one in each)),
            chance=corrected[key],
        )
        for key, each in found.items()
    ]


def holm(chances: Sequence[float]) -> list[float]:
    """Probabilities corrected for their number, in their order: the least times all, the next times one less."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found, reached = [0.0] * len(chances), 0.0
    for rank, at in enumerate(order):
        reached = max(reached, min(1.0, (len(chances) - rank) * chances[at]))
        found[at] = reached
    return found
