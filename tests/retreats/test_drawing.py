"""Draw day: the same bytes whoever runs it, however often it dies in between."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select, update

from booking.db import Database, ReadSession, WriteSession
from booking.draws.verifying import STEPS, verify
from booking.notices.models import InboxMessage
from booking.retreats import drawing
from booking.retreats.errors import SeasonChanged, WrongSeasonStatus
from booking.retreats.errors_draw import DrawDiffers, OffersOpen, StageChanged
from booking.retreats.models import Applicant, Application, DrawFile, DrawStep, RetreatPlace
from booking.retreats.queries.steps import contents, draw_file, files_of, steps_of
from booking.retreats.rules.places import LEAST_TIME
from booking.retreats.service.drawing import drawing as commands
from booking.retreats.service.drawing.telling import LOST, LOST_LAST
from booking.web.facts import Instant, read
from tests.databases import SettableClock
from tests.retreats.draws import Day, Stored, answer, changed, drawn_day, frozen_day, numbers_in, stored
from tests.retreats.season import CODE, SEASON, found_season


class Died(Exception):
    """The process is gone."""


async def ready_day(database: Database, clock: SettableClock) -> Day:
    day = await frozen_day(database, clock)
    await numbers_in(database, day)
    return day


async def lapse(database: Database, clock: SettableClock) -> None:
    """The deadline of everything that is offered passes."""
    latest = select(RetreatPlace.confirm_by).where(RetreatPlace.status == "offered")
    clock.now = max(await database.read(lambda tx: tx.execute(latest).scalars().all()), default=clock.now)


class TestDraw:
    async def test_publishes_what_anybody_can_run_again(self, database: Database, clock: SettableClock) -> None:
        day = await ready_day(database, clock)
        computed = await drawing.draw(database, day.officer, CODE)
        files = await database.read(contents, SEASON, notary=True)
        report = verify(files)
        assert (report.faults, len(report.checked)) == ([], len(STEPS))
        after = await database.read(stored)
        assert after.status == "drawn"
        assert [kind for _, kind in after.steps[-2:]] == ["drawn", "published"]
        positions = sorted(one[2] or 0 for one in after.applications.values())
        assert positions == list(range(1, 33))
        assert len(after.places) == len(computed.won) > 20
        assert {one[4] for one in after.places} == {"offered"}

    async def test_keeps_each_file_with_the_step_that_made_it(self, database: Database, clock: SettableClock) -> None:
        await drawn_day(database, clock)
        steps = {one.name: one.step for one in await database.read(files_of, SEASON)}
        assert {name for name, step in steps.items() if step == 2} == {"rules.csv", "roll.csv", "commitment.csv"}
        assert {steps[name] for name in ("seed.csv", "order.csv", "result-1.csv", "manifest.csv")} == {6}
        first = await database.read(draw_file, SEASON, "manifest.csv", 2)
        now = await database.read(draw_file, SEASON, "manifest.csv")
        assert first is not None
        assert now is not None
        assert first.data != now.data

    @pytest.mark.parametrize("after", ["store_drawn", "store_positions", "publish"])
    @pytest.mark.parametrize("committed", [False, True], ids=["before its commit", "after its commit"])
    async def test_dies_and_is_run_again(
        self,
        database: Database,
        clock: SettableClock,
        monkeypatch: pytest.MonkeyPatch,
        after: str,
        *,
        committed: bool,
    ) -> None:
        """In whichever transaction or right after it: the same rows and bytes as without dying, and none twice."""
        day = await ready_day(database, clock)
        expected = commands.compute(await database.read(commands.ready_to_draw, day.officer, CODE))
        step = getattr(commands, after)

        def dying(tx: WriteSession, now: datetime, *args: Any) -> None:
            step(tx, now, *args)
            raise Died

        with monkeypatch.context() as patched:
            if committed:
                written = database.write_in

                async def die_after(lane: Any, command: Any, *args: Any) -> Any:
                    answered = await written(lane, command, *args)
                    if command is step:
                        raise Died
                    return answered

                patched.setattr(database, "write_in", die_after)
            else:
                patched.setattr(commands, after, dying)
            with pytest.raises(Died):
                await drawing.draw(database, day.officer, CODE)
        is_done = committed and after == "publish"
        if is_done:
            with pytest.raises(WrongSeasonStatus):
                await drawing.draw(database, day.second, CODE)
        else:
            await drawing.draw(database, day.second, CODE)
        after_all = await database.read(stored)
        self.check(after_all, expected)

    @staticmethod
    def check(found: Stored, expected: commands.Computed) -> None:
        newest = {name: data for (_, name), data in sorted(found.files.items()) if name != "units.csv"}
        assert newest == expected.files
        assert [kind for _, kind in found.steps].count("drawn") == 1
        assert [kind for _, kind in found.steps].count("published") == 1
        assert {unit: one[2] for unit, one in found.applications.items()} == dict(expected.positions)
        assert sorted(one[:4] for one in found.places) == sorted((unit, 1, *at) for unit, *at in expected.won)

    async def test_publishes_once_of_two(self, database: Database, clock: SettableClock) -> None:
        day = await ready_day(database, clock)
        ready = await database.read(commands.ready_to_draw, day.officer, CODE)
        computed = commands.compute(ready)
        first = await database.write(commands.store_drawn, day.officer, ready, computed)
        again = await database.write(commands.store_drawn, day.second, ready, computed)
        assert first == again
        await database.write(commands.publish, day.officer, ready, computed)
        before = await database.read(stored)
        with pytest.raises(WrongSeasonStatus):
            await database.write(commands.publish, day.second, ready, computed)
        assert await database.read(stored) == before

    async def test_stops_if_the_freeze_was_tampered_with(self, database: Database, clock: SettableClock) -> None:
        day = await ready_day(database, clock)
        roll = await database.read(draw_file, SEASON, "roll.csv")
        assert roll is not None
        forged = roll.data.replace(b",1,", b",2,", 1)
        this = update(DrawFile).where(DrawFile.name == "roll.csv")
        await database.write(changed, this.values(data=forged))
        with pytest.raises(DrawDiffers) as refused:
            await drawing.draw(database, day.officer, CODE)
        assert (refused.value.params["file"], refused.value.params["row"]) == ("roll.csv", 1)
        assert (await database.read(found_season)).status == "frozen"

    async def test_stops_if_an_earlier_run_gave_something_else(self, database: Database, clock: SettableClock) -> None:
        day = await ready_day(database, clock)
        ready = await database.read(commands.ready_to_draw, day.officer, CODE)
        await database.write(commands.store_drawn, day.officer, ready, commands.compute(ready))
        this = update(DrawStep).where(DrawStep.kind == "drawn")
        await database.write(changed, this.values(detail={"manifest": "0" * 64}))
        with pytest.raises(DrawDiffers):
            await drawing.draw(database, day.officer, CODE)


class TestNextStage:
    async def test_waits_for_whoever_may_still_answer(self, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        with pytest.raises(OffersOpen) as refused:
            await drawing.next_stage(database, day.officer, CODE)
        assert refused.value.params["open"] == len((await database.read(stored)).places)

    async def test_gives_out_what_was_released(self, database: Database, clock: SettableClock) -> None:
        """Three stages: whoever confirmed stays, the silent are out, and all files are those of a re-run."""
        day = await drawn_day(database, clock)
        kept, gone = await database.write(answer, 4)
        computed = await drawing.next_stage(database, day.officer, CODE)
        after = await database.read(stored)
        assert (after.status, after.steps[-1][1]) == ("second", "second_stage")
        assert {one[0] for one in computed.won} & {*kept, *gone} == set()
        offered = {one[0] for one in after.places if one[4] == "offered"}
        assert offered == {one[0] for one in computed.won}
        assert offered
        await lapse(database, clock)
        await drawing.next_stage(database, day.second, CODE)
        after = await database.read(stored)
        assert (after.status, after.steps[-1][1]) == ("settled", "last_stage")
        assert {one[4] for one in after.places if one[1] == 2} == {"lapsed"}
        files = await database.read(contents, SEASON, notary=True)
        assert {"kept-2.csv", "result-2.csv", "counts-2.csv", "kept-3.csv", "result-3.csv"} <= files.keys()
        report = verify(files)
        assert (report.faults, len(report.checked)) == ([], len(STEPS))
        with pytest.raises(WrongSeasonStatus):
            await drawing.next_stage(database, day.officer, CODE)

    async def test_lets_the_silent_lapse(self, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        await lapse(database, clock)
        await drawing.next_stage(database, day.officer, CODE)
        after = await database.read(stored)
        assert {one[4] for one in after.places if one[1] == 1} == {"lapsed"}
        assert after.files[7, "kept-2.csv"] == b""

    async def test_counts_nobody_as_kept_who_gave_up_meanwhile(self, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        kept, _ = await database.write(answer, 2)
        ready = await database.read(commands.ready_for_stage, clock.now, day.officer, CODE)
        computed = commands.compute(ready)
        this = update(RetreatPlace).where(RetreatPlace.application_id == kept[0])
        await database.write(changed, this.values(status="declined_late"))
        with pytest.raises(StageChanged):
            await database.write(commands.store_stage, day.officer, ready, computed)
        await drawing.next_stage(database, day.officer, CODE)
        with pytest.raises(SeasonChanged):
            await database.write(commands.store_stage, day.officer, ready, computed)
        kinds = [step.kind for step in await database.read(steps_of, SEASON)]
        assert kinds.count("second_stage") == 1

    async def test_dies_and_is_run_again(
        self, database: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        day = await drawn_day(database, clock)
        await database.write(answer, 3)
        step, before = commands.store_stage, await database.read(stored)

        def dying(tx: WriteSession, now: datetime, *args: Any) -> None:
            step(tx, now, *args)
            raise Died

        with monkeypatch.context() as patched:
            patched.setattr(commands, "store_stage", dying)
            with pytest.raises(Died):
                await drawing.next_stage(database, day.officer, CODE)
        assert await database.read(stored) == before
        computed = await drawing.next_stage(database, day.officer, CODE)
        after = await database.read(stored)
        assert sorted(one[0] for one in after.places if one[1] == 2) == sorted(one[0] for one in computed.won)


class TestRerun:
    async def test_gives_the_same_and_says_why_it_was_asked(self, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        before = await database.read(stored)
        report = await drawing.rerun(database, day.second, CODE, "工会代表要求当场重算")
        assert (report.faults, len(report.checked)) == ([], len(STEPS))
        after = await database.read(stored)
        assert after.files == before.files
        step = (await database.read(steps_of, SEASON))[-1]
        assert (step.kind, step.by, step.detail["reason"]) == ("rerun", day.second.member_id, "工会代表要求当场重算")
        assert step.detail["faults"] == []

    async def test_names_file_and_row_of_what_differs(self, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        file = await database.read(draw_file, SEASON, "result-1.csv")
        assert file is not None
        this = update(DrawFile).where(DrawFile.name == "result-1.csv")
        forged = file.data.replace(b",twin,", b",doub,", 1)
        await database.write(changed, this.values(data=forged))
        report = await drawing.rerun(database, day.officer, CODE, "抽查")
        row = file.data[: file.data.index(b",twin,")].count(b"\n") + 1
        assert (report.faults[0].file, report.faults[0].row) == ("result-1.csv", row)
        step = (await database.read(steps_of, SEASON))[-1]
        faults: Any = step.detail["faults"]
        assert faults[0][:2] == ["result-1.csv", row]

    async def test_needs_something_published(self, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        clock.now += timedelta(hours=1)
        with pytest.raises(WrongSeasonStatus):
            await drawing.rerun(database, day.officer, CODE, "")


class TestLetters:
    async def test_losers_read_of_the_first_stage_and_of_the_last(
        self, database: Database, clock: SettableClock
    ) -> None:
        """Each once a stage, with their own position; nobody who won a place hears that they lost."""
        day = await drawn_day(database, clock)
        winners, second = await database.read(members_placed), max(day.season.confirm_by, clock.now + LEAST_TIME)
        first = await letters(database, LOST)
        assert first.keys() | winners == await database.read(members_in)
        assert first.keys() & winners == set()
        assert {one.link for one in first.values()} == {f"/retreats/{CODE}/mine"}
        facts = {at: read(one.params) for at, one in first.items()}
        positions = await database.read(positions_of)
        assert {at: (one["position"], one["of"]) for at, one in facts.items()} == {
            at: (positions[at], 32) for at in first
        }
        assert {one["second"] for one in facts.values()} == {Instant(second)}
        await database.write(answer, 1)
        await drawing.next_stage(database, day.officer, CODE)
        assert await letters(database, LOST) == first, "of the second stage only winners hear"
        assert await letters(database, LOST_LAST) == {}
        await lapse(database, clock)
        await drawing.next_stage(database, day.officer, CODE)
        last = await letters(database, LOST_LAST)
        assert last.keys() == await database.read(members_in) - await database.read(members_placed)
        assert last
        assert {read(one.params)["tickets"] for one in last.values()} == {2}, "six choices were ranked and lost"


class Letter(NamedTuple):
    """A message as it lies in an inbox."""

    link: str
    params: Any


async def letters(database: Database, kind: str) -> dict[int, Letter]:
    """The messages of a kind by member, who has one at most."""
    these = select(InboxMessage).where(InboxMessage.kind == kind)
    found = await database.read(lambda tx: tx.all(these))
    by_member = {one.member_id: Letter(one.link, one.params) for one in found}
    assert len(by_member) == len(found)
    return by_member


def members_in(tx: ReadSession) -> set[int]:
    """Everybody who takes part."""
    return set(tx.execute(select(Applicant.member_id).where(Applicant.weight.is_not(None))).scalars())


def members_placed(tx: ReadSession) -> set[int]:
    """Everybody who won a place until now, whatever became of it."""
    won = select(RetreatPlace.application_id)
    return set(tx.execute(select(Applicant.member_id).where(Applicant.application_id.in_(won))).scalars())


def positions_of(tx: ReadSession) -> dict[int, int]:
    """The position of each member's application."""
    mine = Applicant.application_id == Application.id
    found = tx.execute(select(Applicant.member_id, Application.position).join(Application, mine))
    return {member: position or 0 for member, position in found}
