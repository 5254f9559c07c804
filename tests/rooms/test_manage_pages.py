"""The pages of those who manage the sanatorium: the chart, the figures, rooms out of order, pools and limits."""

import gzip
import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select

from booking.db import WriteSession
from booking.members.models import RoleGrant
from booking.notices.models import InboxMessage
from booking.places.catalogue import catalogue_changed
from booking.rooms.models import AllotmentNight, Guest, NightRestriction, Outage, Room, RoomNight, Stay, StayRoom
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import ClosingPlan
from booking.rooms.schemas import OutageRequest, RoomWish
from booking.rooms.schemas_desk import ArriveRequest, Document
from booking.rooms.service.desk import arrive
from booking.rooms.service.outages import take_out
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import sqlite_only
from tests.members.visitors import Visitor, shown
from tests.rooms.counting import check
from tests.rooms.house import ACCESSIBLE, DOUBLE, HOLD_BACK, HOUSE, PUBLIC, TONIGHT, TWIN, People, add, day, room, wish
from tests.venues.guests import browser_of

pytestmark = sqlite_only
BASE = "/manage/banbianshan/rooms"
CHART = f"{BASE}/tape"
OFFLINE = f"{BASE}/offline"
POOLS = f"{BASE}/pools"
KILOBYTE = 1024


def make_manager(tx: WriteSession, now: datetime, who: Principal) -> None:
    role = {"role": "venue_manager", "scope_kind": "place", "scope_id": HOUSE, "granted_at": now}
    add(tx, RoleGrant, [{"member_id": who.member_id} | role])


@pytest.fixture
async def manager(app: Litestar, staying: People) -> Visitor:
    await app.state.database.write(make_manager, staying.desk)
    return await browser_of(app, staying.desk)


async def booked(app: Litestar, who: Principal, first: int, until: int, *rooms: RoomWish) -> StayRoom:
    def command(tx: WriteSession, now: datetime) -> StayRoom:
        stay = hold_stay(tx, now, who, wish(first, until, *rooms))
        confirm_stay(tx, now, who, HOUSE, stay.id)
        return tx.all(select(StayRoom).where(StayRoom.stay_id == stay.id).order_by(StayRoom.number))[0]

    made: StayRoom = await app.state.database.write(command)
    return made


async def again(app: Litestar, one: StayRoom) -> StayRoom:
    found: StayRoom = await app.state.database.read(lambda tx: tx.get(StayRoom, place_id=HOUSE, id=one.id))
    return found


async def all_of(app: Litestar, table: Any, *where: Any) -> list[Any]:
    found: list[Any] = await app.state.database.read(lambda tx: tx.all(select(table).where(*where)))
    return found


async def told(app: Litestar, who: Principal) -> list[str]:
    mine = select(InboxMessage.kind).where(InboxMessage.member_id == who.member_id).order_by(InboxMessage.id)
    kinds: list[str] = await app.state.database.read(lambda tx: [kind for (kind,) in tx.execute(mine)])
    return kinds


async def landed(visitor: Visitor, answer: httpx.Response) -> httpx.Response:
    """The page to which an answer leads, with its message."""
    assert answer.status_code == 303, shown(answer)
    return await visitor.get(answer.headers["location"])


async def undo(visitor: Visitor, page: httpx.Response) -> httpx.Response:
    """Press the undo of the message on a page."""
    found = re.search(r'data-flash>.*?<form method="post" action="([^"]+)"', page.text, re.DOTALL)
    assert found, shown(page)
    return await visitor.post(html.unescape(found[1]), seen_at=CHART)


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
        await app.state.database.write(fill, 284)
        answer = await manager.get(CHART)
        assert answer.text.count("<tr data-r=") == 300
        assert answer.text.count('class="run m"') > 1000
        assert len(gzip.compress(answer.content, 5)) <= 60 * KILOBYTE


