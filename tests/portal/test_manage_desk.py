"""The day at the desk: the board, a booking and its money."""

import asyncio
import re
from datetime import timedelta

import httpx
from litestar import Litestar
from sqlalchemy import select

from booking.db import ReadSession
from booking.members.queries.standing import points_of
from booking.venues.models import MemberCounter
from booking.venues.service.ending import cancel_booking
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.portal.desk import (
    BOARD,
    PLACE,
    acts,
    book,
    follow,
    hidden,
    manager,
    messages,
    set_phone,
    taken,
    undo_of,
)
from tests.venues.city import BADMINTON, CENTRE, GYM, TODAY, City, at, half_hour

pytestmark = sqlite_only
TOMORROW = TODAY + timedelta(days=1)


async def counted(app: Litestar) -> dict[str, int]:
    """What members have taken of their limits, by rule."""

    def read(tx: ReadSession) -> dict[str, int]:
        return {row.rule: row.taken for row in tx.execute(select(MemberCounter.rule, MemberCounter.taken))}

    found: dict[str, int] = await app.state.database.read(read)
    return found


def cells(page: httpx.Response) -> list[str]:
    """The labels of the cells of the wide board that lead somewhere."""
    wide = page.text.split('class="grid-narrow"')[0]
    return re.findall(r'<a class="slot[^>]+aria-label="([^"]+)"', wide)


