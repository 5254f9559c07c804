"""The front desk's pages, as a clerk's browser sends their forms."""

import html
import re
from datetime import time

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select, update

from booking.checkin.models import Pass
from booking.db import ReadSession, WriteSession
from booking.payments.queries import balance
from booking.rooms.models import BusinessDay, Guest, Room, Stay, StayRoom
from booking.rooms.schemas import GuestRequest, RoomWish
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.rooms.house import DOUBLE, HOUSE, TWIN, People, day, room, wish
from tests.venues.guests import browser_of

pytestmark = sqlite_only
DESK = "/front-desk/banbianshan"
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
DATA = re.compile(r"[胡王]\*+|王大海|李小山|赵文|胡前台|中文|宁波市总工会")


@pytest.fixture
async def clerk(app: Litestar, staying: People) -> Visitor:
    """The browser at the desk."""
    return await browser_of(app, staying.desk)


async def booked(
    app: Litestar, who: Principal, arrival: int = 0, departure: int = 3, *rooms: RoomWish, **more: object
) -> list[StayRoom]:
    """The rooms of a confirmed stay."""
    held = await app.state.database.write(hold_stay, who, wish(arrival, departure, *rooms, **more))
    await app.state.database.write(confirm_stay, who, HOUSE, held.id)
    of_stay = select(StayRoom).where(StayRoom.stay_id == held.id)
    found: list[StayRoom] = await app.state.database.read(lambda tx: tx.all(of_stay))
    return found


async def row(app: Litestar, stay_room: int) -> StayRoom:
    found: StayRoom = await app.state.database.read(lambda tx: tx.get(StayRoom, place_id=HOUSE, id=stay_room))
    return found


async def number_of(app: Litestar, stay_room: int) -> str:
    given = (await row(app, stay_room)).room_id
    return str(await app.state.database.read(lambda tx: tx.scalar(select(Room.number).where(Room.id == given))))


async def make(app: Litestar, state: str, *rooms: int) -> None:
    def command(tx: WriteSession, now: object) -> None:
        changed = update(Room).values(housekeeping=state)
        tx.execute(changed.where(Room.id.in_(rooms)) if rooms else changed)

    await app.state.database.write(command)


def page_of(stay_room: StayRoom) -> str:
    return f"{DESK}/rooms/{stay_room.id}"


async def send(clerk: Visitor, stay_room: StayRoom, act: str, **fields: str) -> httpx.Response:
    return await clerk.post(f"{page_of(stay_room)}/{act}", fields, seen_at=page_of(stay_room))


async def arrive(clerk: Visitor, stay_room: StayRoom, **fields: str) -> httpx.Response:
    return await send(clerk, stay_room, "arrive", **({"last_0": "123x", "deposit": "later"} | fields))


async def said_next(clerk: Visitor, answer: httpx.Response) -> str:
    """The text of the page that a form leads to."""
    assert answer.status_code == 303, shown(answer)
    return shown(await clerk.get(answer.headers["location"]))


def undo_of(answer: httpx.Response) -> str:
    found = re.search(r'data-flash>.*?<form method="post" action="([^"]+)"', answer.text, re.DOTALL)
    assert found, shown(answer)
    return html.unescape(found[1])


