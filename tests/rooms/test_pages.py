"""The worker's pages of the sanatorium."""

import html
import re
from datetime import date, datetime

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select, update

from booking.db import ReadSession, WriteSession
from booking.rooms.catalogue import houses
from booking.rooms.models import Stay, StayRoom
from booking.rooms.pages.words import ladder
from booking.rooms.queries.searching import free_nights
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas import RestrictionRequest, RoomWish
from booking.rooms.service.allotments import set_restrictions
from booking.rooms.service.stays import confirm_stay, hold_stay
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.rooms.house import HOUSE, TWIN, People, day, room, wish
from tests.venues.guests import browser_of

NIGHTS = {"place": str(HOUSE), "type": str(TWIN), "arrival": str(day(2)), "departure": str(day(4)), "heads": "2"}
QUERY = "&".join(f"{name}={value}" for name, value in NIGHTS.items())
BOOK = f"/stays/book?{QUERY}"
GUESTS = {"name_1_1": "王大海", "number_1_1": "m101", "name_1_2": "李小山", "pays_1_2": "yes"}


def links(answer: httpx.Response) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.text)]


def stays(tx: ReadSession) -> list[Stay]:
    return tx.all(select(Stay).order_by(Stay.id))


async def send(visitor: Visitor, **fields: str) -> httpx.Response:
    return await visitor.post("/stays/book", NIGHTS | GUESTS | fields, seen_at=BOOK)


async def confirmed(app: Litestar, people: People, arrival: int, departure: int, *rooms: RoomWish) -> str:
    held = await app.state.database.write(hold_stay, people.worker, wish(arrival, departure, *rooms))
    await app.state.database.write(confirm_stay, people.worker, HOUSE, held.id)
    return f"/stays/{HOUSE}/{held.id}"


@sqlite_only
class TestEveryPage:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_answers_in_both_languages(self, app: Litestar, staying: People, locale: str) -> None:
        visitor = await browser_of(app, staying.worker)
        visitor.client.cookies.set("locale", locale)
        own = await confirmed(app, staying, 2, 4, room(heads=2), room(heads=1))
        held = (await send(visitor)).headers["location"]
        paths = ["/stays", f"/stays?{QUERY}", f"/stays?arrival={day(3)}", BOOK, own, held, f"{own}/change"]
        for path in [*paths, f"{own}/change?arrival={day(8)}&departure={day(10)}"]:
            answer = await visitor.get(path)
            assert answer.status_code == 200, answer.text
            assert "style=" not in answer.text
            if locale == "en":
                words = re.sub(r"王\*+|王大海|李小山|疗养院客房办法|第三条|中文|m101", "", shown(answer))
                assert not re.search(r"[\u4e00-\u9fff]", words), (path, re.findall(r"[\u4e00-\u9fff]+", words))

    @pytest.mark.parametrize(
        "query",
        [
            "arrival=9999-12-31&departure=0001-01-01&heads=-1&rooms=99999&type=x&month=2026-13&place=%00",
            f"arrival={day(4)}&departure={day(2)}",
            f"arrival={day(-9)}&departure={day(2)}",
            f"arrival={day(2)}&departure={day(30)}&rooms=20&heads=240&together=adjacent&accessible=yes",
            "month=2099-12",
            "instead=5&place=77",
        ],
    )
    async def test_nonsense_in_an_address_counts_as_not_said(self, app: Litestar, staying: People, query: str) -> None:
        visitor = await browser_of(app, staying.worker)
        for path in ("/stays", "/stays/book"):
            assert (await visitor.get(f"{path}?{query}", follow=True)).status_code == 200

    async def test_a_city_without_rooms_still_has_a_page(self, app: Litestar) -> None:
        assert "还没有开放预订" in shown(await (await browser_of(app)).get("/stays"))


