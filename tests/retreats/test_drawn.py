"""A draw read back from its files: the same one, run once a process, with exact figures for whom they concern."""

import pytest
from sqlalchemy import select

from booking.db import Database
from booking.draws import rows
from booking.draws.explaining import DrawEarlier, RankAlso
from booking.retreats import drawing
from booking.retreats.models import Application
from booking.retreats.queries import drawn as queries
from booking.retreats.queries.drawn import load_draw, why
from booking.retreats.queries.steps import contents
from tests.databases import SettableClock, opened, sqlite_only
from tests.retreats.draws import answer, drawn_day, frozen_day
from tests.retreats.season import CODE, SEASON


class TestLoadDraw:
    async def test_is_none_before_the_draw(self, database: Database, clock: SettableClock) -> None:
        await frozen_day(database, clock)
        assert await database.read(load_draw, SEASON) is None
        assert await database.read(load_draw, SEASON + 1) is None

    async def test_gives_every_stage_as_it_was_published(self, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        await database.write(answer, 4)
        await drawing.next_stage(database, day.officer, CODE)
        found = await database.read(load_draw, SEASON)
        assert found is not None
        files = await database.read(contents, SEASON)
        ids = found.season.units.ids
        for stage, outcome in enumerate(found.stages, 1):
            name = f"result-{stage}.csv"
            won = {int(row[1], 16) for row in rows.read(name, files[name])}
            assert {ids[at] for at, place in enumerate(outcome.places) if place >= 0} == won

    @sqlite_only
    async def test_runs_once_a_process_and_stage(
        self, database: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever published it has it already; another process runs it once, and again after the next stage."""
        day = await drawn_day(database, clock)
        ran: list[int] = []
        run = queries.run_again

        def counted(files: dict[str, bytes]) -> queries.Drawn:
            ran.append(1)
            return run(files)

        monkeypatch.setattr(queries, "run_again", counted)
        await database.read(load_draw, SEASON)
        assert not ran
        async with opened(database.url, clock) as other:
            first = await other.read(load_draw, SEASON)
            assert await other.read(load_draw, SEASON) is first
            assert len(ran) == 1
            await database.write(answer, 2)
            await drawing.next_stage(database, day.officer, CODE)
            second = await other.read(load_draw, SEASON)
            assert second is not None
            assert (len(ran), len(second.stages)) == (2, 2)


class TestWhy:
    async def test_has_the_exact_figures_of_everybody(self, database: Database, clock: SettableClock) -> None:
        """The position is that of the published order; whoever lost is told where each wish closed, and what helps."""
        await drawn_day(database, clock)
        applications = await database.read(lambda tx: tx.all(select(Application)))
        won = {int(row[1], 16) for row in await self.results(database)}
        for one in applications:
            found = await database.read(why, SEASON, one.id)
            assert found is not None
            assert (found.position, found.of) == (one.position, len(applications))
            assert (found.won is not None) == (one.id in won)
            if found.won is None:
                assert len(found.missed) == len(one.wishes)
                assert all(closing.position < found.position for closing in found.missed)
                assert isinstance(found.change, RankAlso | DrawEarlier)

    @staticmethod
    async def results(database: Database) -> list[list[str]]:
        return rows.read("result-1.csv", (await database.read(contents, SEASON))["result-1.csv"])

    async def test_is_none_for_whoever_takes_no_part(self, database: Database, clock: SettableClock) -> None:
        await drawn_day(database, clock)
        assert await database.read(why, SEASON, 1) is None
        assert await database.read(why, SEASON, 2**63 - 1) is None
