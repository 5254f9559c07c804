"""Categories: claimed by members, verified or refused by officers of their node in time, and counted for them."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from litestar import Litestar
from sqlalchemy import delete, select

from booking.audit.models import AuditEntry
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError
from booking.members import errors
from booking.members.models import MemberCategory, RoleGrant
from booking.members.queries.claims import After, claims, count_claims
from booking.members.service.categories import (
    claim_category,
    drop_claim,
    refuse_category,
    reopen_claim,
    verify_category,
)
from booking.retreats.queries.counts import counts
from booking.retreats.schemas_applying import CountsView
from booking.retreats.service.applying.answering import accept
from booking.retreats.service.applying.entering import apply
from booking.web.principal import Principal
from tests.databases import Driver, SettableClock, sqlite_only
from tests.members.visitors import shown
from tests.retreats.season import BEILUN, CODE, ENTERPRISES, TOWNSHIPS, ZHENHAI, Town, found_season
from tests.retreats.test_applying import apply_as, asking, change_season, furnish, told, wishing
from tests.venues.guests import browser_of, phone_of, serving

WAITING = sum(1 for at, _ in enumerate(ENTERPRISES) if at % 2)
"""Frontline workers of every second enterprise, the third of each, wait to be verified."""


@pytest.fixture
def town(driver: Driver) -> Town:
    """The people, and a season that is open."""
    return driver.run(furnish)


def state(tx: ReadSession, who: Principal, category: str = "frontline") -> str:
    found = tx.get(MemberCategory, member_id=who.member_id, category=category)
    return "none" if found is None else "claimed" if found.verified_at is None else "verified"


def claimant(town: Town, enterprise: int = 212) -> Principal:
    """Who claims to work on the front line: Zhenhai's officer may verify it."""
    return town.of(enterprise)[2]


class TestClaim:
    def test_it_waits_for_an_officer_and_can_be_dropped(self, driver: Driver, town: Town) -> None:
        who = town.of(211)[3]
        assert driver.run(claim_category, who, "model_worker").state == "claimed"
        assert driver.run(claim_category, who, "model_worker").state == "claimed"
        assert driver.read(state, who, "model_worker") == "claimed"
        assert driver.run(drop_claim, who, "model_worker").state == "none"
        with pytest.raises(errors.NoSuchClaim):
            driver.run(drop_claim, who, "model_worker")

    def test_what_is_verified_is_neither_claimed_nor_dropped(self, driver: Driver, town: Town) -> None:
        who = town.of(211)[0]
        with pytest.raises(errors.CategoryHeld):
            driver.run(claim_category, who, "frontline")
        with pytest.raises(errors.NoSuchClaim):
            driver.run(drop_claim, who, "frontline")
        assert driver.read(state, who) == "verified"

    def test_there_are_four_to_choose_from(self, driver: Driver, town: Town) -> None:
        with pytest.raises(errors.UnknownCategory) as refused:
            driver.run(claim_category, town.workers[0], "prince")
        assert len(refused.value.params["known"]) == 4