@sqlite_only
class TestCalendar:
    async def test_two_taps_choose_the_nights(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app)
        first = next(one for one in links(await visitor.get("/stays")) if f"arrival={day(2)}" in one)
        arrived = await visitor.get(first)
        assert "哪天离店" in shown(arrived)
        second = next(one for one in links(arrived) if f"departure={day(4)}" in one)
        chosen = await visitor.get(second)
        assert "后天 11月27日 到 周日 11月29日，2 晚" in shown(chosen)
        assert any(one.startswith("/stays/book?") and f"departure={day(4)}" in one for one in links(chosen))

    async def test_a_member_sees_their_own_price(self, app: Litestar, staying: People) -> None:
        for who, told in ((None, "¥300"), (staying.worker, "¥180"), (staying.model, "¥100")):
            assert told in shown(await (await browser_of(app, who)).get("/stays")), told

    async def test_a_full_night_says_so_and_can_still_be_the_departure(self, app: Litestar, staying: People) -> None:
        await fill(app, staying, 5)
        visitor = await browser_of(app)
        answer = await visitor.get(f"/stays?arrival={day(4)}")
        assert "11月30日：住满" in answer.text
        assert any(f"departure={day(5)}" in one for one in links(answer))
        assert not any(f"departure={day(6)}" in one for one in links(answer))

    async def test_full_nights_lead_to_the_nearest_that_are_free(self, app: Litestar, staying: People) -> None:
        await fill(app, staying, 5)
        answer = await (await browser_of(app)).get(f"/stays?arrival={day(4)}&departure={day(6)}")
        assert "这几晚订不上" in shown(answer)
        assert any(f"arrival={day(6)}&departure={day(8)}" in one and "type=" in one for one in links(answer))

    async def test_nobody_taps_a_day_that_is_closed_to_arrival(self, app: Litestar, staying: People) -> None:
        closed = RestrictionRequest(first=day(3), until=day(4), closed_to_arrival=True)
        await app.state.database.write(set_restrictions, staying.desk, HOUSE, closed)
        answer = await (await browser_of(app)).get("/stays")
        assert not any(f"arrival={day(3)}" in one for one in links(answer))
        assert "不接" in shown(answer)

    async def test_rooms_that_are_too_small_say_so(self, app: Litestar, staying: People) -> None:
        answer = await (await browser_of(app)).get(f"/stays?arrival={day(2)}&departure={day(4)}&heads=3")
        assert "一间住不下这么多人" in shown(answer)

    async def test_more_nights_than_allowed_are_refused_in_words(self, app: Litestar, staying: People) -> None:
        answer = await (await browser_of(app)).get(f"/stays?arrival={day(2)}&departure={day(40)}")
        assert "一次最多住 14 晚" in shown(answer)


async def fill(app: Litestar, people: People, ahead: int) -> None:
    """Nothing is free on that night but what is held back."""
    house = app.state.database
    while True:
        free = await house.read(lambda tx: _left(tx, ahead))
        if free is None:
            return
        await house.write(hold_stay, people.desk, wish(ahead, ahead + 1, room(free)))


def _left(tx: ReadSession, ahead: int) -> int | None:
    house = houses(tx).house(HOUSE)
    night = night_of(day(ahead))
    free = free_nights(tx, house, house.public.id, Nights(night, night + 1))
    return next((kind for kind, nights in free.items() if nights.get(night, 0) > 0), None)


