"""A city loaded into a database: the same one each time, whole in the end, and never over another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from booking.db import Database, WriteSession, insert
from booking.members.models import Organisation
from booking.places.catalogue import catalogue_version
from booking.seeding import loading
from booking.seeding.bulk import Bulk
from booking.seeding.city_rows import Rows
from booking.seeding.loading import NotEmpty, OtherLoad, load_city, load_state
from booking.seeding.numbering import Numbers
from booking.seeding.people import MOST_MEMBERS
from tests.databases import NOON, SettableClock, opened, wipe
from tests.seeding.cities import SMALL, write_city
from tests.seeding.loads import everything, load, silently, wanted


@pytest.fixture(autouse=True)
def chunks_of_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MEMBERS_A_CHUNK", 100)


class TestLoading:
    async def test_everybody_and_everything_is_there(self, database: Database, small: Path) -> None:
        loaded = await load(database, wanted(small))
        assert (loaded.already, loaded.resumed, loaded.load.completed_at) == (False, False, NOON)
        found = await database.read(everything)
        counted = {name: len(rows) for name, rows in found.items()}
        expected = {
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
        assert counted | expected == counted
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
    @pytest.mark.parametrize("chunks", [0, 2, 4])
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
