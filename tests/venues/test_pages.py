import asyncio
import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar

from booking.venues.models import Booking
from booking.venues.pages.day import changes
from booking.web.hub import Hub
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, CENTRE, TODAY, City
from tests.venues.guests import browser_of

BADMINTON_PAGE = "/places/zhenhai/badminton"
BOOK = f"{BADMINTON_PAGE}/book"
AT_SIX = {"at": "2026-11-26T18:00", "kind": "court", "long": "2"}


def links(answer: httpx.Response) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.text)]


async def fill(app: Litestar, starts: float, ends: float) -> None:
    for court in range(1, 5):
        await app.state.database.write(
            add_booking, starts=starts, ends=ends, court=court, pinned=True, day=TODAY + timedelta(days=1)
        )


async def book(visitor: Visitor, **fields: str) -> httpx.Response:
    """Send the form; it was opened for another hour, so that it is there also when this one is full."""
    return await visitor.post(BOOK, AT_SIX | fields, seen_at=f"{BOOK}?at=2026-11-26T10:00")


@sqlite_only
class TestEveryPage:
    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/places",
            "/places?sport=badminton&day=2026-11-26&hour=18:00&long=3&district=330211",
            "/places/zhenhai",
            BADMINTON_PAGE,
            f"{BADMINTON_PAGE}?day=2026-12-20",
            f"{BADMINTON_PAGE}/grid",
            "/places/zhenhai/basketball?kind=half",
            "/places/zhenhai/gym",
            f"{BOOK}?at=2026-11-26T18:00",
            f"{BOOK}?at=2026-11-26T18:00&court=2&long=3&number_1=m102&name_1=%E5%91%A8%E6%95%8F",
            f"{BOOK}?at=2026-11-24T18:00",
            f"{BOOK}?at=2026-11-26T03:00",
            f"{BOOK}?at=2026-11-26T18:07",
        ],
    )
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_answers_in_both_languages(self, app: Litestar, town: City, path: str, locale: str) -> None:
        visitor = await browser_of(app, town.worker)
        visitor.client.cookies.set("locale", locale)
        answer = await visitor.get(path)
        assert answer.status_code == 200, answer.text
        assert "style=" not in answer.text
        if locale == "en":
            words = shown(answer).replace("职工文体场馆预约办法", "").replace("第六条", "").replace("中文", "")
            people = re.sub(r"林\*|周敏", "", words)
            assert not re.search(r"[\u4e00-\u9fff]", people), re.findall(r"[\u4e00-\u9fff]+", people)

    @pytest.mark.parametrize(
        "path",
        [
            "/places?day=9999-12-31&hour=99:99&long=-1&sport=curling&district=x&lat=nan&lon=1e999",
            f"{BADMINTON_PAGE}?day=0001-01-01&kind=full",
            f"{BOOK}?at=2026-11-26T18:00&long=99999999999999999999&court=x&heads=%00",
            f"{BOOK}?at=9999-12-31T23:30",
        ],
    )
    async def test_nonsense_in_an_address_counts_as_not_said(self, app: Litestar, town: City, path: str) -> None:
        assert (await (await browser_of(app)).get(path, follow=True)).status_code == 200

    @pytest.mark.parametrize(
        "path", ["/places/nowhere", "/places/zhenhai/curling", f"{BOOK}?at=2026-11-26T18:00&kind=x"]
    )
    async def test_what_is_not_there_says_so(self, app: Litestar, town: City, path: str) -> None:
        assert (await (await browser_of(app)).get(path)).status_code == 404

    async def test_a_place_without_a_single_row_still_has_a_home_page(self, app: Litestar) -> None:
        answer = await (await browser_of(app)).get("/")
        assert answer.status_code == 200
        assert "还没有可以预约的场馆" in shown(answer)


