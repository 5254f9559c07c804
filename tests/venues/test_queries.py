from datetime import date, timedelta

import pytest

from booking.db import Database
from booking.venues.catalogue import venues
from booking.venues.errors import BookingNotFound, CursorUnknown
from booking.venues.queries.alternatives import nearest
from booking.venues.queries.bookings import Cursor, booking_view, bookings_of
from booking.venues.views import Alternative
from tests.databases import SettableClock
from tests.venues.bookings import add_booking
from tests.venues.city import (
    BADMINTON,
    BASKETBALL,
    CENTRE,
    GYM,
    PALACE,
    TODAY,
    City,
    at,
    build_city,
)
from tests.venues.counting import statements

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def city(database: Database) -> City:
    return await build_city(database)


async def fill(database: Database, facility: int, courts: int, starts: float, ends: float, place: int = CENTRE) -> None:
    for court in range(1, courts + 1):
        await database.write(add_booking, starts=starts, ends=ends, facility=facility, place=place, court=court)


class TestNearest:
    async def ask(
        self, database: Database, clock: SettableClock, starts: float, ends: float, day: date = TODAY
    ) -> list[Alternative]:
        facts = (await database.read(venues)).facility(CENTRE, BADMINTON)
        return await database.read(
            nearest, clock(), facts, court_kind="court", starts=at(starts, day), ends=at(ends, day), heads=1
        )

    async def test_names_shift_next_place_and_shorter(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        await fill(database, BADMINTON, 4, 18, 19)
        found = await self.ask(database, clock, 18, 20)
        assert [(one.kind, one.starts, one.ends, one.place) for one in found] == [
            ("shift", at(19), at(21), CENTRE),
            ("next_place", at(18), at(20), PALACE),
            ("shorten", at(19), at(20), CENTRE),
            ("shift", at(16), at(18), CENTRE),
        ]
        assert found[1].metres == pytest.approx(5590, abs=30)
        assert found[1].free == 4

    async def test_offers_nothing_that_would_be_refused(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        clock.advance(hours=7, minutes=40)  # 19:40: the half hour under way may still be taken, earlier ones not
        await fill(database, BADMINTON, 4, 20, 21)
        found = await self.ask(database, clock, 20, 21)
        assert [(one.kind, one.starts) for one in found] == [
            ("shift", at(21)),
            ("next_place", at(20)),
        ]

    async def test_a_day_that_is_not_open_yet_has_none(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        far = TODAY + timedelta(days=8)
        assert await self.ask(database, clock, 18, 19, far) == []

    async def test_a_day_without_room_leads_to_the_next_days(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        tomorrow, after = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
        for day, starts, ends in ((TODAY, 8, 22), (tomorrow, 18, 19), (after, 8, 22)):
            for court in range(1, 5):
                await database.write(add_booking, starts=starts, ends=ends, court=court, day=day)
        found = await self.ask(database, clock, 18, 19)
        assert [(one.kind, one.starts, one.place) for one in found] == [
            ("next_place", at(18), PALACE),
            ("next_day", at(19, tomorrow), CENTRE),
            ("next_day", at(18, TODAY + timedelta(days=3)), CENTRE),
        ]

    async def test_no_day_is_named_before_it_opens(self, database: Database, clock: SettableClock, city: City) -> None:
        last = TODAY + timedelta(days=7)
        for court in range(1, 5):
            await database.write(add_booking, starts=8, ends=22, court=court, day=last)
        assert [one.kind for one in await self.ask(database, clock, 18, 19, last)] == ["next_place"]

    async def test_another_court_at_the_same_hours_comes_first(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        await fill(database, BADMINTON, 1, 18, 19)
        found = await self.ask(database, clock, 18, 19)
        assert (found[0].kind, found[0].starts, found[0].free) == ("same_hour", at(18), 3)

    async def test_a_hall_offers_halves_instead_of_a_full_court(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        for court in (3, 5):
            await database.write(
                add_booking, starts=18, ends=20, facility=BASKETBALL, court=court, units=[court - 2], kind="half"
            )
        known = await database.read(venues)
        facts = known.facility(CENTRE, BASKETBALL)
        found = await database.read(nearest, clock(), facts, court_kind="full", starts=at(18), ends=at(20), heads=1)
        assert ("other_kind", "half", 2) in [(one.kind, one.court_kind, one.free) for one in found]

    async def test_a_pool_is_asked_for_heads(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.write(add_booking, starts=18, ends=19, facility=GYM, court=None, party=8)
        known = await database.read(venues)
        facts = known.facility(CENTRE, GYM)
        found = await database.read(nearest, clock(), facts, court_kind=None, starts=at(18), ends=at(19), heads=3)
        assert [(one.kind, one.starts, one.free) for one in found] == [("shift", at(19), 10), ("shift", at(17), 10)]

    async def test_takes_two_statements(self, database: Database, clock: SettableClock, city: City) -> None:
        await self.ask(database, clock, 18, 19)
        with statements(database) as seen:
            await self.ask(database, clock, 18, 19)
        assert len(seen) == 3, seen  # the catalogue's version for the facts, again for the query, and one scan


class TestBookingView:
    async def test_the_court_is_told_an_hour_before(self, database: Database, clock: SettableClock, city: City) -> None:
        booking = await database.write(add_booking, starts=18, ends=19, by=city.worker, court=2)
        view = await database.read(booking_view, clock(), CENTRE, booking, city.worker)
        assert (view.court, view.court_name) == (None, None)
        clock.advance(hours=5)
        view = await database.read(booking_view, clock(), CENTRE, booking, city.worker)
        assert (view.court, view.court_name, view.place_name) == (2, "2号场", "镇海职工文化中心")

    async def test_a_chosen_court_is_told_at_once(self, database: Database, clock: SettableClock, city: City) -> None:
        booking = await database.write(add_booking, starts=18, ends=19, by=city.worker, court=2, pinned=True)
        view = await database.read(booking_view, clock(), CENTRE, booking, city.worker)
        assert view.court_name_en == "Court 2"

    async def test_is_for_those_who_play_and_the_staff(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        booking = await database.write(add_booking, starts=18, ends=19, by=city.worker, partners=[city.partner])
        for who, may_cancel in ((city.worker, True), (city.partner, False), (city.manager, True)):
            view = await database.read(booking_view, clock(), CENTRE, booking, who)
            assert view.can_cancel is may_cancel
            assert [player.name for player in view.partners] == ["林晓", "周敏"]
        with pytest.raises(BookingNotFound):
            await database.read(booking_view, clock(), CENTRE, booking, city.rival)
        with pytest.raises(BookingNotFound):
            await database.read(booking_view, clock(), CENTRE, booking + 1, city.worker)

    async def test_a_hold_whose_time_is_over_is_expired(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        until = clock() + timedelta(minutes=10)
        booking = await database.write(
            add_booking, starts=18, ends=19, by=city.worker, status="held", hold_expires_at=until
        )
        view = await database.read(booking_view, clock(), CENTRE, booking, city.worker)
        assert (view.status, view.hold_expires_at, view.can_cancel) == ("held", until, True)
        clock.advance(minutes=10)
        view = await database.read(booking_view, clock(), CENTRE, booking, city.worker)
        assert (view.status, view.hold_expires_at, view.can_cancel) == ("expired", None, False)


class TestBookingsOf:
    async def many(self, database: Database, city: City) -> list[int]:
        added = []
        for day in range(3):
            for hour in (9, 14, 19):
                by, partners = (city.worker, []) if hour != 14 else (city.rival, [city.worker])
                when = TODAY + timedelta(days=day)
                added.append(
                    await database.write(add_booking, starts=hour, ends=hour + 1, by=by, partners=partners, day=when)
                )
        return added

    async def test_upcoming_comes_in_order_and_past_newest_first(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        added = await self.many(database, city)
        upcoming = await database.read(bookings_of, clock(), city.worker, upcoming=True)
        assert [one.id for one in upcoming.items] == added[1:]
        clock.advance(days=1)
        past = await database.read(bookings_of, clock(), city.worker, upcoming=False)
        assert [one.id for one in past.items] == [added[3], added[2], added[1], added[0]]

    async def test_ended_early_is_no_longer_upcoming(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        cancelled = await database.write(add_booking, starts=18, ends=19, by=city.worker, status="cancelled")
        assert (await database.read(bookings_of, clock(), city.worker, upcoming=True)).items == []
        past = await database.read(bookings_of, clock(), city.worker, upcoming=False)
        assert [one.id for one in past.items] == [cancelled]

    @pytest.mark.parametrize("upcoming", [True, False])
    async def test_pages_follow_each_other_without_gap_or_repeat(
        self, database: Database, clock: SettableClock, city: City, upcoming: bool
    ) -> None:
        await self.many(database, city)
        clock.advance(days=1)
        whole = await database.read(bookings_of, clock(), city.worker, upcoming=upcoming)
        paged, cursor = [], None
        while True:
            page = await database.read(bookings_of, clock(), city.worker, upcoming=upcoming, after=cursor, limit=2)
            paged += page.items
            if page.next is None:
                break
            cursor = Cursor.read(page.next)
        assert [one.id for one in paged] == [one.id for one in whole.items]
        assert len(paged) > 2

    async def test_takes_two_statements_however_many(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        await self.many(database, city)
        with statements(database) as seen:
            await database.read(bookings_of, clock(), city.worker, upcoming=True)
        assert len(seen) == 2

    @pytest.mark.parametrize("text", ["", "1.2", "a.b.c", "1.2.-3", "1.2.9007199254740992", "1.2.٣", "1.2.3.4"])
    def test_a_cursor_of_others_is_refused(self, text: str) -> None:
        with pytest.raises(CursorUnknown):
            Cursor.read(text)
