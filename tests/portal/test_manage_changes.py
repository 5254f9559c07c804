"""Courts kept from booking, and closures that are rehearsed, applied and undone."""

import re
from datetime import timedelta
from typing import Any

import httpx
from litestar import Litestar
from sqlalchemy import func, select

from booking.db import ReadSession
from booking.rehearsal.models import Change
from booking.venues.models import Block, Booking
from booking.venues.service.ending import cancel_booking
from tests.databases import sqlite_only
from tests.members.visitors import Visitor, shown
from tests.portal.desk import BOARD, PLACE, acts, book, follow, manager, messages, undo_of
from tests.venues.city import CENTRE, GYM, TODAY, City, half_hour

pytestmark = sqlite_only
TOMORROW = TODAY + timedelta(days=1)
LEAGUE = {
    "title": "机电联赛", "kind": "league", "courts": "4", "day": str(TOMORROW), "opens": "18:00", "closes": "21:00",
}  # fmt: skip
CLOSURE = {
    "courts": "1", "day": str(TOMORROW), "opens": "18:00", "closes": "21:00", "reason": "灯具检修", "offers": "yes",
}  # fmt: skip


async def count(app: Litestar, what: Any, *which: Any) -> int:
    def read(tx: ReadSession) -> int:
        return int(tx.scalar(select(func.count()).select_from(what).where(*which)))

    found: int = await app.state.database.read(read)
    return found


async def standing(app: Litestar) -> int:
    return await count(app, Block, Block.lifted_at.is_(None))


async def statuses(app: Litestar) -> dict[int, tuple[str, int | None]]:
    """Booking → status and court."""

    def read(tx: ReadSession) -> dict[int, tuple[str, int | None]]:
        rows = tx.execute(select(Booking.id, Booking.status, Booking.court_id))
        return {row.id: (row.status, row.court_id) for row in rows}

    found: dict[int, tuple[str, int | None]] = await app.state.database.read(read)
    return found