class TestFind:
    async def test_an_hour_that_is_full_offers_the_nearest(self, app: Litestar, town: City) -> None:
        await fill(app, 18, 19)
        visitor = await browser_of(app)
        answer = await visitor.get("/places?sport=badminton&day=2026-11-26&hour=18:00&district=330211")
        assert "18:00 都约满了" in shown(answer)
        assert f"{BOOK}?at=2026-11-26T19%3A00&kind=court&long=2" in links(answer)

    async def test_the_sport_and_district_are_remembered(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app)
        await visitor.get("/places?sport=badminton&district=330205")
        again = shown(await visitor.get("/places"))
        assert "江北区工人文化宫" in again
        assert "镇海职工文化中心" not in again

    async def test_a_point_tells_distances_and_forgets_the_district(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app)
        await visitor.get("/places?district=330205")
        answer = shown(await visitor.get("/places?sport=badminton&lat=29.921&lon=121.576&district="))
        assert answer.index("江北区工人文化宫") < answer.index("镇海职工文化中心")
        assert "5.6 公里" in answer

    async def test_days_are_marked(self, app: Litestar, town: City) -> None:
        answer = shown(await (await browser_of(app)).get("/places?sport=badminton"))
        assert "调休上班" in answer
        assert "明天 08:00 开放" in answer


class TestDay:
    async def test_every_free_hour_leads_to_its_booking(self, app: Litestar, town: City) -> None:
        answer = await (await browser_of(app)).get(f"{BADMINTON_PAGE}?day=2026-11-26")
        found = links(answer)
        assert f"{BOOK}?at=2026-11-26T18%3A00&kind=court" in found
        assert f"{BOOK}?at=2026-11-26T18%3A00&kind=court&court=3" in found
        assert f'sse-connect="/live/facility/{CENTRE}/{BADMINTON}"' in answer.text

    async def test_a_day_that_is_not_open_leads_nowhere(self, app: Litestar, town: City) -> None:
        answer = await (await browser_of(app)).get(f"{BADMINTON_PAGE}?day=2026-12-03")
        assert not [href for href in links(answer) if "/book?" in href]
        assert "明天 11月26日 08:00 开放预约" in shown(answer)

    async def test_who_booked_is_shown_to_the_staff_alone(self, app: Litestar, town: City) -> None:
        await app.state.database.write(add_booking, starts=18, ends=19, by=town.rival)
        assert "王强" in (await (await browser_of(app, town.manager)).get(BADMINTON_PAGE)).text
        assert "王强" not in (await (await browser_of(app, town.worker)).get(BADMINTON_PAGE)).text

    async def test_my_own_leads_to_its_page(self, app: Litestar, town: City) -> None:
        booking = await app.state.database.write(add_booking, starts=18, ends=19, by=town.worker)
        answer = await (await browser_of(app, town.worker)).get(BADMINTON_PAGE)
        assert f"/bookings/{CENTRE}/{booking}" in links(answer)

    async def test_open_pages_hear_of_changes_until_the_server_stops(self) -> None:
        hub = Hub()
        stream = changes(hub, "facility:1:11")
        first = await anext(stream)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        hub.publish(["facility:1:12", "facility:1:11"])
        heard = await waiting
        assert (first.retry, heard.event, heard.data) == (5000, "changed", "facility:1:11")
        ending = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        hub.close()
        assert await ending is None
        assert hub.listeners == 0


