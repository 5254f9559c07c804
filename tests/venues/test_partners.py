"""Naming more of those who play, after the booking was made."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.checkin.models import Pass
from booking.db import Database, ReadSession
from booking.notices.models import InboxMessage
from booking.venues.errors import (
    AlreadyBegun,
    BookingNotFound,
    PartnerNotFound,
    TooManyPartners,
    WrongStatus,
)
from booking.venues.queries.bookings import companions_of
from booking.venues.schemas import MOST_PARTNERS, BookingView, HoldRequest, PartnerRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.ending import cancel_booking
from booking.venues.service.partners import add_partners
from tests.databases import SettableClock
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, CENTRE, GYM, TODAY, City, at
from tests.venues.counting import statements

TOMORROW = TODAY + timedelta(days=1)
ZHOU = PartnerRequest(name="周敏", number="m102")
GUEST = PartnerRequest(name="老王")


async def held(database: Database, city: City, facility: int = BADMINTON) -> BookingView:
    wish = HoldRequest(place=CENTRE, facility=facility, starts=at(18, TOMORROW), ends=at(19, TOMORROW))
    return await database.write(hold_slot, city.worker, wish)


async def confirmed(database: Database, city: City, facility: int = BADMINTON) -> BookingView:
    view = await held(database, city, facility)
    return await database.write(confirm_booking, city.worker, view.place, view.id)


def passes(tx: ReadSession) -> int:
    return int(tx.scalar(select(func.count()).select_from(Pass)) or 0)


def told(tx: ReadSession) -> list[int]:
    return list(tx.execute(select(InboxMessage.member_id).order_by(InboxMessage.id)).scalars())


class TestAddPartners:
    async def test_who_joins_gets_a_pass_and_is_told(self, database: Database, city: City) -> None:
        before = await confirmed(database, city)
        after = await database.write(add_partners, city.worker, CENTRE, before.id, [ZHOU, GUEST])
        assert [(one.number, one.name) for one in after.partners] == [(0, "林晓"), (1, "周敏"), (2, "老王")]
        assert after.partners[0] == before.partners[0]
        assert len({one.pass_id for one in after.partners}) == 3
        assert await database.read(passes) == 3
        assert (after.heads, after.version) == (3, before.version + 1)
        assert await database.read(told) == [city.worker.member_id, city.partner.member_id]

    async def test_on_a_hold_they_wait_for_its_confirmation(self, database: Database, city: City) -> None:
        view = await held(database, city)
        joined = await database.write(add_partners, city.worker, CENTRE, view.id, [ZHOU])
        assert [one.pass_id for one in joined.partners] == [None, None]
        done = await database.write(confirm_booking, city.worker, CENTRE, view.id)
        assert all(one.pass_id for one in done.partners)

    async def test_who_is_there_already_joins_once(self, database: Database, city: City) -> None:
        view = await confirmed(database, city)
        myself = PartnerRequest(name="林晓", number="m101")
        first = await database.write(add_partners, city.worker, CENTRE, view.id, [ZHOU, ZHOU, myself])
        again = await database.write(add_partners, city.worker, CENTRE, view.id, [ZHOU])
        assert again == first
        assert await database.read(passes) == 2

    async def test_a_wrong_name_changes_nothing(self, database: Database, city: City) -> None:
        view = await confirmed(database, city)
        wrong = PartnerRequest(name="周明", number="m102")
        with pytest.raises(PartnerNotFound):
            await database.write(add_partners, city.worker, CENTRE, view.id, [GUEST, wrong])
        assert await database.read(passes) == 1

    async def test_no_more_than_a_booking_takes(self, database: Database, city: City) -> None:
        view = await confirmed(database, city)
        crowd = [PartnerRequest(name=f"客人{number}") for number in range(MOST_PARTNERS)]
        await database.write(add_partners, city.worker, CENTRE, view.id, crowd)
        with pytest.raises(TooManyPartners):
            await database.write(add_partners, city.worker, CENTRE, view.id, [GUEST])

    async def test_heads_of_a_pool_are_booked_instead(self, database: Database, city: City) -> None:
        view = await confirmed(database, city, GYM)
        with pytest.raises(TooManyPartners):
            await database.write(add_partners, city.worker, CENTRE, view.id, [GUEST])

    async def test_only_the_booker_and_the_manager_may(self, database: Database, city: City) -> None:
        view = await confirmed(database, city)
        await database.write(add_partners, city.manager, CENTRE, view.id, [ZHOU])
        for who in (city.partner, city.rival):
            with pytest.raises(BookingNotFound):
                await database.write(add_partners, who, CENTRE, view.id, [GUEST])

    async def test_not_once_it_has_ended_or_is_over(self, database: Database, clock: SettableClock, city: City) -> None:
        view = await confirmed(database, city)
        clock.now = at(18.5, TOMORROW)
        await database.write(add_partners, city.worker, CENTRE, view.id, [ZHOU])
        clock.now = at(19, TOMORROW)
        with pytest.raises(AlreadyBegun):
            await database.write(add_partners, city.worker, CENTRE, view.id, [GUEST])
        clock.now = at(12)
        await database.write(cancel_booking, city.worker, CENTRE, view.id)
        with pytest.raises(WrongStatus):
            await database.write(add_partners, city.worker, CENTRE, view.id, [GUEST])


class TestCompanions:
    async def test_the_last_come_first_and_each_once(self, database: Database, city: City) -> None:
        await database.write(add_booking, starts=9, ends=10, by=city.worker, partners=[city.rival])
        await database.write(add_booking, starts=11, ends=12, by=city.worker, partners=[city.partner])
        await database.write(add_booking, starts=13, ends=14, by=city.worker, partners=[city.partner])
        await database.write(add_booking, starts=15, ends=16, by=city.rival, partners=[city.manager])
        with statements(database) as seen:
            found = await database.read(companions_of, city.worker.member_id)
        assert [(one.number, one.name) for one in found] == [("m102", "周敏"), ("m103", "王强")]
        assert len(seen) == 1
