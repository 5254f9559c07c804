"""A city loaded into a database: the same one each time, whole in the end, and never over another."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from booking.db import Base, Database, ReadSession, WriteSession, insert
from booking.members.hashing import fits
from booking.members.models import Account, Card, Member, MemberCategory, Organisation, RoleGrant
from booking.models import metadata
from booking.places.catalogue import catalogue_version
from booking.places.models import Place
from booking.seeding import loading
from booking.seeding.bulk import Bulk, store
from booking.seeding.city_rows import Rows
from booking.seeding.loading import NotEmpty, OtherLoad, Wanted, fingerprint_of, load_city, load_state, seed_number
from booking.seeding.numbering import Numbers
from booking.seeding.people import MOST_MEMBERS
from booking.seeding.reading import read_city
from booking.settings import Settings
from booking.venues.catalogue import venues
from booking.venues.models import Court, OpeningRule
from booking.venues.rules.opening import half_hours_into, open_spans
from tests.databases import NOON, SettableClock, opened, wipe
from tests.seeding.cities import SMALL, write_city

DEMO_CITY = Settings().fixtures / "city"


def wanted(folder: Path, members: int = 250, *, demo: bool = True, seed: str = "ningbo") -> Wanted:
    number = seed_number(seed)
    return Wanted(
        city=read_city(folder),
        fingerprint=fingerprint_of(folder, members=members, seed=number, demo=demo),
        members=members,
        seed=number,
        demo=demo,
    )


def silently(stage: str, done: int, total: int) -> None:
    """Hears of the progress and says nothing."""


async def load(database: Database, order: Wanted) -> loading.Loaded:
    return await load_city(database, order, silently)


def everything(tx: ReadSession) -> dict[str, list[dict[str, Any]]]:
    """All that is stored, but for the salted passwords."""
    return {
        table.name: [_plain(row._mapping) for row in tx.execute(_in_order(table))] for table in metadata.tables.values()
    }


def _in_order(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "password_hash"}


def count(tx: ReadSession, table: type[Base]) -> int:
    return int(tx.scalar(select(func.count()).select_from(table)))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    return write_city(folder)


@pytest.fixture(autouse=True)
def chunks_of_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MEMBERS_A_CHUNK", 100)


class TestLoading:
    async def test_everybody_and_everything_is_there(self, database: Database, small: Path) -> None:
        loaded = await load(database, wanted(small))
        assert (loaded.already, loaded.resumed, loaded.load.completed_at) == (False, False, NOON)
        found = await database.read(everything)
        counted = {name: len(rows) for name, rows in found.items()}
        assert (
            counted
            | {
                "organisations": 5,
                "places": 2,
                "zones": 3,
                "facilities": 3,
                "policies": 2,
                "prices": 6,
                "calendar_days": 2,
                "gates": 1,
                "members": 252,
                "accounts": 2,
                "role_grants": 1,
            }
            == counted
        )
        assert counted["cards"] > 50
        assert counted["member_categories"] > 80

    async def test_twice_makes_the_same_database(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        once = await database.read(everything)
        await database.write(wipe)
        async with opened(database.url) as again:
            await load(again, wanted(small))
            assert await again.read(everything) == once

    async def test_a_complete_one_is_left_alone(self, database: Database, small: Path, clock: SettableClock) -> None:
        await load(database, wanted(small))
        once = await database.read(everything)
        clock.advance(hours=1)
        assert (await load(database, wanted(small))).already
        assert await database.read(everything) == once

    async def test_more_members_are_the_same_members_and_more(self, database: Database, small: Path) -> None:
        await load(database, wanted(small, 150))
        few = await database.read(lambda tx: everything(tx)["members"])
        await database.write(wipe)
        await load(database, wanted(small, 200))
        many = await database.read(lambda tx: everything(tx)["members"])
        assert [row for row in many if row["id"] <= 150 or row["id"] > MOST_MEMBERS] == few

    async def test_another_seed_makes_other_members(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        names = await database.read(lambda tx: [row["name"] for row in everything(tx)["members"]])
        await database.write(wipe)
        await load(database, wanted(small, seed="hangzhou"))
        assert names != await database.read(lambda tx: [row["name"] for row in everything(tx)["members"]])


class Killed(Exception):
    """The process ended here."""


@contextmanager
def killed_after(chunks: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ends a load while the next chunk is being stored, after part of it was."""
    store = loading._insert

    def store_and_die(tx: WriteSession, part: Rows | Bulk) -> None:
        store(tx, part)
        state = load_state(tx)
        if state is not None and state.chunks > chunks:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(loading, "_insert", store_and_die)
        yield


