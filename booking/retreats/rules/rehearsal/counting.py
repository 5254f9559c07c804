"""What came of rehearsed draws: chances by group, places left empty, and wishes met. All counts are exact."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from booking.draws.engine import Draw
from booking.draws.outcome import Outcome
from booking.draws.rules import Level, Rules
from booking.retreats.rules.building import Organisation
from booking.retreats.rules.rehearsal.question import Tried

SIZES = (50, 200, 1000)
"""Classes of enterprises by members: fewer than the first, fewer than the second, and so on."""
RANKS = 3
"""Wishes that are counted one by one; the rest together."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Heads of a group: how many apply, and how many get a place, the latter added up over all draws."""

    name: str
    applied: int
    placed: int


@dataclass(frozen=True, slots=True)
class Left:
    """A choice: its places (beds), and those that stay empty after the first and the second stage, over all draws."""

    batch: int
    type: str
    places: int
    wished: int
    """Units that want it most."""
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a rehearsal came to. Sums over `draws` draws are to be divided by it.

    Attributes:
        units: applications; `heads` are the members in them.
        placed: heads with a place after the first stage, over all draws; `placed_second` after the second.
        districts: by the code of district or park, "" for whoever belongs to the city itself.
        sizes: by class of enterprise, the index into `SIZES` as text.
        ranks: units that got their first, second, third wish, or a later one, over all draws.
    """

    draws: int
    units: int
    heads: int
    placed: int
    placed_second: int
    districts: tuple[Rate, ...]
    categories: tuple[Rate, ...]
    sizes: tuple[Rate, ...]
    weights: tuple[Rate, ...]
    ranks: tuple[int, ...]
    choices: tuple[Left, ...]


class Tally:
    """Counts draws of one crowd, one after the other."""

    def __init__(self, rules: Rules, tree: Sequence[Organisation], crowd: Mapping[int, Tried]) -> None:
        self._rules = rules
        self._crowd = crowd
        self._district = {code: _district(rules, code) for code in rules.ancestry}
        self._size = {one.code: size_class(one.members) for one in tree}
        self._applied = Counter(group for tried in crowd.values() for group in self._groups(tried))
        self._placed: Counter[tuple[str, str]] = Counter()
        self._ranks = [0] * (RANKS + 1)
        self._first = [0] * len(rules.choices)
        self._second = [0] * len(rules.choices)
        self._heads_first = self._heads_second = self._draws = 0

    def add(self, done: Draw, second: Outcome) -> None:
        """Count one draw and its second stage, in which everybody keeps what they won."""
        self._draws += 1
        for index, place in enumerate(done.first.places):
            tried = self._crowd[done.units.ids[index]]
            self._heads_second += len(tried.members) * (second.places[index] >= 0)
            if place >= 0:
                self._heads_first += len(tried.members)
                self._placed.update(self._groups(tried))
                self._ranks[min(tried.choices.index(place), RANKS)] += 1
        self._first = [a + b for a, b in zip(self._first, _empty(done, done.first), strict=True)]
        self._second = [a + b for a, b in zip(self._second, _empty(done, second), strict=True)]

    def figures(self) -> Figures:
        """What was counted."""
        dearest = Counter(tried.choices[0] for tried in self._crowd.values() if tried.choices)
        return Figures(
            draws=self._draws,
            units=len(self._crowd),
            heads=sum(len(tried.members) for tried in self._crowd.values()),
            placed=self._heads_first,
            placed_second=self._heads_second,
            districts=self._rates("district"),
            categories=self._rates("category"),
            sizes=self._rates("size"),
            weights=self._rates("weight"),
            ranks=tuple(self._ranks),
            choices=tuple(
                Left(int(one.batch), one.type, one.rooms * one.beds, dearest[index], first, second)
                for index, (one, first, second) in enumerate(
                    zip(self._rules.choices, self._first, self._second, strict=True)
                )
            ),
        )

    def _groups(self, tried: Tried) -> Iterator[tuple[str, str]]:
        """Every group that a head of it belongs to, once for each head."""
        for code in tried.members:
            yield "district", self._district[code]
            if self._rules.levels[code] is Level.ENTERPRISE:
                yield "size", self._size[code]
            yield "weight", str(tried.weight)
            for category in tried.categories or ("",):
                yield "category", category

    def _rates(self, kind: str) -> tuple[Rate, ...]:
        names = sorted(name for of, name in self._applied if of == kind)
        return tuple(Rate(name, self._applied[kind, name], self._placed[kind, name]) for name in names)


def size_class(members: int) -> str:
    """The class of an enterprise with so many members."""
    return str(sum(members >= least for least in SIZES))


def _district(rules: Rules, code: str) -> str:
    return next((node for node in rules.ancestry[code] if rules.levels[node] is Level.DISTRICT), "")


def _empty(done: Draw, outcome: Outcome) -> list[int]:
    """Beds of each choice in which nobody sleeps; a whole room that was given has none."""
    taken: dict[int, list[int]] = {}
    for index, place in enumerate(outcome.places):
        if place >= 0:
            need = done.units.kinds[done.units.kind[index]].need
            there = taken.setdefault(place, [0, 0, 0])
            for part, number in enumerate(need):
                there[part] += number
    found = []
    for choice, one in enumerate(done.rules.choices):
        rooms, men, women = taken.get(choice, (0, 0, 0))
        found.append((one.rooms - rooms) * one.beds - men - women)
    return found
