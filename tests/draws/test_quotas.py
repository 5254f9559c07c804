"""Quotas down the tree: Sainte-Laguë by its definition, capped, with what is left handed on."""

import random
from fractions import Fraction

from booking.draws.quotas import Share, caps_of, sainte_lague, split, totals
from booking.draws.rules import Cap, Level
from tests.draws.seasons import tree


class TestSainteLague:
    def test_rounds_to_the_nearest_under_one_divisor(self) -> None:
        """Its definition: some divisor rounds every share to the seats. With a cap: to the cap, where that is less."""
        for number in range(200):
            dice = random.Random(number)
            members = {name: dice.randint(1, 5000) for name in "abcdef"[: dice.randint(1, 6)]}
            most = {name: dice.choice((1, 3, 1000)) for name in members}
            seats = dice.randint(0, 40)
            given = sainte_lague(seats, members, most)
            assert sum(given.values()) == min(seats, sum(most.values()))
            growing = [Fraction(2 * given[n] + 1, 2 * members[n]) for n in members if given[n] < most[n]]
            fallen = [Fraction(2 * given[n] - 1, 2 * members[n]) for n in members if given[n]]
            assert not growing or not fallen or max(fallen) <= min(growing)
            assert all(given[name] <= most[name] for name in members)

    def test_known_example(self) -> None:
        votes = {"a": 53000, "b": 24000, "c": 23000}
        assert sainte_lague(7, votes, dict.fromkeys(votes, 99)) == {"a": 3, "b": 2, "c": 2}


MEMBERS = {"a1x": 600, "a2x": 200, "b1x": 150, "b2x": 50}


class TestSplit:
    def test_goes_by_members_and_not_by_applicants(self) -> None:
        few = {"a1x": 30, "a2x": 30, "b1x": 30, "b2x": 30}
        many = few | {"b2x": 3000}
        assert split(tree(), 20, MEMBERS, few) == split(tree(), 20, MEMBERS, many)
        assert {code: share.heads for code, share in split(tree(), 20, MEMBERS, few).items()} == {
            "c": 20,
            "a": 16,
            "b": 4,
            "a1": 12,
            "a2": 4,
            "b1": 3,
            "b2": 1,
        }

    def test_hands_on_what_a_node_cannot_use(self) -> None:
        shares = split(tree(), 20, MEMBERS, {"a1x": 5, "a2x": 30, "b1x": 30, "b2x": 30})
        assert shares["a1"] == Share(5, is_satisfied=True)
        assert (shares["a2"].heads, shares["b1"].heads, shares["b2"].heads) == (11, 3, 1)

    def test_stops_at_the_township_and_never_exceeds_what_is_above(self) -> None:
        nodes, levels = tree(), {node.code: node.level for node in tree()}
        for number in range(100):
            dice = random.Random(number)
            leaves = [node.code for node in nodes if node.level is Level.ENTERPRISE]
            members = {code: dice.randint(0, 90) for code in leaves}
            applied = {code: dice.randint(0, 9) for code in leaves}
            shares, heads = split(nodes, dice.randint(0, 60), members, applied), totals(nodes, applied)
            assert {levels[code] for code in shares} == {Level.CITY, Level.DISTRICT, Level.TOWNSHIP}
            for node in nodes:
                below = sum(shares[one.code].heads for one in nodes if one.parent == node.code and one.code in shares)
                assert node.code not in shares or below <= shares[node.code].heads <= heads[node.code]

    def test_a_cap_that_limits_nobody_is_not_published(self) -> None:
        """It would be the number of those who applied."""
        assert caps_of({"a": Share(5, is_satisfied=True), "b": Share(3, is_satisfied=False)}, 2) == (Cap(2, "b", 3),)
