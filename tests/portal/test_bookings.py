import re
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from litestar import Litestar

from booking.db import WriteSession
from booking.venues.schemas import BookingView, HoldRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.ending import cancel_booking
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.members.visitors import Visitor, shown
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, CENTRE, TODAY, City, at
from tests.venues.guests import browser_of


async def booked(app: Litestar, who: Principal, starts: float = 18, ends: float = 19) -> str:
    """The address of a confirmed booking."""

    def command(tx: WriteSession, now: Any) -> BookingView:
        wish = HoldRequest(place=CENTRE, facility=BADMINTON, starts=at(starts), ends=at(ends))
        return confirm_booking(tx, now, who, CENTRE, hold_slot(tx, now, who, wish).id)

    view: BookingView = await app.state.database.write(command)
    return f"/bookings/{view.place}/{view.id}"


async def act(visitor: Visitor, own: str, what: str, **fields: str) -> httpx.Response:
    return await visitor.post(f"{own}/{what}", fields, seen_at=f"{own}/change" if what == "change" else own)


class TestMyBookings:
    async def test_upcoming_and_past_are_told_apart(self, app: Litestar, town: City) -> None:
        await app.state.database.write(add_booking, starts=18, ends=19, by=town.worker)
        await app.state.database.write(add_booking, starts=9, ends=10, by=town.worker)
        visitor = await browser_of(app, town.worker)
        upcoming, past = shown(await visitor.get("/bookings")), shown(await visitor.get("/bookings?tab=past"))
        assert "18:00–19:00" in upcoming
        assert "09:00–10:00" not in upcoming
        assert "09:00–10:00" in past
        assert "18:00–19:00" not in past

    async def test_an_empty_list_says_what_to_do(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app, town.worker)
        assert "还没有要去的场次" in shown(await visitor.get("/bookings"))
        assert "还没有去过的场次" in shown(await visitor.get("/bookings?tab=past"))

    async def test_a_long_list_goes_on(self, app: Litestar, town: City) -> None:
        for half_hour in range(21):
            starts = 12.5 + half_hour / 4
            starts -= starts % 0.5
            court = half_hour % 2 + 1
            await app.state.database.write(add_booking, starts=starts, ends=starts + 0.5, court=court, by=town.worker)
        visitor = await browser_of(app, town.worker)
        first = await visitor.get("/bookings")
        further = re.findall(r'rel="next" href="([^"]+)"', first.text)
        rest = await visitor.get(further[0].replace("&amp;", "&"))
        assert [page.text.count('class="card linked"') for page in (first, rest)] == [20, 1]
        assert (await visitor.get("/bookings?cursor=nonsense")).status_code == 200

    async def test_it_asks_who_one_is(self, app: Litestar, town: City) -> None:
        answer = await (await browser_of(app)).get("/bookings")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/bookings")


