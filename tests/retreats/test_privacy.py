"""Whoever reads all that is published of a draw learns nothing of who applied from which enterprise.

The tests are the attacker: everything public is at hand, the tree, the members and their categories too.
"""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from hashlib import sha256

import pytest
from litestar import Litestar
from sqlalchemy import select, update

from booking.db import Database, ReadSession, WriteSession
from booking.draws import rows
from booking.draws.records import id_field, record
from booking.draws.replaying import season_of
from booking.draws.units import Kind, Need, Unit
from booking.members.models import Member, Organisation
from booking.retreats import drawing
from booking.retreats.models import Application, DrawFile, Season
from booking.retreats.queries.gathering import gathered
from booking.retreats.queries.steps import contents
from booking.retreats.rules.freezing import Gathered, frozen
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import shown
from tests.retreats.draws import Day, answer, at_freeze, draw_day, drawn_day, second_officer
from tests.retreats.season import CODE, ENTERPRISES, SEASON, Town, enter, open_season, populate
from tests.rooms.house import TWIN
from tests.venues.guests import browser_of, phone_of, serving

SMALLEST = 10


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


def enterprise_codes(tx: ReadSession) -> set[str]:
    found = tx.execute(select(Organisation.code).where(Organisation.id.in_(list(ENTERPRISES))))
    return set(found.scalars().all())


def published_ever(tx: ReadSession) -> dict[tuple[int, str], bytes]:
    """Every version of every public file."""
    public = select(DrawFile).where(DrawFile.season_id == SEASON, DrawFile.notary.is_(False))
    return {(one.step, one.name): one.data for one in tx.all(public)}


def kinds(codes: set[str], categories: tuple[str, ...]) -> Iterator[Kind]:
    """Whatever a single applicant can be."""
    sets = [some for size in range(len(categories) + 1) for some in itertools.combinations(categories, size)]
    for code, some, need in itertools.product(sorted(codes), sets, (Need(rooms=1), Need(men=1), Need(women=1))):
        yield Kind(need, some, (code,))


async def two_stages(database: Database, clock: SettableClock) -> Day:
    day = await drawn_day(database, clock)
    await database.write(answer, 4)
    await drawing.next_stage(database, day.officer, CODE)
    return day


class TestLeaves:
    @sqlite_only
    async def test_cannot_be_tried_out(self, database: Database, clock: SettableClock) -> None:
        """Every record that an applicant can have, against every leaf, with whatever is public in the salt's place.

        With the salt the very same enumeration finds each of them: it is the salt alone that protects.
        """
        await drawn_day(database, clock)
        season = season_of(await database.read(contents, SEASON, notary=True))
        codes = await database.read(enterprise_codes)
        roll = rows.read("roll.csv", (await database.read(contents, SEASON))["roll.csv"])
        wishes = {tuple(season.units.choices(index)) for index in range(len(season.units))}
        root = season.root
        found, known = 0, 0
        for index, (unit_id, weight, inner) in enumerate(roll):
            salt = season.salts[16 * index : 16 * index + 16]
            public = (b"", bytes(16), unit_id.encode(), int(unit_id, 16).to_bytes(8, "big") * 2, root[:16], root)
            for kind, wish in itertools.product(kinds(codes, season.rules.categories), wishes):
                text = record(Unit(int(unit_id, 16), int(weight), kind, wish))
                found += any(sha256(guess + text).hexdigest() == inner for guess in public)
                known += sha256(salt + text).hexdigest() == inner
        assert (found, known) == (0, len(roll))

    async def test_have_salts_of_their_own(self, database: Database, clock: SettableClock) -> None:
        await drawn_day(database, clock)
        season = season_of(await database.read(contents, SEASON, notary=True))
        salts = {season.salts[start : start + 16] for start in range(0, len(season.salts), 16)}
        assert len(salts) == len(season.units)
        public = b"".join((await database.read(published_ever)).values())
        assert not [salt for salt in salts if salt.hex().encode() in public]