@sqlite_only
class TestBooking:
    async def test_in_three_steps(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app, staying.worker)
        step = await visitor.get(BOOK)
        assert 'value="王大海"' in step.text
        assert 'value="m101"' in step.text
        sent = await send(visitor, extras="full-board", arrive_at="18:00")
        own = sent.headers["location"]
        check = shown(await visitor.get(own))
        for told in ("还有 30 分钟", "¥500", "三餐", "¥360", "¥860", "¥172", "李小山", "（自费）", "18:00"):
            assert told in check, told
        assert "今天 11月25日 取消：收房费的 20%，¥100" in check
        done = await visitor.post(f"{own}/confirm", seen_at=own)
        assert done.status_code == 303
        mine = shown(await visitor.get(own))
        for told in (
            "订好了，等您来",
            "房号到店时告诉您",
            "王大海 的住客码",
            "到店时在前台付",
            "象山县石浦镇",
            "¥172，明天",
        ):
            assert told in mine, told

    async def test_whoever_is_not_signed_in_does_so_and_comes_back(self, app: Litestar, staying: People) -> None:
        answer = await (await browser_of(app)).get(BOOK)
        assert answer.headers["location"].startswith("/sign-in?next=%2Fstays%2Fbook%3F")

    async def test_going_back_finds_all_as_it_was_and_holds_once(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app, staying.worker)
        own = (await send(visitor, extras="full-board", arrive_at="18:00", phone="13800000000")).headers["location"]
        change = next(one for one in links(await visitor.get(own)) if one.startswith("/stays/book?"))
        again = await visitor.get(change)
        for kept in ('value="李小山"', 'value="m101"', 'value="13800000000"', '<option value="18:00" selected'):
            assert kept in again.text, kept
        assert re.search(r'name="pays_1_2"[^>]*checked', again.text)
        assert re.search(r'value="full-board" checked', again.text)
        await send(visitor, instead=own.rpartition("/")[2], name_1_2="赵文")
        found = await app.state.database.read(stays)
        assert [stay.status for stay in found] == ["cancelled", "held"]

    async def test_the_browsers_way_back_gives_up_what_the_form_held_before(
        self, app: Litestar, staying: People
    ) -> None:
        visitor = await browser_of(app, staying.worker)
        await send(visitor, idempotency_key="form-1")
        await send(visitor, idempotency_key="form-1")
        await send(visitor, idempotency_key="form-1", name_1_2="赵文")
        found = await app.state.database.read(stays)
        assert [stay.status for stay in found] == ["cancelled", "held"]

    async def test_a_wrong_number_is_shown_beside_its_field(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app, staying.worker)
        answer = await send(visitor, number_1_2="m999")
        assert answer.status_code == 422
        assert 'id="number_1_2-error"' in answer.text
        assert 'value="李小山"' in answer.text

    async def test_a_room_that_was_taken_meanwhile_offers_others(self, app: Litestar, staying: People) -> None:
        await fill(app, staying, 3)
        answer = await send(await browser_of(app, staying.worker))
        assert answer.status_code == 409
        assert "可以这样订" in shown(answer)
        assert any(one.startswith("/stays/book?") for one in links(answer))

    async def test_several_rooms_share_the_party(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app, staying.worker)
        names = {"rooms": "2", "heads": "3", "together": "near", "name_2_1": "赵文"}
        await visitor.post("/stays/book", NIGHTS | GUESTS | names, seen_at=f"{BOOK}&rooms=2")
        rooms = await app.state.database.read(lambda tx: tx.all(select(StayRoom).order_by(StayRoom.number)))
        assert [(one.heads, one.together) for one in rooms] == [(2, "near"), (1, "near")]


@sqlite_only
class TestStay:
    async def test_nobody_else_sees_it(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4)
        visitor = await browser_of(app, staying.model)
        for path in (own, f"{own}/calendar.ics", f"{own}/change"):
            assert (await visitor.get(path)).status_code == 404

    async def test_one_room_is_given_up_and_taken_back(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4, room(), room(heads=1))
        visitor = await browser_of(app, staying.worker)
        before = shown(await visitor.get(own))
        assert "退这一间，收 ¥100" in before
        assert "全部取消，收 ¥200" in before
        await visitor.post(f"{own}/cancel", {"room": "2"}, seen_at=own)
        assert "退房费 ¥100" in shown(await visitor.get(own))
        await visitor.post(f"{own}/restore", seen_at=own)
        assert "退房费" not in shown(await visitor.get(own))

    async def test_all_of_it_is_cancelled_and_restored_by_the_message(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 20, 22)
        visitor = await browser_of(app, staying.worker)
        assert "全部取消，不收费" in shown(await visitor.get(own))
        await visitor.post(f"{own}/cancel", seen_at=own)
        after = await visitor.get(own)
        assert f'action="{own}/restore"' in after.text
        await visitor.post(f"{own}/restore", {"idempotency_key": ""}, seen_at=own)
        assert "住宿恢复了" in shown(await visitor.get(own))

    async def test_a_hold_that_ran_out_leads_to_another(
        self, app: Litestar, staying: People, clock: SettableClock
    ) -> None:
        visitor = await browser_of(app, staying.worker)
        own = (await send(visitor)).headers["location"]
        assert "还有 30 分钟" in shown(await visitor.get(own))
        clock.advance(minutes=31)
        answer = await visitor.post(f"{own}/confirm", seen_at=own)
        assert answer.status_code == 409
        assert "房间已经放出来了" in shown(answer)
        over = await visitor.get(own)
        assert "留房时间到了" in shown(over)
        assert f"{own}/confirm" not in over.text

    async def test_other_dates_show_their_price_before_they_are_taken(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4)
        visitor = await browser_of(app, staying.worker)
        other = {"arrival": str(day(5)), "departure": str(day(7))}
        asked = await visitor.get(f"{own}/change?arrival={day(5)}&departure={day(7)}")
        assert "¥400" in shown(asked)
        assert (
            await visitor.post(f"{own}/change", other, seen_at=f"{own}/change?arrival={day(5)}&departure={day(7)}")
        ).status_code == 303
        assert "周一 11月30日 到 周三 12月2日" in shown(await visitor.get(own))

    async def test_dates_that_are_full_leave_it_as_it_was(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4)
        await fill(app, staying, 6)
        visitor = await browser_of(app, staying.worker)
        other = {"arrival": str(day(5)), "departure": str(day(7))}
        answer = await visitor.post(f"{own}/change", other, seen_at=f"{own}/change?arrival={day(5)}&departure={day(7)}")
        assert answer.status_code == 409
        assert "现在是 后天 11月27日 到 周日 11月29日" in shown(answer)

    async def test_the_file_has_both_dates_in_utc(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4)
        visitor = await browser_of(app, staying.worker)
        answer = await visitor.get(f"{own}/calendar.ics")
        assert "DTSTART:20261127T060000Z" in answer.text
        assert "DTEND:20261129T040000Z" in answer.text
        assert "11月27日 14:00 起可以入住，11月29日 12:00 前离店" in answer.text.replace("\r\n ", "")

    @pytest.mark.parametrize(
        ("status", "told"),
        [
            ("pending", "排好马上告诉您"),
            ("refused", "还是腾不出房间"),
            ("displaced", "这次住不成了"),
            ("no_show", "没有到店"),
        ],
    )
    async def test_how_else_it_may_stand(self, app: Litestar, staying: People, status: str, told: str) -> None:
        own = await confirmed(app, staying, 2, 4)

        def become(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Stay).values(status=status, ended_reason="rooms_full" if status == "refused" else ""))

        await app.state.database.write(become)
        answer = await (await browser_of(app, staying.worker)).get(own)
        assert told in shown(answer)
        if status == "refused":
            assert any(one.startswith("/stays/book?") and "type=" in one for one in links(answer))

    async def test_the_file_of_a_cancelled_stay_takes_it_out_of_the_calendar(
        self, app: Litestar, staying: People
    ) -> None:
        own = await confirmed(app, staying, 20, 22)
        visitor = await browser_of(app, staying.worker)
        await visitor.post(f"{own}/cancel", seen_at=own)
        assert "STATUS:CANCELLED" in (await visitor.get(f"{own}/calendar.ics")).text