class TestInterruption:
    @pytest.mark.parametrize("chunks", [0, 1, 2, 4])
    async def test_the_load_goes_on_where_it_was(
        self, database: Database, small: Path, chunks: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await load(database, wanted(small))
        whole = await database.read(everything)
        await database.write(wipe)
        async with opened(database.url) as first:
            with killed_after(chunks, monkeypatch), pytest.raises(Killed):
                await load(first, wanted(small))
            state = await first.read(load_state)
            assert state is not None
            assert (state.chunks, state.completed_at) == (chunks, None)
            assert await first.read(catalogue_version) == 0
        async with opened(database.url) as second:
            loaded = await load(second, wanted(small))
            assert (loaded.already, loaded.resumed) == (False, chunks > 0)
            assert await second.read(everything) == whole

    async def test_two_at_once_load_one_city(self, database: Database, small: Path) -> None:
        order = wanted(small)
        async with opened(database.url) as other:
            await load_city(database, order, silently)
            once = await database.read(everything)
            await database.write(wipe)

            async def chunk_from_both(number: int) -> None:
                for one in (database, other):
                    stage, first, last, _ = list(loading._chunks(order))[number]
                    rows = loading._rows(order, Numbers.of(order.city), NOON, stage, first, last)
                    await one.write(loading._store_chunk, order.fingerprint, number, rows)

            await database.write(loading._begin, order.fingerprint)
            await other.write(loading._begin, order.fingerprint)
            for number in range(len(list(loading._chunks(order)))):
                await chunk_from_both(number)
            await other.write(loading._complete, order.fingerprint)
            found = await database.read(everything)
        assert {name: rows for name, rows in found.items() if name != "counters"} == {
            name: rows for name, rows in once.items() if name != "counters"
        }


class TestRefusal:
    async def test_other_files_are_not_loaded_over_a_city(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        once = await database.read(everything)
        changed = wanted(write_city(small, sports=SMALL["sports.csv"].replace("羽毛球", "羽球")))
        with pytest.raises(OtherLoad):
            await load(database, changed)
        assert await database.read(everything) == once

    async def test_nor_the_same_ones_with_other_options(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        for order in (wanted(small, 251), wanted(small, demo=False), wanted(small, seed="hangzhou")):
            with pytest.raises(OtherLoad):
                await load(database, order)

    async def test_nor_anything_over_a_city_that_was_typed_in(self, database: Database, small: Path) -> None:
        root = {"id": 1, "code": "330200", "kind": "city", "name": "宁波市", "path": "/1/"}
        await database.write(lambda tx, now: tx.execute(insert(tx, Organisation).values(root)))
        with pytest.raises(NotEmpty):
            await load(database, wanted(small))
        assert await database.read(load_state) is None


class TestRows:
    async def test_a_node_knows_its_way_from_the_root(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        nodes = await database.read(lambda tx: {node.code: node for node in tx.all(select(Organisation))})
        assert nodes["330200"].path == "/1/"
        assert nodes["330211003-e001"].path == "/1/2/3/5/"
        assert nodes["330211003-e001"].parent_id == nodes["330211003"].id == 3

    async def test_a_tree_written_upside_down_is_the_same_tree(self, database: Database, small: Path) -> None:
        header, *rows = SMALL["organisations.csv"].splitlines()
        upside_down = "\n".join([header, *reversed(rows)])
        await load(database, wanted(write_city(small, organisations=upside_down)))
        paths = await database.read(lambda tx: {node.code: node.path for node in tx.all(select(Organisation))})
        assert paths["330211003-e001"] == "/5/4/3/1/"

    async def test_courts_of_a_divisible_hall_share_units(self, database: Database) -> None:
        await load(database, wanted(DEMO_CITY, 0))
        known = await database.read(venues)
        (hall,) = (
            facts
            for facts in known.facilities.values()
            if (facts.place.code, facts.facility.code) == ("zhenhai", "basketball")
        )
        full, *halves = (tuple(court.units) for court in hall.courts.values())
        assert full == (1, 2)
        assert set(halves) == {(1,), (2,)}

    async def test_hours_of_a_place_hold_where_a_facility_has_none(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        known = await database.read(venues)
        hours = {
            (facts.place.code, facts.facility.code): [(rule.days, rule.opens, rule.closes) for rule in facts.opening]
            for facts in known.facilities.values()
        }
        assert hours["zhenhai", "reading"] == [
            ("1234567", time(9), time(11, 30)),
            ("1234567", time(13), time(20, 30)),
        ]
        assert hours["plaza", "badminton"] == [("1234567", time(7), time(0))]
        assert ("holiday", time(8), time(22)) in hours["zhenhai", "badminton"]

    async def test_midnight_ends_a_day(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        rules = await database.read(lambda tx: tx.all(select(OpeningRule).where(OpeningRule.place_id == 2)))
        (span,) = open_spans(rules, date(2026, 11, 25), "weekday")
        assert span.ends - span.starts == 34
        assert half_hours_into(rules[0].closes, as_end=True) == 48

    async def test_every_facility_of_the_demo_city_opens_and_has_a_price_for_everyone(self, database: Database) -> None:
        order = wanted(DEMO_CITY, 0)
        await load(database, order)
        known = await database.read(venues)
        assert len(known.facilities) == len(order.city.facilities)
        assert all(facts.opening and facts.prices for facts in known.facilities.values())
        assert all(facts.pooled or facts.courts for facts in known.facilities.values())
        assert await database.read(count, Court) == len(order.city.courts)
        assert await database.read(count, Place) == 25


class TestDemo:
    async def test_accounts_have_their_published_passwords_and_roles(self, database: Database, small: Path) -> None:
        order = wanted(small)
        await load(database, order)
        worker, manager = MOST_MEMBERS + 1, MOST_MEMBERS + 2
        stored = await database.read(lambda tx: tx.get(Account, member_id=worker))
        assert stored is not None
        assert fits(stored.password_hash, "demo-worker-pass")
        (grant,) = await database.read(lambda tx: tx.all(select(RoleGrant)))
        assert (grant.member_id, grant.role, grant.scope_kind, grant.scope_id) == (manager, "venue_manager", "place", 1)

    async def test_outside_demo_mode_there_are_none(self, database: Database, small: Path) -> None:
        await load(database, wanted(small, 0, demo=False))
        found = await database.read(everything)
        assert not any(found[name] for name in ("members", "accounts", "role_grants", "cards"))
        assert [gate["enrolment_hash"] for gate in found["gates"]] == [None]

    async def test_categories_of_made_up_members_count_as_verified(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        unverified = select(func.count()).select_from(MemberCategory).where(MemberCategory.verified_at.is_(None))
        assert await database.read(lambda tx: tx.scalar(unverified)) == 0
        orphans = select(func.count()).select_from(Card).where(Card.member_id.not_in(select(Member.id)))
        assert await database.read(lambda tx: tx.scalar(orphans)) == 0


class TestBulk:
    async def test_rows_that_are_there_stay_as_they_are(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        once = await database.read(everything)
        bulk = Bulk(Member, ("id", "number", "name", "sex", "organisation_id"), [(1, "x", "别人", "male", 1)])
        await database.write(lambda tx, now: store(tx, bulk))
        assert await database.read(everything) == once

    async def test_a_table_with_defaults_must_be_told_them(self, database: Database) -> None:
        bulk = Bulk(Account, ("member_id", "password_hash", "activated_at"), [(1, "-", NOON)])
        with pytest.raises(ValueError, match="locale"):
            await database.write(lambda tx, now: store(tx, bulk))
