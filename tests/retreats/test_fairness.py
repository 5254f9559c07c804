"""The fairness ledger: silent about draws that are fair, loud about those that are not."""

from collections.abc import Sequence
from itertools import product
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.draws.engine import draw
from booking.draws.rules import Cap, Choice, Guarantee, Level, Node, Rules
from booking.draws.units import Kind, Need, Unit, Units
from booking.retreats.rules.fairness import (
    ALARM,
    REDRAWS,
    Count,
    Fairness,
    Part,
    Question,
    Waiting,
    count,
    holm,
    judge,
    measure,
    over_seasons,
    seeds,
    size_of,
)

DISTRICTS = ("north", "south", "east", "west")
GROUPS = (*(("district", code) for code in DISTRICTS), ("sex", "female"), ("sex", "male"), ("category", "frontline"))
SEED = b"\x07" * 32
PEOPLE = 480


def rules() -> Rules:
    """Three batches of twins for 120 of 480, quotas by district, and beds kept for the front line."""
    nodes = [Node("city", "", Level.CITY), *(Node(code, "city", Level.DISTRICT) for code in DISTRICTS)]
    return Rules(
        "",
        tuple(Choice(str(batch), "twin", 20) for batch in range(3)),
        nodes=tuple(nodes),
        caps=tuple(Cap(0, code, 36) for code in DISTRICTS),
        categories=("frontline",),
        guarantees=tuple(Guarantee(choice, "frontline", 8) for choice in range(3)),
    )


def season(seed: int = 0) -> tuple[Units, list[tuple[Part, ...]]]:
    """Workers of four districts, couples among them, and what each unit counts for."""
    dice, made = Random(seed), {}
    for _ in range(PEOPLE):
        district, woman, frontline = dice.randrange(4), dice.random() < 0.5, dice.random() < 0.4
        couple, weight = dice.random() < 0.15, dice.choice([1, 1, 2, 3, 4])
        need = Need(rooms=1) if couple else Need(women=1) if woman else Need(men=1)
        heads = 2 if couple else 1
        kind = Kind(need, ("frontline",) if frontline else (), (DISTRICTS[district],) * heads)
        unit = Unit(dice.getrandbits(63), weight, kind, tuple(dice.sample(range(3), dice.randint(1, 3))))
        waited = (weight - 1) * heads
        parts = [Part(district, heads, waited)]
        parts += (
            [Part(4, 1, weight - 1), Part(5, 1, weight - 1)] if couple else [Part(4 if woman else 5, 1, weight - 1)]
        )
        parts += [Part(6, heads, waited)] if frontline else []
        made[unit.id] = unit, tuple(parts)
    units = Units.of(rules(), [unit for unit, _ in made.values()])
    return units, [made[unit_id][1] for unit_id in units.ids]


UNITS, PARTS = season()


def asked(won: Sequence[int], seed: bytes = SEED) -> Question:
    """The question about a draw that gave places to the units of these indices."""
    return Question(rules(), UNITS, seed, GROUPS, PARTS, frozenset(UNITS.ids[at] for at in won))


def winners(seed: bytes, without: frozenset[int] = frozenset()) -> list[int]:
    """Whom a draw gives places; those `without` are never reached, as if somebody had seen to it."""
    kept = [unit for at, unit in enumerate(UNITS) if at not in without]
    units = Units.of(rules(), kept)
    known = {unit_id: at for at, unit_id in enumerate(UNITS.ids)}
    places = draw(rules(), units, seed).first.places
    return [known[units.ids[at]] for at, place in enumerate(places) if place >= 0]


@pytest.fixture(scope="module")
def others() -> list[list[Count]]:
    """What chance gives."""
    question = asked([])
    return [count(question, winners(seed)) for seed in seeds(SEED, REDRAWS)]


def alarms(won: Sequence[int], others: Sequence[Sequence[Count]]) -> set[tuple[str, str]]:
    question = asked(won)
    return {(one.kind, one.code) for one in judge(question, count(question, won), others) if one.alarms}


def some_of(group: int, part: float) -> frozenset[int]:
    """A part of the units whose members are all of a group."""
    mine = [
        at for at, parts in enumerate(PARTS) if any(one.group == group and one.heads == parts[0].heads for one in parts)
    ]
    return frozenset(Random(1).sample(mine, int(part * len(mine))))


class TestAFairDraw:
    def test_alarms_no_oftener_than_it_says(self, others: list[list[Count]]) -> None:
        """Of 120 fair draws at most five alarm: with a chance of one in a hundred, more come once in 500 such tests."""
        found = [alarms(winners(seed), others) for seed in seeds(b"other" + SEED, 120)]
        more = 1 - sum(comb(120, n) * ALARM**n * (1 - ALARM) ** (120 - n) for n in range(6))
        assert more < 0.002
        assert sum(bool(each) for each in found) <= 5

    def test_each_draw_is_as_likely_to_be_the_worst_as_any_other(self, others: list[list[Count]]) -> None:
        """Whichever of the draws is taken for the season's own, the same number of them alarm: that is the level."""
        question = asked([])
        every = others[:100]
        alarming = [
            any(one.chance <= 0.05 for one in judge(question, own, [*every[:at], *every[at + 1 :]]))
            for at, own in enumerate(every)
        ]
        assert 1 <= sum(alarming) <= 5

    def test_what_a_group_expects_is_what_redraws_give(self, others: list[list[Count]]) -> None:
        question = asked(winners(SEED))
        found = {(one.kind, one.code): one for one in judge(question, count(question, winners(SEED)), others)}
        assert all(one.low <= one.mean <= one.high for one in found.values())
        assert sum(found["sex", one].mean for one in ("female", "male")) == pytest.approx(
            sum(found["district", one].mean for one in DISTRICTS)
        )
        assert sum(found["district", one].heads for one in DISTRICTS) == sum(parts[0].heads for parts in PARTS)
        frontline, everybody = found["category", "frontline"], [found["district", one] for one in DISTRICTS]
        kept = frontline.mean / frontline.heads
        assert kept > sum(one.mean for one in everybody) / sum(one.heads for one in everybody)

    def test_who_waited_longer_wins_oftener(self, others: list[list[Count]]) -> None:
        question = asked(winners(SEED))
        everybody = count(question, range(PEOPLE))
        for one in judge(question, count(question, winners(SEED)), others):
            before = everybody[GROUPS.index((one.kind, one.code))]
            assert one.waiting.mean is not None
            assert one.waiting.mean > before.waited / before.won
            assert one.waiting.low is not None
            assert one.waiting.high is not None
            assert one.waiting.low <= one.waiting.mean <= one.waiting.high


