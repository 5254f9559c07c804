"""The JSON API of applications, as a program uses it."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from booking.retreats.rules.receipts import holds
from booking.retreats.schemas_applying import Receipt
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import App
from tests.retreats.season import CODE, Town
from tests.retreats.test_applying import furnish
from tests.rooms.house import DOUBLE, TWIN
from tests.venues.guests import phone_of, serving

pytestmark = sqlite_only
OWN = f"/retreats/{CODE}/application"


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


def body(*wishes: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {"wishes": [{"batch": batch, "type": kind} for batch, kind in wishes or [(1, TWIN)]], **more}


def asking(who: Any) -> dict[str, str]:
    return {"number": who.number, "name": who.name}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestApplication:
    async def test_from_nothing_to_withdrawn_and_back(self, app: Litestar, town: Town) -> None:
        phone = await phone_of(app, town.workers[0])
        assert code_of(await phone.call("GET", OWN)) == (404, "application_not_found")
        made = await phone.call("PUT", OWN, body((2, TWIN), (1, TWIN), rooms=0))
        assert made.status_code == 200, made.text
        found = (await phone.call("GET", OWN)).json()
        assert found == made.json()
        assert (found["status"], found["rooms"], found["weight"], len(found["id"])) == ("entered", 0, 1, 16)
        assert [(one["batch"], one["type_name_en"]) for one in found["wishes"]] == [(2, "Twin"), (1, "Twin")]
        assert isinstance(found["id"], str), "as a number it would not survive a browser"
        changed = await phone.call("PUT", OWN, body((1, DOUBLE), companions=["李家属"], sequence=found["sequence"]))
        assert (changed.json()["companions"], changed.json()["id"]) == (["李家属"], found["id"])
        stale = await phone.call("PUT", OWN, body(sequence=found["sequence"]))
        assert code_of(stale) == (409, "application_changed")
        assert (await phone.call("DELETE", OWN)).json()["status"] == "withdrawn"
        assert (await phone.call("GET", OWN)).json()["status"] == "withdrawn"
        back = await phone.call("POST", f"{OWN}/restore")
        assert (back.status_code, back.json()["status"], back.json()["companions"]) == (201, "entered", ["李家属"])
        (listed,) = (await phone.call("GET", "/me/retreats")).json()["items"]
        assert (listed["season"], listed["status"], listed["can_change"]) == (CODE, "entered", True)

    async def test_a_retry_applies_once(self, app: Litestar, town: Town) -> None:
        phone = await phone_of(app, town.workers[0])
        first = await phone.call("PUT", OWN, body(), key="the same")
        again = await phone.call("PUT", OWN, body(), key="the same")
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotency-replayed"] == "true"
        assert code_of(await phone.call("PUT", OWN, body(), key="another")) == (409, "already_applied")

    async def test_a_refusal_carries_its_numbers(self, app: Litestar, town: Town) -> None:
        phone = await phone_of(app, town.workers[0])
        refused = await phone.call("PUT", OWN, body((1, DOUBLE), companions=["李一", "李二"]))
        assert code_of(refused) == (409, "room_too_small")
        assert refused.json()["params"].items() >= {"heads": 3, "sleeps": 2, "over": 1}.items()
        assert "大床房每间最多住 2 人" in refused.json()["detail"]
        unpaid = await phone_of(app, town.of(211)[4])
        assert code_of(await unpaid.call("PUT", OWN, body())) == (409, "dues_unpaid")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"wishes": []},
            {"wishes": [{"batch": -1, "type": 1}]},
            {"wishes": [{"batch": 1, "type": 1}], "rooms": 99},
            {"wishes": [{"batch": 1, "type": 1}], "salt": "mine"},
            {"wishes": [{"batch": 1, "type": 1}], "companions": [""]},
        ],
    )
    async def test_what_cannot_be_meant_is_refused(self, app: Litestar, town: Town, wrong: dict[str, Any]) -> None:
        phone = await phone_of(app, town.workers[0])
        assert (await phone.call("PUT", OWN, wrong)).status_code in (400, 422)

    async def test_nobody_applies_without_signing_in(self, app: Litestar, town: Town) -> None:
        phone = await phone_of(app)
        assert (await phone.call("PUT", OWN, body())).status_code == 401
        assert (await phone.call("GET", f"{OWN}/receipt")).status_code == 401

    async def test_after_the_close_it_says_until_when_it_was(
        self, app: Litestar, town: Town, clock: SettableClock
    ) -> None:
        phone = await phone_of(app, town.workers[0])
        clock.advance(days=5)
        refused = await phone.call("PUT", OWN, body())
        assert code_of(refused) == (409, "applications_closed")
        assert "11月30日 12:00 截止" in refused.json()["detail"]


class TestInvitations:
    async def test_asked_answered_and_left(self, app: Litestar, town: Town) -> None:
        lead, other, third = town.workers[:3]
        mine, theirs, another = [await phone_of(app, who) for who in (lead, other, third)]
        made = (await mine.call("PUT", OWN, body(invite=[asking(other)]))).json()
        assert (made["status"], [one["status"] for one in made["invitations"]]) == ("gathering", ["open"])
        (asked,) = (await theirs.call("GET", f"/retreats/{CODE}/invitations")).json()["items"]
        assert (asked["application"], asked["lead_name"], asked["can_answer"]) == (made["id"], lead.name, True)
        path = f"/retreats/{CODE}/invitations/{asked['application']}"
        assert code_of(await another.call("POST", f"{path}/accept")) == (404, "invitation_not_found")
        joined = await theirs.call("POST", f"{path}/accept")
        assert (joined.status_code, joined.json()["status"], joined.json()["lead"]) == (201, "entered", False)
        assert code_of(await theirs.call("PUT", OWN, body(sequence=1))) == (403, "not_the_lead")
        assert code_of(await theirs.call("DELETE", OWN)) == (403, "not_the_lead")
        assert code_of(await mine.call("POST", f"{OWN}/leave")) == (409, "lead_cannot_leave")
        assert (await theirs.call("POST", f"{OWN}/leave")).json()["status"] == "declined"
        assert (await theirs.call("POST", f"{path}/accept")).status_code == 201

    async def test_asked_later_and_taken_back(self, app: Litestar, town: Town) -> None:
        lead, other = town.workers[:2]
        mine, theirs = await phone_of(app, lead), await phone_of(app, other)
        await mine.call("PUT", OWN, body())
        wrong = await mine.call("POST", f"{OWN}/invitations", {"number": other.number, "name": "别人"})
        assert code_of(wrong) == (422, "invitee_not_found")
        asked = (await mine.call("POST", f"{OWN}/invitations", asking(other))).json()
        (invitation,) = asked["invitations"]
        back = await mine.call("DELETE", f"{OWN}/invitations/{invitation['member']}")
        assert (back.status_code, back.json()["status"]) == (200, "entered")
        path = f"/retreats/{CODE}/invitations/{asked['id']}"
        assert code_of(await theirs.call("POST", f"{path}/decline")) == (409, "invitation_over")
        assert (await theirs.call("GET", f"/retreats/{CODE}/invitations")).json()["items"] == []

    @pytest.mark.parametrize("application", ["1", "X" * 16, "0" * 17, "00000000000000zz"])
    async def test_an_id_is_sixteen_digits(self, app: Litestar, town: Town, application: str) -> None:
        phone = await phone_of(app, town.workers[0])
        answer = await phone.call("POST", f"/retreats/{CODE}/invitations/{application}/accept")
        assert answer.status_code == 400


class TestReceipt:
    async def test_it_can_be_recomputed_with_nothing_but_a_hash(self, app: Litestar, town: Town) -> None:
        who = town.workers[2]
        phone = await phone_of(app, who)
        made = (await phone.call("PUT", OWN, body((2, TWIN), (1, TWIN), (2, DOUBLE)))).json()
        answer = await phone.call("GET", f"{OWN}/receipt")
        found = answer.json()
        assert (found["id"], found["frozen"], found["holds"], found["proof"]) == (made["id"], False, False, [])
        inner = hashlib.sha256(bytes.fromhex(found["salt"]) + found["record"].encode())
        leaf = hashlib.sha256(b"\0" + bytes.fromhex(found["id"]) + bytes([found["weight"]]) + inner.digest())
        assert (found["inner"], found["leaf"]) == (inner.hexdigest(), leaf.hexdigest())
        assert found["record"] == f"{made['id']},1,1,0,0,sci_tech_talent,330211021-e211,2+0+3"
        assert answer.headers["cache-control"] == "private, no-cache"

    async def test_a_group_shows_what_it_has_in_common(self, app: Litestar, town: Town) -> None:
        lead, other = town.of(211)[0], town.of(212)[1]
        mine, theirs = await phone_of(app, lead), await phone_of(app, other)
        made = (await mine.call("PUT", OWN, body(invite=[asking(other)]))).json()
        await theirs.call("POST", f"/retreats/{CODE}/invitations/{made['id']}/accept")
        found = (await theirs.call("GET", f"{OWN}/receipt")).json()
        assert found["record"] == f"{made['id']},1,1,0,0,frontline,330211021-e211+330211021-e212,0"

    async def test_nobody_else_reads_it(self, app: Litestar, town: Town) -> None:
        await (await phone_of(app, town.workers[0])).call("PUT", OWN, body())
        other = await phone_of(app, town.workers[1])
        assert code_of(await other.call("GET", f"{OWN}/receipt")) == (404, "application_not_found")

    async def test_before_the_freeze_it_proves_nothing(self, app: Litestar, town: Town) -> None:
        phone = await phone_of(app, town.workers[0])
        await phone.call("PUT", OWN, body())
        found = (await phone.call("GET", f"{OWN}/receipt")).content
        assert not holds(msgspec.json.decode(found, type=Receipt))


async def test_every_answer_is_documented(app: Litestar) -> None:
    phone = App(app)
    paths = (await phone.call("GET", "/schema/openapi.json")).json()["paths"]
    mine = {path: what for path, what in paths.items() if "/application" in path or "/invitations" in path}
    assert len(mine) == 9
    for path, methods in mine.items():
        for method, described in methods.items():
            assert described["summary"], path
            good = "201" if method == "post" else "200"
            assert "schema" in described["responses"][good]["content"]["application/json"], (path, method)
            assert "404" in described["responses"], (path, method)