class TestRules:
    async def test_are_the_same_whoever_applied(self, database: Database, clock: SettableClock) -> None:
        """All enterprises and the same cap for each: neither says whether anybody there applied."""

        def one_only(tx: WriteSession, now: datetime) -> Day:
            town: Town = populate(tx, now)
            season = open_season(tx, now)
            enter(tx, now, season, [town.workers[0]], [(1, TWIN)])
            return Day(town, season, town.officer, second_officer(tx, now))

        day = await database.write(one_only)
        at_freeze(clock, day.season)
        await drawing.freeze(database, day.officer, CODE)
        rules = rows.read("rules.csv", (await database.read(contents, SEASON))["rules.csv"])
        codes = await database.read(enterprise_codes)
        assert {row[1] for row in rows_of(rules, "node")} >= codes
        caps = {row[2]: row[3] for row in rows_of(rules, "cap")}
        assert {caps[code] for code in codes} == {"4"}

    async def test_do_not_move_with_an_applicants_enterprise(self, database: Database, clock: SettableClock) -> None:
        """Somebody of the next enterprise in the same township instead: only a hash of the roll is another."""
        day = await database.write(draw_day)
        at_freeze(clock, day.season)
        made = await drawing.freeze(database, day.officer, CODE)
        before = await database.read(contents, SEASON)

        def again(tx: WriteSession, now: datetime) -> None:
            mover = day.town.workers[0].member_id
            tx.execute(update(Member).where(Member.id == mover).values(organisation_id=212))

        await database.write(again)
        _, found = await database.read(gathered_again, day)
        after = frozen(found, made.season.frozen).files
        assert {name for name in before if before[name] != after[name]} == {
            "roll.csv",
            "commitment.csv",
            "manifest.csv",
        }
        pairs = zip(before["roll.csv"].splitlines(), after["roll.csv"].splitlines(), strict=True)
        assert sum(one != other for one, other in pairs) == 1


class TestCounts:
    async def test_have_no_small_rows(self, database: Database, clock: SettableClock) -> None:
        """And every row adds up to all heads, so that no small one can be found by subtracting."""
        await two_stages(database, clock)
        files = await database.read(contents, SEASON)
        heads = len(await database.read(lambda tx: tx.all(select(Application))))
        for name in ("counts-1.csv", "counts-2.csv"):
            applied = [int(row[1]) for row in rows.read(name, files[name])]
            assert sum(applied) == heads
            assert min(applied) >= SMALLEST

    async def test_closings_are_of_kinds_that_many_have(self, database: Database, clock: SettableClock) -> None:
        await two_stages(database, clock)
        files = await database.read(contents, SEASON)
        season = season_of(await database.read(contents, SEASON, notary=True))
        alike = [season.units.kinds[kind] for kind in season.units.kind]
        for row in rows.read("closing-1.csv", files["closing-1.csv"]):
            need, categories = Need(*map(int, row[2:5])), tuple(one for one in row[5].split("+") if one)
            assert sum(kind.need == need and kind.categories == categories for kind in alike) >= SMALLEST
            assert int(row[6]) % 100 == 0
        townships = {one.code for one in season.rules.nodes if one.level < 3}
        assert {row[1] for row in rows.read("quota-1.csv", files["quota-1.csv"])} <= townships


class TestEverythingPublished:
    async def test_names_no_enterprise_and_nobody(self, database: Database, clock: SettableClock) -> None:
        """But for the rules, which name them all."""
        await two_stages(database, clock)
        codes = await database.read(enterprise_codes)
        people = await database.read(lambda tx: [(one.number, one.name) for one in tx.all(select(Member))])
        files = await database.read(published_ever)
        for (step, name), data in files.items():
            text = data.decode()
            if name != "rules.csv":
                assert not [code for code in codes if code in text], (step, name)
            assert not [one for one in people if f",{one[0]}," in text or one[1] in text], (step, name)
        assert not [name for _, name in files if name.startswith("units")]

    @sqlite_only
    async def test_pages_and_api_neither(self, app: Litestar, clock: SettableClock) -> None:
        database: Database = app.state.database
        await two_stages(database, clock)
        codes = await database.read(enterprise_codes)
        ids = {id_field(one.id) for one in await database.read(lambda tx: tx.all(select(Application)))}
        nobody, phone = await browser_of(app), await phone_of(app)
        page, view = (
            shown(await nobody.get(f"/retreats/{CODE}/draw")),
            await phone.call("GET", f"/retreats/{CODE}/draw"),
        )
        for text in (page, view.text):
            assert not [code for code in codes if code in text]
            assert "工厂" not in text
            assert "职工0" not in text
        assert {one["id"] for one in view.json()["order"]} <= ids
        assert {one["by"] for one in view.json()["steps"]} == {""}


def rows_of(table: list[list[str]], name: str) -> list[list[str]]:
    return [row for row in table if row[0] == name]


def gathered_again(tx: ReadSession, day: Day) -> tuple[Season, Gathered]:
    """The season as a freeze would read it now."""
    return day.season, gathered(tx, day.season)
