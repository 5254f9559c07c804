from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from litestar import Litestar

from booking.db import WriteSession, insert
from booking.members.models import Account
from booking.notices import calendar
from booking.notices.pages import CALENDAR_KEY
from booking.notices.service import feed_token, renew_feed
from booking.settings import Settings
from booking.venues.schemas import BookingView, ChangeRequest, HoldRequest, PartnerRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.changing import change_booking
from booking.venues.service.ending import cancel_booking
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.members.visitors import to
from tests.venues.city import BADMINTON, CENTRE, City, at, build_city
from tests.venues.guests import serving

KEY = Settings().key(CALENDAR_KEY)


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application; its database is `app.state.database`."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
async def town(app: Litestar) -> City:
    """The people of the city."""
    return await build_city(app.state.database)


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A calendar program, which knows nothing but an address."""
    async with httpx.AsyncClient(transport=to(app, "192.0.2.7"), base_url="http://testserver") as client:
        yield client


async def booked(app: Litestar, who: Principal, starts: float, **more: object) -> BookingView:
    """An hour of badminton this evening."""
    wish = HoldRequest(CENTRE, BADMINTON, at(starts), at(starts + 1), **more)  # type: ignore[arg-type]
    held = await app.state.database.write(hold_slot, who, wish)
    made: BookingView = await app.state.database.write(confirm_booking, who, CENTRE, held.id)
    return made


async def address_of(app: Litestar, who: Principal) -> str:
    """The path of a member's calendar."""
    return f"/calendar/{await app.state.database.write(feed_token, who.member_id, KEY)}.ics"


async def events(phone: httpx.AsyncClient, path: str) -> list[Any]:
    """What a reader finds."""
    answer = await phone.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


class TestFeed:
    async def test_holds_what_was_booked(self, app: Litestar, town: City, phone: httpx.AsyncClient) -> None:
        made = await booked(app, town.worker, 18)
        [event] = await events(phone, await address_of(app, town.worker))
        assert event["uid"] == f"booking-1-{made.id}@127.0.0.1"
        assert event["summary"] == "羽毛球 · 镇海职工文化中心"
        assert (event["dtstart"].dt, event["dtend"].dt) == (at(18), at(19))
        assert event["status"] == "CONFIRMED"
        assert event["url"] == f"http://127.0.0.1:8000/bookings/1/{made.id}"
        assert "号场" not in event["location"]
        assert "开始前一小时告诉您" in event["description"]

    async def test_names_the_court_once_it_is_told(
        self, app: Litestar, town: City, phone: httpx.AsyncClient, clock: SettableClock
    ) -> None:
        await booked(app, town.worker, 18)
        path = await address_of(app, town.worker)
        before = (await phone.get(path)).headers["etag"]
        clock.now = at(17)
        [event] = await events(phone, path)
        assert "号场" in event["location"]
        assert (await phone.get(path)).headers["etag"] != before

    async def test_a_hold_is_not_in_it(self, app: Litestar, town: City, phone: httpx.AsyncClient) -> None:
        await app.state.database.write(hold_slot, town.worker, HoldRequest(CENTRE, BADMINTON, at(18), at(19)))
        assert await events(phone, await address_of(app, town.worker)) == []

    async def test_a_partner_has_it_too_and_a_rival_not(
        self, app: Litestar, town: City, phone: httpx.AsyncClient
    ) -> None:
        await booked(app, town.worker, 18, partners=[PartnerRequest(town.partner.name, town.partner.number)])
        assert len(await events(phone, await address_of(app, town.partner))) == 1
        assert await events(phone, await address_of(app, town.rival)) == []

    async def test_a_cancelled_one_stays_and_says_so(
        self, app: Litestar, town: City, phone: httpx.AsyncClient, clock: SettableClock
    ) -> None:
        made = await booked(app, town.worker, 18)
        path = await address_of(app, town.worker)
        [before] = await events(phone, path)
        clock.advance(minutes=5)
        await app.state.database.write(cancel_booking, town.worker, CENTRE, made.id)
        [after] = await events(phone, path)
        assert (after["uid"], after["status"]) == (before["uid"], "CANCELLED")
        assert after["sequence"] > before["sequence"]
        assert after["dtstamp"].dt == clock.now

    async def test_a_changed_one_moves(self, app: Litestar, town: City, phone: httpx.AsyncClient) -> None:
        made = await booked(app, town.worker, 18)
        path = await address_of(app, town.worker)
        [before] = await events(phone, path)
        await app.state.database.write(change_booking, town.worker, CENTRE, made.id, ChangeRequest(at(20), at(21)))
        [after] = await events(phone, path)
        assert (after["uid"], after["dtstart"].dt) == (before["uid"], at(20))
        assert after["sequence"] > before["sequence"]

    async def test_in_the_language_of_its_owner(self, app: Litestar, town: City, phone: httpx.AsyncClient) -> None:
        def set_english(tx: WriteSession, now: object) -> None:
            values = {"member_id": town.worker.member_id, "password_hash": "-", "activated_at": now, "locale": "en"}
            tx.execute(
                insert(tx, Account)
                .values(values)
                .on_conflict_do_update(index_elements=["member_id"], set_={"locale": "en"})
            )

        await app.state.database.write(set_english)
        await booked(app, town.worker, 18)
        path = await address_of(app, town.worker)
        [event] = await events(phone, path)
        assert event["summary"] == "Badminton · Zhenhai Workers’ Culture Centre"
        assert "X-WR-CALNAME:Union Booking" in (await phone.get(path)).text

    async def test_forgets_after_three_months(
        self, app: Litestar, town: City, phone: httpx.AsyncClient, clock: SettableClock
    ) -> None:
        await booked(app, town.worker, 18)
        path = await address_of(app, town.worker)
        clock.advance(days=89)
        assert len(await events(phone, path)) == 1
        clock.advance(days=2)
        assert await events(phone, path) == []


class TestAsking:
    async def test_unchanged_it_is_not_written_again(
        self, app: Litestar, town: City, phone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = await booked(app, town.worker, 18)
        path = await address_of(app, town.worker)
        tag = (await phone.get(path)).headers["etag"]
        written = calendar.feed
        monkeypatch.delattr(calendar, "feed")
        answer = await phone.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        monkeypatch.setattr(calendar, "feed", written, raising=False)
        await app.state.database.write(cancel_booking, town.worker, CENTRE, made.id)
        assert (await phone.get(path, headers={"If-None-Match": tag})).status_code == 200

    async def test_an_address_that_was_renewed_is_gone(
        self, app: Litestar, town: City, phone: httpx.AsyncClient, clock: SettableClock
    ) -> None:
        path = await address_of(app, town.worker)
        clock.advance(seconds=1)
        await app.state.database.write(renew_feed, town.worker.member_id, KEY)
        for gone in (path, "/calendar/x.ics", "/calendar/" + "0" * 32 + ".ics", "/calendar/%00"):
            answer = await phone.get(gone)
            assert (answer.status_code, answer.json()["code"]) == (404, "calendar_not_found"), gone

    async def test_needs_no_sign_in_and_no_extension(self, app: Litestar, town: City, phone: httpx.AsyncClient) -> None:
        path = await address_of(app, town.worker)
        assert (await phone.get(path.removesuffix(".ics"))).status_code == 200
        read: Any = Calendar.from_ical((await phone.get(path)).content)
        assert read["refresh-interval"].dt == timedelta(minutes=15)
