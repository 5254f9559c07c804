"""Draws that look right and are not: each is caught by the property that it is listed with."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from hashlib import sha256
from math import ceil
from typing import NamedTuple
from unittest.mock import patch

from booking.draws import reference
from booking.draws.outcome import FREE, KindFacts, Outcome
from booking.draws.reference import Cell, Tally
from booking.draws.rules import FIRST, SECOND, Constraints, Rules
from booking.draws.units import Need, Unit, Units
from tests.draws import properties
from tests.draws.mechanism import Mechanism
from tests.draws.properties import Case


class Mutant(NamedTuple):
    """A broken mechanism, and the property that it breaks; `patched` changes the engine while it runs."""

    mechanism: Mechanism
    caught_by: Callable[[Case], None]
    patched: Callable[[], AbstractContextManager[object]] | None = None


def allocate_again(
    rules: Rules, units: Units, order: Iterable[int], before: Outcome | None, constraints: Constraints
) -> Outcome:
    return reference.allocate(rules, units, array("I", order), before, constraints)


# ------------------------------------------------------------------------------------------------------ counting


def half_rooms(self: Tally, need: Need) -> int:
    """Two strangers fill a room, whatever their sexes."""
    people = self.men + need.men + self.women + need.women
    return self.beds * (self.rooms + need.rooms + ceil(people / self.beds))


def people_only(self: Tally, need: Need) -> int:
    """A guarantee counted in heads: a half-taken room blocks half of it."""
    return self.beds * (self.rooms + need.rooms) + self.men + need.men + self.women + need.women


def a_single_remaining(self: Tally, need: Need) -> int:
    """What is left is one number, so that a half-taken room takes nobody more."""
    rooms = self.rooms + need.rooms + self.men + need.men + self.women + need.women
    return self.beds * rooms


def once_an_application(self: KindFacts, members: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    nodes = {node for member in members for node in self.rules.ancestry[member]}
    return tuple((node, 1) for node in sorted(nodes))


def all_to_the_first(self: KindFacts, members: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((node, len(members)) for member in members[:1] for node in self.rules.ancestry[member])


def only_enterprises(self: KindFacts, members: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((member, members.count(member)) for member in sorted(set(members)))


_init = Cell.__init__


def own_set_alone(self: Cell, *arguments: object) -> None:
    """The Hall test of a unit's own categories, and of no larger set."""
    _init(self, *arguments)  # type: ignore[arg-type]
    self.containing = {mine: [mine] for mine in self.containing}


def first_category_alone(rules: Rules, units: Units, *rest: object) -> Outcome:
    """Whoever has two categories counts as of the first."""
    kinds = tuple(kind._replace(categories=kind.categories[:1]) for kind in units.kinds)
    return reference.allocate(rules, replace(units, kinds=kinds), *rest)  # type: ignore[arg-type]


def no_guarantees(rules: Rules, units: Units, order: "array[int]", before: Outcome | None, _: Constraints) -> Outcome:
    return reference.allocate(replace(rules, guarantees=()), units, order, before, FIRST)


# --------------------------------------------------------------------------------------------------------- order


def heaviest_is_worst(seed: bytes, units: Sequence[Unit]) -> list[int]:
    """The worst of the tickets counts."""

    def worst(unit: Unit) -> bytes:
        return max(sha256(b"T" + seed + unit.id.to_bytes(8, "big") + bytes((t,))).digest() for t in range(unit.weight))

    return [unit.id for unit in sorted(units, key=lambda unit: (worst(unit), unit.id))]


def first_come(_: bytes, units: Sequence[Unit]) -> list[int]:
    return [unit.id for unit in units]


def one_number_each(rules: Rules, units: Units, order: "array[int]", *rest: object) -> Outcome:
    """Everybody's first choice first, then everybody's second: quick, and it rewards the clever."""
    outcome = Outcome(array("h", [FREE] * len(units)), bytearray(len(units)), {}, {})
    longest = max((len(units.choices(index)) for index in order), default=0)
    for turn in range(longest):
        lists = [units.choices(index)[turn : turn + 1] for index in range(len(units))]
        starts = array("Q", [0])
        for one in lists:
            starts.append(starts[-1] + len(one))
        flat = array("H", [choice for one in lists for choice in one])
        outcome = reference.allocate(rules, replace(units, starts=starts, flat=flat), order, outcome)
    return outcome


