"""The pages of officers before the draw: a season drafted form by form, rehearsed, split, published, cancelled."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from booking.db import Database
from booking.retreats.models import Season
from booking.retreats.queries.quotas import overrides_of
from booking.retreats.queries.seasons import batches, choices, season_of
from tests.databases import NOON, SettableClock
from tests.members.visitors import Visitor, shown
from tests.retreats import season as data
from tests.retreats.season import CODE, Town, everybody, open_season, populate
from tests.rooms.house import DOUBLE, HOUSE, TWIN, day
from tests.rooms.managing import landed
from tests.venues.guests import browser_of, serving

LIST = "/manage/retreats"
BASE = "/manage/retreats/2027-autumn"
OPEN = f"/manage/retreats/{CODE}"


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
async def database(app: Litestar) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def town(database: Database) -> Town:
    return await database.write(populate)


@pytest.fixture
async def officer(app: Litestar, town: Town) -> Visitor:
    return await browser_of(app, town.officer)


async def season(database: Database, code: str = "2027-autumn") -> Season:
    return await database.read(season_of, code, drafts=True)


def version(page: httpx.Response) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found, shown(page)
    return found[1]


async def send(visitor: Visitor, path: str, *, at: str | None = None, **fields: str) -> httpx.Response:
    """Send the form of a page with the version that the page was drawn for."""
    seen = at or path
    known = version(await visitor.get(seen))
    return await visitor.post(
        path, {"version": known} | {name.replace("_of_", "-"): v for name, v in fields.items()}, seen_at=seen
    )


async def undo(visitor: Visitor, page: httpx.Response, at: str) -> httpx.Response:
    found = re.search(r'data-flash>.*?<form method="post" action="([^"]+)"', page.text, re.DOTALL)
    assert found, shown(page)
    return await visitor.post(html.unescape(found[1]), seen_at=at)


def when(days: float) -> str:
    return f"{NOON + timedelta(hours=8, days=days):%Y-%m-%dT%H:%M}"


CALENDAR = {
    "opens_at": when(0),
    "closes_at": when(5),
    "freezes_at": when(6),
    "publishes_at": when(9),
    "confirm_by": when(12),
    "second_confirm_by": when(15),
    "last_confirm_by": when(18),
    "remind_hours": "24",
}
TWINS = {f"rooms-{TWIN}": "4", f"beds-{TWIN}": "2", f"yuan-{TWIN}": "900"}
FIRST = {"name": "第 1 批", "name_en": "Batch 1", "arrival": str(day(22)), "departure": str(day(25))} | TWINS
SOURCES = {
    "bits": "80",
    "lottery-1": "kl8",
    "issue-1": "2026325",
    "day-1": str(day(7)),
    "fallback-1": "2026326",
    "lottery-2": "ssq",
    "issue-2": "2026140",
    "day-2": str(day(8)),
    "fallback-2": "2026141",
}


async def begun(visitor: Visitor) -> None:
    """A draft with usual terms."""
    fields = {"code": "2027-autumn", "title": "2027 年秋季疗休养", "title_en": "", "place": str(HOUSE), "copy_of": ""}
    answer = await visitor.post(f"{LIST}/new", fields, seen_at=f"{LIST}/new")
    assert answer.headers["location"] == f"{BASE}/about", shown(answer)


class TestDraft:
    async def test_is_filled_in_form_by_form_and_published(
        self, officer: Visitor, database: Database, town: Town
    ) -> None:
        assert "还没有一季" in shown(await officer.get(LIST))
        await begun(officer)
        about = {
            "title": "2027 年秋季疗休养",
            "document": "十八号",
            "clause": "第四条",
            "most_choices": "6",
            "most_together": "3",
        }
        forms: list[tuple[str, dict[str, str]]] = [
            ("about", about),
            ("calendar", CALENDAR),
            ("batches/new", FIRST),
            ("shares", {"policy": "minimum", "enterprise_heads": "4", f"{TWIN}-frontline": "3"}),
            ("eligibility", {"dues_required": "yes", "rest_years": "1", "categories": "frontline"}),
            ("subsidy", {"yuan": "600", "subsidy_document": "十八号", "subsidy_clause": "第九条"}),
            ("sources", SOURCES),
        ]
        following = {"batches/new": "batches", "sources": ""}
        for (name, fields), (next_one, _) in zip(forms, [*forms[1:], ("", {})], strict=True):
            answer = await send(officer, f"{BASE}/{name}", go="next", **fields)
            assert answer.status_code == 303, f"{name}: {shown(answer)}"
            expected = following.get(name, next_one.replace("/new", ""))
            assert answer.headers["location"] == (f"{BASE}/{expected}" if expected else BASE)
        made = await season(database)
        assert (made.most_together, made.enterprise_heads, made.subsidy_fen, made.categories) == (
            3,
            4,
            60000,
            ["frontline"],
        )
        assert made.last_confirm_by == NOON + timedelta(days=18)
        (twins,) = await database.read(choices, made.id)
        assert (twins.rooms, twins.beds, twins.price_fen, twins.guarantees) == (4, 2, 90000, {"frontline": 3})
        page = await officer.get(BASE)
        assert "检查过了，可以公布" in shown(page)
        answer = await send(officer, f"{BASE}/publish", at=BASE)
        assert "公布了" in shown(await landed(officer, answer))
        assert (await season(database)).status == "open"
        public = await officer.get("/retreats/2027-autumn")
        assert "2027 年秋季疗休养" in shown(public)
        assert "保留 3 张床给一线职工" in shown(public)

    async def test_says_what_is_wrong_beside_its_part_and_cannot_be_published(
        self, officer: Visitor, town: Town
    ) -> None:
        await begun(officer)
        page = shown(await officer.get(BASE))
        assert "公布之前还有 2 处要改" in page
        assert "还没有批次" in page
        answer = await send(officer, f"{BASE}/publish", at=BASE)
        assert (answer.status_code, "还没有批次" in shown(answer)) == (422, True)

    async def test_what_was_typed_comes_back_with_what_to_change(
        self, officer: Visitor, database: Database, town: Town
    ) -> None:
        await begun(officer)
        crossed = CALENDAR | {"closes_at": when(7)}
        answer = await send(officer, f"{BASE}/calendar", **crossed)
        assert answer.status_code == 422
        assert (
            f'id="freezes_at" name="freezes_at" type="datetime-local" value="{when(6)}" required aria-describedby'
            in answer.text
        )
        assert "报名封存（周二 12月1日 12:00）要在报名截止（周三 12月2日 12:00）之后" in shown(answer)
        answer = await send(
            officer, f"{BASE}/about", title="", document="x", clause="y", most_choices="many", most_together="2"
        )
        assert answer.text.count('aria-invalid="true"') == 2
        answer = await send(officer, f"{BASE}/subsidy", yuan="六百")
        assert "请填金额" in shown(answer)
        answer = await send(officer, f"{BASE}/sources", **(SOURCES | {"day-2": ""}))
        assert (answer.status_code, answer.text.count('id="day-2-error"')) == (422, 1)
        assert (await season(database)).version == 0

    async def test_the_second_of_two_officers_is_told_and_loses_nothing(
        self, app: Litestar, officer: Visitor, town: Town
    ) -> None:
        await begun(officer)
        other = await browser_of(app, town.officer)
        seen = version(await other.get(f"{BASE}/subsidy"))
        await send(officer, f"{BASE}/subsidy", yuan="500")
        answer = await other.post(f"{BASE}/subsidy", {"version": seen, "yuan": "700"}, seen_at=f"{BASE}/subsidy")
        assert (answer.status_code, "刚被别人改过" in shown(answer)) == (409, True)
        assert 'value="700"' in answer.text
        again = await other.post(f"{BASE}/subsidy", {"version": seen, "yuan": "700"}, seen_at=f"{BASE}/subsidy")
        assert again.status_code == 409

    async def test_is_made_of_an_earlier_season(self, officer: Visitor, database: Database, town: Town) -> None:
        await database.write(open_season)
        page = await officer.get(f"{LIST}/new")
        assert f'<option value="{CODE}">2027 年春季疗休养</option>' in page.text
        fields = {"code": "2027-autumn", "title": "秋季", "place": str(HOUSE), "copy_of": CODE}
        assert (await officer.post(f"{LIST}/new", fields, seen_at=f"{LIST}/new")).status_code == 303
        assert len(await database.read(batches, (await season(database)).id)) == 3
        taken = await officer.post(f"{LIST}/new", fields | {"code": CODE}, seen_at=f"{LIST}/new")
        assert (taken.status_code, 'id="code-error"' in taken.text) == (409, True)

    async def test_is_put_away_and_brought_back(self, officer: Visitor, database: Database, town: Town) -> None:
        await begun(officer)
        page = await landed(officer, await send(officer, f"{BASE}/cancel", at=BASE))
        assert "草稿删掉了" in shown(page)
        assert (await season(database)).status == "cancelled"
        assert "草稿恢复了" in shown(await landed(officer, await undo(officer, page, LIST)))
        assert (await season(database)).status == "draft"


class TestBatches:
    async def test_are_kept_in_the_order_of_their_arrival(
        self, officer: Visitor, database: Database, town: Town
    ) -> None:
        await begun(officer)
        await send(officer, f"{BASE}/batches/new", **(FIRST | {"arrival": str(day(30)), "departure": str(day(33))}))
        doubles = {f"rooms-{DOUBLE}": "1", f"beds-{DOUBLE}": "1", f"yuan-{DOUBLE}": "1200.50"}
        answer = await send(officer, f"{BASE}/batches/new", go="more", **(FIRST | doubles | {"name": "早来的"}))
        assert answer.headers["location"] == f"{BASE}/batches/new"
        known = await database.read(batches, (await season(database)).id)
        assert [(one.number, one.name) for one in known] == [(1, "早来的"), (2, "第 1 批")]
        page = await officer.get(f"{BASE}/batches/1")
        assert 'value="1200.5"' in page.text
        following = await officer.get(f"{BASE}/batches/new")
        assert f'value="{day(33)}"' in following.text
        assert 'value="第 3 批"' in following.text

    async def test_are_changed_and_keep_their_guarantees(
        self, officer: Visitor, database: Database, town: Town
    ) -> None:
        await begun(officer)
        await send(officer, f"{BASE}/batches/new", **FIRST)
        await send(officer, f"{BASE}/shares", policy="over", enterprise_heads="2", **{f"1-{TWIN}-hardship": "2"})
        answer = await send(officer, f"{BASE}/batches/1", **(FIRST | {f"rooms-{TWIN}": "5"}))
        assert answer.status_code == 303
        (twins,) = await database.read(choices, (await season(database)).id)
        assert (twins.rooms, twins.guarantees) == (5, {"hardship": 2})
        shares = await officer.get(f"{BASE}/shares")
        assert f'id="{TWIN}-hardship" name="{TWIN}-hardship" type="text" inputmode="numeric" value="2"' in shares.text

    async def test_are_refused_beside_the_field(self, officer: Visitor, town: Town) -> None:
        await begun(officer)
        for changed, field in (
            ({f"rooms-{TWIN}": "11"}, f"rooms-{TWIN}"),
            ({f"beds-{TWIN}": "3"}, f"beds-{TWIN}"),
            ({"departure": str(day(22))}, "departure"),
            ({f"yuan-{TWIN}": "-1"}, f"yuan-{TWIN}"),
            ({"arrival": "soon"}, "arrival"),
        ):
            answer = await send(officer, f"{BASE}/batches/new", **(FIRST | changed))
            assert (answer.status_code in (409, 422), f'id="{field}-error"' in answer.text) == (True, True), field

    async def test_are_removed_and_put_back(self, officer: Visitor, database: Database, town: Town) -> None:
        await begun(officer)
        await send(officer, f"{BASE}/batches/new", **FIRST)
        await send(officer, f"{BASE}/shares", policy="over", enterprise_heads="2", **{f"{TWIN}-frontline": "4"})
        page = await landed(officer, await send(officer, f"{BASE}/batches/1/remove", at=f"{BASE}/batches/1"))
        assert "还没有批次" in shown(page)
        back = await landed(officer, await undo(officer, page, f"{BASE}/batches"))
        assert "批次放回来了" in shown(back)
        (twins,) = await database.read(choices, (await season(database)).id)
        assert (twins.rooms, twins.guarantees) == (4, {"frontline": 4})
        assert (await officer.get(f"{BASE}/batches/7")).status_code == 404


class TestQuotas:
    async def test_are_shown_and_set_with_a_reason(self, officer: Visitor, database: Database, town: Town) -> None:
        stored = await database.write(open_season)
        await database.write(everybody, stored, town)
        page = await officer.get(f"{OPEN}/quotas?organisation=330211021")
        assert 'value="330211021"' in page.text
        assert "镇海区" in shown(page)
        fields = {"organisation": "330211021", "heads": "3", "reason": "新厂投产"}
        done = await landed(officer, await officer.post(f"{OPEN}/quotas", fields, seen_at=f"{OPEN}/quotas"))
        assert "定为 3" in shown(done)
        assert "新厂投产" in shown(done)
        assert await database.read(overrides_of, stored.id) == {"330211021": 3}
        back = await landed(officer, await undo(officer, done, f"{OPEN}/quotas"))
        assert "撤销上一次调整" in shown(back)
        assert await database.read(overrides_of, stored.id) == {}
        refused = await officer.post(f"{OPEN}/quotas", fields | {"organisation": "x"}, seen_at=f"{OPEN}/quotas")
        assert (refused.status_code, 'id="organisation-error"' in refused.text) == (404, True)
        refused = await officer.post(f"{OPEN}/quotas", fields | {"reason": ""}, seen_at=f"{OPEN}/quotas")
        assert (refused.status_code, 'id="reason-error"' in refused.text) == (422, True)

    async def test_of_an_empty_draft_lead_to_its_batches(self, officer: Visitor, town: Town) -> None:
        await begun(officer)
        assert "还没有房间可分" in shown(await officer.get(f"{BASE}/quotas"))


class TestRehearsal:
    async def test_waits_and_then_shows_what_came_of_it(self, officer: Visitor, database: Database, town: Town) -> None:
        await database.write(data.draft_season)
        first = await officer.get(f"{OPEN}/rehearsal")
        assert "报名是编出来的" in shown(first)
        path = f"{OPEN}/rehearsal?of=made_up&applications=200&seed=3"
        page = await officer.get(path)
        for _ in range(60):
            if "refresh" not in page.headers:
                break
            assert "正在抽" in shown(page)
            page = await officer.get(path)
        words = shown(page)
        assert "200 份报名" in words
        assert "抽了 10 遍" in words
        for part in (
            "按区县和园区",
            "镇海区",
            "按人员类别",
            "一线职工",
            "按单位大小",
            "200 到 999 人",
            "4 张签",
            "第一志愿",
        ):
            assert part in words, part

    async def test_takes_an_earlier_seasons_applications(
        self, officer: Visitor, database: Database, town: Town
    ) -> None:
        stored = await database.write(open_season)
        await database.write(everybody, stored, town)
        await officer.post(
            f"{LIST}/new",
            {"code": "2027-autumn", "title": "秋季", "place": str(HOUSE), "copy_of": CODE},
            seen_at=f"{LIST}/new",
        )
        assert "2027 年春季疗休养的 32 份报名" in shown(await officer.get(f"{BASE}/rehearsal"))

    async def test_says_what_cannot_be(self, officer: Visitor, database: Database, town: Town) -> None:
        await database.write(data.draft_season)
        answer = await officer.get(f"{OPEN}/rehearsal?of=made_up&applications=0&seed=x")
        assert (answer.status_code, answer.text.count('aria-invalid="true"')) == (422, 2)


class TestPublished:
    async def test_is_cancelled_with_a_reason(self, officer: Visitor, database: Database, town: Town) -> None:
        stored = await database.write(open_season)
        await database.write(everybody, stored, town)
        page = await officer.get(OPEN)
        assert "32 份报名" in shown(page)
        refused = await send(officer, f"{OPEN}/cancel", at=OPEN, reason="")
        assert (refused.status_code, "请写明取消的原因" in shown(refused)) == (422, True)
        done = await landed(officer, await send(officer, f"{OPEN}/cancel", at=OPEN, reason="台风"))
        assert "这一季取消了" in shown(done)
        assert (await season(database, CODE)).status == "cancelled"

    async def test_its_forms_are_read_only(self, officer: Visitor, database: Database, town: Town) -> None:
        await database.write(open_season)
        page = await officer.get(f"{OPEN}/subsidy")
        assert "已经公布的不能再改" in shown(page)
        assert "保存，下一步" not in shown(page)


class TestAccess:
    async def test_other_officers_see_what_was_published(self, app: Litestar, database: Database, town: Town) -> None:
        await database.write(open_season)
        await database.write(data.draft_season, id=71, code="2027-autumn", title="还没公布的")
        district = await browser_of(app, town.district)
        page = await district.get(LIST)
        assert page.status_code == 200
        assert f"{OPEN}/categories" in page.text
        assert "还没公布的" not in shown(page)
        for path in (f"{LIST}/new", OPEN, f"{OPEN}/calendar", f"{OPEN}/batches", f"{OPEN}/quotas", f"{OPEN}/rehearsal"):
            assert (await district.get(path)).status_code == 403, path
        worker = await browser_of(app, town.workers[0])
        assert (await worker.get(LIST)).status_code == 403

    async def test_the_console_and_the_home_page_lead_officers_here(self, officer: Visitor, town: Town) -> None:
        assert (await officer.get("/manage")).headers["location"] == LIST
        assert f'href="{LIST}"' in (await officer.get("/")).text


class TestPublicPages:
    async def test_the_list_says_what_one_may_do_now(
        self, app: Litestar, database: Database, clock: SettableClock, town: Town
    ) -> None:
        visitor = await browser_of(app)
        assert "现在没有疗休养" in shown(await visitor.get("/retreats"))
        await database.write(open_season)
        await database.write(
            data.draft_season, id=71, code="2026-spring", title="以前的一季", status="settled", allotment_id=1
        )
        page = shown(await visitor.get("/retreats"))
        assert page.index("2027 年春季疗休养") < page.index("以前的各季") < page.index("以前的一季")
        assert "截止报名" in page
        assert "2027 年春季疗休养" in shown(await visitor.get("/"))

    async def test_a_season_is_told_as_a_story(
        self, app: Litestar, database: Database, clock: SettableClock, town: Town
    ) -> None:
        await database.write(open_season)
        worker = await browser_of(app, town.workers[0])
        words = shown(await worker.get(f"/retreats/{CODE}"))
        parts = ("我", "什么时候", "批次和房间", "谁可以报", "怎么抽", "双色球第 2026140 期")
        assert [part for part in parts if part not in words] == []
        assert "¥300 原价 ¥900" in words
        clock.advance(days=7)
        later = await worker.get(f"/retreats/{CODE}")
        assert later.text.count('class="done"') == 3
        assert later.text.count('aria-current="step"') == 1
        assert (await worker.get("/retreats/2019-spring")).status_code == 404
