"""The demo city comes to life: through the commands of the service, and again on another day."""

from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import func, select

from booking.clock import instant_of, local_date
from booking.db import Database, ReadSession
from booking.notices.models import InboxMessage
from booking.rehearsal.models import Change
from booking.retreats.models import Application
from booking.retreats.queries.season_views import current_seasons
from booking.retreats.queries.seasons import choices
from booking.seeding import life
from booking.seeding.life import bring_to_life
from booking.seeding.loading import Wanted, load_city
from booking.seeding.people import MOST_MEMBERS
from booking.seeding.reading import read_city
from booking.seeding.rows import City
from booking.settings import Settings
from booking.venues.models import Block, Booking
from tests.databases import SettableClock, opened, wipe
from tests.seeding.cities import write_city

FEW = (16, 6, 3)


def ignore(done: int, total: int) -> None:
    """Hears of the progress and says nothing."""


@cache
def demo_city() -> City:
    """The demo city with a few of its organisations: those of the demo accounts, and all above them."""
    city = read_city(Settings().fixtures / "city")
    by_code = {row.code: row for row in city.organisations}
    kept = {account.organisation for account in city.accounts}
    while missing := {parent for code in kept if (parent := by_code[code].parent)} - kept:
        kept |= missing
    return structs.replace(city, organisations=tuple(row for row in city.organisations if row.code in kept))


async def load(database: Database, city: City, members: int = 200) -> None:
    await load_city(database, Wanted(city=city, fingerprint="", members=members, seed=1, demo=True), lambda *_: None)


def by_day(tx: ReadSession) -> Counter[int]:
    """How many made-up members have booked, by days from the first."""
    starts = tx.execute(select(Booking.starts).where(Booking.member_id <= MOST_MEMBERS)).scalars().all()
    days = [local_date(instant_of(half_hour)) for half_hour in starts]
    return Counter((day - min(days)).days for day in days)


def what_they_booked(tx: ReadSession) -> set[tuple[int | None, int, int, int]]:
    rows = tx.execute(select(Booking.member_id, Booking.place_id, Booking.facility_id, Booking.starts))
    return {(row.member_id, row.place_id, row.facility_id, row.starts) for row in rows}


@pytest.fixture(autouse=True)
def few_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "WISHES", FEW)


class TestLife:
    async def test_members_book_for_today_and_the_coming_days(self, database: Database, clock: SettableClock) -> None:
        clock.advance(hours=9)  # most of today is past: who played then had booked before
        await load(database, demo_city())
        booked = await bring_to_life(database, 1, ignore)
        counted = await database.read(by_day)
        assert sum(counted.values()) == booked
        assert all(0.7 * wishes <= counted[ahead] <= wishes for ahead, wishes in enumerate(FEW))
        made = await database.read(
            lambda tx: [(row.created_at, instant_of(row.starts)) for row in tx.all(select(Booking))]
        )
        assert all(created <= clock.now and created < starts for created, starts in made)
        assert any(starts < clock.now - timedelta(hours=1) for _, starts in made)

    async def test_the_same_seed_makes_the_same_life(self, database: Database) -> None:
        await load(database, demo_city())
        await bring_to_life(database, 1, ignore)
        once = await database.read(what_they_booked)
        await database.write(wipe)
        async with opened(database.url) as again:
            await load(again, demo_city())
            await bring_to_life(again, 1, ignore)
            assert await again.read(what_they_booked) == once

    async def test_each_day_gets_its_share_once_and_more_as_it_comes_nearer(
        self, database: Database, clock: SettableClock
    ) -> None:
        await load(database, demo_city())
        await bring_to_life(database, 1, ignore)
        before = await database.read(what_they_booked)
        assert await bring_to_life(database, 1, ignore) == 0
        assert await database.read(what_they_booked) == before
        clock.advance(days=1)
        assert await bring_to_life(database, 1, ignore) > FEW[0] // 2
        assert await database.read(what_they_booked) > before
        assert (await database.read(by_day))[1] > FEW[0] // 2

    async def test_the_demos_own_people_have_been_active(self, database: Database) -> None:
        await load(database, demo_city())
        await bring_to_life(database, 1, ignore)
        kinds = await database.read(lambda tx: Counter(block.kind for block in tx.all(select(Block))))
        assert kinds == {"league": 4, "closure": 1}
        assert await database.read(lambda tx: [change.status for change in tx.all(select(Change))]) == ["applied"]
        worker = MOST_MEMBERS + 1
        mine = select(Booking).where(Booking.member_id == worker).order_by(Booking.starts)
        assert await database.read(lambda tx: [row.status for row in tx.all(mine)]) == ["confirmed", "cancelled"]
        told = select(InboxMessage.kind).where(InboxMessage.member_id == worker)
        messages = await database.read(lambda tx: tx.execute(told).scalars().all())
        assert Counter(messages) == {"booking.confirmed": 2, "booking.cancelled": 1}

    async def test_one_can_apply_for_a_retreat(self, database: Database, clock: SettableClock) -> None:
        await load(database, demo_city())
        await bring_to_life(database, 1, ignore)
        (season,) = await database.read(current_seasons, clock.now)
        assert (season.code, season.status) == ("2027-spring", "open")
        assert await database.read(lambda tx: len(choices(tx, season.id))) == 6
        assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(Application))) > 20
        clock.advance(days=1)
        await bring_to_life(database, 1, ignore)
        assert [one.id for one in await database.read(current_seasons, clock.now)] == [season.id]

    async def test_a_city_without_members_stays_quiet(self, database: Database, tmp_path: Path) -> None:
        await load(database, read_city(write_city(tmp_path)), members=0)
        assert await bring_to_life(database, 1, ignore) == 0

    async def test_a_city_without_room_for_a_scene_goes_without(self, database: Database, tmp_path: Path) -> None:
        await load(database, read_city(write_city(tmp_path)))
        await bring_to_life(database, 1, ignore)
        assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(Block))) == 0