def stops_at_the_first_refusal(rules: Rules, units: Units, order: "array[int]", *rest: object) -> Outcome:
    outcome = reference.allocate(rules, units, order, *rest)  # type: ignore[arg-type]
    for position, index in enumerate(order):
        if outcome.places[index] == FREE and len(units.choices(index)):
            return reference.allocate(rules, units, order[:position], *rest)  # type: ignore[arg-type]
    return outcome


def a_loser_takes_the_next_turn(rules: Rules, units: Units, order: "array[int]", *rest: object) -> Outcome:
    """Whoever stands behind the first loser is put last."""
    outcome = reference.allocate(rules, units, order, *rest)  # type: ignore[arg-type]
    for position, index in enumerate(order[:-1]):
        if outcome.places[index] == FREE:
            moved = order[: position + 1] + order[position + 2 :] + order[position + 1 : position + 2]
            return reference.allocate(rules, units, moved, *rest)  # type: ignore[arg-type]
    return outcome


def a_long_list_turns_the_rest_around(rules: Rules, units: Units, order: "array[int]", *rest: object) -> Outcome:
    if order and len(units.choices(order[0])) > 1:
        order = order[:1] + order[:0:-1]
    return reference.allocate(rules, units, order, *rest)  # type: ignore[arg-type]


def later_is_better(rules: Rules, units: Units, order: "array[int]", *rest: object) -> Outcome:
    return reference.allocate(rules, units, order[::-1], *rest)  # type: ignore[arg-type]


def only_two_choices_count(rules: Rules, units: Units, order: "array[int]", *rest: object) -> Outcome:
    return reference.allocate(rules, _shortened(units, 2), order, *rest)  # type: ignore[arg-type]


def _shortened(units: Units, most: int) -> Units:
    lists = [units.choices(index)[:most] for index in range(len(units))]
    starts = array("Q", [0])
    for one in lists:
        starts.append(starts[-1] + len(one))
    return replace(units, starts=starts, flat=array("H", [choice for one in lists for choice in one]))


def _patching(owner: type, name: str, what: object) -> Callable[[], AbstractContextManager[object]]:
    return lambda: patch.object(owner, name, what)


REAL = Mechanism(allocate=allocate_again)

MUTANTS: dict[str, Mutant] = {
    "strangers share whatever their sexes": Mutant(
        REAL, properties.feasible, _patching(Tally, "blocked_with", half_rooms)
    ),
    "beds are counted as heads": Mutant(REAL, properties.feasible, _patching(Tally, "blocked_with", people_only)),
    "a half-taken room is full": Mutant(
        REAL, properties.non_wasteful, _patching(Tally, "blocked_with", a_single_remaining)
    ),
    "quota once an application": Mutant(REAL, properties.feasible, _patching(KindFacts, "_heads", once_an_application)),
    "a couple charged to one enterprise": Mutant(
        REAL, properties.feasible, _patching(KindFacts, "_heads", all_to_the_first)
    ),
    "only enterprises have quotas": Mutant(REAL, properties.feasible, _patching(KindFacts, "_heads", only_enterprises)),
    "Hall test of the own set alone": Mutant(REAL, properties.feasible, _patching(Cell, "__init__", own_set_alone)),
    "the first category alone": Mutant(Mechanism(first_category_alone), properties.guarantees_hold),
    "no guarantees": Mutant(Mechanism(no_guarantees), properties.guarantees_hold),
    "the worst ticket counts": Mutant(Mechanism(rank=heaviest_is_worst), properties.more_never_hurts),
    "first come, first served": Mutant(Mechanism(rank=first_come), properties.input_order_does_not_matter),
    "first choices first": Mutant(Mechanism(one_number_each), properties.strategy_proof),
    "only two choices count": Mutant(Mechanism(only_two_choices_count), properties.non_wasteful),
    "stops at the first refusal": Mutant(Mechanism(stops_at_the_first_refusal), properties.non_wasteful),
    "a loser costs the next one's turn": Mutant(
        Mechanism(a_loser_takes_the_next_turn), properties.losers_do_not_matter
    ),
    "a long list turns the rest around": Mutant(Mechanism(a_long_list_turns_the_rest_around), properties.non_bossy),
    "the last ticket goes first": Mutant(Mechanism(later_is_better), properties.no_envy),
    "the second stage moves confirmed winners": Mutant(Mechanism(moves_confirmed=True), properties.later_stages),
    "the second stage releases no guarantees": Mutant(Mechanism(passes=SECOND[:1]), properties.later_stages),
    "the second stage releases no caps": Mutant(Mechanism(passes=SECOND[:2]), properties.later_stages),
}