class TestBlocks:
    async def make(self, visitor: Visitor, **fields: str) -> httpx.Response:
        address = f"{BOARD}/blocks/new"
        return await visitor.post(address, LEAGUE | fields, seen_at=address)

    async def test_a_league_is_kept_every_week_lifted_and_put_back(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        page = await follow(chen, await self.make(chen, weekly_until=str(TOMORROW + timedelta(days=21))))
        assert "留好了，共 4 次" in shown(page)
        assert "机电联赛" in shown(page)
        assert await standing(app) == 4
        page = await follow(chen, await chen.post(undo_of(page), seen_at=f"{PLACE}/blocks"))
        assert "已解除 4 次" in shown(page)
        assert await standing(app) == 0
        page = await follow(chen, await chen.post(undo_of(page), seen_at=f"{PLACE}/blocks"))
        assert await standing(app) == 4
        blocks = re.findall(rf'href="({PLACE}/blocks/\d+)"', (await chen.get(f"{PLACE}/blocks")).text)
        assert len(blocks) == 4
        page = await follow(chen, await chen.post(f"{blocks[1]}/lift", seen_at=blocks[1]))
        assert await standing(app) == 3
        assert "恢复这一次" in shown(page)
        again = await follow(chen, await chen.post(f"{blocks[1]}/lift", seen_at=blocks[1]))
        assert "已解除" in shown(again)
        assert (await acts(app)).count("block.lifted") == 5

    async def test_what_does_not_fit_keeps_nothing_and_what_was_typed(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        empty = await self.make(chen, title="", courts="", weekly_until="soon")
        assert empty.status_code == 422
        for name in ("title", "courts", "weekly_until"):
            assert f'id="{name}-error"' in empty.text, name
        assert 'value="soon"' in empty.text
        before = await self.make(chen, weekly_until=str(TODAY))
        assert 'id="weekly_until-error"' in before.text
        await book(app, town.worker, 19, 20, day=TOMORROW, court=4)
        taken = await self.make(chen)
        assert taken.status_code == 409
        assert "没有改动任何安排" in shown(taken)
        assert 'value="机电联赛"' in taken.text
        assert await standing(app) == 0

    async def test_what_was_lifted_and_booked_since_is_not_put_back(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        page = await follow(chen, await self.make(chen))
        page = await follow(chen, await chen.post(undo_of(page), seen_at=f"{PLACE}/blocks"))
        await book(app, town.worker, 19, 20, day=TOMORROW, court=4)
        page = await follow(chen, await chen.post(undo_of(page), seen_at=f"{PLACE}/blocks"))
        assert "有 1 个预约或占用" in shown(page)
        assert await standing(app) == 0


class TestClosures:
    async def rehearse(self, visitor: Visitor, facility: str = "badminton", **fields: str) -> httpx.Response:
        address = f"{PLACE}/{facility}/close"
        return await visitor.post(address, CLOSURE | fields, seen_at=address)

    async def test_are_shown_applied_and_undone(self, app: Litestar, town: City) -> None:
        pinned = await book(app, town.worker, 18, 19, day=TOMORROW, court=1)
        movable = await book(app, town.partner, 19, 20, day=TOMORROW)
        before = await statuses(app)
        chen = await manager(app, town)
        answer = await self.rehearse(chen)
        page = await follow(chen, answer)
        words = shown(page)
        assert "还没有执行" in words
        assert "灯具检修" in words
        assert "林晓" in words
        assert f'href="{PLACE}/bookings/{pinned.id}"' in page.text
        assert "会收到的通知" in words
        assert await statuses(app) == before
        address = answer.headers["location"]
        page = await follow(chen, await chen.post(f"{address}/apply", seen_at=address))
        assert "已执行" in shown(page)
        assert await standing(app) == 1
        after = await statuses(app)
        assert after[pinned.id][1] != 1 or after[pinned.id][0] == "displaced"
        assert after[movable.id][0] == "confirmed"
        twice = await follow(chen, await chen.post(f"{address}/apply", seen_at=address))
        assert "不能再执行一次" in shown(twice)
        block = re.findall(rf'href="({PLACE}/blocks/\d+)"', (await chen.get(f"{PLACE}/blocks")).text)[0]
        assert f'href="{address}"' in (await chen.get(block)).text
        lifted = await follow(chen, await chen.post(f"{block}/lift", seen_at=block))
        assert "请到那项变更里撤销" in shown(lifted)
        page = await follow(chen, await chen.post(undo_of(page), seen_at=address))
        assert "已撤销" in shown(page)
        assert {number: status for number, (status, _) in (await statuses(app)).items() if number in before} == {
            number: status for number, (status, _) in before.items()
        }
        listed = shown(await chen.get(f"{PLACE}/changes"))
        assert "停用场地" in listed
        assert "已撤销" in listed

    async def test_a_plan_that_is_no_longer_so_is_shown_anew(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19, day=TOMORROW, court=1)
        chen = await manager(app, town)
        address = (await self.rehearse(chen)).headers["location"]
        await app.state.database.write(cancel_booking, town.worker, CENTRE, booking.id)
        answer = await chen.post(f"{address}/apply", seen_at=address)
        assert answer.headers["location"] != address
        page = await follow(chen, answer)
        assert "您看过方案之后情况变了" in shown(page)
        assert "没有人受影响" in shown(page)
        assert await count(app, Change, Change.status == "applied") == 0
        new = answer.headers["location"]
        await chen.post(f"{new}/apply", seen_at=new)
        assert await count(app, Change, Change.status == "applied") == 1

    async def test_a_pool_takes_fewer(self, app: Litestar, town: City) -> None:
        await book(app, town.worker, 18, 19, day=TOMORROW, facility=GYM, heads=3)
        await book(app, town.partner, 18, 19, day=TOMORROW, facility=GYM, heads=3)
        chen = await manager(app, town)
        page = await follow(chen, await self.rehearse(chen, "gym", capacity="4"))
        words = shown(page)
        assert "减少名额" in words
        assert "1 单保不住原来的位置" in words
        assert "名额改为 4" in words
        address = str(page.url.path)
        await chen.post(f"{address}/apply", seen_at=address)
        assert "3/4" in shown(await chen.get(f"{PLACE}/gym?day={TOMORROW}"))
        assert (await messages(app, town.partner))[-1].startswith("venues.displaced")

    async def test_a_guest_has_to_be_called(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        address = f"{BOARD}/walk-in"
        starts = half_hour(18, TOMORROW)
        fields = {"starts": str(starts), "court": "1", "length": "2", "contact_name": "赵师傅"}
        await chen.post(address, fields, seen_at=f"{address}?starts={starts}&court=1")
        every = {"courts": "1 2 3 4"}
        page = await follow(chen, await self.rehearse(chen, **every))
        assert "请前台打电话" in shown(page)

    async def test_what_does_not_fit_comes_back(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        answer = await self.rehearse(chen, reason="", opens="noon")
        assert answer.status_code == 422
        assert 'id="reason-error"' in answer.text
        assert 'id="opens-error"' in answer.text
        assert 'value="noon"' in answer.text
        off = await self.rehearse(chen, opens="18:10")
        assert off.status_code == 422
        assert await count(app, Change) == 0
