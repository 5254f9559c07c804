"""Seasons over the API: what anybody may read, and a season from its draft to its cancellation."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar import Litestar

from booking.db import Database
from tests.databases import SettableClock
from tests.members.visitors import App
from tests.retreats.season import CODE, Town, everybody, open_season, populate
from tests.retreats.season import draft_season as store_draft
from tests.rooms.house import HOUSE, TWIN, day
from tests.venues.guests import phone_of, serving

SEASON = "/manage/retreats/2027-autumn"


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
async def officer(app: Litestar, town: Town) -> App:
    return await phone_of(app, town.officer)


def batch(rooms: int = 4, ahead: int = 22) -> dict[str, Any]:
    twins = {"type": TWIN, "rooms": rooms, "beds": 2, "price_fen": 90000, "guarantees": {"frontline": 2}}
    return {"name": "第一批", "arrival": str(day(ahead)), "departure": str(day(ahead + 3)), "rooms": [twins]}


def parts(version: int) -> dict[str, Any]:
    days = {"opens_at": 0, "closes_at": 5, "freezes_at": 6, "publishes_at": 9, "confirm_by": 12}
    days |= {"second_confirm_by": 15, "last_confirm_by": 18}
    calendar = {name: f"{day(ahead)}T12:00:00+08:00" for name, ahead in days.items()}
    sources = [
        {"lottery": "kl8", "issue": "2026325", "day": str(day(7)), "fallback": "2026326"},
        {"lottery": "ssq", "issue": "2026140", "day": str(day(8)), "fallback": "2026141"},
    ]
    return {
        "version": version,
        "about": {"title": "秋季", "document": "十八号", "clause": "第四条", "most_choices": 5, "most_together": 2},
        "calendar": calendar | {"remind_hours": 24},
        "batches": [batch()],
        "shares": {"policy": "over", "enterprise_heads": 3},
        "eligibility": {"dues_required": True, "rest_years": 1},
        "sources": {"sources": sources},
    }


class TestPublic:
    async def test_a_season_is_read_by_anybody(self, app: Litestar, database: Database, town: Town) -> None:
        await database.write(open_season)
        await database.write(store_draft, id=71, code="2027-autumn")
        anybody = await phone_of(app)
        listed = (await anybody.call("GET", "/retreats")).json()
        assert [one["code"] for one in listed["items"]] == [CODE]
        assert listed["items"][0]["places"] == 3 * (4 * 2 + 2 * 2)
        found = await anybody.call("GET", f"/retreats/{CODE}")
        assert found.status_code == 200
        season = found.json()
        assert season["schedule"][2]["arrival"] == str(day(36))
        assert season["schedule"][0]["rooms"][0]["guarantees"] == {"frontline": 2, "sci_tech_talent": 1}
        assert season["sources"][0] == {
            "lottery": "kl8",
            "issue": "2026325",
            "day": "2026-12-02",
            "fallback": "2026326",
        }
        assert (await anybody.call("GET", "/retreats/2027-autumn")).status_code == 404

    async def test_lists_go_on_where_they_ended(self, app: Litestar, database: Database, town: Town) -> None:
        for number in range(3):
            await database.write(store_draft, id=number, code=f"s{number}-x", allotment_id=1, status="settled")
        anybody = await phone_of(app)
        seen: list[str] = []
        after: str | None = None
        for _ in range(3):
            cursor = "" if after is None else f"&cursor={after}"
            page = (await anybody.call("GET", f"/retreats?limit=1{cursor}")).json()
            seen += [one["code"] for one in page["items"]]
            after = page["next"]
        assert seen == ["s2-x", "s1-x", "s0-x"]
        assert after is None
        refused = await anybody.call("GET", "/retreats?cursor=nothing")
        assert (refused.status_code, refused.json()["code"]) == (422, "season_cursor_unknown")


class TestManaged:
    async def test_from_the_draft_to_the_cancellation(self, officer: App, town: Town) -> None:
        wanted = {"code": "2027-autumn", "title": "秋季", "place": HOUSE}
        made = await officer.call("POST", "/manage/retreats", wanted)
        assert made.status_code == 201, made.text
        faults = {(one["part"], one["code"]) for one in made.json()["faults"]}
        assert faults == {("batches", "no_batches"), ("sources", "draw_entropy")}
        edited = await officer.call("PUT", SEASON, parts(made.json()["version"]))
        assert (edited.status_code, edited.json()["faults"]) == (200, [])
        raced = await officer.call("PUT", SEASON, parts(made.json()["version"]))
        assert (raced.status_code, raced.json()["code"]) == (409, "season_changed")
        opened = await officer.call("POST", f"{SEASON}/publish", {"version": edited.json()["version"]})
        assert (opened.status_code, opened.json()["season"]["status"]) == (201, "open")
        again = await officer.call("PUT", SEASON, parts(opened.json()["version"]))
        assert (again.status_code, again.json()["code"]) == (409, "wrong_season_status")
        body = {"version": opened.json()["version"]}
        assert (await officer.call("POST", f"{SEASON}/cancel", body)).json()["code"] == "reason_needed"
        ended = await officer.call("POST", f"{SEASON}/cancel", body | {"reason": "台风"})
        assert (ended.status_code, ended.json()["season"]["status"]) == (201, "cancelled")
        assert (await officer.call("POST", f"{SEASON}/restore")).json()["code"] == "not_discarded"

    async def test_a_retry_is_answered_the_same(self, officer: App, town: Town) -> None:
        wanted = {"code": "2027-autumn", "title": "秋季", "place": HOUSE}
        first = await officer.call("POST", "/manage/retreats", wanted, key="k1")
        second = await officer.call("POST", "/manage/retreats", wanted, key="k1")
        assert first.json() == second.json()
        assert (await officer.call("POST", "/manage/retreats", wanted)).json()["code"] == "code_taken"

    async def test_a_refusal_names_the_night_and_the_numbers(self, officer: App, town: Town) -> None:
        await officer.call("POST", "/manage/retreats", {"code": "2027-autumn", "title": "秋季", "place": HOUSE})
        edited = await officer.call("PUT", SEASON, parts(0) | {"batches": [batch(10)]})
        assert edited.json()["faults"] == [
            {
                "part": "batches",
                "code": "pool_short",
                "detail": "public 在 周四 12月17日 只剩 9 间没有订出，不能移走 10 间。最多可移 9 间。",
            }
        ]
        refused = await officer.call("POST", f"{SEASON}/publish", {"version": edited.json()["version"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "pool_short")
        assert (refused.json()["params"]["free"], refused.json()["params"]["asked"]) == (9, 10)

    @pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    async def test_a_draft_takes_no_date_that_cannot_be_told(self, officer: App, town: Town, at: str) -> None:
        await officer.call("POST", "/manage/retreats", {"code": "2027-autumn", "title": "秋季", "place": HOUSE})
        wanted = parts(0)
        source = {"lottery": "kl8", "issue": "1", "day": at[:10], "fallback": "2"}
        for changed in (
            {"calendar": wanted["calendar"] | {"opens_at": at}},
            {"calendar": wanted["calendar"] | {"last_confirm_by": at}},
            {"batches": [batch() | {"arrival": at[:10]}]},
            {"batches": [batch() | {"departure": at[:10]}]},
            {"sources": {"sources": [source]}},
        ):
            answer = await officer.call("PUT", SEASON, {"version": 0} | changed)
            assert (answer.status_code, answer.json()["code"]) == (422, "date_outside")

    @pytest.mark.parametrize("who", ["district", "worker"])
    async def test_is_for_officers_of_the_federation(
        self, app: Litestar, database: Database, town: Town, who: str
    ) -> None:
        await database.write(open_season)
        other = await phone_of(app, town.district if who == "district" else town.workers[0])
        for method, path, body in (
            ("GET", "/manage/retreats", None),
            ("GET", f"/manage/retreats/{CODE}", None),
            ("GET", f"/manage/retreats/{CODE}/quotas", None),
            ("GET", f"/manage/retreats/{CODE}/rehearsal", None),
            ("PUT", f"/manage/retreats/{CODE}", {"version": 1}),
            ("POST", f"/manage/retreats/{CODE}/publish", {"version": 1}),
            ("POST", f"/manage/retreats/{CODE}/cancel", {"version": 1, "reason": "x"}),
            ("PUT", f"/manage/retreats/{CODE}/quotas", {"organisation": "330211", "heads": 1, "reason": "x"}),
        ):
            answer = await other.call(method, path, body)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_an_officer"), path


class TestQuotas:
    async def test_the_split_and_an_override(self, officer: App, database: Database, town: Town) -> None:
        season = await database.write(open_season)
        await database.write(everybody, season, town)
        path = f"/manage/retreats/{CODE}/quotas"
        before = (await officer.call("GET", path)).json()
        assert before["places"] == 36
        nodes = {one["organisation"]: one for one in before["nodes"]}
        assert [one["organisation"] for one in before["nodes"]][:4] == ["330200", "330206", "330206031", "330206032"]
        assert (nodes["330211"]["members"], nodes["330211"]["applied"], nodes["330211"]["fills"]) == (1000, 16, 10)
        body = {"organisation": "330211021", "heads": 3, "reason": "新厂投产"}
        after = (await officer.call("PUT", path, body)).json()
        node = {one["organisation"]: one for one in after["nodes"]}["330211021"]
        assert (node["override"], node["heads"], node["limits"]) == (3, 3, True)
        assert [(one["heads"], one["reason"], one["by"]) for one in after["overrides"]] == [(3, "新厂投产", "顾海")]


class TestRehearsal:
    async def test_made_up_applications_give_figures(self, officer: App, database: Database, town: Town) -> None:
        await database.write(store_draft)
        path = f"/manage/retreats/{CODE}/rehearsal?applications=300&seed=7"
        answer = await officer.call("GET", path)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["applications"], found["draws"], found["earlier"]) == (300, 10, "")
        assert sum(one["applied"] for one in found["districts"]) == found["heads"]
        assert 20 < found["placed"] <= found["placed_second"] <= 36
        assert (await officer.call("GET", path)).json() == found

    async def test_rules_that_cannot_be_are_said(self, officer: App, town: Town) -> None:
        await officer.call("POST", "/manage/retreats", {"code": "2027-autumn", "title": "秋季", "place": HOUSE})
        kept = batch()
        kept["rooms"][0]["guarantees"] = {"frontline": 9}
        await officer.call("PUT", SEASON, {"version": 0, "batches": [kept]})
        refused = await officer.call("GET", f"{SEASON}/rehearsal?applications=50")
        assert (refused.status_code, refused.json()["code"]) == (422, "draw_rules")