class TestBoard:
    async def test_says_who_has_which_court_and_what_they_owe(
        self, app: Litestar, town: City, clock: SettableClock
    ) -> None:
        booking = await book(app, town.worker, 18, 19, court=2)
        await book(app, town.partner, 18, 19, court=3, confirm=False)
        await book(app, town.rival, 19, 20, facility=12, court_kind="full", court=1)
        chen = await manager(app, town)
        assert "3号场 18:00–18:30 周敏" in cells(await chen.get(BOARD))
        clock.advance(minutes=11)
        page = await chen.get(BOARD)
        assert {"2号场 18:00–18:30 林晓", "2号场 18:30–19:00 林晓", "3号场 18:00–18:30 加一个预约"} <= set(cells(page))
        assert f'href="{PLACE}/bookings/{booking.id}"' in page.text
        assert "收 ¥8" in shown(page)
        assert f'href="{PLACE}/badminton/walk-in?starts={half_hour(19)}&amp;court=2"' in page.text
        hall = cells(await chen.get(f"{PLACE}/basketball"))
        assert [label for label in hall if "王强" in label] == [
            f"{court} 19:00–20:00 王强" for court in ("A场", "A1半场", "A2半场")
        ]

    async def test_a_pool_counts_heads(self, app: Litestar, town: City) -> None:
        await book(app, town.worker, 18, 20, facility=GYM, heads=3)
        words = shown(await (await manager(app, town)).get(f"{PLACE}/gym"))
        assert "18:00–19:00 3/10 林晓 3 人" in words
        assert "19:00–20:00 3/10" in words

    async def test_other_days_and_the_part_that_renews(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        assert (await chen.get(f"{BOARD}?day=2036-01-01")).status_code == 422
        assert (await chen.get(f"{BOARD}?day=soon")).status_code == 400
        part = await chen.get(f"{BOARD}/board?day={TOMORROW}")
        assert part.text.lstrip().startswith("<section")
        assert f'hx-get="{BOARD}/board?day={TOMORROW}"' in part.text
        assert part.headers["cache-control"] == "no-store"


async def test_an_open_board_hears_of_payments(app: Litestar, town: City) -> None:
    booking = await book(app, town.worker, 18, 19)
    topic = f"facility:{CENTRE}:{BADMINTON}"
    heard = asyncio.ensure_future(anext(app.state.hub.listen(topic)))
    await asyncio.sleep(0)
    chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
    await chen.post(f"{address}/payments", {"method": "cash"}, seen_at=address)
    assert await asyncio.wait_for(heard, 5) == topic


class TestMoney:
    async def pay(self, visitor: Visitor, address: str, method: str = "wechat") -> httpx.Response:
        return await visitor.post(f"{address}/payments", {"method": method}, seen_at=address)

    async def test_is_taken_once_and_can_be_taken_back(self, app: Litestar, town: City) -> None:
        booking, other = await book(app, town.worker, 18, 19), await book(app, town.partner, 18, 19)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        assert "请选一种收款方式" in shown(await follow(chen, await self.pay(chen, address, "shells")))
        page = await follow(chen, await self.pay(chen, address))
        assert "收到 ¥8" in shown(page)
        assert "¥8，已付清" in shown(page)
        assert await taken(app) == {"wechat": 800}
        elsewhere = f"{PLACE}/bookings/{other.id}"
        wrong = await chen.post(undo_of(page).replace(address, elsewhere), seen_at=elsewhere)
        assert "没有找到" in shown(await follow(chen, wrong))
        assert await taken(app) == {"wechat": 800}
        await chen.post(undo_of(page), seen_at=address)
        assert await taken(app) == {"wechat": 0}
        assert "还要收 ¥8" in shown(await chen.get(address))

    async def test_a_form_sent_twice_takes_it_once(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        fields = {"method": "cash", **await hidden(chen, address)}
        first = await chen.client.post(f"{address}/payments", data=fields)
        again = await chen.client.post(f"{address}/payments", data=fields)
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.headers["location"] == again.headers["location"]
        assert await taken(app) == {"cash": 800}
        assert (await acts(app)).count("payment.received") == 1

    async def test_goes_back_after_a_cancellation(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        await self.pay(chen, address, "cash")
        await app.state.database.write(cancel_booking, town.worker, CENTRE, booking.id)
        assert "退 ¥8" in shown(await chen.get(address))
        page = await follow(chen, await chen.post(f"{address}/refund", seen_at=address))
        assert "已退 ¥8" in shown(page)
        assert await taken(app) == {"cash": 0}
        again = await chen.post(f"{address}/refund", {"idempotency_key": "again"}, seen_at=address)
        assert "没有要收的" in shown(await follow(chen, again))


class TestOneBooking:
    async def test_the_phone_is_masked_until_asked_for_and_the_asking_is_noted(self, app: Litestar, town: City) -> None:
        await app.state.database.write(set_phone, town.worker.member_id, "13812345678")
        booking = await book(app, town.worker, 18, 19)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        page = await chen.get(address)
        assert "138****5678" in shown(page)
        assert "13812345678" not in page.text
        assert "phone.revealed" not in await acts(app)
        revealed = await chen.post(f"{address}/phone", seen_at=address)
        assert 'href="tel:13812345678"' in revealed.text
        assert revealed.headers["cache-control"] == "no-store"
        assert (await acts(app)).count("phone.revealed") == 1

    async def test_cancelled_for_the_place_costs_nothing_and_tells_why(
        self, app: Litestar, town: City, clock: SettableClock
    ) -> None:
        booking = await book(app, town.worker, 18, 19)
        clock.now = at(17.5)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        page = await follow(chen, await chen.post(f"{address}/cancel", {"other": "灯坏了"}, seen_at=address))
        assert "已取消" in shown(page)
        assert "灯坏了" in shown(page)
        assert (await messages(app, town.worker))[-1] == "booking.cancelled_by_place"
        assert await app.state.database.read(points_of, town.worker.member_id, clock()) == 0
        again = await follow(chen, await chen.post(undo_of(page), seen_at=address))
        assert "已约好" in shown(again)
        assert await counted(app) == {"badminton:day": 0, "badminton:week": 0}
        await chen.post(f"{address}/cancel", {"ours": "no"}, seen_at=address)
        assert await app.state.database.read(points_of, town.worker.member_id, clock()) == 1
        assert await counted(app) == {"badminton:day": 0, "badminton:week": 0}

    async def test_a_no_show_is_noted_and_taken_back(self, app: Litestar, town: City, clock: SettableClock) -> None:
        booking = await book(app, town.worker, 18, 19)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        assert f'action="{address}/no-show"' not in (await chen.get(address)).text
        clock.now = at(18.6)
        assert "没到" in shown(await chen.get(BOARD))
        late = await chen.post(f"{address}/cancel", {}, seen_at=address)
        assert "已经开始了" in shown(await follow(chen, late))
        page = await follow(chen, await chen.post(f"{address}/no-show", seen_at=address))
        assert "没有到场" in shown(page)
        assert await app.state.database.read(points_of, town.worker.member_id, clock()) == 2
        await chen.post(undo_of(page), seen_at=address)
        assert await app.state.database.read(points_of, town.worker.member_id, clock()) == 0
        assert (await chen.post(f"{address}/sold", seen_at=address)).status_code in (400, 404)

    async def test_moves_to_another_hour_and_court(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19)
        await book(app, town.partner, 20.5, 21.5, court=4)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        taken_court = await chen.post(
            f"{address}/change", {"starts": str(half_hour(20)), "court": "4"}, seen_at=f"{address}/change"
        )
        assert taken_court.status_code == 409
        assert f'value="{half_hour(20)}" checked' in taken_court.text
        form = {"starts": str(half_hour(20)), "court": "3"}
        page = await follow(chen, await chen.post(f"{address}/change", form, seen_at=f"{address}/change"))
        assert "20:00–21:00" in shown(page)
        assert "3号场" in shown(page)

    async def test_offers_only_hours_that_fit(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19, day=TOMORROW)
        for court in range(1, 5):
            await book(app, [town.partner, town.rival][court % 2], 19.5, 20, day=TOMORROW, court=court)
        page = await (await manager(app, town)).get(f"{PLACE}/bookings/{booking.id}/change?day={TOMORROW}")
        offered = set(re.findall(r'name="starts" value="(\d+)"', page.text))
        assert {str(half_hour(hour, TOMORROW)) for hour in (18.5, 20)} <= offered
        assert str(half_hour(19, TOMORROW)) not in offered