class TestEveryPage:
    async def test_speaks_english_too(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        first, second = await booked(app, staying.worker, 0, 3, room(heads=2), room(heads=1))
        later = await booked(app, staying.worker, 1, 2)
        await arrive(clerk, first)
        clerk.client.cookies.set("locale", "en")
        paths = [DESK, f"{DESK}?list=departures&day={day(3)}", f"{DESK}?list=in-house", f"{DESK}?q=12", f"{DESK}/lists"]
        paths += [page_of(first), page_of(second), page_of(later[0]), f"{page_of(first)}/welcome"]
        paths += [f"{DESK}/walk-in?type={TWIN}&heads=2&who=m101", f"{DESK}/floor?room=3", f"{DESK}/close"]
        for path in paths:
            answer = await clerk.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert "style=" not in answer.text
            assert not CHINESE.search(DATA.sub("", shown(answer))), (path, CHINESE.findall(DATA.sub("", shown(answer))))

    async def test_is_the_staffs_alone(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker)
        worker = await browser_of(app, staying.worker)
        for path in ("/front-desk", DESK, f"{DESK}/floor", page_of(mine), f"/live/front-desk/{HOUSE}"):
            assert (await worker.get(path)).status_code == 403, path
        assert (await clerk.get("/front-desk")).headers["location"] == DESK
        assert (await clerk.get("/manage")).headers["location"] == "/front-desk"
        assert 'href="/front-desk"' in (await clerk.get("/")).text
        assert "/front-desk" not in (await worker.get("/")).text
        assert (await clerk.get(f"{DESK}/rooms/99")).status_code == 404
        assert (await clerk.get("/front-desk/nowhere")).status_code == 404


class TestDay:
    async def test_says_who_comes_in_which_room_and_what_is_due(
        self, app: Litestar, staying: People, clerk: Visitor
    ) -> None:
        (mine,) = await booked(app, staying.worker, 0, 3, room(heads=2))
        await make(app, "dirty", mine.room_id or 0)
        text = shown(await clerk.get(DESK))
        assert (
            f"{await number_of(app, mine.id)} 王大海 共 2 位 双床房 · 11月25日–11月28日 3 晚 待打扫 押金 ¥130 未付"
            in text
        )
        assert "要到店 1 要离店 0 住着的 0" in text
        assert "王大海" not in shown(await clerk.get(f"{DESK}?day={day(1)}&list=departures"))

    async def test_follows_guests_from_list_to_list(
        self, app: Litestar, staying: People, clerk: Visitor, clock: SettableClock
    ) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1)
        (other,) = await booked(app, staying.model, 0, 2)
        await arrive(clerk, mine)
        text = shown(await clerk.get(DESK))
        assert "要到店 1 要离店 0 住着的 1" in text
        assert "已经办好的 1 间" in text
        clock.advance(days=1)
        assert "要离店 1" in (said := shown(await clerk.get(f"{DESK}?list=departures")))
        assert "过了离店时间" not in said
        assert "收 ¥200" in said
        assert "11月25日 没有到" in shown(await clerk.get(DESK))
        assert (await row(app, other.id)).status == "expected"

    async def test_finds_guests_by_whatever_they_say(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 4, 6, phone="13812345678")
        own = RoomWish(type=TWIN, guests=[GuestRequest("赵文")])
        (theirs,) = await booked(app, staying.desk, 4, 6, own, phone="13900001111")
        of_mine = select(Pass.manual_code).where(Pass.subject_id == mine.id)
        code = await app.state.database.read(lambda tx: tx.scalar(of_mine))
        for sought in ("大海", "m101", "5678", "138-1234-5678", code, str(mine.stay_id)):
            answer = await clerk.get(f"{DESK}?q={sought}")
            assert f"rooms/{mine.id}" in answer.text, sought
            assert f"rooms/{theirs.id}" not in answer.text, sought

    async def test_says_what_else_to_try(self, clerk: Visitor) -> None:
        assert "没有找到“欧阳”" in shown(await clerk.get(f"{DESK}?q=欧阳"))
        assert "这一天没有预订到店的客人" in shown(await clerk.get(DESK))
        assert (await clerk.get(f"{DESK}?day=1999-01-01")).status_code == 422

    async def test_marks_the_overbooked(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker)

        def overbook(tx: WriteSession, now: object) -> None:
            tx.execute(update(StayRoom).where(StayRoom.id == mine.id).values(status="overbooked", room_id=None))

        await app.state.database.write(overbook)
        assert "— 王大海" in (text := shown(await clerk.get(DESK)))
        assert "超订" in text
        assert "这是超订，还没有房间" in shown(await clerk.get(page_of(mine)))