class TestOneBooking:
    async def test_it_leads_to_the_pass_of_each(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        page = await (await browser_of(app, town.worker)).get(own)
        assert re.search(rf'href="/passes/{CENTRE}/\d+"', page.text)
        assert "今天 11月25日 16:00 之前取消不记分。" in shown(page)

    async def test_what_is_owed_leads_to_its_bill(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        page = await (await browser_of(app, town.worker)).get(own)
        assert re.search(r'href="/pay/\d+/\d+"', page.text)
        assert "还要付" in shown(page)

    async def test_someone_elses_is_not_there(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.rival)
        assert (await visitor.get(own)).status_code == 404
        assert (await visitor.get(f"{own}/change")).status_code == 404
        assert (await visitor.get(f"{own}/calendar.ics")).status_code == 404

    async def test_cancelled_it_can_be_taken_back_at_once(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.worker)
        await act(visitor, own, "cancel")
        page = await visitor.get(own)
        assert f'action="{own}/restore"' in page.text
        assert "恢复这个预约" in shown(page)
        await act(visitor, own, "restore")
        assert "打开入场证" in shown(await visitor.get(own))

    async def test_an_undo_button_of_a_message_needs_no_key(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.worker)
        await act(visitor, own, "cancel")
        answer = await act(visitor, own, "restore", idempotency_key="")
        assert answer.status_code == 303

    async def test_a_place_taken_meanwhile_is_said_with_what_else_would_do(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        place, booking = (int(part) for part in own.split("/")[2:])
        visitor = await browser_of(app, town.worker)
        await visitor.get(own)
        await app.state.database.write(cancel_booking, town.worker, place, booking)
        for court in range(1, 5):
            await app.state.database.write(add_booking, starts=18, ends=19, court=court, pinned=True)
        answer = await act(visitor, own, "restore")
        assert answer.status_code == 409
        assert "可以这样办" in shown(answer)
        assert "/places/jiangbei/badminton/book?" in answer.text

    async def test_someone_can_be_added(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.worker)
        await act(visitor, own, "partners", number_1="m102", name_1="周敏")
        assert "周敏" in shown(await visitor.get(own))
        refused = await act(visitor, own, "partners", number_1="m103", name_1="张三")
        assert refused.status_code == 422
        assert 'id="number_1-error"' in refused.text
        assert 'value="张三"' in refused.text

    async def test_a_partner_sees_it_and_changes_nothing(self, app: Litestar, town: City) -> None:
        booking = await app.state.database.write(
            add_booking, starts=18, ends=19, by=town.worker, partners=[town.partner]
        )
        own = f"/bookings/{CENTRE}/{booking}"
        visitor = await browser_of(app, town.partner)
        page = shown(await visitor.get(own))
        assert "取消预约" not in page
        assert "再加一位" not in page
        assert (await act(visitor, own, "cancel")).status_code == 404

    @pytest.mark.parametrize(("locale", "title"), [("zh-CN", "羽毛球"), ("en", "Badminton")])
    async def test_it_goes_into_a_calendar(self, app: Litestar, town: City, locale: str, title: str) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.worker)
        visitor.client.cookies.set("locale", locale)
        answer = await visitor.get(f"{own}/calendar.ics")
        event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
        assert answer.headers["content-type"].startswith("text/calendar")
        assert str(event["SUMMARY"]).startswith(title)
        assert event.decoded("DTSTART") == at(18)


class TestChange:
    async def test_only_free_hours_can_be_chosen(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        for court in range(1, 5):
            await app.state.database.write(add_booking, starts=20, ends=21, court=court, by=town.rival)
        page = (await (await browser_of(app, town.worker)).get(f"{own}/change")).text
        offered = {
            value: "disabled" in rest for value, rest in re.findall(r'name="at" value="[^T]+T([\d:]+)"([^>]*)>', page)
        }
        assert offered["19:00"] is False
        assert offered["20:00"] is True
        assert offered["18:30"] is False
        assert "18:00" not in offered
        assert "11:30" not in offered

    async def test_its_own_court_counts_as_free(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        for court in range(2, 5):
            await app.state.database.write(add_booking, starts=18, ends=20, court=court, pinned=True)
        visitor = await browser_of(app, town.worker)
        answer = await act(visitor, own, "change", at="2026-11-25T18:30")
        page = (await visitor.get(f"{own}/change")).text
        assert answer.status_code == 303
        assert re.search(r'value="2026-11-25T19:00"(?![^>]*disabled)', page)

    async def test_one_tap_moves_it(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.worker)
        await act(visitor, own, "change", at="2026-11-25T15:00")
        assert "今天 11月25日 15:00–16:00" in shown(await visitor.get(own))

    async def test_refused_it_stays_where_it_was(self, app: Litestar, town: City) -> None:
        own = await booked(app, town.worker)
        visitor = await browser_of(app, town.worker)
        for court in range(1, 5):
            await app.state.database.write(add_booking, starts=20, ends=21, court=court, pinned=True)
        answer = await act(visitor, own, "change", at="2026-11-25T20:00")
        assert answer.status_code == 409
        assert "今天 11月25日 18:00–19:00" in shown(await visitor.get(own))
        nothing = await act(visitor, own, "change", at="")
        assert nothing.status_code == 422
        assert "请先选一个时间。" in shown(nothing)

    async def test_a_day_that_is_not_open_has_no_hours(self, app: Litestar, town: City, clock: SettableClock) -> None:
        own = await booked(app, town.worker)
        page = shown(await (await browser_of(app, town.worker)).get(f"{own}/change?day=2026-12-20"))
        assert "这一天没有可以换的时间" in page
        assert str(TODAY) not in page
