"""The worker's pages before the draw, as a browser without scripts sees them."""

import html
import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from booking.notices.models import InboxMessage
from booking.retreats.pages.applying.draft import COOKIE
from booking.retreats.queries.applications import application_view, my_application
from booking.retreats.rules.ranking import TAPS, ranked
from booking.retreats.schemas_applying import ApplicationView
from booking.retreats.service.applying.answering import accept
from booking.retreats.service.applying.entering import apply
from booking.web.principal import Principal
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.retreats.season import CODE, SEASON, Town, found_season
from tests.retreats.test_applying import asking, change_season, furnish, lost, wishing
from tests.rooms.house import DOUBLE, TWIN
from tests.venues.guests import browser_of, serving

OWN = f"/retreats/{CODE}"
APPLY, PARTY, CHECK, MINE = f"{OWN}/apply", f"{OWN}/apply/party", f"{OWN}/apply/check", f"{OWN}/mine"


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
async def town(app: Litestar) -> Town:
    """The people of an open season."""
    made: Town = await app.state.database.write(furnish)
    return made


async def stored(app: Litestar, who: Principal) -> ApplicationView | None:
    """The application of somebody."""

    def read(tx: Any) -> ApplicationView | None:
        found = my_application(tx, SEASON, who.member_id)
        season = found_season(tx)
        return None if found is None else application_view(tx, season.opens_at, season, found, who.member_id)

    view: ApplicationView | None = await app.state.database.read(read)
    return view


async def tap(visitor: Visitor, wishes: Sequence[str], **action: str) -> httpx.Response:
    """Send the list of the first step with one of its buttons."""
    page = await visitor.get(APPLY)
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert token
    fields: dict[str, Any] = {"_csrf_token": token[1], "wish": list(wishes), **action}
    return await visitor.client.post(APPLY, data=fields)


def listed(page: httpx.Response) -> list[str]:
    """The wishes as the page lists them, without those that only scripts use."""
    visible = re.sub(r"<template>.*?</template>", "", page.text, flags=re.DOTALL)
    return re.findall(r'name="wish" value="([^"]+)"', visible)


async def up_to_check(visitor: Visitor, *wishes: str, **party: str) -> httpx.Response:
    """The first two steps; answers the second's."""
    await tap(visitor, wishes or ["1-1", "2-1", "3-1"], go="next")
    return await visitor.post(PARTY, {"how": "alone", "go": "next", **party}, seen_at=PARTY)


async def applied(visitor: Visitor, *wishes: str, **party: str) -> httpx.Response:
    """All three."""
    assert (await up_to_check(visitor, *wishes, **party)).headers["location"] == CHECK
    return await visitor.post(CHECK, {}, seen_at=CHECK)


class TestRanking:
    @given(
        st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), unique=True, max_size=6),
        st.sampled_from(TAPS),
        st.tuples(st.integers(1, 4), st.integers(1, 3)),
    )
    def test_a_tap_moves_one_and_keeps_the_others_in_order(
        self, wishes: list[tuple[int, int]], tap: Any, wish: tuple[int, int]
    ) -> None:
        after = ranked(wishes, tap, wish)
        assert [one for one in after if one != wish] == [one for one in wishes if one != wish]
        assert len(set(after)) == len(after)
        was, is_now = wish in wishes, wish in after
        assert is_now == (tap == "add" or (was and tap != "remove"))
        if was and tap == "up":
            assert after.index(wish) == max(0, wishes.index(wish) - 1)
        if was and tap == "down":
            assert after.index(wish) == min(len(wishes) - 1, wishes.index(wish) + 1)