class TestVerify:
    def test_the_member_is_told_and_it_counts(self, driver: Driver, town: Town) -> None:
        who = claimant(town)
        assert driver.run(verify_category, town.district, who.member_id, "frontline").state == "verified"
        assert driver.read(told, who) == ["category.verified"]
        noted = driver.read(lambda tx: tx.all(select(AuditEntry).where(AuditEntry.action == "category.verified")))
        assert [(one.actor, one.subject) for one in noted] == [(town.district.actor, f"member:{who.member_id}")]

    def test_refused_with_a_reason_it_can_be_claimed_again(self, driver: Driver, town: Town) -> None:
        who = claimant(town)
        with pytest.raises(errors.ReasonMissing):
            driver.run(refuse_category, town.district, who.member_id, "frontline", "  ")
        driver.run(refuse_category, town.district, who.member_id, "frontline", "还缺岗位证明。")
        assert driver.read(state, who) == "none"
        assert driver.read(told, who) == ["category.refused"]
        assert driver.run(claim_category, who, "frontline").state == "claimed"

    @pytest.mark.parametrize("decide", [verify_category, refuse_category])
    def test_a_decision_can_be_undone(self, driver: Driver, town: Town, decide: Any) -> None:
        who = claimant(town)
        driver.run(decide, town.district, who.member_id, "frontline", *(["缺"] if decide is refuse_category else []))
        assert driver.run(reopen_claim, town.district, who.member_id, "frontline").state == "claimed"
        assert driver.read(state, who) == "claimed"
        before = driver.read(told, who)
        driver.run(reopen_claim, town.district, who.member_id, "frontline")
        assert driver.read(told, who) == before, "twice changes nothing"

    def test_of_two_officers_one_decides(self, driver: Driver, town: Town) -> None:
        who = claimant(town)
        driver.run(verify_category, town.officer, who.member_id, "frontline")
        with pytest.raises(errors.NoSuchClaim):
            driver.run(refuse_category, town.district, who.member_id, "frontline", "缺")

    def test_only_below_ones_node_and_never_ones_own(self, driver: Driver, town: Town) -> None:
        beyond = claimant(town, 312)
        with pytest.raises(errors.MayNotVerify):
            driver.run(verify_category, town.district, beyond.member_id, "frontline")
        with pytest.raises(errors.MayNotVerify):
            driver.run(verify_category, town.workers[0], beyond.member_id, "frontline")
        driver.run(claim_category, town.district, "hardship")
        with pytest.raises(errors.OwnClaim):
            driver.run(verify_category, town.district, town.district.member_id, "hardship")
        assert driver.run(verify_category, town.officer, beyond.member_id, "frontline").state == "verified"

    def test_a_role_that_was_taken_back_no_longer_counts(self, driver: Driver, town: Town) -> None:
        driver.run(dismiss, town.district)
        with pytest.raises(errors.MayNotVerify):
            driver.run(verify_category, town.district, claimant(town).member_id, "frontline")

    def test_whoever_is_verified_in_time_may_apply(self, driver: Driver, town: Town) -> None:
        driver.run(change_season, categories=["frontline"])
        who = claimant(town)
        with pytest.raises(BookingError):
            apply_as(driver, who)
        driver.run(verify_category, town.district, who.member_id, "frontline")
        assert apply_as(driver, who).status == "entered"


class TestList:
    def test_an_officer_sees_the_claims_below_their_node(self, driver: Driver, town: Town) -> None:
        mine = driver.read(claims, town.district, After(), 50)
        assert [one.member_id for one in mine] == [claimant(town, 212).member_id, claimant(town, 222).member_id]
        assert (mine[0].organisation, mine[0].above, mine[0].category) == ("工厂212", "街道21", "frontline")
        assert driver.read(count_claims, town.district) == 2
        assert driver.read(count_claims, town.officer) == WAITING

    def test_pages_follow_one_another(self, driver: Driver, town: Town) -> None:
        for category in ("hardship", "model_worker"):
            driver.run(claim_category, claimant(town), category)
        seen, after = [], After()
        while page := driver.read(claims, town.officer, after, 2):
            seen += [(one.member_id, one.category) for one in page]
            after = After.read(str(After(*seen[-1])))
        assert seen == sorted(seen)
        assert len(seen) == WAITING + 2

    @pytest.mark.parametrize("text", ["", "x", "1", "99999999999999999999.x", "\u0661.x", "-1.x"])
    def test_any_cursor_is_read(self, text: str) -> None:
        assert After.read(text).member_id in (0, 1)

    def test_nobody_else_sees_any(self, driver: Driver, town: Town) -> None:
        with pytest.raises(errors.StaffOnly):
            driver.read(claims, town.workers[0], After(), 5)


class TestCounts:
    def test_they_add_up_below_each_node(self, driver: Driver, town: Town) -> None:
        for who in [*town.of(211)[:2], claimant(town, 212), *town.of(222)[:1], *town.of(311)[:3]]:
            apply_as(driver, who)
        apply_as(driver, town.of(221)[0], wishing(invite=[], companions=["家属"]))
        found = driver.read(seen_by, town.district)
        assert [(one.status, one.applications, one.heads) for one in found.statuses] == [("entered", 5, 5)]
        assert [(one.name_en, one.heads) for one in found.nodes] == [("Township 21", 3), ("Township 22", 2)]
        assert {one.category: (one.heads, one.claimed) for one in found.categories} == {"frontline": (4, 1)}
        assert (found.claims, found.claims_of_applicants) == (2, 1)
        whole = driver.read(seen_by, town.officer)
        assert sum(one.heads for one in whole.nodes) == 8
        assert [one.id for one in whole.nodes] == [ZHENHAI, BEILUN]

    def test_a_group_of_two_districts_is_seen_by_both(self, driver: Driver, town: Town) -> None:
        lead, other = town.of(211)[0], town.of(311)[0]
        view = apply_as(driver, lead, wishing(invite=asking(other)))
        found = driver.read(seen_by, town.district)
        assert [(one.status, one.applications, one.heads) for one in found.statuses] == [("gathering", 1, 1)]
        driver.run(accept, other, CODE, int(view.id, 16))
        for officer, heads in ((town.district, 1), (town.officer, 2)):
            found = driver.read(seen_by, officer)
            assert [(one.status, one.applications, one.heads) for one in found.statuses] == [("entered", 1, heads)]

    def test_every_township_is_below_a_district(self) -> None:
        assert Counter(TOWNSHIPS.values()) == {ZHENHAI: 2, BEILUN: 2}


