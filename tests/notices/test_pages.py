import re

import httpx
from litestar import Litestar

from booking.notices.messages import MessageText, register
from booking.notices.pages import MESSAGES
from booking.notices.service import tell
from booking.web.facts import Named
from tests.databases import SettableClock, sqlite_only
from tests.members.people import CHEN, LIN
from tests.members.visitors import App, Visitor, shown

pytestmark = sqlite_only
PAGE = "/account/calendar"
register("test.told", MessageText("第 {n} 件事", "{court}有变动。"))


async def told(app: Litestar, n: int = 1, link: str = "/bookings/1/2", member_id: int = LIN) -> int:
    """A message about a court."""
    params = {"n": n, "court": Named("3 号场", "Court 3")}
    message_id: int = await app.state.database.write(tell, member_id, "test.told", params, link)
    return message_id


def titles(page: httpx.Response) -> list[str]:
    """Headings below the page's own, and the days between them, in their order."""
    found = re.findall(r'<(?:h[23][^>]*|p class="muted")>([^<]*)</', page.text)
    return [heading.strip() for heading in found]


def undo_of(page: httpx.Response) -> str:
    """Where the undo button of the message above the page leads."""
    found = re.search(r'<form method="post" action="(/[^"]+)"><input[^>]*><button class="secondary small">', page.text)
    assert found, page.text
    return found[1]


class TestInbox:
    async def test_empty_it_says_what_it_is_for(self, browser: Visitor) -> None:
        page = await browser.get("/inbox")
        assert "还没有消息" in shown(page)
        assert 'href="/places"' in page.text

    async def test_unread_first_then_by_day(self, app: Litestar, browser: Visitor, clock: SettableClock) -> None:
        early = await told(app, 1)
        await told(app, 2)
        clock.advance(days=1)
        await told(app, 3)
        read = await told(app, 4)
        for message_id in (early, read):
            await browser.post(f"/inbox/{message_id}/read", seen_at="/inbox")
        page = await browser.get("/inbox")
        assert titles(page) == [
            "未读", "今天 11月26日", "第 3 件事", "昨天 11月25日", "第 2 件事",
            "读过的", "今天 11月26日", "第 4 件事", "昨天 11月25日", "第 1 件事",
        ]  # fmt: skip
        assert "2 条未读" in shown(page)

    async def test_a_message_leads_to_its_thing_and_is_read_then(self, app: Litestar, browser: Visitor) -> None:
        message_id = await told(app)
        answer = await browser.post(f"/inbox/{message_id}/open", seen_at="/inbox")
        assert (answer.status_code, answer.headers["location"]) == (303, "/bookings/1/2")
        page = await browser.get("/inbox")
        assert "未读" not in titles(page)
        assert 'href="/bookings/1/2"' in page.text

    async def test_never_to_another_site(self, app: Litestar, browser: Visitor) -> None:
        message_id = await told(app, link="//evil.example")
        answer = await browser.post(f"/inbox/{message_id}/open", seen_at="/inbox")
        assert answer.headers["location"] == "/"

    async def test_marking_can_be_undone(self, app: Litestar, browser: Visitor, clock: SettableClock) -> None:
        long_ago = await told(app, 1)
        await browser.post(f"/inbox/{long_ago}/read", seen_at="/inbox")
        clock.advance(minutes=5)
        for n in (2, 3):
            await told(app, n)
        await browser.post("/inbox/read", seen_at="/inbox")
        page = await browser.get("/inbox")
        assert "2 条消息已标为读过" in shown(page)
        assert "未读" not in titles(page)
        await browser.post(undo_of(page), seen_at="/inbox")
        assert titles(await browser.get("/inbox"))[:4] == ["未读", "今天 11月25日", "第 3 件事", "第 2 件事"]

    async def test_one_goes_back_alone(self, app: Litestar, browser: Visitor, clock: SettableClock) -> None:
        first, second = await told(app, 1), await told(app, 2)
        for message_id in (first, second):
            await browser.post(f"/inbox/{message_id}/read", seen_at="/inbox")
            clock.advance(seconds=1)
        await browser.post(undo_of(await browser.get("/inbox")), seen_at="/inbox")
        assert titles(await browser.get("/inbox"))[:3] == ["未读", "今天 11月25日", "第 2 件事"]

    async def test_nothing_to_mark_is_said(self, browser: Visitor) -> None:
        await browser.post("/inbox/read", seen_at="/inbox")
        assert "没有未读的消息" in shown(await browser.get("/inbox"))

    async def test_older_ones_are_a_page_further(self, app: Litestar, browser: Visitor, clock: SettableClock) -> None:
        ids = [await told(app, n) for n in range(2 * MESSAGES + 1)]
        for message_id in ids[:MESSAGES]:
            await browser.post(f"/inbox/{message_id}/read", seen_at="/inbox")
        seen, path = [], "/inbox"
        while path:
            page = await browser.get(path)
            seen += [int(n) for n in re.findall(r"第 (\d+) 件事", page.text)]
            found = re.search(r'href="(/inbox\?after=[ur]\d+)"', page.text)
            path = found[1] if found else ""
        assert seen == [*range(2 * MESSAGES, MESSAGES - 1, -1), *range(MESSAGES - 1, -1, -1)]

    async def test_the_last_page_may_be_empty_by_now(self, browser: Visitor) -> None:
        assert "后面没有了" in shown(await browser.get("/inbox?after=r1"))
        assert (await browser.get("/inbox?after=x1")).status_code == 400

    async def test_someone_elses_message_is_not_there(self, app: Litestar, browser: Visitor) -> None:
        message_id = await told(app, member_id=CHEN)
        for verb in ("open", "read"):
            assert (await browser.post(f"/inbox/{message_id}/{verb}", seen_at="/inbox")).status_code == 404
        chen = App(app)
        await chen.sign_in(CHEN)
        assert (await chen.call("GET", "/me")).json()["unread"] == 1

    async def test_whoever_is_not_signed_in_is_led_there(self, app: Litestar) -> None:
        answer = await Visitor(app).get("/inbox")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/inbox")


class TestCalendarAddress:
    @staticmethod
    async def address(browser: Visitor) -> str:
        found = re.search(r'value="(http://testserver/calendar/[0-9a-f]{32}\.ics)"', (await browser.get(PAGE)).text)
        return found[1] if found else ""

    async def test_is_made_when_asked_for_and_stays(self, browser: Visitor) -> None:
        assert 'href="/account/calendar"' in (await browser.get("/account")).text
        assert await self.address(browser) == ""
        await browser.post(PAGE, seen_at=PAGE)
        made = await self.address(browser)
        assert made
        await browser.post(PAGE, seen_at=PAGE)
        assert await self.address(browser) == made

    async def test_a_phone_is_led_to_its_calendar_program(self, browser: Visitor) -> None:
        await browser.post(PAGE, seen_at=PAGE)
        page = await browser.get(PAGE)
        assert f'href="webcal://{(await self.address(browser)).removeprefix("http://")}"' in page.text
        assert page.headers["cache-control"] == "no-store"

    async def test_renewed_the_old_one_shows_nothing(self, browser: Visitor, clock: SettableClock) -> None:
        await browser.post(PAGE, seen_at=PAGE)
        old = await self.address(browser)
        clock.advance(hours=1)
        await browser.post(f"{PAGE}/renew", seen_at=PAGE)
        page = await browser.get(PAGE)
        assert await self.address(browser) not in ("", old)
        assert (await browser.client.get(old)).status_code == 404
        await browser.post(undo_of(page), seen_at=PAGE)
        assert await self.address(browser) == old
        assert (await browser.client.get(old)).status_code == 200
