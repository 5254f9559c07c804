"""A way to give places out, as the judges see it: tickets, one pass, stages. The real one, and how to break it."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from booking.draws import fast, reference
from booking.draws.engine import LAST
from booking.draws.outcome import FREE, GONE, Outcome
from booking.draws.rules import FIRST, SECOND, Constraints, Rules
from booking.draws.tickets import order_of, tickets
from booking.draws.units import Unit, Units

Place = tuple[int, bool]
"""A choice, and whether on a bed that only the unit's categories may have."""
Places = Mapping[int, Place]
Allocate = Callable[[Rules, Units, "array[int]", Outcome | None, Constraints], Outcome]
Rank = Callable[[bytes, Sequence[Unit]], list[int]]
"""The ids of units, in the order in which they go."""


def by_tickets(seed: bytes, units: Sequence[Unit]) -> list[int]:
    rules = Rules("any", ())
    columns = Units.of(
        rules, [Unit(unit.id, unit.weight, unit.kind._replace(categories=(), members=()), ()) for unit in units]
    )
    return [columns.ids[index] for index in order_of(tickets(seed, columns))]


@dataclass(frozen=True)
class Mechanism:
    allocate: Allocate = reference.allocate
    rank: Rank = by_tickets
    passes: tuple[Constraints, ...] = SECOND
    moves_confirmed: bool = False

    def run(self, rules: Rules, units: Sequence[Unit], order: Sequence[int]) -> dict[int, Place]:
        """The first stage in a given order of ids."""
        columns = Units.of(rules, units)
        return _places(columns, self.allocate(rules, columns, _indices(columns, order), None, FIRST))

    def later(
        self, rules: Rules, units: Sequence[Unit], order: Sequence[int], kept: Places, left: set[int], *, last: bool
    ) -> dict[int, Place]:
        """A later stage: some keep their places, some have left, the others go on."""
        columns = Units.of(rules, units)
        places, reserved = array("h"), bytearray()
        for unit_id in columns.ids:
            choice, on_reserved = kept.get(unit_id, (GONE if unit_id in left else FREE, False))
            stays = choice >= 0 and not self.moves_confirmed
            places.append(choice if stays or choice < 0 else FREE)
            reserved.append(on_reserved and stays)
        outcome = Outcome(places, reserved, {}, {})
        for constraints in LAST if last else self.passes:
            outcome = self.allocate(rules, columns, _indices(columns, order), outcome, constraints)
        return _places(columns, outcome)


def _indices(columns: Units, order: Sequence[int]) -> "array[int]":
    index = {unit_id: number for number, unit_id in enumerate(columns.ids)}
    return array("I", [index[unit_id] for unit_id in order])


def _places(columns: Units, outcome: Outcome) -> dict[int, Place]:
    found = zip(columns.ids, outcome.places, outcome.reserved, strict=True)
    return {unit_id: (place, bool(reserved)) for unit_id, place, reserved in found if place >= 0}


REAL = Mechanism()
FAST = Mechanism(allocate=fast.allocate)