class TestBook:
    async def test_one_tap_books_what_was_chosen(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app, town.worker)
        answer = await book(visitor, action="book", number_1="m102", name_1="周敏", name_2="老王")
        assert answer.status_code == 303
        page = shown(await visitor.get(answer.headers["location"]))
        for word in ("您的场地已约好。", "打开入场证", "周敏", "老王", "¥8"):
            assert word in page

    async def test_signing_in_loses_nothing_that_was_chosen(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app)
        answer = await book(visitor, action="book", court="3", number_1="m102", name_1="周敏")
        where = urlsplit(answer.headers["location"])
        assert (answer.status_code, where.path) == (303, "/sign-in")
        back = urlsplit(parse_qs(where.query)["next"][0])
        assert back.path == BOOK
        kept = {name: values[0] for name, values in parse_qs(back.query).items()}
        assert kept == AT_SIX | {"court": "3", "number_1": "m102", "name_1": "周敏"}

    async def test_sent_twice_it_books_once(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app, town.worker)
        answers = [await book(visitor, action="book", idempotency_key="same") for _ in range(2)]
        assert answers[0].headers["location"] == answers[1].headers["location"]

    async def test_a_hold_waits_for_its_confirmation(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app, town.worker)
        held = (await book(visitor, action="hold")).headers["location"]
        page = await visitor.get(held)
        assert "为您留到 12:10，还有 10 分钟" in shown(page)
        assert '<meta http-equiv="refresh" content="601">' in page.text
        await visitor.post(f"{held}/confirm", {"idempotency_key": "c"}, seen_at=held)
        assert "打开入场证" in shown(await visitor.get(held))

    async def test_refused_it_keeps_what_was_typed_and_offers_what_would_do(self, app: Litestar, town: City) -> None:
        await fill(app, 18, 19)
        answer = await book(await browser_of(app, town.worker), action="book", name_1="老王")
        assert answer.status_code == 409
        offered = [href for href in links(answer) if href.startswith("/places/jiangbei/badminton/book?")]
        assert parse_qs(urlsplit(offered[0]).query)["name_1"] == ["老王"]

    async def test_a_wrong_partner_is_named_beside_the_field(self, app: Litestar, town: City) -> None:
        answer = await book(await browser_of(app, town.worker), action="book", number_1="m102", name_1="周明")
        assert answer.status_code == 422
        assert 'id="number_1-error"' in answer.text
        assert "没有找到同伴“周明”（会员号 m102）" in shown(answer)
        assert 'value="周明"' in answer.text

    async def test_a_length_that_is_not_offered_is_refused_not_replaced(self, app: Litestar, town: City) -> None:
        answer = await book(await browser_of(app, town.worker), action="book", at="2026-11-26T21:00", long="4")
        assert answer.status_code == 422
        assert await app.state.database.read(lambda tx: tx.get(Booking, place_id=CENTRE)) is None

    async def test_a_full_hour_offers_others_before_anything_is_typed(self, app: Litestar, town: City) -> None:
        await fill(app, 18, 20)
        answer = await (await browser_of(app)).get(f"{BOOK}?at=2026-11-26T18:00")
        assert "约满了" in shown(answer)
        assert [href for href in links(answer) if href.startswith("/places/jiangbei/badminton/book?")]

    async def test_companions_of_before_need_a_tick(self, app: Litestar, town: City, clock: SettableClock) -> None:
        await app.state.database.write(add_booking, starts=9, ends=10, by=town.worker, partners=[town.partner])
        visitor = await browser_of(app, town.worker)
        assert 'value="m102 周敏"' in (await visitor.get(f"{BOOK}?at=2026-11-26T18:00")).text
        made = await book(visitor, action="book", **{"with": "m102 周敏"})
        assert "周敏" in shown(await visitor.get(made.headers["location"]))

    async def test_heads_of_a_pool(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app, town.rival)
        page = "/places/zhenhai/gym/book"
        fields = {"at": "2026-11-26T18:00", "long": "2", "heads": "3", "action": "book"}
        answer = await visitor.post(page, fields, seen_at=f"{page}?at=2026-11-26T18:00")
        assert "3 位" in shown(await visitor.get(answer.headers["location"]))

    async def test_another_site_cannot_book(self, app: Litestar, town: City) -> None:
        visitor = await browser_of(app, town.worker)
        answer = await visitor.client.post(BOOK, data=AT_SIX | {"action": "book", "idempotency_key": "k"})
        assert answer.status_code == 403
