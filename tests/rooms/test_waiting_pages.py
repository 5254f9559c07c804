"""The pages and routes of waiting lists: from the page that says no room is left to the stay that is confirmed."""

import html
import re

import httpx
import pytest
from litestar import Litestar

from booking.rooms.queries.waiting import my_waits
from booking.rooms.schemas import CancelRequest
from booking.rooms.service import offering
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.stays import hold_stay
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import shown, to
from tests.rooms.house import HOUSE, TWIN, People, day, room, wish
from tests.venues.city import sign_in
from tests.venues.guests import browser_of

NIGHTS = {"place": str(HOUSE), "type": str(TWIN), "arrival": str(day(2)), "departure": str(day(4)), "heads": "2"}
WAIT = "/stays/wait?" + "&".join(f"{name}={value}" for name, value in NIGHTS.items())


def links(answer: httpx.Response) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.text)]


@pytest.fixture
async def full(app: Litestar, staying: People) -> int:
    """A stay by the desk that has every twin of the public."""
    wanted = wish(2, 4, *[room() for _ in range(9)])
    return int((await app.state.database.write(hold_stay, staying.desk, wanted)).id)


async def offered(app: Litestar, people: People, full: int) -> None:
    await app.state.database.write(cancel_stay, people.desk, HOUSE, full, CancelRequest([1]))
    await app.state.database.write(offering.offer_due)


@sqlite_only
class TestWaiting:
    async def test_from_the_full_calendar_to_the_stay(self, app: Litestar, staying: People, full: int) -> None:
        visitor = await browser_of(app, staying.worker)
        query = f"arrival={day(2)}&departure={day(4)}"
        leads = [one for one in links(await visitor.get(f"/stays?{query}")) if one.startswith("/stays/wait?")]
        assert len(leads) == 1
        page = await visitor.get(leads[0])
        assert "没有人，您是第一个" in shown(page)
        joined = await visitor.post("/stays/wait", NIGHTS, seen_at=leads[0])
        assert joined.headers["location"] == "/stays/waits"
        for path in ("/stays/waits", "/bookings"):
            assert "您排在第一个" in shown(await visitor.get(path))
        assert (await visitor.get(leads[0])).headers["location"] == "/stays/waits", "nobody joins twice"
        await offered(app, staying, full)
        mine = await visitor.get("/stays/waits")
        assert "房间给您留到 今天 11月25日 16:00。" in shown(mine)
        stay = next(one for one in links(mine) if re.fullmatch(rf"/stays/{HOUSE}/\d+", one))
        held = await visitor.get(stay)
        assert "房间给您留到 今天 11月25日 16:00" in shown(held)
        await visitor.post(f"{stay}/confirm", {}, seen_at=stay)
        assert "已订好" in shown(await visitor.get(stay))
        assert "没有正在排的队" in shown(await visitor.get("/stays/waits"))

    async def test_from_the_form_that_was_refused(self, app: Litestar, staying: People, full: int) -> None:
        visitor = await browser_of(app, staying.worker)
        fields = NIGHTS | {"name_1_1": "王大海", "number_1_1": "m101"}
        refused = await visitor.post("/stays/book", fields, seen_at=WAIT.replace("/wait?", "/book?"))
        assert refused.status_code == 409
        assert any(one.startswith("/stays/wait?") for one in links(refused))

    async def test_its_guests_can_be_filled_in_without_losing_it(
        self, app: Litestar, staying: People, full: int, clock: SettableClock
    ) -> None:
        visitor = await browser_of(app, staying.worker)
        await visitor.post("/stays/wait", NIGHTS, seen_at=WAIT)
        await (await browser_of(app, staying.model)).post("/stays/wait", NIGHTS, seen_at=WAIT)
        await offered(app, staying, full)
        (wait,) = (await app.state.database.read(my_waits, clock(), staying.worker)).items
        form = f"{WAIT.replace('/wait?', '/book?')}&instead={wait.stay}"
        names = {"name_1_1": "王大海", "number_1_1": "m101", "name_1_2": "李小山", "pays_1_2": "yes"}
        held = await visitor.post("/stays/book", NIGHTS | names | {"instead": str(wait.stay)}, seen_at=form)
        assert held.status_code == 303, shown(held)
        (again,) = (await app.state.database.read(my_waits, clock(), staying.worker)).items
        assert (held.headers["location"], again.until) == (f"/stays/{HOUSE}/{again.stay}", wait.until)
        assert again.stay != wait.stay

    async def test_it_can_be_left(self, app: Litestar, staying: People, full: int, clock: SettableClock) -> None:
        visitor = await browser_of(app, staying.worker)
        await visitor.post("/stays/wait", NIGHTS, seen_at=WAIT)
        (wait,) = (await app.state.database.read(my_waits, clock(), staying.worker)).items
        own = f"/stays/waits/{HOUSE}/{wait.id}/leave"
        assert (await visitor.post(own, {}, seen_at="/stays/waits")).status_code == 303
        assert (await app.state.database.read(my_waits, clock(), staying.worker)).items == []
        assert (await visitor.post(own, {}, seen_at=WAIT)).status_code == 409

    async def test_where_there_is_a_room_it_leads_to_booking(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app, staying.worker)
        answer = await visitor.post("/stays/wait", NIGHTS, seen_at=WAIT)
        assert answer.headers["location"].startswith("/stays/book?")
        assert (await visitor.get("/stays/wait")).headers["location"] == "/stays"

    async def test_in_english(self, app: Litestar, staying: People, full: int) -> None:
        visitor = await browser_of(app, staying.worker)
        visitor.client.cookies.set("locale", "en")
        await visitor.post("/stays/wait", NIGHTS | {"departure": str(day(3))}, seen_at=WAIT)
        for path in (WAIT, "/stays/waits", "/bookings"):
            words = re.sub(r"王|中文", "", shown(await visitor.get(path)))
            assert not re.search(r"[\u4e00-\u9fff]", words), re.findall(r"[\u4e00-\u9fff]+", words)


@sqlite_only
async def test_by_the_api(app: Litestar, staying: People, full: int) -> None:
    headers = {"authorization": f"Bearer {await app.state.database.write(sign_in, staying.worker)}"}
    wish = {"place": HOUSE, "type": TWIN, "arrival": str(day(2)), "departure": str(day(4))}
    async with httpx.AsyncClient(transport=to(app, "192.0.2.1"), base_url="http://t/api/v1", headers=headers) as client:

        async def post(path: str, key: str, body: object = None) -> httpx.Response:
            return await client.post(path, json=body, headers={"idempotency-key": key})

        joined = await post("/waits", "1", wish)
        assert (joined.status_code, joined.json()["ahead"]) == (201, 0)
        again = await post("/waits", "2", wish)
        assert (again.status_code, again.json()["code"]) == (409, "already_waiting")
        assert (await post("/waits", "3", wish | {"type": 2})).json()["code"] == "rooms_left"
        own = f"/waits/{HOUSE}/{joined.json()['id']}"
        assert (await post(f"{own}/accept", "4")).json()["code"] == "wait_over"
        await offered(app, staying, full)
        (wait,) = (await client.get("/me/waits")).json()["items"]
        assert (wait["status"], wait["until"]) == ("offered", "2026-11-25T08:00:00Z")
        assert (await post(f"{own}/accept", "5")).json()["status"] == "confirmed"
        assert (await post(f"{own}/leave", "6")).status_code == 409
        assert (await client.get("/me/waits")).json()["items"] == []
