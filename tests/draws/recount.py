"""The rules counted anew from a list of who has what, with no counter of the engine: slow, and plain to see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import ceil

from booking.draws.rules import FIRST, Constraints, Policy, Rules
from booking.draws.units import Unit
from tests.draws.mechanism import Place


@dataclass(frozen=True)
class Recount:
    """Who has what; `places` by id."""

    rules: Rules
    units: Mapping[int, Unit]
    places: Mapping[int, Place]
    constraints: Constraints = FIRST

    def faults(self) -> list[str]:
        found = []
        for choice in range(len(self.rules.choices)):
            found += [f"rooms of {choice}"] if self.blocked(choice, self.of(choice)) > self.total(choice) else []
            found += [f"guarantee of {choice} {some}" for some in self.subsets() if not self.keeps(choice, some)]
            if self.rules.policy is Policy.OVER and not self.keeps_open(choice):
                found.append(f"open beds of {choice}")
        return found + [f"quota {cap}" for cap in self.caps() if self.heads(*cap) > self.caps()[cap]]

    def allows(self, unit: Unit, choice: int) -> bool:
        """Whether the unit, which has no place here, could have this choice too."""
        blocked, mine = self.with_place(unit, choice, reserved=False), frozenset(unit.kind.categories)
        pool = self.rules.choices[choice].pool
        nodes = {node for member in unit.kind.members for node in self.rules.ancestry[member]}
        if any(
            at == pool and node in nodes and blocked.heads(at, node) > cap for (at, node), cap in self.caps().items()
        ):
            return False
        if blocked.blocked(choice, blocked.of(choice)) > self.total(choice):
            return False
        if self.rules.policy is Policy.OVER and blocked.keeps_open(choice):
            return True
        reserved = self.with_place(unit, choice, reserved=self.rules.policy is Policy.OVER)
        return all(reserved.keeps(choice, some) for some in self.subsets() if mine <= some)

    def with_place(self, unit: Unit, choice: int, *, reserved: bool) -> "Recount":
        places = {**self.places, unit.id: (choice, reserved)}
        return Recount(self.rules, {**self.units, unit.id: unit}, places, self.constraints)

    def without(self, unit: Unit) -> "Recount":
        places = {unit_id: place for unit_id, place in self.places.items() if unit_id != unit.id}
        return Recount(self.rules, self.units, places, self.constraints)

    def keeps(self, choice: int, some: frozenset[str]) -> bool:
        """The Hall test of one set of categories."""
        over = self.rules.policy is Policy.OVER
        inside = [
            unit
            for unit in self.of(choice)
            if frozenset(unit.kind.categories) <= some and (self.places[unit.id][1] or not over)
        ]
        if over:
            return self.blocked(choice, inside) <= self.guaranteed(choice, some)
        kept = self.guaranteed(choice, frozenset(self.rules.categories) - some)
        return self.blocked(choice, inside) <= self.total(choice) - kept

    def keeps_open(self, choice: int) -> bool:
        open_ones = [unit for unit in self.of(choice) if not self.places[unit.id][1]]
        return self.blocked(choice, open_ones) <= self.total(choice) - self.guaranteed(choice, self.rules.categories)

    def of(self, choice: int) -> list[Unit]:
        return [self.units[unit_id] for unit_id, (place, _) in self.places.items() if place == choice]

    def blocked(self, choice: int, units: Iterable[Unit]) -> int:
        beds, needs = self.rules.choices[choice].beds, [unit.kind.need for unit in units]
        men, women = sum(need.men for need in needs), sum(need.women for need in needs)
        return beds * (sum(need.rooms for need in needs) + ceil(men / beds) + ceil(women / beds))

    def total(self, choice: int) -> int:
        return self.rules.choices[choice].rooms * self.rules.choices[choice].beds

    def guaranteed(self, choice: int, some: Iterable[str]) -> int:
        mine = [one for one in self.rules.guarantees if one.choice == choice and one.category in set(some)]
        return sum(one.beds for one in mine) if self.constraints.guarantees else 0

    def subsets(self) -> list[frozenset[str]]:
        names = self.rules.categories
        return [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]

    def caps(self) -> dict[tuple[int, str], int]:
        released = self.constraints.released
        held = [cap for cap in self.rules.caps if self.rules.levels[cap.node] not in released]
        return {(cap.pool, cap.node): cap.heads for cap in held}

    def heads(self, pool: int, node: str) -> int:
        """Heads from below a node with a place in a pool."""
        return sum(
            node in self.rules.ancestry[member]
            for unit_id, (choice, _) in self.places.items()
            if self.rules.choices[choice].pool == pool
            for member in self.units[unit_id].kind.members
        )
