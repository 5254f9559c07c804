"""The room chart of those who manage the sanatorium: who is where, and guests moved to another room and back."""

import gzip
import re
from datetime import datetime

import pytest
from litestar import Litestar
from sqlalchemy import select

from booking.db import WriteSession
from booking.rooms.models import StayRoom
from booking.rooms.schemas import OutageRequest
from booking.rooms.schemas_desk import ArriveRequest, Document
from booking.rooms.service.desk import arrive
from booking.rooms.service.outages import take_out
from booking.rooms.service.stays import confirm_stay, hold_stay
from tests.databases import sqlite_only
from tests.members.visitors import Visitor, shown
from tests.rooms.counting import check
from tests.rooms.crowded import crowd
from tests.rooms.house import ACCESSIBLE, DOUBLE, HOUSE, TWIN, People, day, room, wish
from tests.rooms.managing import BASE, CHART, again, booked, landed, told, undo
from tests.venues.guests import browser_of

pytestmark = sqlite_only
KILOBYTE = 1024


class TestEveryPage:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_answers_in_both_languages(
        self, app: Litestar, staying: People, manager: Visitor, locale: str
    ) -> None:
        manager.client.cookies.set("locale", locale)
        one = await booked(app, staying.worker, 1, 4)
        held = OutageRequest(first=day(2), until=day(4), rooms=[8], reason="x")
        await app.state.database.write(take_out, staying.desk, HOUSE, held)
        paths = ["tape", f"tape?where=A-1&type={TWIN}&days=30&text=m1", f"tape/{one.id}", "figures?days=7", "outages"]
        for path in [*paths, "offline", f"pools?type={DOUBLE}&from={day(3)}", "tape?first=x&days=9&where=Z&type=77"]:
            answer = await manager.get(f"{BASE}/{path}")
            assert answer.status_code == 200, shown(answer)
            assert "style=" not in answer.text
            if locale == "en":
                words = re.sub(r"胡\*+|王大海|中文", "", shown(answer))
                assert not re.search(r"[\u4e00-\u9fff]", words), (path, re.findall(r"[\u4e00-\u9fff]+", words))

    async def test_only_those_who_work_here_come_in_and_only_managers_displace(
        self, app: Litestar, staying: People
    ) -> None:
        worker, desk = await browser_of(app, staying.worker), await browser_of(app, staying.desk)
        for path in ("tape", "figures", "figures.csv", "outages", "offline", "pools"):
            assert (await worker.get(f"{BASE}/{path}")).status_code == 403
            assert (await desk.get(f"{BASE}/{path}")).status_code == (403 if path == "offline" else 200)