class TestAnUnfairDraw:
    """Mutants of the mechanism: each is found, and the group that it wrongs is named."""

    @pytest.mark.parametrize("seed", [b"\x01" * 32, b"\x02" * 32, b"\x03" * 32])
    def test_that_is_biased_against_women(self, others: list[list[Count]], seed: bytes) -> None:
        assert ("sex", "female") in alarms(winners(seed, some_of(4, 0.8)), others)

    @pytest.mark.parametrize(("district", "seed"), [*product(range(4), [b"\x01" * 32, b"\x02" * 32])])
    def test_that_is_biased_against_one_district(self, others: list[list[Count]], district: int, seed: bytes) -> None:
        found = alarms(winners(seed, some_of(district, 0.8)), others)
        assert ("district", DISTRICTS[district]) in found
        assert not found & {("sex", "male")}

    def test_that_forgets_the_guarantee(self, others: list[list[Count]]) -> None:
        plain = rules()
        without = Rules(plain.title, plain.choices, plain.nodes, plain.caps, plain.categories)
        units = Units.of(without, list(UNITS))
        places = draw(without, units, SEED).first.places
        lost = [at for at, place in enumerate(places) if place >= 0]
        low = judge(asked(lost), count(asked(lost), lost), others)[6]
        assert low.won < low.mean

    def test_that_takes_no_account_of_tickets_gives_places_to_those_who_waited_less(
        self, others: list[list[Count]]
    ) -> None:
        alike = [Unit(unit.id, 1, unit.kind, unit.choices) for unit in UNITS]
        places = draw(rules(), Units.of(rules(), alike), SEED).first.places
        won = [at for at, place in enumerate(places) if place >= 0]
        found = judge(asked(won), count(asked(won), won), others)
        assert all(one.waiting.own < one.waiting.low for one in found[4:6] if one.waiting.own and one.waiting.low)

    def test_a_small_bias_shows_over_many_seasons(self, others: list[list[Count]]) -> None:
        seasons = [self.one(seed, others) for seed in seeds(b"year", 12)]
        assert not all(any(one.alarms for one in each) for each in seasons)
        found = {(one.kind, one.code): one for one in over_seasons(seasons)}
        assert found["sex", "female"].alarms
        assert not found["sex", "male"].alarms
        assert found["sex", "female"].seasons == 12

    def one(self, seed: bytes, others: list[list[Count]]) -> list[Fairness]:
        won = winners(seed, some_of(4, 0.2))
        return judge(asked(won), count(asked(won), won), others)


class TestMeasuring:
    def test_is_the_same_wherever_it_is_done_again(self) -> None:
        question = asked(winners(SEED))
        assert measure(question, 5) == measure(question, 5)

    def test_seeds_follow_from_the_seasons_and_never_are_it(self) -> None:
        found = list(seeds(SEED, 50))
        assert len({*found, SEED}) == 51
        assert next(seeds(SEED, 1)).hex() == found[0].hex()

    def test_of_nobody_there_is_nothing_to_say(self) -> None:
        nobody = Question(rules(), Units.of(rules(), []), SEED, GROUPS, [], frozenset())
        assert {(one.heads, one.won, one.chance) for one in measure(nobody, 3)} == {(0, 0, 1.0)}

    @pytest.mark.parametrize(
        ("members", "size"),
        [(0, "micro"), (19, "micro"), (20, "small"), (299, "small"), (300, "medium"), (1000, "large")],
    )
    def test_sizes_of_enterprises(self, members: int, size: str) -> None:
        assert size_of(members) == size


class TestSeasonsTogether:
    def fair(self, won: int, mean: float, deviation: float) -> Fairness:
        return Fairness("sex", "female", 100, won, mean, deviation, 0, 100, 1.0, Waiting(None, None, None, None))

    def test_variances_add_up(self) -> None:
        (found,) = over_seasons([[self.fair(20, 30, 3)], [self.fair(25, 30, 4)]])
        assert (found.won, found.mean, found.deviation, found.heads, found.seasons) == (45, 60, 5, 200, 2)
        assert found.chance == pytest.approx(0.00135, abs=1e-5)  # three deviations
        assert found.alarms

    def test_who_expects_next_to_nothing_never_alarms(self) -> None:
        (found,) = over_seasons([[self.fair(0, 9, 1)]])
        assert not found.alarms

    def test_holms_method(self) -> None:
        assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
        assert holm([]) == []

    @given(st.lists(st.floats(0, 1), max_size=12))
    def test_holm_never_makes_anything_more_certain_nor_changes_the_order(self, chances: list[float]) -> None:
        found = holm(chances)
        assert all(before <= after <= 1 for before, after in zip(chances, found, strict=True))
        ranked = sorted(zip(chances, found, strict=True))
        assert [after for _, after in ranked] == sorted(found)