@sqlite_only
class TestElsewhere:
    async def test_the_home_page_and_the_list_lead_there(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4)
        visitor = await browser_of(app, staying.worker)
        home = links(await visitor.get("/"))
        assert own in home
        assert "/stays" in home
        assert own in links(await visitor.get("/bookings"))
        assert own not in links(await visitor.get("/bookings?tab=past"))

    async def test_a_bill_is_named_and_leads_back(self, app: Litestar, staying: People) -> None:
        own = await confirmed(app, staying, 2, 4)
        stay = (await app.state.database.read(stays))[0]
        bill = await (await browser_of(app, staying.worker)).get(f"/pay/{HOUSE}/{stay.folio_id}")
        assert "半边山工人疗养院" in shown(bill)
        assert own in links(bill)


class TestLadder:
    def test_each_step_has_its_dates(self) -> None:
        told = ladder([(3, 200), (1, 500)], date(2026, 12, 10), [10_000, 5_001], date(2026, 11, 25))
        assert [(one.first, one.last, one.fen) for one in told] == [
            (None, date(2026, 12, 6), 0),
            (date(2026, 12, 7), date(2026, 12, 8), 3000),
            (date(2026, 12, 9), None, 7500),
        ]

    def test_what_is_over_is_left_out(self) -> None:
        told = ladder([(3, 200), (1, 500)], date(2026, 12, 10), [10_000], date(2026, 12, 8))
        assert [(one.first, one.last) for one in told] == [
            (date(2026, 12, 8), date(2026, 12, 8)),
            (date(2026, 12, 9), None),
        ]

    def test_without_fees_it_is_always_free(self) -> None:
        assert [one.fen for one in ladder([], date(2026, 12, 10), [100], date(2026, 11, 25))] == [0]


@sqlite_only
class TestWays:
    async def test_the_page_of_the_house_leads_to_its_rooms(self, app: Litestar, staying: People) -> None:
        found = await (await browser_of(app)).get("/places/banbianshan")
        assert f"/stays?place={HOUSE}" in links(found)
        assert "还没有可以预约的场地" not in shown(found)

    async def test_a_stay_leads_to_its_bill(self, app: Litestar, staying: People) -> None:
        visitor = await browser_of(app, staying.worker)
        own = await confirmed(app, staying, 2, 4)
        (stay,) = await app.state.database.read(stays)
        assert f"/pay/{HOUSE}/{stay.folio_id}" in links(await visitor.get(own))
