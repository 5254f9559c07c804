"""Seasons as rules of a draw: quotas that add up, whatever the tree, and rules that tell nothing of applicants."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.draws.errors import BadRules
from booking.draws.quotas import totals
from booking.draws.rules import Cap, Guarantee, Level, Node
from booking.retreats.queries.quotas import heads_of, override_history, overrides_of, tree
from booking.retreats.queries.seasons import choice_index, choices
from booking.retreats.rules.building import (
    ChoiceFacts,
    Organisation,
    Quota,
    nodes_of,
    places_of,
    quotas_of,
    rules_of,
)
from tests.databases import Driver
from tests.retreats.season import enter, everybody, open_season, populate
from tests.rooms.house import TWIN

KINDS = {"": ["city"], "city": ["district", "park"], "district": ["township"], "park": ["enterprise"]}
KINDS |= {"township": ["enterprise", "village", "community"]}


def choice(batch: int = 1, kind: str = "twin", rooms: int = 4, beds: int = 2, **guarantees: int) -> ChoiceFacts:
    return ChoiceFacts(
        batch=batch,
        type_id=1,
        rooms=rooms,
        beds=beds,
        price_fen=0,
        guarantees=guarantees,
        arrival=0,
        departure=3,
        batch_name="",
        batch_name_en="",
        type=kind,
        type_name="",
        type_name_en="",
        sleeps=2,
    )


@dataclass
class Terms:
    title: str = "春季"
    policy: str = "minimum"
    bits: int = 80
    sources: list[tuple[str, str, str, str]] = field(default_factory=lambda: [("kl8", "1", "2026-12-02", "2")])
    enterprise_heads: int = 3


@st.composite
def trees(draw: st.DrawFn) -> list[Organisation]:
    """A city, and below it what there may be, with members anywhere."""
    found, layer = [Organisation("c", "", "city", draw(st.integers(0, 50)))], [("c", "city")]
    while layer:
        code, kind = layer.pop()
        for number in range(draw(st.integers(0, 3)) if kind in KINDS else 0):
            below = draw(st.sampled_from(KINDS[kind]))
            one = Organisation(f"{code}{number}", code, below, draw(st.integers(0, 300)))
            found.append(one)
            layer.append((one.code, below))
    return draw(st.permutations(found))


@st.composite
def applied(draw: st.DrawFn) -> tuple[list[Organisation], dict[str, int], list[ChoiceFacts]]:
    """A tree, heads that applied from anywhere in it, and what they apply for."""
    organisations = draw(trees())
    heads = {one.code: draw(st.integers(0, 30)) for one in organisations if draw(st.booleans())}
    rooms = draw(st.lists(st.integers(0, 12), min_size=1, max_size=4))
    return organisations, heads, [choice(number, rooms=of) for number, of in enumerate(rooms, 1)]


def by_code(found: list[Quota]) -> dict[str, Quota]:
    return {one.code: one for one in found}


class TestQuotas:
    @given(applied())
    def test_add_up(self, season: tuple[list[Organisation], dict[str, int], list[ChoiceFacts]]) -> None:
        """Nobody has more than applicants, nothing is given twice, and nothing is left while somebody could take it."""
        organisations, heads, offered = season
        found = by_code(quotas_of(offered, organisations, heads, {}))
        asked = totals(nodes_of(organisations), heads)
        assert found["c"].heads == min(places_of(offered), asked["c"])
        for one in found.values():
            assert one.heads <= one.applied == asked[one.code]
            assert one.is_satisfied == (one.heads == one.applied)
            below = [other for other in found.values() if other.parent == one.code]
            given_on = sum(other.heads for other in below)
            assert given_on <= one.heads
            direct = one.applied - sum(other.applied for other in below)
            assert not below or given_on + direct >= one.heads

    @given(applied(), st.integers(1, 500))
    def test_cannot_be_raised_by_applying_more(
        self, season: tuple[list[Organisation], dict[str, int], list[ChoiceFacts]], more: int
    ) -> None:
        organisations, heads, offered = season
        members = {one.code: one.members for one in organisations}
        limited = [one for one in quotas_of(offered, organisations, heads, {}) if not one.is_satisfied]
        for quota in limited:
            for code in heads:
                if code.startswith(quota.code) and heads[code] + more <= members[code]:
                    again = by_code(quotas_of(offered, organisations, heads | {code: heads[code] + more}, {}))
                    assert again[quota.code].heads <= quota.heads

    @given(applied(), st.data())
    def test_of_the_others_share_what_an_override_leaves(
        self, season: tuple[list[Organisation], dict[str, int], list[ChoiceFacts]], data: st.DataObject
    ) -> None:
        organisations, heads, offered = season
        before = quotas_of(offered, organisations, heads, {})
        lower = [one for one in before if one.level > Level.CITY]
        if not lower:
            return
        chosen, number = data.draw(st.sampled_from(lower)), data.draw(st.integers(0, 40))
        found = by_code(quotas_of(offered, organisations, heads, {chosen.code: number}))
        assert found[chosen.code].heads == min(number, chosen.applied)
        assert found[chosen.code].override == number
        beside = [one for one in found.values() if one.parent == chosen.parent and one.code != chosen.code]
        left = max(0, found[chosen.parent].heads - found[chosen.code].heads)
        assert sum(one.heads for one in beside) <= left
        for one in beside:
            moved = one.heads - by_code(before)[one.code].heads
            assert moved <= 0 or found[chosen.code].heads < chosen.heads
            assert moved >= 0 or found[chosen.code].heads > chosen.heads

    @given(applied())
    def test_come_in_the_order_of_the_tree(
        self, season: tuple[list[Organisation], dict[str, int], list[ChoiceFacts]]
    ) -> None:
        organisations, heads, offered = season
        found = quotas_of(offered, organisations, heads, {})
        assert found == quotas_of(offered, sorted(organisations, key=lambda one: one.code), heads, {})
        assert [one.code for one in found] == sorted(one.code for one in found)


class TestRules:
    @settings(max_examples=60)
    @given(applied())
    def test_tell_nothing_of_who_applied_from_which_enterprise(
        self, season: tuple[list[Organisation], dict[str, int], list[ChoiceFacts]]
    ) -> None:
        """The whole tree, and one cap for every enterprise: the same rules wherever below a township somebody is."""
        organisations, heads, offered = season
        built = rules_of(Terms(), offered, organisations, heads, {})
        own = {one.code for one in built.nodes if one.level is Level.ENTERPRISE}
        assert {one.code for one in built.nodes} == {one.code for one in organisations}
        assert [cap for cap in built.caps if cap.node in own] == [Cap(0, code, 3) for code in sorted(own)]
        limited = {one.code: one.heads for one in quotas_of(offered, organisations, heads, {}) if not one.is_satisfied}
        assert {cap.node: cap.heads for cap in built.caps if cap.node not in own} == limited

    def test_name_choices_and_guarantees_in_the_order_of_the_draw(self) -> None:
        offered = [choice(1, "twin", frontline=2, talent=0), choice(1, "double", beds=1), choice(2, frontline=3, b=1)]
        built = rules_of(Terms(), offered, [], {}, {})
        assert [(one.batch, one.type, one.rooms, one.beds) for one in built.choices] == [
            ("1", "twin", 4, 2),
            ("1", "double", 4, 1),
            ("2", "twin", 4, 2),
        ]
        assert built.categories == ("b", "frontline")
        assert built.guarantees == (Guarantee(0, "frontline", 2), Guarantee(2, "b", 1), Guarantee(2, "frontline", 3))

    def test_refuse_more_guaranteed_beds_than_there_are(self) -> None:
        with pytest.raises(BadRules):
            rules_of(Terms(), [choice(rooms=1, frontline=3)], [], {}, {})

    def test_an_override_of_an_enterprise_is_its_cap(self) -> None:
        organisations = [Organisation("c", "", "city", 0), Organisation("p", "c", "enterprise", 90)]
        built = rules_of(Terms(), [choice()], organisations, {"p": 50}, {"p": 6})
        assert Cap(0, "p", 6) in built.caps

    def test_a_branch_of_an_enterprise_hangs_below_the_township(self) -> None:
        organisations = [
            Organisation("c", "", "city", 0),
            Organisation("t", "c", "township", 0),
            Organisation("p", "t", "enterprise", 9),
            Organisation("q", "p", "enterprise", 9),
        ]
        assert Node("q", "t", Level.ENTERPRISE) in nodes_of(organisations)

    def test_a_room_that_strangers_do_not_share_counts_for_its_couple(self) -> None:
        assert places_of([choice(rooms=3), choice(rooms=2, beds=1)]) == 3 * 2 + 2 * 2


class TestStored:
    def test_heads_are_those_that_take_part(self, driver: Driver) -> None:
        town, season = driver.run(populate), driver.run(open_season)
        driver.run(everybody, season, town)
        counted = driver.read(heads_of, season.id)
        assert sum(counted.values()) == 32
        assert set(counted.values()) == {4}

    def test_a_season_of_the_database_can_be_drawn(self, driver: Driver) -> None:
        town, season = driver.run(populate), driver.run(open_season)
        driver.run(enter, season, town.of(211)[:2], [(1, TWIN)], rooms=1)
        known = driver.read(choices, season.id)
        built = rules_of(season, known, driver.read(tree), driver.read(heads_of, season.id), {})
        assert choice_index(known)[3, TWIN] == 4
        assert (built.choices[4].batch, built.choices[4].type) == ("3", "twin")
        assert len(built.nodes) == 1 + 2 + 4 + 8
        assert built.categories == ("frontline", "sci_tech_talent")
        assert [source.lottery for source in built.sources] == ["kl8", "ssq"]
        assert driver.read(overrides_of, season.id) == {}
        assert driver.read(override_history, season.id) == []
