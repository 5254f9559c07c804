"""Opening hours change, of a facility or of a day; whoever has booked is not left before a closed door."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from booking.db import Database, WriteSession, insert
from booking.places.catalogue import catalogue_changed, places
from booking.places.schemas import CalendarDayRequest
from booking.venues.errors import BookedWhenClosed
from booking.venues.models import OpeningRule
from booking.venues.schemas import HoursRequest, OpeningRequest
from booking.venues.service.editing import put_opening
from booking.venues.service.hours import NAMED_AT_MOST, mark_day
from booking.web.facts import Named
from booking.web.principal import Principal, Scope
from tests.databases import NOON
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, CENTRE, GYM, TODAY, City

TOMORROW = TODAY + timedelta(days=1)
HOLIDAY = CalendarDayRequest(day=TOMORROW, kind="holiday", name="节日", name_en="Holiday")


def shorter_on_holidays(tx: WriteSession, now: datetime, facility: int = BADMINTON) -> None:
    rule = {"id": 99, "days": "holiday", "opens": time(9), "closes": time(17), "from_day": None, "until_day": None}
    tx.execute(insert(tx, OpeningRule).values(place_id=CENTRE, facility_id=facility, **rule))
    catalogue_changed(tx)


def administrator(city: City) -> Principal:
    return replace(city.manager, scopes=(Scope(role="administrator", kind="all", id=0),))


async def refused(awaitable: Any) -> dict[str, Any]:
    with pytest.raises(BookedWhenClosed) as found:
        await awaitable
    return found.value.params


class TestMarkDay:
    async def test_names_those_whose_hours_would_close(self, database: Database, city: City) -> None:
        await database.write(shorter_on_holidays)
        await database.write(shorter_on_holidays, GYM)
        await database.write(add_booking, starts=18, ends=19, day=TOMORROW)
        await database.write(add_booking, starts=16, ends=17, day=TOMORROW)
        await database.write(add_booking, starts=20, ends=21, day=TOMORROW, court=None, facility=GYM)
        said = await refused(database.write(mark_day, administrator(city), HOLIDAY))
        assert said["count"] == 2
        assert [one.name for one in said["bookings"]] == [
            "2026-11-26 18:00–19:00 柜台客人 镇海职工文化中心羽毛球",
            "2026-11-26 20:00–21:00 柜台客人 镇海职工文化中心健身房",
        ]
        assert TOMORROW not in (await database.read(places)).calendar

    async def test_a_lapsed_hold_is_not_in_the_way(self, database: Database, city: City) -> None:
        await database.write(shorter_on_holidays)
        over = NOON - timedelta(minutes=1)
        await database.write(add_booking, starts=18, ends=19, day=TOMORROW, status="held", hold_expires_at=over)
        await database.write(mark_day, administrator(city), HOLIDAY)
        assert (await database.read(places)).calendar[TOMORROW].kind == "holiday"

    async def test_taking_the_mark_away_is_a_change_too(self, database: Database, city: City) -> None:
        await database.write(shorter_on_holidays)
        await database.write(mark_day, administrator(city), HOLIDAY)
        await database.write(widen_holidays)
        await database.write(add_booking, starts=22, ends=23, day=TOMORROW)
        plain = CalendarDayRequest(day=TOMORROW, kind="none")
        assert (await refused(database.write(mark_day, administrator(city), plain)))["count"] == 1

    async def test_many_are_counted_and_the_first_named(self, database: Database, city: City) -> None:
        await database.write(shorter_on_holidays)
        for half in range(14):
            starts = 17 + half % 5
            await database.write(add_booking, starts=starts, ends=starts + 1, court=half // 5 + 1, day=TOMORROW)
        said = await refused(database.write(mark_day, administrator(city), HOLIDAY))
        assert (said["count"], len(said["bookings"]), said["bookings"][-1]) == (14, NAMED_AT_MOST + 1, "…")


class TestOpening:
    async def test_names_those_whose_hours_would_close(self, database: Database, city: City) -> None:
        await database.write(add_booking, starts=18, ends=19, day=TOMORROW)
        hours = OpeningRequest(hours=[HoursRequest(days="1234567", opens=time(8), closes=time(18))])
        said = await refused(database.write(put_opening, city.manager, CENTRE, BADMINTON, hours))
        assert said["count"] == 1
        assert isinstance(said["bookings"][0], Named)
        assert said["bookings"][0].name_en.endswith("Badminton")


def widen_holidays(tx: WriteSession, now: datetime) -> None:
    rule = {"id": 98, "days": "holiday", "opens": time(17), "closes": time(0), "from_day": None, "until_day": None}
    tx.execute(insert(tx, OpeningRule).values(place_id=CENTRE, facility_id=BADMINTON, **rule))
    catalogue_changed(tx)
