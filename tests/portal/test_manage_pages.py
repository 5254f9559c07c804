"""Every page of the console: who may see it, and in which language."""

import re

import httpx
import pytest
from litestar import Litestar

from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import shown
from tests.portal.desk import BOARD, PLACE, administrator, book, manager, walk_in_page
from tests.venues.city import BADMINTON, BASKETBALL, GYM, City, at
from tests.venues.guests import browser_of

EDIT = f"{PLACE}/edit"
OF_A_PLACE = [
    PLACE,
    BOARD,
    f"{BOARD}?day=2026-11-24",
    f"{BOARD}/board",
    f"{PLACE}/basketball",
    f"{PLACE}/gym",
    walk_in_page(20, 2),
    walk_in_page(20, facility="gym"),
    f"{BOARD}/blocks/new?day=2026-11-28",
    f"{PLACE}/blocks",
    f"{BOARD}/close",
    f"{PLACE}/gym/close",
    f"{PLACE}/changes",
    EDIT,
    f"{EDIT}/place",
    f"{EDIT}/zones/new",
    f"{EDIT}/zones/1",
    f"{EDIT}/facilities/new",
    f"{EDIT}/facilities/{GYM}",
    f"{EDIT}/facilities/{BASKETBALL}/courts/new",
    f"{EDIT}/facilities/{BASKETBALL}/courts/1",
    f"{EDIT}/facilities/{BADMINTON}/hours",
    f"{PLACE}/gates",
    f"{PLACE}/gates/new",
    f"{PLACE}/audit",
    f"{PLACE}/takings",
    f"{PLACE}/takings.csv",
]
OF_ADMINISTRATORS = [
    "/manage",
    "/manage/places/new",
    "/manage/policies",
    "/manage/policies/new",
    "/manage/policies/ball-court",
    "/manage/calendar",
]
NAMES = re.compile(
    "林晓|周敏|王强|陈镇|林\\*|王\\*|陈\\*|职工文体场馆预约办法|第六条|骆驼街道|中文|“1号场”|“南门 1 号”"
)


def chinese_in(page: httpx.Response) -> list[str]:
    """Chinese on an English page, other than names."""
    return re.findall(r".{0,20}[\u4e00-\u9fff]+.{0,20}", NAMES.sub("", shown(page)))


@sqlite_only
class TestPages:
    """One application for many pages: making one takes longer than all of its answers."""

    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_answer_in_both_languages(self, app: Litestar, town: City, clock: SettableClock, locale: str) -> None:
        await book(app, town.worker, 18, 19)
        await book(app, town.partner, 19, 20, facility=GYM, heads=3)
        clock.now = at(18.2)
        visitor = await administrator(app, town)
        visitor.client.cookies.set("locale", locale)
        for path in [*OF_A_PLACE, *OF_ADMINISTRATORS]:
            answer = await visitor.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert "style=" not in answer.text
            assert locale == "zh-CN" or path.endswith(".csv") or not chinese_in(answer), (path, chinese_in(answer))

    async def test_are_the_places_own_managers(self, app: Litestar, town: City) -> None:
        worker, stranger = await browser_of(app, town.worker), await browser_of(app)
        chen = await manager(app, town)
        for path in OF_A_PLACE:
            assert (await worker.get(path)).status_code == 403, path
            assert (await stranger.get(path)).headers["location"].startswith("/sign-in?next=/manage/"), path
            assert (await chen.get(path)).status_code == 200, path
            assert (await chen.get(path.replace("zhenhai", "jiangbei"))).status_code in (403, 404), path

    async def test_some_are_administrators_alone(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        for path in OF_ADMINISTRATORS[1:]:
            assert (await chen.get(path)).status_code == 403, path

    async def test_a_manager_of_one_place_goes_straight_there(self, app: Litestar, town: City) -> None:
        answer = await (await manager(app, town)).get("/manage")
        assert (answer.status_code, answer.headers["location"]) == (303, "/manage/zhenhai")

    async def test_whoever_manages_nothing_is_told_so(self, app: Litestar, town: City) -> None:
        answer = await (await browser_of(app, town.worker)).get("/manage")
        assert answer.status_code == 403
        assert "场馆管理员" in shown(answer)

    async def test_an_unknown_place_or_facility_is_not_found(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        assert (await chen.get("/manage/nowhere")).status_code == 404
        assert (await chen.get(f"{PLACE}/curling")).status_code == 404


@sqlite_only
class TestConsole:
    async def test_says_what_happens_today(self, app: Litestar, town: City, clock: SettableClock) -> None:
        await book(app, town.worker, 18, 19)
        clock.now = at(18.2)
        page = await (await manager(app, town)).get(PLACE)
        words = shown(page)
        assert "1 单预约 · 到 0/1 人" in words
        assert "正在打 1 单" in words
        assert "待收 ¥8" in words


FORMS_ELSEWHERE = [
    "/manage/jiangbei/badminton/walk-in",
    "/manage/jiangbei/badminton/blocks/new",
    "/manage/jiangbei/badminton/close",
    "/manage/jiangbei/blocks/7/lift",
    "/manage/jiangbei/changes/7/apply",
    "/manage/jiangbei/changes/7/undo",
    "/manage/jiangbei/bookings/7/payments",
    "/manage/jiangbei/bookings/7/refund",
    "/manage/jiangbei/bookings/7/cancel",
    "/manage/jiangbei/bookings/7/phone",
    "/manage/jiangbei/bookings/7/no-show",
    "/manage/jiangbei/bookings/7/change",
    "/manage/jiangbei/edit/place",
    "/manage/jiangbei/edit/zones/new",
    "/manage/jiangbei/edit/zones/1/retire",
    "/manage/jiangbei/edit/facilities/21",
    "/manage/jiangbei/edit/facilities/21/retire",
    "/manage/jiangbei/edit/facilities/21/courts/new",
    "/manage/jiangbei/edit/facilities/21/hours",
    "/manage/jiangbei/gates/new",
    "/manage/jiangbei/gates/7/invite",
    "/manage/jiangbei/gates/7/revoke",
    "/manage/calendar",
]


@sqlite_only
async def test_forms_of_another_place_are_denied_whatever_they_say(app: Litestar, town: City) -> None:
    visitor = await manager(app, town)
    fields = {"day": "2026-11-28", "kind": "holiday", "name": "节", "name_en": "Day"}
    for path in FORMS_ELSEWHERE:
        answer = await visitor.post(path, fields, seen_at=f"{BOARD}/blocks/new")
        assert answer.status_code == 403, (path, answer.text)