class TestArrival:
    async def test_leads_to_the_number_and_what_to_hand_over(
        self, app: Litestar, staying: People, clerk: Visitor
    ) -> None:
        first, second = await booked(app, staying.worker, 0, 3, room(heads=2), room(heads=1))
        answer = await arrive(clerk, first, last_1="7Y77", kind_1="passport", card="A1", deposit="wechat")
        text = await said_next(clerk, answer)
        assert await number_of(app, first.id) in text
        assert "交给客人" in text
        assert f"接着办同一单的 {await number_of(app, second.id)}" in text

        def read(tx: ReadSession) -> list[str]:
            return [one.identity for one in tx.all(select(Guest).where(Guest.stay_room_id == first.id))]

        assert await app.state.database.read(read) == ["id:123X", "passport:7Y77"]
        assert "押金" not in shown(await clerk.get(page_of(second))).partition("3. 收")[2]

    async def test_says_beside_the_field_what_is_missing(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker)
        for fields, name, told in (
            ({"last_0": ""}, "last_0", "请登记证件种类和末四位"),
            ({"last_0": "12"}, "last_0", "请填证件号的末四位"),
            ({"deposit": ""}, "deposit", "请选怎么付"),
        ):
            answer = await arrive(clerk, mine, card="K7", **fields)
            assert answer.status_code == 422
            assert told in shown(answer)
            assert f'href="#{name}"' in answer.text
            assert 'value="K7"' in answer.text
        assert (await row(app, mine.id)).status == "expected"

    async def test_offers_a_ready_room_in_place_of_a_dirty_one(
        self, app: Litestar, staying: People, clerk: Visitor
    ) -> None:
        (mine,) = await booked(app, staying.worker)
        await make(app, "dirty")
        assert "没有别的房可以马上住" in shown(await clerk.get(page_of(mine)))
        refused = await arrive(clerk, mine, room=str(mine.room_id))
        assert refused.status_code == 409
        assert "打扫好才能入住" in shown(refused)
        other = next(one for one in range(1, 11) if one != mine.room_id)
        await make(app, "clean", other)
        again = await arrive(clerk, mine, room=str(mine.room_id))
        assert re.search(rf'value="{other}" checked', again.text)
        await arrive(clerk, mine, room=str(other))
        assert ((now := await row(app, mine.id)).status, now.room_id) == ("in_house", other)

    async def test_sent_twice_it_is_done_once(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker)
        fields = {"last_0": "1234", "deposit": "cash", "idempotency_key": "once"}
        first, again = [await send(clerk, mine, "arrive", **fields) for _ in range(2)]
        assert first.headers["location"] == again.headers["location"] == f"{page_of(mine)}/welcome"
        other = await send(clerk, mine, "arrive", **(fields | {"last_0": "4321"}))
        assert "刚才已经办好了" in await said_next(clerk, other)

    async def test_a_colleague_was_first(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker)
        await arrive(await browser_of(app, staying.desk), mine)
        late = await arrive(clerk, mine)
        assert late.status_code == 409
        assert "现在是“在住”" in shown(late)
        assert f'action="{page_of(mine)}/depart"' in late.text

    async def test_another_day_says_which(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 2, 3)
        answer = await clerk.get(page_of(mine))
        assert "今天还不能办理入住" in shown(answer)
        assert f"{page_of(mine)}/arrive" not in answer.text

    async def test_late_guests_are_not_missing_yet(
        self, app: Litestar, staying: People, clerk: Visitor, clock: SettableClock
    ) -> None:
        (mine,) = await booked(app, staying.worker)
        assert "记下了：约 21:00 到。" in await said_next(clerk, await send(clerk, mine, "late", arrive_at="21:00"))
        stay: Stay = await app.state.database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=mine.stay_id))
        assert stay.arrive_at == time(21)
        assert "约 21:00 到" in shown(await clerk.get(DESK))
        refused = await send(clerk, mine, "no-show")
        assert refused.status_code == 409
        clock.advance(days=1)
        marked = await clerk.get((await send(clerk, mine, "no-show")).headers["location"])
        assert (await row(app, mine.id)).status == "no_show"
        assert "撤回了" in await said_next(clerk, await clerk.post(undo_of(marked), seen_at=page_of(mine)))
        assert (await row(app, mine.id)).status == "expected"


