"""What a draw must be, each as a function that fails for a mechanism that is not. The numbers are the specification's.

1 feasible · 2 non-wasteful · 3 no envy · 4 strategy-proof · 5 non-bossy · 6 losers do not matter · 7 input order does
not matter · 8 a ticket or a category more never hurts · 9 guarantees hold · 10 the later stages move nobody and leave
nobody who fits. 11 (frequencies), 12 (hospital–resident matching) and 13 (fast is plain) have tests of their own.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from booking.draws.rules import FIRST, SECOND, Policy, Rules
from booking.draws.units import HEAVIEST, Unit
from tests.draws.mechanism import Mechanism, Place
from tests.draws.recount import Recount
from tests.draws.seasons import random_instance

TRIED = 3
"""Units of an instance that change something, each in its way."""


@dataclass(frozen=True)
class Case:
    """A mechanism at work on one small instance."""

    mechanism: Mechanism
    number: int
    rules: Rules
    units: list[Unit]

    @cached_property
    def seed(self) -> bytes:
        return self.number.to_bytes(32, "big")

    @cached_property
    def order(self) -> list[int]:
        return self.mechanism.rank(self.seed, self.units)

    @cached_property
    def places(self) -> dict[int, Place]:
        return self.mechanism.run(self.rules, self.units, self.order)

    @cached_property
    def recount(self) -> Recount:
        return Recount(self.rules, {unit.id: unit for unit in self.units}, self.places)

    def rerun(self, changed: Unit | None = None, without: Unit | None = None) -> dict[int, Place]:
        """The first stage in the same order, with one unit changed or left out."""
        units = [changed if changed and unit.id == changed.id else unit for unit in self.units if unit is not without]
        order = [unit_id for unit_id in self.order if without is None or unit_id != without.id]
        return self.mechanism.run(self.rules, units, order)

    def some_units(self, name: str) -> Iterator[tuple[Unit, random.Random]]:
        dice = random.Random(f"{self.number} {name}")
        for unit in dice.sample(self.units, min(TRIED, len(self.units))):
            yield unit, dice


def rank_of(unit: Unit, place: Place | None) -> int:
    """How far down its list a unit got; nothing comes after everything."""
    return unit.choices.index(place[0]) if place and place[0] in unit.choices else len(unit.choices)


def feasible(case: Case) -> None:
    assert case.recount.faults() == []
    by_id = case.recount.units
    assert all(place[0] in by_id[unit_id].choices for unit_id, place in case.places.items())


def non_wasteful(case: Case) -> None:
    for unit in case.units:
        alone = case.recount.without(unit)
        for choice in unit.choices[: rank_of(unit, case.places.get(unit.id))]:
            assert not alone.allows(unit, choice), f"{unit} could have {choice}"


def no_envy(case: Case) -> None:
    by_id = case.recount.units
    for number, unit_id in enumerate(case.order):
        unit = by_id[unit_id]
        mine = rank_of(unit, case.places.get(unit_id))
        for later in case.order[number + 1 :]:
            if by_id[later].kind == unit.kind and later in case.places:
                theirs = case.places[later]
                assert theirs[0] not in unit.choices or mine <= rank_of(unit, theirs), f"{unit} envies {later}"


def strategy_proof(case: Case) -> None:
    for unit, dice in case.some_units("strategy"):
        honest = rank_of(unit, case.places.get(unit.id))
        for _ in range(3):
            lie = replace(unit, choices=_other_list(case.rules, dice))
            assert rank_of(unit, case.rerun(lie).get(unit.id)) >= honest, f"{unit} does better with {lie.choices}"


def non_bossy(case: Case) -> None:
    for unit, dice in case.some_units("bossy"):
        for _ in range(3):
            after = case.rerun(replace(unit, choices=_other_list(case.rules, dice)))
            if after.get(unit.id) == case.places.get(unit.id):
                assert after == case.places, f"{unit} moves others and gets the same"


def losers_do_not_matter(case: Case) -> None:
    for unit in [unit for unit in case.units if unit.id not in case.places][:TRIED]:
        assert case.rerun(without=unit) == case.places


def input_order_does_not_matter(case: Case) -> None:
    shuffled = random.Random(case.number).sample(case.units, len(case.units))
    order = case.mechanism.rank(case.seed, shuffled)
    assert order == case.order
    assert case.mechanism.run(case.rules, shuffled, order) == case.places


def more_never_hurts(case: Case) -> None:
    for unit, dice in case.some_units("more"):
        before = rank_of(unit, case.places.get(unit.id))
        richer = replace(unit, weight=min(unit.weight + 1, HEAVIEST))
        units = [richer if one is unit else one for one in case.units]
        order = case.mechanism.rank(case.seed, units)
        assert order.index(unit.id) <= case.order.index(unit.id)
        assert rank_of(unit, case.mechanism.run(case.rules, units, order).get(unit.id)) <= before
        if case.rules.categories:
            more = tuple(sorted({*unit.kind.categories, dice.choice(case.rules.categories)}))
            member = replace(unit, kind=unit.kind._replace(categories=more))
            assert rank_of(unit, case.rerun(member).get(unit.id)) <= before, f"{more} hurts {unit}"


def guarantees_hold(case: Case) -> None:
    """Rooms and guarantees refuse a category only once its units and this one would block more than its beds."""
    vast = tuple(replace(choice, rooms=1000) for choice in case.rules.choices)
    only_quotas = replace(case.rules, choices=vast, guarantees=())
    for unit in case.units:
        alone = case.recount.without(unit)
        for choice in unit.choices[: rank_of(unit, case.places.get(unit.id))]:
            if not replace(alone, rules=only_quotas).allows(unit, choice):
                continue
            for one in case.rules.guarantees:
                if one.choice == choice and one.category in unit.kind.categories:
                    over = case.rules.policy is Policy.OVER
                    same = [
                        other
                        for other in alone.of(choice)
                        if one.category in other.kind.categories and (alone.places[other.id][1] or not over)
                    ]
                    assert alone.blocked(choice, [*same, unit]) > one.beds, f"{one} was not kept for {unit}"


def later_stages(case: Case) -> None:
    dice, before = random.Random(case.number), case.places
    left: set[int] = set()
    for last in (False, True):
        kept = {unit_id: before[unit_id] for unit_id in sorted(before) if dice.random() < 0.7}
        left |= before.keys() - kept.keys()
        after = case.mechanism.later(case.rules, case.units, case.order, kept, left, last=last)
        assert all(after.get(unit_id) == place for unit_id, place in kept.items()), "a confirmed winner was moved"
        loosest = FIRST if last else SECOND[-1]
        recount = Recount(case.rules, case.recount.units, after, loosest)
        for unit in case.units:
            if unit.id in left:
                assert unit.id not in after, "who declined got a place"
            elif unit.id not in after:
                assert not any(recount.allows(unit, choice) for choice in unit.choices), f"{unit} still fits"
        before = after


def _other_list(rules: Rules, dice: random.Random) -> tuple[int, ...]:
    number = len(rules.choices)
    return tuple(dice.sample(range(number), dice.randint(0, number)))


PROPERTIES: tuple[Callable[[Case], None], ...] = (
    feasible,
    non_wasteful,
    no_envy,
    strategy_proof,
    non_bossy,
    losers_do_not_matter,
    input_order_does_not_matter,
    more_never_hurts,
    guarantees_hold,
    later_stages,
)


def judge(mechanism: Mechanism, number: int, *properties: Callable[[Case], None]) -> None:
    """One random instance against some properties, or all."""
    rules, units = random_instance(number, most=14)
    case = Case(mechanism, number, rules, units)
    for holds in properties or PROPERTIES:
        holds(case)
