"""The engine as a whole: fast is plain, the later stages in turn, what it refuses, and an equal from elsewhere."""

import random
import subprocess
import sys
import warnings
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from matching.games import HospitalResident

from booking.draws import engine, explaining, fast, reference
from booking.draws.errors import BadRules, BadUnit
from booking.draws.explaining import DrawEarlier, RankAlso, explain
from booking.draws.outcome import FREE, GONE, Outcome, Reason
from booking.draws.rules import FIRST, SECOND, Cap, Choice, Constraints, Guarantee, Level, Node, Policy, Rules
from booking.draws.tickets import order_of, tickets
from booking.draws.units import Kind, Need, Unit, Units, group_categories, group_weight
from tests.draws.mechanism import REAL
from tests.draws.seasons import random_instance

CITY = (
    Node("c", "", Level.CITY),
    Node("d", "c", Level.DISTRICT),
    Node("t", "d", Level.TOWNSHIP),
    Node("e", "t", Level.ENTERPRISE),
    Node("f", "t", Level.ENTERPRISE),
)
MAN, WOMAN, PAIR = Need(men=1), Need(women=1), Need(rooms=1)


def one_cell(
    rooms: int, *guarantees: tuple[str, int], policy: Policy = Policy.MINIMUM, caps: tuple[Cap, ...] = ()
) -> Rules:
    kept = tuple(Guarantee(0, name, beds) for name, beds in guarantees)
    return Rules("one", (Choice("b", "t", rooms),), CITY, caps, tuple(name for name, _ in guarantees), kept, policy)


def places(rules: Rules, *kinds: Kind) -> list[int]:
    """Who wins of units of these kinds that all want the only choice, in this order."""
    units = [Unit(number, 1, kind, (0,)) for number, kind in enumerate(kinds)]
    won = REAL.run(rules, units, range(len(units)))
    return sorted(won)


class TestRooms:
    def test_a_full_cell_still_takes_the_other_half_of_a_room(self) -> None:
        """Two rooms: a man, a pair, then no woman and no pair, but one man more."""
        kinds = [Kind(MAN), Kind(PAIR), Kind(WOMAN), Kind(PAIR), Kind(MAN), Kind(MAN)]
        assert places(one_cell(2), *kinds) == [0, 1, 4]

    def test_strangers_share_by_sex(self) -> None:
        assert places(one_cell(1), Kind(MAN), Kind(WOMAN), Kind(MAN)) == [0, 2]


class TestQuota:
    def test_counts_heads_where_each_belongs(self) -> None:
        caps = (Cap(0, "e", 1), Cap(0, "t", 3))
        couple = Kind(PAIR, (), ("e", "f"))
        assert places(one_cell(9, caps=caps), couple, Kind(MAN, (), ("e",)), couple, Kind(MAN, (), ("f",))) == [0, 3]


class TestGuarantee:
    """Two rooms, four beds, two of them for p. In order: a pair of p's, a pair of nobody's, a pair of p's."""

    P, ANY = Kind(PAIR, ("p",)), Kind(PAIR)

    def test_minimum_counts_every_winner_of_the_category(self) -> None:
        assert places(one_cell(2, ("p", 2)), self.P, self.ANY, self.P) == [0, 1]

    def test_over_and_above_comes_on_top_of_what_they_win(self) -> None:
        assert places(one_cell(2, ("p", 2), policy=Policy.OVER), self.P, self.ANY, self.P) == [0, 2]

    def test_overlapping_categories_are_exact(self) -> None:
        """Three rooms for p and q: a unit of both fills either, so that one who is q fits after two of p."""
        both, q = Kind(PAIR, ("p", "q")), Kind(PAIR, ("q",))
        rules = one_cell(3, ("p", 2), ("q", 4))
        assert places(rules, both, both, self.P, self.P) == [0, 1, 2]
        assert places(rules, self.P, self.P, q, q) == [0, 2, 3]


class TestGroups:
    def test_have_the_least_weight_and_the_common_categories(self) -> None:
        assert group_weight([4, 2, 3]) == 2
        assert group_categories([("p", "q"), ("q",), ("q", "r")]) == ("q",)
        assert group_categories([]) == ()


