"""Rehearsals: crowds from a seed, draws that keep the season's rules, and counts that add up."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from booking.db import Database, WriteSession
from booking.draws.engine import draw
from booking.draws.errors import BadRules
from booking.draws.units import Kind, Need, Unit, Units
from booking.retreats.queries.rehearsing import earlier_season, question_of
from booking.retreats.rehearsing import Rehearsals, Waiting
from booking.retreats.rules.building import ChoiceFacts, Organisation, rules_of
from booking.retreats.rules.rehearsal import Figures, Question, Terms, Tried, rehearse
from booking.retreats.rules.rehearsal.counting import Tally, size_class
from booking.retreats.rules.rehearsal.crowd import made_up
from booking.retreats.rules.rehearsal.running import draws_of
from tests.databases import Driver
from tests.retreats.season import SEASON, draft_season, enter, everybody, found_season, open_season, populate
from tests.retreats.test_building import choice
from tests.rooms.house import DOUBLE, TWIN

TREE = (
    Organisation("c", "", "city", 0),
    Organisation("a", "c", "district", 0),
    Organisation("b", "c", "district", 0),
    Organisation("a1", "a", "township", 0),
    Organisation("b1", "b", "township", 0),
    Organisation("big", "a1", "enterprise", 1500),
    Organisation("mid", "a1", "enterprise", 120),
    Organisation("small", "b1", "village", 30),
)


def terms(**changed: Any) -> Terms:
    usual: dict[str, Any] = {
        "title": "春季",
        "policy": "minimum",
        "bits": 80,
        "sources": [("kl8", "1", "2026-12-02", "2")],
    }
    usual |= {"enterprise_heads": 9, "most_choices": 5, "most_together": 4, "categories": (), "organisation_kinds": ()}
    return Terms(**(usual | changed))


def question(*offered: ChoiceFacts, applications: int = 400, seed: int = 1, **changed: Any) -> Question:
    known = offered or tuple(choice(batch, rooms=6, frontline=4) for batch in (1, 2, 3))
    return Question(terms(**changed), known, TREE, {}, applications, seed)


class TestCrowd:
    def test_is_the_same_from_the_same_seed(self) -> None:
        assert list(made_up(question())) == list(made_up(question()))
        assert list(made_up(question())) != list(made_up(question(seed=2)))
        assert list(made_up(question(applications=100))) == list(made_up(question()))[:100]

    def test_comes_from_where_members_are_and_wishes_what_there_is(self) -> None:
        crowd = list(made_up(question(applications=3000)))
        homes = [code for tried in crowd for code in tried.members]
        assert set(homes) == {"big", "mid", "small"}
        assert abs(homes.count("big") / len(homes) - 1500 / 1650) < 0.02
        for tried in crowd:
            assert 1 <= len(tried.choices) <= 3
            assert len(set(tried.choices)) == len(tried.choices)
            assert 1 <= tried.weight <= 4
            assert tried.need.rooms or len(tried.members) == 1

    def test_keeps_to_the_seasons_terms(self) -> None:
        asked = question(most_together=1, most_choices=1, categories=("model_worker",), organisation_kinds=("village",))
        for tried in made_up(asked):
            assert tried.members == ("small",)
            assert "model_worker" in tried.categories
            assert len(tried.choices) == 1

    def test_is_nobody_without_members_or_choices(self) -> None:
        assert list(made_up(replace(question(), tree=TREE[:5]))) == []
        assert list(made_up(replace(question(), choices=()))) == []


class TestFigures:
    def test_add_up(self) -> None:
        for seed in range(5):
            crowd = list(made_up(question(seed=seed)))
            found = rehearse(question(seed=seed))
            heads = sum(len(tried.members) for tried in crowd)
            assert (found.units, found.heads, found.draws) == (400, heads, 10)
            for rates in (found.districts, found.sizes, found.weights):
                assert sum(rate.applied for rate in rates) == heads
                assert sum(rate.placed for rate in rates) == found.placed
            assert found.placed <= found.placed_second
            assert all(0 <= one.second <= one.first <= one.places * found.draws for one in found.choices)
            assert sum(one.wished for one in found.choices) == found.units
            assert found == rehearse(question(seed=seed))

    def test_count_what_one_draw_gives(self) -> None:
        """One twin room, kept by no rule, and two women and a man who want it: by hand."""
        asked = question(choice(rooms=1), choice(2, rooms=2))
        crowd = {
            1: Tried(1, 1, Need(women=1), ("frontline",), ("big",), (0, 1)),
            2: Tried(2, 1, Need(women=1), (), ("small",), (0,)),
            3: Tried(3, 2, Need(men=1), ("frontline", "hardship"), ("mid",), (1, 0)),
            4: Tried(4, 4, Need(rooms=2), (), ("big", "c", "c"), (1,)),
        }
        rules = rules_of(asked.terms, asked.choices, TREE, {}, {})
        units = Units.of(
            rules, (Unit(one.id, one.weight, Kind(one.need, (), one.members), one.choices) for one in crowd.values())
        )
        done = draw(rules, units, b"\0" * 32)
        won = {units.ids[index]: place for index, place in enumerate(done.first.places) if place >= 0}
        tally = Tally(rules, TREE, crowd)
        tally.add(done, done.first)
        found = tally.figures()
        assert found.placed == sum(len(crowd[one].members) for one in won)
        assert {rate.name: rate.applied for rate in found.districts} == {"": 2, "a": 3, "b": 1}
        assert {rate.name: rate.applied for rate in found.categories} == {"": 4, "frontline": 2, "hardship": 1}
        assert {rate.name: rate.applied for rate in found.sizes} == {"0": 1, "1": 1, "3": 2}
        assert {rate.name: rate.applied for rate in found.weights} == {"1": 2, "2": 1, "4": 3}
        assert sum(found.ranks) == len(won)
        in_first = sum(place == 0 for place in won.values())
        assert found.choices[0].first == 2 - in_first
        whole = 4 if won.get(4) == 1 else 0
        assert found.choices[1].first == 4 - whole - sum(place == 1 for one, place in won.items() if one != 4)

    def test_a_guarantee_shows(self) -> None:
        """With every bed kept for them, only those on the front line are placed in the first stage."""
        kept = rehearse(question(choice(rooms=5, frontline=10), applications=300))
        assert {rate.name: rate.placed for rate in kept.categories}[""] == 0
        assert rehearse(question(choice(rooms=5), applications=300)).categories[0].placed > 0

    def test_many_are_drawn_once(self) -> None:
        assert [draws_of(number) for number in (0, 100, 5000, 20_000, 200_000)] == [10, 10, 10, 2, 1]
        assert [size_class(members) for members in (0, 49, 50, 199, 200, 999, 1000)] == list("0011223")

    def test_rules_that_contradict_themselves_are_said(self) -> None:
        with pytest.raises(BadRules):
            rehearse(question(choice(rooms=1, frontline=9)))


class TestEarlierSeason:
    def test_brings_its_applications(self, driver: Driver) -> None:
        town, earlier = driver.run(populate), driver.run(open_season)
        driver.run(everybody, earlier, town)
        two = [town.of(211)[4], town.of(212)[4]]
        couple = driver.run(enter, earlier, two, [(3, DOUBLE), (1, TWIN)], rooms=1)

        def next_one(tx: WriteSession, now: Any) -> None:
            draft_season(tx, now, id=71, code="2027-autumn")

        driver.run(next_one)
        season = driver.read(found_season, 71)
        found = driver.read(earlier_season, season)
        assert found is not None
        assert (found[0].id, found[1]) == (SEASON, 33)
        asked = driver.read(question_of, season, earlier=found[0], applications=9, seed=1)
        assert len(asked.applied) == 33
        mine = next(one for one in asked.applied if one.id == couple)
        assert (mine.need, mine.categories, mine.choices) == (Need(rooms=1), (), (5, 0))
        assert mine.members == ("330211021-e211", "330211021-e212")
        figures = rehearse(asked)
        assert figures.units == 33
        assert {rate.name: rate.applied for rate in figures.districts} == {"330211": 18, "330206": 16}

    def test_is_none_at_first(self, driver: Driver) -> None:
        driver.run(populate)
        season = driver.run(open_season)
        assert driver.read(earlier_season, season) is None


class TestRunning:
    async def test_the_same_question_is_answered_once(self, database: Database) -> None:
        await database.write(populate)
        season = await database.write(draft_season)
        ran: list[Question] = []

        async def run(asked: Question) -> Figures:
            ran.append(asked)
            return await asyncio.to_thread(rehearse, asked)

        known = Rehearsals(database, run)
        asks = [known.ask(season, earlier=None, applications=50, seed=1, patience=30) for _ in range(3)]
        found = await asyncio.gather(*asks)
        assert len(ran) == 1
        assert isinstance(found[0], Figures)
        assert found[0].units == 50
        other = await known.ask(season, earlier=None, applications=50, seed=2, patience=30)
        assert other != found[0]
        assert len(ran) == 2

    async def test_one_waits_no_longer_than_one_wants(self, database: Database) -> None:
        await database.write(populate)
        season = await database.write(draft_season)
        done = asyncio.Event()

        async def run(asked: Question) -> Figures:
            await done.wait()
            return rehearse(asked)

        known = Rehearsals(database, run)

        async def ask(patience: float) -> Any:
            return await known.ask(season, earlier=None, applications=20, seed=1, patience=patience)

        assert isinstance(await ask(0.01), Waiting)
        done.set()
        assert isinstance(await ask(10), Figures)

    async def test_what_cannot_be_drawn_is_asked_anew(self, database: Database) -> None:
        await database.write(populate)
        season = await database.write(draft_season)
        fails = [True]

        async def run(asked: Question) -> Figures:
            if fails.pop() if fails else False:
                raise BadRules(detail="guarantees")
            return rehearse(asked)

        known = Rehearsals(database, run)
        with pytest.raises(BadRules):
            await known.ask(season, earlier=None, applications=20, seed=1, patience=10)
        assert isinstance(await known.ask(season, earlier=None, applications=20, seed=1, patience=10), Figures)

    async def test_it_runs_in_a_process_of_its_own_and_ends_with_the_service(self, database: Database) -> None:
        await database.write(populate)
        season = await database.write(draft_season)
        known = Rehearsals(database)
        found = await known.ask(season, earlier=None, applications=200, seed=1, patience=60)
        assert isinstance(found, Figures)
        assert found.units == 200
        assert isinstance(await known.ask(season, earlier=None, applications=5000, seed=1, patience=0), Waiting)
        await known.stop()
