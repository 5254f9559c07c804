"""What managers of the sanatorium decide by page: rooms out of order, pools, limits; and the figures they go by."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar

from booking.rooms.models import AllotmentNight, NightRestriction, Outage
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import ClosingPlan
from booking.rooms.schemas import OutageRequest
from booking.rooms.service.outages import take_out
from tests.databases import sqlite_only
from tests.members.visitors import Visitor, shown
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOLD_BACK, HOUSE, PUBLIC, TONIGHT, TWIN, People, day, room
from tests.rooms.managing import BASE, CHART, again, all_of, booked, landed, undo

pytestmark = sqlite_only
OFFLINE = f"{BASE}/offline"
POOLS = f"{BASE}/pools"
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
