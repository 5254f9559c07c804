from litestar import Litestar

from tests.databases import SettableClock
from tests.members.visitors import shown
from tests.venues.bookings import add_booking
from tests.venues.city import CENTRE, City, at
from tests.venues.guests import browser_of


class TestHome:
    async def test_what_is_free_tonight_is_there_without_signing_in(self, app: Litestar, town: City) -> None:
        answer = await (await browser_of(app)).get("/")
        page = shown(answer)
        assert "今晚想玩什么？" in page
        assert "羽毛球 2 个馆" in page
        assert "/places?sport=badminton&amp;day=2026-11-25&amp;hour=18%3A00" in answer.text
        assert "/places/zhenhai/badminton/book?at=2026-11-25T18%3A00&amp;kind=court" in answer.text

    async def test_late_in_the_evening_it_is_about_tomorrow(
        self, app: Litestar, town: City, clock: SettableClock
    ) -> None:
        clock.now = at(21.5)
        page = shown(await (await browser_of(app)).get("/"))
        assert "明晚想玩什么？" in page
        assert "11月26日" in page

    async def test_a_district_brings_its_places_first(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app)
        for answer in (await visitor.get("/?district=330205"), await visitor.get("/")):
            page = shown(answer)
            assert "江北区附近的场馆" in page
            assert page.index("江北区工人文化宫") < page.index("镇海职工文化中心")

    async def test_my_next_booking_comes_first(self, app: Litestar, town: City) -> None:
        later = await app.state.database.write(add_booking, starts=20, ends=21, by=town.worker, court=2)
        sooner = await app.state.database.write(add_booking, starts=14, ends=15, by=town.rival, partners=[town.worker])
        answer = await (await browser_of(app, town.worker)).get("/")
        assert f"/bookings/{CENTRE}/{sooner}" in answer.text
        assert f"/bookings/{CENTRE}/{later}" not in answer.text
        assert shown(answer).index("今天 11月25日 14:00–15:00") < shown(answer).index("今晚想玩什么？")

    async def test_staff_find_the_console_and_nobody_else(self, app: Litestar, town: City) -> None:
        for who, there in ((town.manager, True), (town.worker, False), (None, False)):
            answer = await (await browser_of(app, who)).get("/")
            assert ('href="/manage"' in answer.text) is there