@sqlite_only
class TestSteps:
    async def test_from_the_first_tap_to_the_receipt(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        added = await tap(visitor, [], add="2-1")
        assert added.headers["location"] == f"{APPLY}#wish-2-1"
        await tap(visitor, ["2-1"], add="1-1")
        await tap(visitor, ["2-1", "1-1"], add="3-2")
        await tap(visitor, ["2-1", "1-1", "3-2"], up="1-1")
        page = await visitor.get(APPLY)
        assert listed(page) == ["1-1", "2-1", "3-2"]
        assert "已选" in shown(page)
        done = await applied(visitor, *listed(page))
        assert done.headers["location"] == MINE
        view = await stored(app, town.workers[0])
        assert view is not None
        assert [(one.batch, one.type) for one in view.wishes] == [(1, TWIN), (2, TWIN), (3, DOUBLE)]
        mine = await visitor.get(MINE)
        assert "报名好了，会参加抽签。" in shown(mine)
        listed_too = await visitor.get("/bookings")
        assert f'href="{MINE}"' in listed_too.text
        assert "疗休养报名" in shown(listed_too)
        assert f'href="{MINE}"' not in (await visitor.get("/bookings?tab=past")).text
        receipt = await visitor.get(f"{OWN}/receipt")
        assert view.id in shown(receipt)
        file = await visitor.get(f"{OWN}/receipt.json")
        assert file.headers["content-disposition"] == f'attachment; filename="receipt-{view.id}.json"'
        assert msgspec.json.decode(file.content)["record"].startswith(f"{view.id},1,1,0,0,")

    async def test_going_back_loses_nothing(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        party = {"how": "together", "name_1": "张三", "number_1": "", "companion_1": "李家属", "rooms": "1"}
        await tap(visitor, ["1-1"], go="next")
        back = await visitor.post(PARTY, {**party, "back": "yes"}, seen_at=PARTY)
        assert back.headers["location"] == APPLY
        assert listed(await visitor.get(APPLY)) == ["1-1"]
        again = await visitor.get(PARTY)
        for typed in ("张三", "李家属"):
            assert f'value="{typed}"' in again.text
        await visitor.post(PARTY, {**party, "how": "sharing", "go": "next"}, seen_at=PARTY)
        assert 'value="李家属"' in (await visitor.get(PARTY)).text, "kept although it does not count now"
        check = await visitor.get(CHECK)
        assert "和一位同性会员合住" in shown(check)
        assert "李家属" not in shown(check)

    async def test_nobody_else_at_this_phone_sees_it(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        await up_to_check(visitor, how="together", companion_1="李家属")
        other = await browser_of(app, town.workers[1])
        other.client.cookies.set(COOKIE, visitor.client.cookies[COOKIE])
        assert listed(await other.get(APPLY)) == []
        visitor.client.cookies.set(COOKIE, visitor.client.cookies[COOKIE][:-4] + "AAAA", path=OWN)

    async def test_a_refusal_stands_beside_its_field(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        nothing = await tap(visitor, [], go="next")
        assert nothing.status_code == 422
        assert "请至少选 1 个志愿" in shown(nothing)
        wrong = await up_to_check(visitor, how="together", name_1="别人", number_1=town.workers[1].number)
        assert wrong.status_code == 422
        assert 'id="number_1-error"' in wrong.text
        assert 'value="别人"' in wrong.text
        half = await up_to_check(visitor, how="together", name_1="别人", number_1="")
        assert "要同时写会员号和姓名" in shown(half)
        nobody = await up_to_check(visitor, how="together")
        assert "请至少写 1 位同行" in shown(nobody)
        crowd = await up_to_check(visitor, "1-2", how="together", companion_1="一", companion_2="二")
        assert "大床房每间最多住 2 人" in shown(crowd)
        alone = await up_to_check(visitor, "1-2", how="sharing")
        assert "第1批的大床房不安排合住" in shown(alone)

    async def test_nonsense_counts_as_not_said(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        await tap(visitor, ["x", "1-1", "1-1", "9-9", "-1-1", "1-1-1", "٣-1"], add="0")
        assert listed(await visitor.get(APPLY)) == ["1-1"]
        unknown = await tap(visitor, ["9-9"], go="next")
        assert "请至少选 1 个志愿" in shown(unknown)
        assert (await visitor.get(CHECK)).headers["location"] in (APPLY, PARTY)
        visitor.client.cookies.set(COOKIE, "not ours", path=OWN)
        assert (await visitor.get(APPLY)).status_code == 200

    async def test_the_page_keeps_what_scripts_ranked(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        assert (await tap(visitor, ["3-1", "1-1"], keep="yes")).status_code == 204
        assert listed(await visitor.get(APPLY)) == ["3-1", "1-1"]

    async def test_it_says_what_it_costs_at_most_and_why_so_many_tickets(self, app: Litestar, town: Town) -> None:
        who = town.workers[0]
        await app.state.database.write(lost, who, 2)
        visitor = await browser_of(app, who)
        await up_to_check(visitor, "1-1", "1-2", how="together", companion_1="李家属")
        check = shown(await visitor.get(CHECK))
        assert "您有 3 张签" in check
        assert "2 季没有抽中，所以是 3 张签。" in check
        assert "您最多付 ¥1,800" in check, "600 of one's own 1,200, and 1,200 for the companion"
        assert "快乐8、双色球开奖的号码" in check

    async def test_whoever_is_free_of_charge_pays_for_companions_alone(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.house.model)
        await app.state.database.write(change_season, dues_required=False)
        await up_to_check(visitor, "1-1")
        check = shown(await visitor.get(CHECK))
        assert "您不用付钱" in check
        assert "您的类别费用全免" in check

    async def test_a_newcomer_signs_in_first_and_comes_back(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app)
        answer = await visitor.get(APPLY)
        assert answer.headers["location"] == "/sign-in?next=%2Fretreats%2F2027-spring%2Fapply"

    async def test_who_may_not_apply_reads_why_before_anything_is_typed(
        self, app: Litestar, town: Town, clock: SettableClock
    ) -> None:
        visitor = await browser_of(app, town.of(211)[4])
        assert "会费要缴到" in shown(await visitor.get(APPLY))
        await app.state.database.write(change_season, categories=["frontline"])
        other = await browser_of(app, town.of(211)[3])
        page = await other.get(APPLY)
        assert "/account#categories" in page.text
        clock.advance(days=5)
        assert "截止了" in shown(await other.get(APPLY))
        assert "截止了" in shown(await tap_closed(other))

    async def test_it_is_sent_once(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        await up_to_check(visitor)
        page = (await visitor.get(CHECK)).text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        fields = {name: hidden[name] for name in ("_csrf_token", "idempotency_key")}
        draft = visitor.client.cookies[COOKIE]
        for _ in range(2):
            visitor.client.cookies.set(COOKIE, draft, domain="testserver.local", path=OWN)
            answer = await visitor.client.post(CHECK, data=fields)
            assert answer.headers["location"] == MINE


async def tap_closed(visitor: Visitor) -> httpx.Response:
    return await visitor.post(APPLY, {"wish": "1-1", "go": "next"}, seen_at="/account")


@sqlite_only
class TestEdit:
    async def test_the_steps_are_filled_in_as_it_is(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        await applied(visitor, "2-1", "1-1", how="together", companion_1="李家属")
        assert listed(await visitor.get(APPLY)) == ["2-1", "1-1"]
        assert 'value="李家属"' in (await visitor.get(PARTY)).text
        await tap(visitor, ["1-1"], go="next")
        await visitor.post(PARTY, {"how": "alone", "go": "next"}, seen_at=PARTY)
        assert "保存修改" in shown(await visitor.get(CHECK))
        await visitor.post(CHECK, {}, seen_at=CHECK)
        assert "改好了。" in shown(await visitor.get(MINE))
        view = await stored(app, town.workers[0])
        assert view is not None
        assert ([one.batch for one in view.wishes], view.companions) == ([1], [])

    async def test_who_was_overtaken_sees_it_and_sends_again(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        visitor = await browser_of(app, lead)
        await applied(visitor, "1-1", how="together", name_1=other.name, number_1=other.number)
        before = await stored(app, lead)
        assert before is not None
        await up_to_check(visitor, "2-1", how="together")
        await app.state.database.write(accept, other, CODE, int(before.id, 16))
        refused = await visitor.post(CHECK, {}, seen_at=CHECK)
        assert refused.status_code == 409
        assert "刚刚变了" in shown(refused)
        assert other.name in shown(refused)
        assert (await visitor.post(CHECK, {}, seen_at=CHECK)).status_code == 303
        view = await stored(app, lead)
        assert view is not None
        assert ([one.batch for one in view.wishes], len(view.members)) == ([2], 2)

    async def test_whoever_joined_cannot_change_it(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        made = await app.state.database.write(apply, lead, CODE, wishing(invite=asking(other)))
        await app.state.database.write(accept, other, CODE, int(made.id, 16))
        page = shown(await (await browser_of(app, other)).get(APPLY))
        assert f"这份报名由 {lead.name} 发起" in page


@sqlite_only
class TestMine:
    async def test_withdrawn_and_taken_back(self, app: Litestar, town: Town) -> None:
        visitor = await browser_of(app, town.workers[0])
        assert "还没有报名" in shown(await visitor.get(MINE))
        await applied(visitor)
        await visitor.post(f"{MINE}/withdraw", {}, seen_at=MINE)
        page = await visitor.get(MINE)
        assert f'action="{MINE}/take-back"' in page.text
        assert "撤销" in shown(page)
        await visitor.post(f"{MINE}/take-back", {}, seen_at=MINE)
        assert "参加抽签" in shown(await visitor.get(MINE))

    async def test_asked_on_the_page_and_taken_back(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        visitor = await browser_of(app, lead)
        await applied(visitor)
        wrong = await visitor.post(f"{MINE}/invite", {"name": "别人", "number": other.number}, seen_at=MINE)
        assert wrong.status_code == 422
        assert 'value="别人"' in wrong.text
        await visitor.post(f"{MINE}/invite", {"name": other.name, "number": other.number}, seen_at=MINE)
        page = shown(await visitor.get(MINE))
        assert f"等 {other.name} 答复" in page
        await visitor.post(f"{MINE}/uninvite/{other.member_id}", {}, seen_at=MINE)
        assert "已收回" in shown(await visitor.get(MINE))

    async def test_left_and_back_again(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        made = await app.state.database.write(apply, lead, CODE, wishing(invite=asking(other)))
        await app.state.database.write(accept, other, CODE, int(made.id, 16))
        visitor = await browser_of(app, other)
        assert "改志愿和房间由" in shown(await visitor.get(MINE))
        await visitor.post(f"{MINE}/leave", {}, seen_at=MINE)
        page = await visitor.get(MINE)
        undo = f"{OWN}/invitations/{made.id}/accept"
        assert f'action="{undo}"' in page.text
        await visitor.post(undo, {}, seen_at=MINE)
        assert "我" in shown(await visitor.get(MINE))

    async def test_after_the_close_there_is_nothing_to_change(
        self, app: Litestar, town: Town, clock: SettableClock
    ) -> None:
        visitor = await browser_of(app, town.workers[0])
        await applied(visitor)
        clock.advance(days=5)
        page = await visitor.get(MINE)
        assert "/withdraw" not in page.text
        await visitor.post(f"{MINE}/withdraw", {}, seen_at=MINE)
        assert "截止了" in shown(await visitor.get(MINE))


@sqlite_only
class TestInvitation:
    async def test_from_the_inbox_to_the_answer(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        made = await app.state.database.write(apply, lead, CODE, wishing((2, TWIN), invite=asking(other)))
        link = await app.state.database.read(lambda tx: tx.get(InboxMessage, member_id=other.member_id).link)
        assert link == f"{OWN}/invitations/{made.id}"
        visitor = await browser_of(app, other)
        assert f"{lead.name} 请您一起去" in shown(await visitor.get("/inbox"))
        page = await visitor.get(link)
        assert f"{lead.name} 请您一起去疗休养" in shown(page)
        assert "第2批 · 双床房" in shown(page)
        await visitor.post(f"{link}/decline", {}, seen_at=link)
        assert "您谢绝了" in shown(await visitor.get(link))
        joined = await visitor.post(f"{link}/accept", {}, seen_at=link)
        assert joined.headers["location"] == MINE
        assert (await visitor.get(link)).headers["location"] == MINE

    async def test_who_has_an_application_is_told_what_to_do(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        made = await app.state.database.write(apply, lead, CODE, wishing(invite=asking(other)))
        await app.state.database.write(apply, other, CODE, wishing())
        visitor = await browser_of(app, other)
        link = f"{OWN}/invitations/{made.id}"
        page = await visitor.get(link)
        assert "您已经在另一份报名里" in shown(page)
        assert f'action="{link}/accept"' not in page.text
        assert f"{lead.name} 请您一起去" in shown(await visitor.get(MINE))

    async def test_who_may_not_join_reads_why(self, app: Litestar, town: Town) -> None:
        lead, unpaid = town.of(211)[0], town.of(211)[4]
        made = await app.state.database.write(apply, lead, CODE, wishing(invite=asking(unpaid)))
        visitor = await browser_of(app, unpaid)
        assert "会费要缴到" in shown(await visitor.get(f"{OWN}/invitations/{made.id}"))

    async def test_it_is_nobody_elses(self, app: Litestar, town: Town) -> None:
        made = await app.state.database.write(apply, town.workers[0], CODE, wishing(invite=asking(town.workers[1])))
        visitor = await browser_of(app, town.workers[2])
        for application in (made.id, "0" * 16, "f" * 16, "nonsense"):
            assert (await visitor.get(f"{OWN}/invitations/{application}")).status_code == 404


@sqlite_only
class TestState:
    """What the season's own page says to whoever reads it."""

    async def test_of_a_stranger_and_of_who_may_apply(self, app: Litestar, town: Town, clock: SettableClock) -> None:
        stranger = await browser_of(app)
        assert f'href="/sign-in?next={OWN}/apply"' in (await stranger.get(OWN)).text
        visitor = await browser_of(app, town.workers[0])
        assert f'href="{APPLY}"' in (await visitor.get(OWN)).text
        unpaid = await browser_of(app, town.of(211)[4])
        assert "会费要缴到" in shown(await unpaid.get(OWN))
        clock.advance(days=5)
        for one in (stranger, visitor):
            assert "截止了" in shown(await one.get(OWN))

    async def test_before_it_opens(self, app: Litestar, town: Town, clock: SettableClock) -> None:
        season = await app.state.database.read(found_season)
        await app.state.database.write(change_season, opens_at=season.opens_at + timedelta(hours=2))
        assert "您符合报名条件" in shown(await (await browser_of(app, town.workers[0])).get(OWN))
        assert "照现在的情况还不能报" in shown(await (await browser_of(app, town.of(211)[4])).get(OWN))

    async def test_of_who_applied_was_asked_or_withdrew(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        made = await app.state.database.write(apply, lead, CODE, wishing(invite=asking(other)))
        visitor, invited = await browser_of(app, lead), await browser_of(app, other)
        assert "您的报名还没齐" in shown(await visitor.get(OWN))
        assert f'href="{OWN}/invitations/{made.id}"' in (await invited.get(OWN)).text
        await app.state.database.write(accept, other, CODE, int(made.id, 16))
        for one in (visitor, invited):
            assert "您报名了，参加抽签" in shown(await one.get(OWN))
        await visitor.post(f"{MINE}/withdraw", {}, seen_at=MINE)
        assert "恢复撤回的报名" in shown(await visitor.get(OWN))
        await app.state.database.write(change_season, status="cancelled")
        assert "这一季取消了" in shown(await visitor.get(OWN))


@sqlite_only
async def test_in_english(app: Litestar, town: Town) -> None:
    lead, other = town.workers[:2]
    visitor, invited = await browser_of(app, lead), await browser_of(app, other)
    for one in (visitor, invited):
        one.client.cookies.set("locale", "en")
    await app.state.database.write(lost, lead, 1)
    party = {"how": "together", "name_1": other.name, "number_1": other.number, "companion_1": "Li"}
    await up_to_check(visitor, "2-1", **party)
    before = [await visitor.get(path) for path in (APPLY, PARTY, CHECK)]
    await visitor.post(CHECK, {}, seen_at=CHECK)
    made = await stored(app, lead)
    assert made is not None
    pages = [*before, *[await visitor.get(path) for path in (MINE, f"{OWN}/receipt")]]
    pages += [await invited.get(f"{OWN}/invitations/{made.id}"), await invited.get("/inbox")]
    for page in pages:
        assert page.status_code == 200, page.url
        assert " style=" not in page.text
        words = re.sub(r"职\*+|职工\d\d|甬工发 2026 年 18 号|第九条|第四条|中文", "", shown(page))
        assert not re.search(r"[\u4e00-\u9fff]", words), (page.url, re.findall(r"[\u4e00-\u9fff]+", words))
        assert html.unescape(page.text).count("<h1") == 1