class TestLodging:
    async def test_another_room(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker)
        await arrive(clerk, mine)
        before = (await row(app, mine.id)).room_id or 0
        refused = await send(clerk, mine, "change", number="Z9", reason="太吵")
        assert "没有这个房号" in shown(refused)
        assert 'value="Z9"' in refused.text
        assert "请选或写一个原因" in shown(await send(clerk, mine, "change", room="9"))
        moved = await send(clerk, mine, "change", number="a009", other="窗户关不上")
        assert "已换到 A009" in await said_next(clerk, moved)
        state = select(Room.housekeeping).where(Room.id == before)
        assert await app.state.database.read(lambda tx: tx.scalar(state)) == "dirty"
        assert "客人已经住在 A009 房" in shown(await send(clerk, mine, "change", room="9", reason="太吵"))

    async def test_more_nights_at_their_price(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1)
        await arrive(clerk, mine)
        assert f'value="{day(3)}"' in (page := await clerk.get(page_of(mine))).text
        assert "11月28日 +¥450" in shown(page)
        assert "续住好了" in await said_next(clerk, await send(clerk, mine, "extend", departure=str(day(3))))
        assert (await row(app, mine.id)).night_fen == [20000, 20000, 25000]
        assert "请选一个日期" in shown(await send(clerk, mine, "extend"))

    async def test_leaving_early_costs_what_the_page_says(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 0, 4)
        await arrive(clerk, mine, deposit="cash")
        text = shown(await clerk.get(page_of(mine)))
        told = re.search(r"现在离店，11月26日 起的 3 晚退回重新出售，按规定收 ¥(\S+)。 要收 ¥(\S+) 押金", text)
        assert told, text
        refused = await send(clerk, mine, "depart")
        assert f"还欠 ¥{told[2]}，没有办理离店" in shown(refused)
        assert "已离店" in await said_next(clerk, await send(clerk, mine, "depart", pay="card"))
        stay: Stay = await app.state.database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=mine.stay_id))
        account = await app.state.database.read(balance, HOUSE, stay.folio_id)
        assert (account.owed, account.deposit) == (0, 0)
        assert (await row(app, mine.id)).fee_fen == int(told[1]) * 100
        assert "已经办好的" in shown(await clerk.get(f"{DESK}?list=departures&day={day(1)}"))

    async def test_what_stays_open_needs_a_reason(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1)
        await arrive(clerk, mine)
        assert "挂账要写原因" in shown(await send(clerk, mine, "depart", pay="later"))
        await send(clerk, mine, "depart", pay="later", leave_open="单位月底结")
        assert "收 ¥200" in shown(await clerk.get(page_of(mine)))
        paid = await clerk.get((await send(clerk, mine, "payments", method="cash")).headers["location"])
        assert "收到 ¥200。" in shown(paid)
        assert "已冲销" in await said_next(clerk, await clerk.post(undo_of(paid), seen_at=page_of(mine)))
        assert "收 ¥200" in shown(await clerk.get(page_of(mine)))

    async def test_money_during_the_stay(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1)
        await arrive(clerk, mine)
        assert "收到押金 ¥40。" in await said_next(clerk, await send(clerk, mine, "deposit", method="alipay"))
        assert "没有要收或要退的钱" in shown(await send(clerk, mine, "deposit", method="alipay"))
        assert "收到 ¥160。" in await said_next(clerk, await send(clerk, mine, "payments", method="cash"))
        assert "请选怎么付" in shown(await send(clerk, mine, "payments", method="gold"))
        assert (await send(clerk, mine, "refund")).status_code == 409
        assert "账已结清" in shown(await clerk.get(page_of(mine)))

    async def test_companions_show_their_documents_later(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1, room(heads=3))
        await arrive(clerk, mine)
        assert "还有 2 位没有登记证件" in shown(await clerk.get(page_of(mine)))
        assert "至少登记一位" in shown(await send(clerk, mine, "documents"))
        await send(clerk, mine, "documents", last_2="0001", kind_2="household")
        assert "还有 1 位没有登记证件" in shown(await clerk.get(page_of(mine)))