def seen_by(tx: ReadSession, who: Principal) -> CountsView:
    return counts(tx, found_season(tx), who)


def dismiss(tx: WriteSession, now: datetime, who: Principal) -> None:
    tx.execute(delete(RoleGrant).where(RoleGrant.member_id == who.member_id))


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


@sqlite_only
class TestPages:
    async def test_from_the_account_to_the_officer_and_back(self, app: Litestar) -> None:
        database: Database = app.state.database
        town = await database.write(furnish)
        who = town.of(211)[3]
        visitor = await browser_of(app, who)
        page = await visitor.get("/account")
        assert "申报一个类别" in shown(page)
        claimed = await visitor.post("/account/categories", {"category": "frontline"}, seen_at="/account")
        assert claimed.headers["location"] == "/account"
        assert "一线职工（待工会核实）" in shown(await visitor.get("/account"))
        await database.write(apply, who, CODE, wishing())
        officer = await browser_of(app, town.district)
        own = f"/manage/retreats/{CODE}/categories"
        page = await officer.get(own)
        assert who.name in shown(page)
        assert "报名的人里还有 1 条没有认定" in shown(page)
        assert claimant(town).name not in shown(page), "they have not applied"
        assert claimant(town).name in shown(await officer.get(f"{own}?show=all"))
        decide = f"/manage/categories/{who.member_id}/frontline"
        refused = await officer.post(f"{decide}/refuse", {"reason": "", "next": own}, seen_at=own)
        assert refused.headers["location"] == own
        assert "请写明不予认定的原因" in shown(await officer.get(own))
        await officer.post(f"{decide}/verify", {"next": own}, seen_at=own)
        assert "认定好了，会员会收到通知。" in shown(await officer.get(own))
        await officer.post(f"{decide}/reopen?next={own}", {}, seen_at=own)
        assert who.name in shown(await officer.get(own))

    async def test_after_the_freeze_it_says_from_when_it_counts(self, app: Litestar, clock: SettableClock) -> None:
        town = await app.state.database.write(furnish)
        clock.advance(days=7)
        officer = await browser_of(app, town.officer)
        assert "这一季的报名已经封存" in shown(await officer.get(f"/manage/retreats/{CODE}/categories"))

    async def test_workers_are_kept_out(self, app: Litestar) -> None:
        town = await app.state.database.write(furnish)
        visitor = await browser_of(app, town.workers[0])
        for path in ("/manage/categories", f"/manage/retreats/{CODE}/categories"):
            assert (await visitor.get(path)).status_code == 403

    async def test_the_list_of_all_has_its_own_page(self, app: Litestar) -> None:
        town = await app.state.database.write(furnish)
        officer = await browser_of(app, town.district)
        page = await officer.get("/manage/categories")
        assert "2 条等您认定" in shown(page)
        assert "认定类别" in shown(await officer.get("/account"))


@sqlite_only
class TestApi:
    async def test_claimed_listed_decided_and_reopened(self, app: Litestar) -> None:
        town = await app.state.database.write(furnish)
        who = town.of(211)[3]
        mine, officer = await phone_of(app, who), await phone_of(app, town.district)
        claimed = await mine.call("POST", "/me/categories", {"category": "hardship"})
        assert (claimed.status_code, claimed.json()["state"]) == (201, "claimed")
        listed = (await officer.call("GET", "/categories/claims?limit=1")).json()
        assert listed["items"][0]["member_id"] == who.member_id
        rest = (await officer.call("GET", f"/categories/claims?cursor={listed['next']}")).json()
        assert len(rest["items"]) == 2
        own = f"/members/{who.member_id}/categories/hardship"
        assert (await mine.call("POST", f"{own}/verify")).json()["code"] == "may_not_verify"
        assert (await officer.call("POST", f"{own}/refuse", {"reason": "缺证明"})).json()["state"] == "none"
        assert (await officer.call("POST", f"{own}/reopen")).json()["state"] == "claimed"
        assert (await officer.call("POST", f"{own}/verify")).json()["state"] == "verified"
        assert (await mine.call("DELETE", "/me/categories/hardship")).json()["code"] == "no_such_claim"
        found = (await officer.call("GET", f"/manage/retreats/{CODE}/counts")).json()
        assert (found["statuses"], found["claims"]) == ([], 2)