def fill(tx: WriteSession, now: datetime, more: int) -> None:
    """Many more rooms, and guests in all of them, three nights each."""
    rooms = [{**room_row(40 + at), "floor": 1 + at // 60} for at in range(more)]
    add(tx, Room, rooms)
    catalogue_changed(tx)
    doors = [one["id"] for one in rooms]
    spans = [(door, TONIGHT + first, at) for at, door in enumerate(doors) for first in range(0, 12, 3)]
    stays = [stay_row(10_000 + at, first) for at, (_, first, _) in enumerate(spans)]
    add(tx, Stay, stays)
    add(tx, StayRoom, [stay_room_row(10_000 + at, door, first) for at, (door, first, _) in enumerate(spans)])
    names = ("欧阳建国", "王芳", "李小龙")
    guests = [{"place_id": HOUSE, "stay_room_id": 10_000 + at, "number": 0} for at in range(len(spans))]
    more_of = [{"member_id": None, "name": names[at % 3], "pays": False, "identity": ""} for at in range(len(spans))]
    add(tx, Guest, [{**one, **other, "pass_id": None} for one, other in zip(guests, more_of, strict=True)])
    nights = [
        {"place_id": HOUSE, "night": first + ahead, "room_id": door, "stay_room_id": 10_000 + at, "outage_id": None}
        for at, (door, first, _) in enumerate(spans)
        for ahead in range(3)
    ]
    add(tx, RoomNight, nights)


def room_row(number: int) -> dict[str, Any]:
    named = {"id": number, "type_id": TWIN, "zone_id": 1, "number": f"A{number:03}", "wing": "A", "neighbours": []}
    return {"place_id": HOUSE, "accessible": False, "features": [], "housekeeping": "inspected", **named}


def stay_row(number: int, first: int) -> dict[str, Any]:
    now = datetime.fromisoformat("2026-11-20T00:00:00+00:00")
    values = dict.fromkeys(("member_id", "arrive_at", "folio_id", "booked_by", "hold_expires_at"))
    texts = {"contact_name": "客", "contact_phone": "", "source": "desk", "ended_reason": "", "status": "confirmed"}
    money = {"price_fen": 3, "extras": [], "member_price": False, "sequence": 0, "created_at": now, "changed_at": now}
    nights = {"place_id": HOUSE, "id": number, "allotment_id": PUBLIC, "arrival": first, "departure": first + 3}
    return nights | values | texts | money


def stay_room_row(number: int, door: int, first: int) -> dict[str, Any]:
    whose = {"place_id": HOUSE, "id": number, "stay_id": number, "number": 1, "status": "expected", "room_id": door}
    kind = {"type_id": TWIN, "given_type_id": TWIN, "pinned": "", "needs": [], "together": "", "heads": 1}
    money = {"price_fen": 3, "night_fen": [1, 1, 1], "fee_fen": 0}
    when = {"arrival": first, "departure": first + 3, "ended_at": None, "arrived_at": None, "departed_at": None}
    return whose | kind | money | when


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


OUT = {"floors": "B-1", "numbers": "a004, A005", "first": str(day(2)), "until": str(day(4)), "reason": "换热水器"}


class TestOffline:
    async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        for fields, field, why in (
            ({"numbers": "", "floors": ""}, "numbers", "还没有选房间"),
            ({"numbers": "A004 Z9"}, "numbers", "没有这些房号：Z9"),
            ({"until": "soon"}, "until", "请选一个日期"),
            ({"reason": " "}, "reason", "请写上原因"),
            ({"first": str(day(-1))}, "first", "停用要从"),
            ({"until": str(day(2))}, "until", "至少一晚"),
        ):
            answer = await manager.post(OFFLINE, OUT | fields, seen_at=OFFLINE)
            assert answer.status_code >= 400, fields
            assert why in shown(answer)
            assert f'id="{field}-error"' in answer.text, fields
            assert ('value="B-1" checked' in answer.text) == ("floors" not in fields)
        assert await all_of(app, Outage) == []

    async def test_is_rehearsed_applied_as_it_was_planned_and_undone(
        self, app: Litestar, staying: People, manager: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plans = count_plans(monkeypatch)
        one = await booked(app, staying.worker, 1, 4, room(room=5))
        lost = await booked(app, staying.model, 2, 3, room(DOUBLE))
        drafted = await manager.post(OFFLINE, OUT, seen_at=OFFLINE)
        address = drafted.headers["location"]
        page = shown(await landed(manager, drafted))
        for part in ("1 间订好的房保不住", "6 间：A004、A005、B021", "换热水器", "换到同房型的 A", "取消，费用全退"):
            assert part in page, part
        assert await all_of(app, Outage) == []
        done = await landed(manager, await manager.post(f"{address}/apply", seen_at=address))
        assert "已执行，通知了 2 位会员" in shown(done)
        assert plans == [1]
        assert (await again(app, one)).room_id not in (4, 5)
        assert (await again(app, lost)).status == "displaced"
        assert "换热水器" in shown(await manager.get(CHART))
        await undo(manager, done)
        assert ((await again(app, one)).room_id, (await again(app, lost)).status) == (5, "expected")
        await app.state.database.read(check)

    async def test_a_booking_in_between_is_planned_again_before_the_writer(
        self, app: Litestar, staying: People, manager: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plans = count_plans(monkeypatch)
        drafted = await manager.post(OFFLINE, OUT, seen_at=OFFLINE)
        await booked(app, staying.model, 2, 3, room(DOUBLE))
        address = drafted.headers["location"]
        answer = await manager.post(f"{address}/apply", seen_at=address)
        assert answer.headers["location"] != address
        assert "情况变了" in shown(await landed(manager, answer))
        assert plans == [2]
        assert await all_of(app, Outage) == []
        await booked(app, staying.model, 9, 10)
        address = answer.headers["location"]
        await manager.post(f"{address}/apply", seen_at=address)
        assert plans == [3]
        assert len(await all_of(app, Outage)) == 1

    async def test_an_outage_of_a_change_is_lifted_by_undoing_the_change_alone(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        drafted = await manager.post(OFFLINE, OUT, seen_at=OFFLINE)
        address = drafted.headers["location"]
        await manager.post(f"{address}/apply", seen_at=address)
        own = OutageRequest(first=day(2), until=day(4), rooms=[8], reason="换锁")
        outage = await app.state.database.write(take_out, staying.desk, HOUSE, own)
        page = await manager.get(f"{BASE}/outages")
        assert address in page.text
        (by_change,) = await all_of(app, Outage, Outage.change_id.is_not(None))
        refused = await manager.post(f"{BASE}/outages/{by_change.id}/lift", seen_at=CHART)
        assert "是一项变更" in shown(await landed(manager, refused))
        lifted = await manager.post(f"{BASE}/outages/{outage}/lift", seen_at=CHART)
        assert "恢复了" in shown(await landed(manager, lifted))
        assert [one.id for one in await all_of(app, Outage, Outage.lifted_at.is_(None))] == [by_change.id]
        await app.state.database.read(check)


def count_plans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a plan to close rooms is made from now on: one number, counted up."""
    counted = [0]
    plan: Callable[..., ClosingPlan] = assignment.plan_closing

    def counting(*asked: Any) -> ClosingPlan:
        counted[0] += 1
        return plan(*asked)

    monkeypatch.setattr(assignment, "plan_closing", counting)
    return counted


class TestFigures:
    async def test_each_chart_has_its_table_and_what_it_means(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        await booked(app, staying.worker, 0, 2)
        answer = await manager.get(f"{BASE}/figures?first={day(0)}&days=7")
        text = shown(answer)
        for part in ("1.8%", "¥200", "2.0", "¥400", "出租率 = 售出的间夜", "手机应用", "6.2%"):
            assert part in text, part
        assert answer.text.count("<polyline") == 5
        assert answer.text.count('<details class="chart-table">') == 4

    async def test_can_be_taken_home_as_files(self, app: Litestar, staying: People, manager: Visitor) -> None:
        await booked(app, staying.worker, 0, 2)
        table = await manager.get(f"{BASE}/figures.csv?first={day(0)}&days=7")
        assert table.headers["content-type"].startswith("text/csv")
        assert table.text.splitlines()[1].startswith(f"{day(0)},16,0,1,0.0625,200")
        book = await manager.get(f"{BASE}/figures.xlsx?first={day(0)}&days=7")
        assert book.content.startswith(b"PK")
        assert f'filename="figures-{day(0)}.xlsx"' in book.headers["content-disposition"]


MOVED = {"type": str(TWIN), "rooms": "2", "origin": str(PUBLIC), "target": str(HOLD_BACK)}
NIGHTS = {"first": str(day(9)), "last": str(day(10))}


def capacities(rows: list[AllotmentNight]) -> dict[int, int]:
    return {row.allotment_id: row.capacity for row in rows}


class TestPools:
    async def pools(self, app: Litestar, ahead: int) -> dict[int, int]:
        night = AllotmentNight.night == TONIGHT + ahead
        return capacities(await all_of(app, AllotmentNight, night, AllotmentNight.type_id == TWIN))

    async def test_rooms_go_from_one_to_another_and_back(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        answer = await manager.post(f"{POOLS}/move", MOVED | NIGHTS, seen_at=POOLS)
        page = await landed(manager, answer)
        assert "移好了，每晚 2 间" in shown(page)
        assert [await self.pools(app, ahead) for ahead in (9, 10, 11)] == [
            {PUBLIC: 7, HOLD_BACK: 3},
            {PUBLIC: 7, HOLD_BACK: 3},
            {PUBLIC: 9, HOLD_BACK: 1},
        ]
        await undo(manager, page)
        assert await self.pools(app, 9) == {PUBLIC: 9, HOLD_BACK: 1}
        await app.state.database.read(check)

    async def test_the_unsold_go_to_the_public_at_once(self, app: Litestar, staying: People, manager: Visitor) -> None:
        sent = {"pool": str(HOLD_BACK)} | NIGHTS
        assert "共 2 个间夜" in shown(
            await landed(manager, await manager.post(f"{POOLS}/release", sent, seen_at=POOLS))
        )
        assert await self.pools(app, 9) == {PUBLIC: 10, HOLD_BACK: 0}
        refused = await manager.post(f"{POOLS}/release", sent | {"pool": str(PUBLIC)}, seen_at=POOLS)
        assert refused.status_code == 422
        await app.state.database.read(check)

    async def test_overbooking_is_off_until_it_is_asked_for(
        self, app: Litestar, staying: People, manager: Visitor
    ) -> None:
        assert await all_of(app, AllotmentNight, AllotmentNight.over_limit > 0) == []
        await manager.post(f"{POOLS}/over", {"type": str(TWIN), "limit": "3"} | NIGHTS, seen_at=POOLS)
        rows = await all_of(app, AllotmentNight, AllotmentNight.over_limit == 3)
        assert [(row.night - TONIGHT, row.allotment_id) for row in rows] == [(9, PUBLIC), (10, PUBLIC)]
        assert "超订 0/3" in shown(await manager.get(f"{POOLS}?from={day(9)}"))

    async def test_limits_are_set_for_days_and_lifted(self, app: Litestar, staying: People, manager: Visitor) -> None:
        sent = {"of": str(TWIN), "least": "2", "no_arrival": "yes"} | NIGHTS
        page = shown(await landed(manager, await manager.post(f"{POOLS}/limits", sent, seen_at=POOLS)))
        assert "至少住 2 晚 不办理入住" in page
        rows = await all_of(app, NightRestriction)
        assert [(row.night - TONIGHT, row.least_nights, row.closed_to_arrival) for row in rows] == [
            (9, 2, True),
            (10, 2, True),
        ]
        lifted = await manager.post(f"{POOLS}/limits", {"of": str(TWIN)} | NIGHTS, seen_at=POOLS)
        assert "现在没有限制" in shown(await landed(manager, lifted))

    @pytest.mark.parametrize(
        ("form", "fields", "why"),
        [
            ("move", {"rooms": "10"}, "只剩 9 间没有订出"),
            ("move", {"rooms": "-1"}, "请填 1 到 10000 的整数"),
            ("move", {"last": str(day(3))}, "最后一天要在第一天或之后"),
            ("move", {"first": "x"}, "请选一个日期"),
            ("over", {"limit": "51"}, "请填 0 到 50 的整数"),
            ("limits", {"least": "5", "most": "2"}, "最少 5 晚比最多 2 晚还多"),
        ],
    )
    async def test_a_refusal_keeps_what_was_typed(
        self, app: Litestar, staying: People, manager: Visitor, form: str, fields: dict[str, str], why: str
    ) -> None:
        answer = await manager.post(f"{POOLS}/{form}", MOVED | NIGHTS | fields, seen_at=POOLS)
        assert answer.status_code >= 400
        assert why in shown(answer)
        for value in fields.values():
            assert f'value="{value}"' in answer.text