class TestLaterStages:
    """One room of one bed each in three choices; what a stage may do is decided by `SECOND`, in turn."""

    def test_release_guarantees_before_caps_and_caps_from_below(self) -> None:
        rules = Rules(
            "r", (Choice("b", "t", 2, beds=1),), CITY, (Cap(0, "e", 0), Cap(0, "d", 1)), ("p",), (Guarantee(0, "p", 2),)
        )
        plain, rich = Kind(MAN, (), ("f",)), Kind(MAN, (), ("e",))
        units = Units.of(rules, [Unit(number, 1, kind, (0,)) for number, kind in enumerate((rich, plain, plain))])
        order, nothing = array("I", range(3)), Outcome(array("h", [FREE] * 3), bytearray(3), {}, {})
        done = engine.Draw(rules, units, b"", order, b"", reference.allocate(rules, units, order))
        assert list(done.first.places) == [FREE, FREE, FREE]
        after = [nothing]
        for constraints in SECOND:
            after.append(reference.allocate(rules, units, order, after[-1], constraints))
        # The guarantee goes first and gives a bed to the second, whom no cap of e keeps out; then d is full until
        # its own cap is released, last of all.
        assert [list(one.places) for one in after[1:]] == [
            [-1, -1, -1],
            [-1, 0, -1],
            [-1, 0, -1],
            [-1, 0, -1],
            [0, 0, -1],
        ]
        assert list(engine.next_stage(done, done.first, set()).places) == [0, 0, -1]

    def test_whoever_does_not_keep_a_place_is_out(self) -> None:
        rules = one_cell(1)
        units = Units.of(rules, [Unit(number, 1, Kind(PAIR), (0,)) for number in range(3)])
        done = engine.draw(rules, units, bytes(32))
        winner, second, third = done.order
        after = engine.next_stage(done, done.first, set())
        assert (after.places[winner], after.places[second], after.places[third]) == (GONE, 0, FREE)
        last = engine.next_stage(done, after, {units.ids[second]}, engine.LAST)
        assert (last.places[winner], last.places[second], last.places[third]) == (GONE, 0, FREE)


class TestFastPath:
    """Property 13: the same bytes as the plain reference, in every stage."""

    @staticmethod
    def check(numbers: range) -> None:
        for number in numbers:
            rules, units = random_instance(number, most=24)
            columns, dice = Units.of(rules, units), random.Random(number)
            order = order_of(tickets(number.to_bytes(32, "big"), columns))
            before: Outcome | None = None
            for constraints in (FIRST, *SECOND, Constraints(released=frozenset({Level.ENTERPRISE})), FIRST):
                plain = reference.allocate(rules, columns, order, before, constraints)
                quick = fast.allocate(rules, columns, order, before, constraints)
                assert plain.serialised() == quick.serialised(), number
                for index in range(len(units)):
                    if plain.places[index] >= 0 and dice.random() < 0.3:
                        plain.places[index], plain.reserved[index] = GONE, 0
                before = plain

    def test_equals_the_reference(self) -> None:
        self.check(range(250))

    @pytest.mark.drill
    def test_equals_the_reference_over_thousands(self) -> None:
        self.check(range(250, 3500))

    def test_is_not_missed_where_numpy_is_not_installed(self) -> None:
        script = (
            "import sys; sys.modules['numpy'] = None; from pathlib import Path; from booking.draws import engine; "
            "from booking.draws.verifying import verify; assert not engine.HAS_FAST_PATH; "
            "files = {path.name: path.read_bytes() for path in Path('fixtures/draws/over').glob('*.csv')}; "
            "report = verify(files); sys.exit(len(report.faults) or len(report.checked) != 6)"
        )
        subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=True)

    def test_crosses_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fast, "BLOCK", 3)
        self.check(range(50))


class TestMatching:
    def test_equals_hospital_resident_matching_with_one_list_for_all(self) -> None:
        """Property 12: without reserves, quotas and groups it is the resident-optimal matching."""
        for number in range(120):
            dice = random.Random(number)
            rooms = [dice.randint(1, 4) for _ in range(dice.randint(1, 5))]
            rules = Rules("hr", tuple(Choice("b", f"t{index}", n, beds=1) for index, n in enumerate(rooms)))
            lists = [dice.sample(range(len(rooms)), dice.randint(1, len(rooms))) for _ in range(dice.randint(1, 14))]
            units = Units.of(rules, [Unit(i, 1, Kind(MAN), tuple(one)) for i, one in enumerate(lists)])
            done = engine.draw(rules, units, number.to_bytes(32, "big"))
            residents = {f"u{i}": [f"t{choice}" for choice in one] for i, one in enumerate(lists)}
            asked = [index for index in range(len(rooms)) if any(index in one for one in lists)]
            hospitals = {f"t{c}": [f"u{i}" for i in done.order if c in lists[i]] for c in asked}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                game = HospitalResident.create_from_dictionaries(
                    residents, hospitals, {f"t{index}": rooms[index] for index in asked}
                )
                solved = game.solve(optimal="resident")
            found = {str(one): str(hospital) for hospital, matched in solved.items() for one in matched}
            mine = {f"u{i}": f"t{place}" for i, place in enumerate(done.first.places) if place >= 0}
            assert mine == found


