"""The draw over the API: what everybody reads, and each step as an officer takes it."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select

from booking.audit.models import AuditEntry
from booking.db import Database
from booking.draws.records import UNITS
from booking.draws.verifying import STEPS, verify
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import App
from tests.retreats.draws import NUMBERS, Day, after_draws, answer, at_freeze, draw_day, drawn_day
from tests.retreats.season import CODE
from tests.venues.guests import phone_of, serving

pytestmark = sqlite_only
PUBLIC, MANAGED = f"/retreats/{CODE}/draw", f"/manage/retreats/{CODE}/draw"
RESULTS: dict[str, Any] = {
    "results": [{"lottery": one.lottery, "issue": one.issue, "numbers": list(one.numbers)} for one in NUMBERS]
}


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
def database(app: Litestar) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def day(database: Database) -> Day:
    return await database.write(draw_day)


@pytest.fixture
async def nobody(app: Litestar) -> App:
    return await phone_of(app)


def code_of(answered: httpx.Response) -> tuple[int, str]:
    return answered.status_code, answered.json()["code"]


async def files_from(phone: App, draw: dict[str, Any]) -> dict[str, bytes]:
    answers = [await phone.call("GET", f"{PUBLIC}/files/{one['name']}?step={one['step']}") for one in draw["files"]]
    return {one["name"]: found.content for one, found in zip(draw["files"], answers, strict=True)}


class TestDrawDay:
    async def test_from_the_freeze_to_the_last_round(
        self, app: Litestar, database: Database, clock: SettableClock, day: Day, nobody: App
    ) -> None:
        """Each step says what comes next; what everybody reads grows, and at the end it can all be checked."""
        officer, second = await phone_of(app, day.officer), await phone_of(app, day.second)
        before = (await nobody.call("GET", PUBLIC)).json()
        assert (before["commitment"], before["seed"], before["files"]) == (None, None, [])
        assert [one["counts"] for one in before["sources"]] == ["2026325", "2026140"]
        at_freeze(clock, day.season)
        frozen = (await officer.call("POST", f"{MANAGED}/freeze")).json()
        assert (frozen["task"], frozen["draw"]["commitment"]["units"]) == ("enter", 32)
        after_draws(clock, day.season)
        entered = (await officer.call("POST", f"{MANAGED}/results", RESULTS)).json()
        assert (entered["task"], entered["entered_by_me"]) == ("confirm", True)
        final = (await second.call("POST", f"{MANAGED}/results/confirm", RESULTS)).json()
        assert (final["task"], final["draw"]["sources"][1]["numbers"]) == ("draw", list(NUMBERS[1].numbers))
        drawn = (await officer.call("POST", f"{MANAGED}/run")).json()
        assert (drawn["task"], drawn["open_places"]) == ("second_stage", drawn["draw"]["stages"][0]["won"])
        await database.write(answer, 3)
        done = (await second.call("POST", f"{MANAGED}/next-stage")).json()
        assert (done["task"], done["draw"]["stages"][1]["kept"]) == ("last_stage", drawn["open_places"] - 3)
        seen = (await nobody.call("GET", PUBLIC)).json()
        assert [one["kind"] for one in seen["steps"]] == [
            *("opened", "frozen", "results_entered", "results_confirmed", "drawn", "published", "second_stage"),
        ]
        assert {one["by"] for one in seen["steps"]} == {""}, "names are for officers"
        assert [one["by"] for one in done["draw"]["steps"]][-1] == day.second.name
        assert sum(one["applied"] for one in seen["counts"]) == seen["commitment"]["heads"]
        assert [one["position"] for one in seen["order"]] == [1, 2, 3, 4, 5]
        files = await files_from(nobody, seen)
        notary = await officer.call("GET", f"{PUBLIC}/files/{UNITS}")
        report = verify(files | {UNITS: notary.content})
        assert (report.faults, len(report.checked)) == ([], len(STEPS))

    async def test_a_retry_enters_once(self, app: Litestar, clock: SettableClock, day: Day) -> None:
        officer = await phone_of(app, day.officer)
        at_freeze(clock, day.season)
        await officer.call("POST", f"{MANAGED}/freeze")
        after_draws(clock, day.season)
        answers = [await officer.call("POST", f"{MANAGED}/results", RESULTS, key="once") for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        kinds = [one["kind"] for one in answers[1].json()["draw"]["steps"]]
        assert kinds.count("results_entered") == 1

    async def test_refusals_name_their_rule(self, app: Litestar, clock: SettableClock, day: Day) -> None:
        officer, second = await phone_of(app, day.officer), await phone_of(app, day.second)
        assert code_of(await officer.call("POST", f"{MANAGED}/freeze")) == (409, "freeze_too_early")
        assert code_of(await officer.call("POST", f"{MANAGED}/run")) == (409, "wrong_season_status")
        at_freeze(clock, day.season)
        await officer.call("POST", f"{MANAGED}/freeze")
        assert code_of(await officer.call("POST", f"{MANAGED}/freeze")) == (409, "wrong_season_status")
        assert code_of(await officer.call("POST", f"{MANAGED}/results", RESULTS)) == (409, "source_not_drawn")
        after_draws(clock, day.season)
        assert code_of(await officer.call("POST", f"{MANAGED}/run")) == (409, "results_missing")
        late = {"lottery": "kl8", "issue": "2026325", "reason": "停开"}
        noted = await officer.call("POST", f"{MANAGED}/postpone", late)
        assert [one["counts"] for one in noted.json()["draw"]["sources"]] == ["2026326", "2026140"]
        assert code_of(await officer.call("POST", f"{MANAGED}/results", RESULTS)) == (409, "draw_source")
        moved = {"results": [RESULTS["results"][0] | {"issue": "2026326"}, RESULTS["results"][1]]}
        await officer.call("POST", f"{MANAGED}/results", moved)
        assert code_of(await officer.call("POST", f"{MANAGED}/results/confirm", moved)) == (403, "same_officer")
        other = {"results": [moved["results"][0], moved["results"][1] | {"numbers": [1, 2, 3, 4, 5, 6, 7]}]}
        differs = await second.call("POST", f"{MANAGED}/results/confirm", other)
        assert code_of(differs) == (409, "results_differ")
        assert differs.json()["params"]["lottery"] == "双色球"

    async def test_is_the_federations(self, app: Litestar, clock: SettableClock, day: Day) -> None:
        at_freeze(clock, day.season)
        for who in (day.town.district, day.town.workers[0]):
            phone = await phone_of(app, who)
            bodies = {"results": RESULTS, "results/confirm": RESULTS, "rerun": {"reason": "x"}}
            bodies |= {"postpone": {"lottery": "kl8", "issue": "2026325", "reason": "x"}}
            for step in ("freeze", "results", "results/confirm", "postpone", "run", "next-stage", "rerun"):
                refused = await phone.call("POST", f"{MANAGED}/{step}", bodies.get(step))
                assert code_of(refused) == (403, "not_an_officer"), step
            assert code_of(await phone.call("GET", MANAGED)) == (403, "not_an_officer")


class TestRerun:
    async def test_says_that_every_byte_is_the_same(
        self, app: Litestar, database: Database, clock: SettableClock
    ) -> None:
        day = await drawn_day(database, clock)
        officer = await phone_of(app, day.officer)
        found = (await officer.call("POST", f"{MANAGED}/rerun", {"reason": "职工代表要求"})).json()
        assert (found["same"], found["faults"]) == (True, [])
        step = found["draw"]["draw"]["steps"][-1]
        assert (step["kind"], step["reason"], step["same"]) == ("rerun", "职工代表要求", True)


class TestFiles:
    async def test_are_kept_for_ever_under_their_step(
        self, app: Litestar, database: Database, clock: SettableClock, nobody: App
    ) -> None:
        await drawn_day(database, clock)
        first = await nobody.call("GET", f"{PUBLIC}/files/manifest.csv?step=2")
        now = await nobody.call("GET", f"{PUBLIC}/files/manifest.csv")
        assert "immutable" in first.headers["cache-control"]
        assert now.headers["cache-control"] == "public, no-cache"
        assert first.headers["content-type"] == "text/csv; charset=utf-8"
        assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
        assert first.content != now.content

    async def test_unchanged_ones_cost_nothing(
        self, app: Litestar, database: Database, clock: SettableClock, nobody: App
    ) -> None:
        await drawn_day(database, clock)
        path = f"{PUBLIC}/files/roll.csv"
        tag = (await nobody.client.get(path)).headers["etag"]
        again = await nobody.client.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")

    async def test_the_notarys_is_handed_over_on_record(
        self, app: Litestar, database: Database, clock: SettableClock, nobody: App
    ) -> None:
        day = await drawn_day(database, clock)
        path = f"{PUBLIC}/files/{UNITS}"
        for stranger in (nobody, await phone_of(app, day.town.district), await phone_of(app, day.town.workers[0])):
            for query in ("", "?step=2"):
                assert code_of(await stranger.call("GET", path + query)) == (403, "notary_only")
        handed = await (await phone_of(app, day.officer)).call("GET", path)
        assert (handed.status_code, handed.headers["cache-control"]) == (200, "no-store")
        action = AuditEntry.action == "retreat.handed_over"
        (noted,) = await database.read(lambda tx: tx.all(select(AuditEntry).where(action)))
        assert noted.actor == day.officer.actor

    async def test_others_are_not_there(self, day: Day, nobody: App) -> None:
        for path in ("roll.csv", "nothing.csv", "roll.csv?step=1"):
            assert code_of(await nobody.call("GET", f"{PUBLIC}/files/{path}")) == (404, "draw_file_not_found")
        assert code_of(await nobody.call("GET", "/retreats/nowhere/draw")) == (404, "season_not_found")