class TestWalkIn:
    async def test_a_member_pays_their_price_and_is_in(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        page = f"{DESK}/walk-in?type={DOUBLE}&who=m102&extras=full-board&extras=nothing"
        text = shown(await clerk.get(page))
        assert "林模范，按会员价" in text
        assert "原价 ¥600 ¥390" in text
        fields = {"type": str(DOUBLE), "departure": str(day(1)), "number_1_1": "m102", "last_1_1": "9999"}
        fields["extras"] = "full-board"
        answer = await clerk.post(f"{DESK}/walk-in", fields | {"deposit": "cash"}, seen_at=page)
        assert "B 楼 1 层 · 林模范" in await said_next(clerk, answer)
        assert "要收 ¥312 押金 ¥78 已抵" in shown(await clerk.get(answer.headers["location"].removesuffix("/welcome")))

    async def test_guests_of_two_rooms(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        page = f"{DESK}/walk-in?type={TWIN}&heads=3&rooms=2"
        fields = {"type": str(TWIN), "heads": "3", "rooms": "2", "deposit": "later", "departure": str(day(2))}
        fields |= {"name_1_1": "李小山", "last_1_1": "1111", "name_1_2": "赵文", "name_2_1": "钱武"}
        refused = await clerk.post(f"{DESK}/walk-in", fields | {"last_2_1": "1", "number_1_2": "nobody"}, seen_at=page)
        assert refused.status_code == 422
        assert "没有找到这个会员" in shown(refused)
        unseen = await clerk.post(f"{DESK}/walk-in", fields, seen_at=page)
        assert "入住要先看 钱武 的身份证件" in shown(unseen)
        assert 'value="李小山"' in unseen.text
        assert not await app.state.database.read(lambda tx: tx.all(select(Stay)))
        answer = await clerk.post(f"{DESK}/walk-in", fields | {"last_2_1": "2222"}, seen_at=page)
        assert "同一单的房间" in await said_next(clerk, answer)
        assert "住着的 2" in shown(await clerk.get(DESK))

    async def test_says_what_cannot_be_had(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        await make(app, "dirty")
        assert "没有干净的空房，要等打扫" in shown(await clerk.get(f"{DESK}/walk-in"))
        assert "一间住不下这么多人" in shown(await clerk.get(f"{DESK}/walk-in?heads=3"))
        assert "一次最多住 14 晚" in shown(await clerk.get(f"{DESK}/walk-in?departure={day(30)}"))
        fields = {"type": str(TWIN), "name_1_1": "李小山", "last_1_1": "1111", "deposit": "later"}
        answer = await clerk.post(f"{DESK}/walk-in", fields, seen_at=f"{DESK}/walk-in?type={TWIN}")
        assert (answer.status_code, "打扫好才能入住" in shown(answer)) == (409, True)


class TestFloor:
    async def test_a_room_becomes_ready_step_by_step(self, app: Litestar, staying: People, clerk: Visitor) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1)
        await make(app, "dirty", mine.room_id or 0)
        number, floor = await number_of(app, mine.id), f"{DESK}/floor"
        assert f"{number} 空房，今天有人到 开始打扫 {number}" in shown(await clerk.get(floor))
        step = f"{floor}/{mine.room_id}/"
        begun = await clerk.get((await clerk.post(f"{step}cleaning", seen_at=floor)).headers["location"])
        assert f"{number} 开始打扫。" in shown(begun)
        assert undo_of(begun) == f"{step}dirty"
        refused = await clerk.post(f"{step}inspected", seen_at=floor)
        assert "不能直接改为“已检查”" in await said_next(clerk, refused)
        await clerk.post(f"{step}clean", seen_at=floor)
        ready = await clerk.get((await clerk.post(f"{step}inspected", seen_at=floor)).headers["location"])
        assert "检查通过，可以入住" in shown(ready)
        assert "没有要打扫的房间" in shown(ready)

    async def test_a_tapped_room_says_who_is_in_it_and_what_next(
        self, app: Litestar, staying: People, clerk: Visitor
    ) -> None:
        (mine,) = await booked(app, staying.worker, 0, 1)
        await arrive(clerk, mine)
        text = shown(await clerk.get(f"{DESK}/floor?room={(await row(app, mine.id)).room_id}"))
        assert "住着 王大海" in text
        assert "要打扫" in text
        assert (await clerk.get(f"{DESK}/floor?room=12345")).status_code == 200
        assert (await clerk.post(f"{DESK}/floor/1/spotless", seen_at=DESK)).status_code in (400, 404)


class TestClose:
    async def test_names_what_is_open_and_closes_in_order(
        self, app: Litestar, staying: People, clerk: Visitor, clock: SettableClock
    ) -> None:
        (here,) = await booked(app, staying.worker, 0, 3)
        (missing,) = await booked(app, staying.model, 0, 2)
        await arrive(clerk, here)
        clock.advance(days=1)
        page = await clerk.get(f"{DESK}/close")
        assert "结 昨天 11月25日 的账" in shown(page)
        assert "1 间客人没有来" in shown(page)
        assert f"rooms/{missing.id}" in page.text
        assert "记为没有到店，收房费的 100%" in shown(page)
        fields = {"day": str(day(0))}
        refused = await clerk.post(f"{DESK}/close", fields, seen_at=f"{DESK}/close")
        assert (refused.status_code, "还有 1 间没有处理：王大海" in shown(refused)) == (409, True)
        text = await said_next(
            clerk, await clerk.post(f"{DESK}/close", fields | {"no_shows": "yes"}, seen_at=f"{DESK}/close")
        )
        assert "11月25日 结好了。" in text
        assert "之后才能结" in text
        assert "1/16 ¥200" in text
        assert (await row(app, missing.id)).status == "no_show"
        assert await app.state.database.read(lambda tx: len(tx.all(select(BusinessDay)))) == 1

    async def test_waits_for_those_who_stayed_too_long(
        self, app: Litestar, staying: People, clerk: Visitor, clock: SettableClock
    ) -> None:
        (here,) = await booked(app, staying.worker, 0, 1)
        await arrive(clerk, here)
        clock.advance(days=2)
        page = await clerk.get(f"{DESK}/close")
        assert "先办：1 间过了离店日" in shown(page)
        assert re.search(r"<button[^>]* disabled", page.text)