class TestExplanation:
    @staticmethod
    def losers(numbers: range) -> Iterator[tuple[engine.Draw, int]]:
        for number in numbers:
            rules, units = random_instance(number, most=16)
            done = engine.draw(rules, Units.of(rules, units), number.to_bytes(32, "big"), plain=True)
            for index, place in enumerate(done.first.places):
                if place == FREE:
                    yield done, index

    def test_names_the_smallest_change_and_that_wins(self) -> None:
        kinds = {RankAlso: 0, DrawEarlier: 0, type(None): 0}
        for done, index in self.losers(range(200)):
            why = explain(done, index)
            kinds[type(why.change)] += 1
            order, units = list(done.order), done.units
            if isinstance(why.change, RankAlso):
                for choice in why.change.choices:
                    unit = replace(units[index], choices=(*units[index].choices, choice))
                    changed = Units.of(done.rules, [unit if one.id == unit.id else one for one in units])
                    assert reference.allocate(done.rules, changed, order).places[index] == choice
            elif isinstance(why.change, DrawEarlier):
                order.remove(index)
                order.insert(why.change.position - 1, index)
                assert reference.allocate(done.rules, units, order).places[index] >= 0
                order.remove(index)
                order.insert(why.change.position, index)
                assert reference.allocate(done.rules, units, order).places[index] < 0, "a later turn would do"
            else:
                assert all(one.position == 0 for one in why.missed)
        assert min(kinds.values()) > 20

    def test_says_when_each_choice_closed_and_why(self) -> None:
        caps = (Cap(0, "t", 2),)
        choices = (Choice("1", "double", 1), Choice("2", "double", 9))
        rules = Rules("r", choices, CITY, caps)
        kinds = [(Kind(PAIR, (), ("e", "f")), (0,)), (Kind(MAN, (), ("e",)), (0, 1))]
        units = Units.of(rules, [Unit(number, 1, kind, wishes) for number, (kind, wishes) in enumerate(kinds)])
        order = array("I", [0, 1])
        done = engine.Draw(rules, units, b"", order, b"", reference.allocate(rules, units, order))
        why = explain(done, 1)
        assert (why.position, why.of, why.won) == (2, 2, None)
        assert [(one.choice, one.position, one.reason) for one in why.missed] == [
            (0, 1, Reason.ROOMS),
            (1, 1, Reason.QUOTA),
        ]
        assert (why.missed[1].node, why.missed[1].heads) == ("t", 2)
        assert explaining.closing(done, Kind(WOMAN), 1) is None


class TestRefusals:
    @pytest.mark.parametrize(
        "change",
        [
            {"choices": (Choice("b", "t", -1),)},
            {"choices": (Choice("b", "t", 1), Choice("b", "t", 2))},
            {"nodes": (Node("e", "t", Level.ENTERPRISE), Node("t", "", Level.TOWNSHIP))},
            {"nodes": (Node("t", "", Level.TOWNSHIP), Node("u", "t", Level.TOWNSHIP))},
            {"caps": (Cap(0, "nowhere", 1),)},
            {"categories": ("p",), "guarantees": (Guarantee(0, "p", 3),)},
            {"guarantees": (Guarantee(0, "q", 1),)},
            {"categories": tuple("abcdefghi")},
            {"bits": 10**9},
        ],
    )
    def test_rules_that_contradict_themselves(self, change: dict[str, object]) -> None:
        with pytest.raises(BadRules):
            replace(one_cell(1), **change)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "unit",
        [
            Unit(2**64, 1, Kind(MAN), ()),
            Unit(1, 5, Kind(MAN), ()),
            Unit(1, 1, Kind(Need()), ()),
            Unit(1, 1, Kind(MAN), (1,)),
            Unit(1, 1, Kind(MAN), (0, 0)),
            Unit(1, 1, Kind(MAN, ("p",)), ()),
            Unit(1, 1, Kind(MAN, (), ("nowhere",)), ()),
            Unit(7, 1, Kind(MAN), ()),
        ],
    )
    def test_units_that_the_rules_cannot_read(self, unit: Unit) -> None:
        with pytest.raises(BadUnit):
            Units.of(one_cell(1), [Unit(7, 1, Kind(MAN), ()), unit])
