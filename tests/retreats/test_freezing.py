"""The freeze: who takes part, what is published, and that nothing slips in between."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select, update

from booking.audit.models import AuditEntry
from booking.db import Database, WriteSession
from booking.draws.records import id_field
from booking.draws.replaying import season_of
from booking.draws.units import Need
from booking.draws.verifying import verify
from booking.members.models import Member
from booking.notices.models import InboxMessage, OutboxEntry
from booking.retreats import drawing
from booking.retreats.errors import NotAnOfficer, SeasonChanged, WrongSeasonStatus
from booking.retreats.errors_draw import ApplicationsMoved, FreezeTooEarly
from booking.retreats.models import Applicant, Application, RetreatPast
from booking.retreats.queries.steps import contents
from booking.retreats.rules.freezing import frozen
from booking.retreats.service.drawing import freezing
from tests.databases import SettableClock
from tests.retreats.draws import Day, at_freeze, changed, draw_day, second_officer, stored
from tests.retreats.season import CODE, EACH, SEASON, enter, found_season, open_season, populate
from tests.rooms.house import DOUBLE, TWIN, add


async def published(database: Database) -> dict[str, bytes]:
    return await database.read(contents, SEASON, notary=True)


async def ready(database: Database, clock: SettableClock) -> Day:
    day = await database.write(draw_day)
    at_freeze(clock, day.season)
    return day


class TestFreeze:
    async def test_publishes_a_commitment_that_anybody_can_check(
        self, database: Database, clock: SettableClock
    ) -> None:
        day = await ready(database, clock)
        made = await drawing.freeze(database, day.officer, CODE)
        files = await published(database)
        report = verify(files)
        assert (report.faults, len(report.checked)) == ([], 3)
        assert sorted(files) == ["commitment.csv", "manifest.csv", "roll.csv", "rules.csv", "units.csv"]
        assert sorted(await database.read(contents, SEASON)) == sorted(files.keys() - {"units.csv"})
        after = await database.read(stored)
        assert (after.status, after.steps) == ("frozen", [(1, "opened"), (2, "frozen")])
        assert len(made.season.units) == 32
        assert {one[:2] for one in after.applications.values()} == {("entered", 1)}

    async def test_sends_the_root_outside_and_into_the_audit(self, database: Database, clock: SettableClock) -> None:
        day = await ready(database, clock)
        made = await drawing.freeze(database, day.officer, CODE)
        root = made.season.root.hex()
        topic = OutboxEntry.topic == "retreat.commitment"
        (sent,) = await database.read(lambda tx: tx.all(select(OutboxEntry).where(topic)))
        assert (sent.payload["root"], sent.payload["units"], sent.payload["frozen"]) == (
            root,
            32,
            "2026-12-01T04:00:00Z",
        )
        action = AuditEntry.action == "retreat.frozen"
        (noted,) = await database.read(lambda tx: tx.all(select(AuditEntry).where(action)))
        assert (noted.actor, noted.detail["root"]) == (day.officer.actor, root)

    async def test_asks_once_more_who_may_take_part(self, database: Database, clock: SettableClock) -> None:
        """A couple falls out with the one who may not: only that one reads the rule."""
        day = await ready(database, clock)
        worker = day.town.workers

        def change(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Member).where(Member.id == worker[0].member_id).values(dues_paid_until=date(2026, 1, 1)))
            tx.execute(update(Applicant).where(Applicant.member_id == worker[0].member_id).values(number=1))
            couple = {"season_id": SEASON, "member_id": worker[4].member_id, "number": 0, "joined_at": now}
            mine = tx.get(Applicant, season_id=SEASON, member_id=worker[0].member_id)
            assert mine is not None
            add(tx, Applicant, [couple | {"application_id": mine.application_id}])
            paid = update(Member).where(Member.id == worker[4].member_id).values(dues_paid_until=date(2027, 12, 31))
            tx.execute(paid)

        await database.write(change)
        made = await drawing.freeze(database, day.officer, CODE)
        assert [(one.code, one.member_id) for one in made.excluded] == [("dues_unpaid", worker[0].member_id)]
        row = InboxMessage
        told = await database.read(lambda tx: [(one.member_id, one.kind) for one in tx.all(select(row))])
        assert sorted(told) == [
            (worker[0].member_id, "retreat.left_out.dues_unpaid"),
            (worker[4].member_id, "retreat.left_out.with_others"),
        ]
        out = Application.status == "excluded"
        (left,) = await database.read(lambda tx: tx.all(select(Application).where(out)))
        assert (left.reason, left.weight) == ("dues_unpaid", None)

    async def test_leaves_out_who_still_gathers(self, database: Database, clock: SettableClock) -> None:
        day = await ready(database, clock)
        one = (await database.read(lambda tx: tx.all(select(Application).limit(1))))[0].id
        gathering = update(Application).where(Application.id == one).values(status="gathering")
        await database.write(changed, gathering)
        made = await drawing.freeze(database, day.officer, CODE)
        assert [(left.entry.id, left.code) for left in made.excluded] == [(one, "gathering")]
        assert id_field(one).encode() not in (await published(database))["roll.csv"]
        kinds = await database.read(lambda tx: tx.execute(select(InboxMessage.kind)).scalars().all())
        assert list(kinds) == ["retreat.left_out.gathering"]

    async def test_builds_groups_as_units(self, database: Database, clock: SettableClock) -> None:
        """The smallest weight, common categories, one organisation a head; companions have none."""

        def build(tx: WriteSession, now: datetime) -> tuple[Day, list[int]]:
            town = populate(tx, now)
            season = open_season(tx, now)
            first, second, third = town.workers[0], town.workers[EACH], town.workers[2]
            lost = {"season_id": SEASON, "ranked": 3, "won": False, "declined": False, "declined_late": False}
            add(tx, RetreatPast, [lost | {"member_id": first.member_id, "did_not_come": False, "at": now}])
            couple = enter(tx, now, season, [first, second], [(1, TWIN), (1, DOUBLE)], rooms=1)
            family = enter(tx, now, season, [third], [(2, DOUBLE), (9, TWIN)], rooms=1, companions=["小宝"])
            alone = enter(tx, now, season, [town.workers[1]], [(3, TWIN)])
            return Day(town, season, town.officer, second_officer(tx, now)), [couple, family, alone]

        day, ids = await database.write(build)
        at_freeze(clock, day.season)
        await drawing.freeze(database, day.officer, CODE)
        season = season_of(await published(database))
        units = {unit.id: unit for unit in season.units}
        couple, family, alone = (units[one] for one in ids)
        assert couple.kind == (Need(rooms=1), ("frontline",), ("330211021-e211", "330211021-e212"))
        assert (couple.weight, couple.choices) == (1, (0, 1))
        assert family.kind == (Need(rooms=1), ("sci_tech_talent",), ("330211021-e211",))
        assert family.choices == (3,), "a choice that the season does not have is no choice"
        assert sum(alone.kind.need) == 1
        assert alone.kind.need.rooms == 0

        def snapshot(tx: Any) -> dict[int, tuple[Any, ...]]:
            rows = tx.all(select(Applicant))
            return {one.member_id: (one.organisation_id, one.categories, one.weight) for one in rows}

        kept = await database.read(snapshot)
        assert kept[day.town.workers[0].member_id] == (211, ["frontline"], 2)
        assert kept[day.town.workers[EACH].member_id] == (212, ["frontline"], 1)

    async def test_counts_its_statements(self, database: Database, clock: SettableClock) -> None:
        """As many for thirty-two applications as for one."""
        day = await ready(database, clock)
        asked: list[str] = []

        def read(tx: Any) -> None:
            listener = lambda connection, cursor, statement, *_: asked.append(statement)  # noqa: E731
            event.listen(tx.connection, "before_cursor_execute", listener)
            freezing.ready_to_freeze(tx, clock.now, day.officer, CODE)

        await database.read(read)
        assert len(asked) <= 14


class TestRefusals:
    async def test_not_before_its_time(self, database: Database, clock: SettableClock) -> None:
        day = await database.write(draw_day)
        with pytest.raises(FreezeTooEarly):
            await drawing.freeze(database, day.officer, CODE)

    async def test_only_by_officers_of_the_federation(self, database: Database, clock: SettableClock) -> None:
        day = await ready(database, clock)
        for stranger in (day.town.district, day.town.workers[0]):
            with pytest.raises(NotAnOfficer):
                await drawing.freeze(database, stranger, CODE)

    async def test_only_once(self, database: Database, clock: SettableClock) -> None:
        day = await ready(database, clock)
        await drawing.freeze(database, day.officer, CODE)
        before = await database.read(stored)
        with pytest.raises(WrongSeasonStatus):
            await drawing.freeze(database, day.officer, CODE)
        assert await database.read(stored) == before

    async def test_nothing_of_a_season_that_changed_meanwhile(self, database: Database, clock: SettableClock) -> None:
        day = await ready(database, clock)
        season, found = await database.read(freezing.ready_to_freeze, clock.now, day.officer, CODE)
        made = frozen(found, "now")
        await drawing.freeze(database, day.second, CODE)
        before = await database.read(stored)
        with pytest.raises(SeasonChanged):
            await database.write(freezing.store_freeze, day.officer, season, made)
        assert await database.read(stored) == before

    @pytest.mark.parametrize("how", ["edited", "withdrawn", "entered"])
    async def test_nothing_if_an_application_moved(self, database: Database, clock: SettableClock, how: str) -> None:
        day = await ready(database, clock)
        season, found = await database.read(freezing.ready_to_freeze, clock.now, day.officer, CODE)
        made = frozen(found, "now")

        def move(tx: WriteSession, now: datetime) -> None:
            this = update(Application).where(Application.id == found.entries[0].id)
            if how == "entered":
                enter(tx, now, found_season(tx), [day.town.workers[4]], [(1, TWIN)])
            elif how == "edited":
                tx.execute(this.values(sequence=1))
            else:
                tx.execute(this.values(status="withdrawn", sequence=1))

        await database.write(move)
        before = await database.read(stored)
        with pytest.raises(ApplicationsMoved):
            await database.write(freezing.store_freeze, day.officer, season, made)
        assert await database.read(stored) == before
