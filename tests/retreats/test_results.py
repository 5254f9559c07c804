"""The announced numbers: two officers, no choice, and postponement as it was published."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking.db import Database
from booking.draws.errors import BadResult, WrongSource
from booking.draws.sources import DrawnNumbers
from booking.retreats import drawing
from booking.retreats.errors import NotAnOfficer, WrongSeasonStatus
from booking.retreats.errors_draw import (
    AlreadyPostponed,
    NoFallback,
    NumbersEntered,
    ResultsDiffer,
    ResultsFinal,
    ResultsMissing,
    ResultsNotEntered,
    SameOfficer,
    SourceNotDrawn,
)
from booking.retreats.queries.steps import steps_of
from booking.retreats.rules.drawing import Task, confirmed, task_of
from booking.retreats.service.drawing.results import confirm_results, enter_results, postpone, results_of_file
from tests.databases import SettableClock
from tests.retreats.draws import NUMBERS, draw_day, frozen_day, numbers_in
from tests.retreats.season import CODE, SEASON, SOURCES, found_season

KL8, SSQ = NUMBERS
OTHER = replace(SSQ, numbers=(33, 1, 5, 12, 20, 27, 9))
FALLBACK = replace(KL8, issue="2026326")


async def task(database: Database) -> Task:
    steps = await database.read(steps_of, SEASON)
    season = await database.read(found_season)
    return task_of(season.status, steps)


class TestTwoOfficers:
    async def test_agree(self, database: Database, clock: SettableClock) -> None:
        """The second may read the balls in another order: the key is the same."""
        day = await frozen_day(database, clock)
        assert await task(database) is Task.ENTER
        await database.write(enter_results, day.officer, CODE, NUMBERS)
        assert await task(database) is Task.CONFIRM
        turned = replace(SSQ, numbers=(28, 20, 12, 5, 1, 33, 9))
        await database.write(confirm_results, day.second, CODE, (KL8, turned))
        assert await task(database) is Task.DRAW
        steps = await database.read(steps_of, SEASON)
        assert [(step.kind, step.by) for step in steps[2:]] == [
            ("results_entered", day.officer.member_id),
            ("results_confirmed", day.second.member_id),
        ]
        assert confirmed(steps) == NUMBERS

    async def test_must_be_two(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        with pytest.raises(ResultsNotEntered):
            await database.write(confirm_results, day.second, CODE, NUMBERS)
        await database.write(enter_results, day.officer, CODE, NUMBERS)
        with pytest.raises(SameOfficer):
            await database.write(confirm_results, day.officer, CODE, NUMBERS)
        with pytest.raises(ResultsMissing):
            await drawing.draw(database, day.officer, CODE)
        for stranger in (day.town.district, day.town.workers[3]):
            with pytest.raises(NotAnOfficer):
                await database.write(confirm_results, stranger, CODE, NUMBERS)

    async def test_a_difference_is_named(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await database.write(enter_results, day.officer, CODE, (KL8, OTHER))
        with pytest.raises(ResultsDiffer) as refused:
            await database.write(confirm_results, day.second, CODE, NUMBERS)
        assert refused.value.params == {
            "lottery": "双色球",
            "issue": "2026140",
            "entered": "33 1 5 12 20 27 9",
            "found": "33 1 5 12 20 28 9",
        }
        assert await task(database) is Task.CONFIRM

    async def test_a_mistake_is_entered_anew(self, database: Database, clock: SettableClock) -> None:
        """Whoever entered the newest numbers cannot confirm them; the old ones stay to be seen."""
        day = await frozen_day(database, clock)
        await database.write(enter_results, day.officer, CODE, (KL8, OTHER))
        await database.write(enter_results, day.second, CODE, NUMBERS)
        with pytest.raises(SameOfficer):
            await database.write(confirm_results, day.second, CODE, NUMBERS)
        await database.write(confirm_results, day.officer, CODE, NUMBERS)
        kinds = [step.kind for step in await database.read(steps_of, SEASON)]
        assert kinds[2:] == ["results_entered", "results_entered", "results_confirmed"]

    async def test_is_final(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await numbers_in(database, day)
        with pytest.raises(ResultsFinal):
            await database.write(enter_results, day.officer, CODE, (KL8, OTHER))
        with pytest.raises(ResultsFinal):
            await database.write(postpone, day.officer, CODE, "kl8", KL8.issue, "")


class TestNumbers:
    @pytest.mark.parametrize(
        "numbers",
        [
            (KL8,),
            (SSQ, KL8),
            (KL8, replace(SSQ, issue="2026139")),
            (FALLBACK, SSQ),
            (KL8, DrawnNumbers("dlt", "2026140", (1, 2, 3, 4, 5, 6, 7))),
        ],
        ids=["one missing", "order", "issue", "fallback without postponement", "lottery"],
    )
    async def test_of_other_draws_are_refused(
        self, database: Database, clock: SettableClock, numbers: tuple[DrawnNumbers, ...]
    ) -> None:
        day = await frozen_day(database, clock)
        with pytest.raises(WrongSource):
            await database.write(enter_results, day.officer, CODE, numbers)

    @pytest.mark.parametrize(
        "numbers", [(1, 2, 3), (1, 1, 2, 3, 4, 5, 6), (34, 1, 5, 12, 20, 28, 9), (1, 2, 3, 4, 5, 6, 17)]
    )
    async def test_that_cannot_be_are_refused(
        self, database: Database, clock: SettableClock, numbers: tuple[int, ...]
    ) -> None:
        day = await frozen_day(database, clock)
        with pytest.raises(BadResult):
            await database.write(enter_results, day.officer, CODE, (KL8, replace(SSQ, numbers=numbers)))

    async def test_before_their_day_are_refused(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        clock.now -= timedelta(days=1)
        with pytest.raises(SourceNotDrawn) as refused:
            await database.write(enter_results, day.officer, CODE, NUMBERS)
        assert refused.value.params["issue"] == "2026140"

    async def test_before_the_freeze_are_refused(self, database: Database) -> None:
        day = await database.write(draw_day)
        with pytest.raises(WrongSeasonStatus):
            await database.write(enter_results, day.officer, CODE, NUMBERS)


class TestPostponed:
    async def test_leaves_the_fallback_alone(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await database.write(postpone, day.officer, CODE, "kl8", "2026325", "开奖故障")
        with pytest.raises(WrongSource) as refused:
            await database.write(enter_results, day.officer, CODE, NUMBERS)
        assert refused.value.params["expected"] == "快乐8 2026326、双色球 2026140"
        with pytest.raises(AlreadyPostponed):
            await database.write(postpone, day.officer, CODE, "kl8", "2026325", "")
        await numbers_in(database, day, (FALLBACK, SSQ))
        computed = await drawing.draw(database, day.officer, CODE)
        assert b"result,kl8,2026326," in computed.files["seed.csv"]

    async def test_cannot_be_said_of_what_was_entered(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await database.write(enter_results, day.officer, CODE, NUMBERS)
        with pytest.raises(NumbersEntered):
            await database.write(postpone, day.second, CODE, "kl8", "2026325", "不喜欢")

    async def test_needs_a_named_draw_with_a_fallback(self, database: Database, clock: SettableClock) -> None:
        sources = [SOURCES[0], (*SOURCES[1][:3], "")]
        day = await frozen_day(database, clock, sources=sources)
        with pytest.raises(NoFallback):
            await database.write(postpone, day.officer, CODE, "ssq", "2026140", "")
        for other in (("kl8", "2026324"), ("lotto", "1")):
            with pytest.raises(WrongSource):
                await database.write(postpone, day.officer, CODE, *other, "")


class TestFromAFile:
    async def test_needs_nobody_else(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await database.write(results_of_file, day.officer, CODE, NUMBERS, "ab" * 32)
        steps = await database.read(steps_of, SEASON)
        assert confirmed(steps) == NUMBERS
        assert steps[-1].detail["file"] == "ab" * 32

    async def test_must_not_contradict_an_officer(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await database.write(enter_results, day.officer, CODE, (KL8, OTHER))
        with pytest.raises(ResultsDiffer):
            await database.write(results_of_file, day.officer, CODE, NUMBERS, "")