class TestChart:
    async def test_tells_who_is_where_and_how_firmly(self, app: Litestar, staying: People, manager: Visitor) -> None:
        await booked(app, staying.worker, 1, 4, room(room=5))
        await booked(app, staying.model, 2, 3, room(DOUBLE))
        here = await booked(app, staying.worker, 0, 2)
        seen = ArriveRequest(documents=[Document("id", "1234")])
        await app.state.database.write(arrive, staying.desk, HOUSE, here.id, seen)
        text = (await manager.get(CHART)).text
        assert re.search(r"A005.*?colspan=\"3\"><a class=\"run p\"[^>]*><i>定</i>王大海", text)
        assert re.search(r"colspan=\"2\"><a class=\"run h\"[^>]*><i>住</i>", text)
        assert re.search(r"<td><a class=\"run m\"[^>]*><i>订</i>", text)
        assert len(re.findall(r"<tr data-r=", text)) == 16
        assert len(re.findall(r"<tr data-r=", (await manager.get(f"{CHART}?type={ACCESSIBLE}")).text)) == 2
        assert len(re.findall(r"<tr data-r=", (await manager.get(f"{CHART}?where=B")).text)) == 4

    async def test_finds_a_stay_by_a_part_of_a_name_or_a_door(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        one = await booked(app, staying.worker, 30, 32, room(room=5))
        for text in ("大海", "a005"):
            answer = await manager.get(f"{CHART}?text={text}")
            assert "找到 1 间" in shown(answer)
            assert f"first={day(30)}#b{one.id}" in answer.text
        assert "没有这个名字" in shown(await manager.get(f"{CHART}?text=%25"))

    async def test_three_hundred_rooms_for_a_fortnight_weigh_little(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        await app.state.database.write(crowd, 284)
        answer = await manager.get(CHART)
        assert answer.text.count("<tr data-r=") == 300
        assert answer.text.count('class="run m"') > 1000
        assert len(gzip.compress(answer.content, 5)) <= 60 * KILOBYTE


class TestMove:
    async def test_gives_the_room_tells_whoever_chose_another_and_is_undone(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        one = await booked(app, staying.worker, 1, 4, room(room=5))
        answer = await manager.post(f"{CHART}/{one.id}", {"room": "7", "first": str(day(0))}, seen_at=CHART)
        assert answer.headers["location"] == f"{CHART}?first={day(0)}#b{one.id}"
        assert (await again(app, one)).room_id == 7
        assert (await told(app, staying.worker))[-1] == "rooms.moved_by_house"
        undone = await undo(manager, await landed(manager, answer))
        assert undone.headers["location"] == answer.headers["location"]
        now = await again(app, one)
        assert (now.room_id, now.pinned) == (5, "chosen")
        assert (await told(app, staying.worker))[-1] == "rooms.moved_back"
        await app.state.database.read(check)

    async def test_whoever_may_move_makes_room_and_is_named(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        one, other = await booked(app, staying.worker, 1, 4), await booked(app, staying.model, 2, 3)
        answer = await manager.post(f"{CHART}/{one.id}", {"room": str(other.room_id)}, seen_at=CHART)
        moved = await again(app, one)
        assert (moved.room_id, moved.pinned) == (other.room_id, "chosen")
        assert (await again(app, other)).room_id != moved.room_id
        page = await landed(manager, answer)
        assert "王大海 因此换到了 A" in shown(page)
        assert "rooms.moved_by_house" not in await told(app, staying.worker)
        await undo(manager, page)
        back = await again(app, one)
        assert (back.room_id, back.pinned) == (one.room_id, "")
        await app.state.database.read(check)

    async def test_another_type_of_room_is_given_at_the_same_price(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        one = await booked(app, staying.worker, 1, 4)
        await manager.post(f"{CHART}/{one.id}", {"room": "21"}, seen_at=CHART)
        moved = await again(app, one)
        assert (moved.room_id, moved.given_type_id, moved.price_fen) == (21, DOUBLE, one.price_fen)
        await app.state.database.read(check)

    @pytest.mark.parametrize(
        ("target", "why"),
        [
            ("5", "王大海（选定了这间）"),
            ("6", "王大海（在住）"),
            ("8", "停用：换热水器"),
            ("21", "最多住 2 人，这间订的是 3 人"),
            ("1", "已经住在 A001"),
            ("999", "没有找到这间房"),
            ("x", "没有找到这间房"),
        ],
    )
    async def test_a_refusal_says_why_and_changes_nothing(
        self, app: Litestar, staying: People, manager: Visitor, target: str, why: str
    ) -> None:
        await booked(app, staying.worker, 2, 4, room(room=5))
        here = await booked(app, staying.worker, 0, 3, room(room=6))
        seen = ArriveRequest(documents=[Document("id", "1234")])
        await app.state.database.write(arrive, staying.desk, HOUSE, here.id, seen)
        out = OutageRequest(first=day(2), until=day(3), rooms=[8], reason="换热水器")
        await app.state.database.write(take_out, staying.desk, HOUSE, out)
        one = await booked(app, staying.model, 1, 4, room(heads=3, room=1))
        answer = await manager.post(f"{CHART}/{one.id}", {"room": target}, seen_at=CHART)
        assert answer.status_code >= 400
        assert why in shown(answer)
        assert (await again(app, one)).room_id == 1
        await app.state.database.read(check)

    async def test_guests_in_the_house_never_move_on_the_chart(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        here = await booked(app, staying.worker, 0, 3)
        seen = ArriveRequest(documents=[Document("id", "1234")])
        await app.state.database.write(arrive, staying.desk, HOUSE, here.id, seen)
        dragged = await manager.post(f"{CHART}/{here.id}", {"room": "9", "first": str(day(0))}, seen_at=CHART)
        assert "图上不能拖动" in shown(await landed(manager, dragged))
        assert (await again(app, here)).room_id == here.room_id
        page = await manager.get(f"{CHART}/{here.id}")
        assert 'name="room"' not in page.text
        assert f"/front-desk/banbianshan/rooms/{here.id}" in page.text

    async def test_rooms_that_were_promised_beside_each_other_are_not_parted(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        def command(tx: WriteSession, now: datetime) -> list[StayRoom]:
            stay = hold_stay(tx, now, staying.worker, wish(1, 3, room(), room(), together="adjacent"))
            confirm_stay(tx, now, staying.worker, HOUSE, stay.id)
            return tx.all(select(StayRoom).where(StayRoom.stay_id == stay.id).order_by(StayRoom.number))

        first, second = await app.state.database.write(command)
        far = next(door for door in range(1, 11) if min(abs(door - one.room_id) for one in (first, second)) > 1)
        answer = await manager.post(f"{CHART}/{first.id}", {"room": str(far)}, seen_at=CHART)
        assert "答应了挨着住" in shown(answer)
        assert (await again(app, first)).room_id == first.room_id

    async def test_what_changed_since_is_not_undone(self, app: Litestar, staying: People, manager: Visitor) -> None:
        one = await booked(app, staying.worker, 1, 4)
        free = next(door for door in (9, 10) if door != one.room_id)
        answer = await manager.post(f"{CHART}/{one.id}", {"room": str(free)}, seen_at=CHART)
        page = await landed(manager, answer)
        await manager.post(f"{CHART}/{one.id}", {"room": "2"}, seen_at=CHART)
        assert "刚刚变了" in shown(await landed(manager, await undo(manager, page)))
        assert (await again(app, one)).room_id == 2
