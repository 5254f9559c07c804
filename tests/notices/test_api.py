from typing import Any

from litestar import Litestar

from booking.clock import local_instant
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.web.facts import Hours, Named
from tests.databases import NOON, SettableClock
from tests.members.people import CHEN, LIN
from tests.members.visitors import App

register("test.moved", MessageText("换到{court}", "{hours}，请到{court}。"))
HOURS = Hours(local_instant(NOON.date(), NOON.time().replace(18)), local_instant(NOON.date(), NOON.time().replace(19)))


async def told(app: Litestar, member_id: int = LIN, **params: Any) -> int:
    """A message about a court."""
    facts = {"court": Named("3 号场", "Court 3"), "hours": HOURS} | params
    message_id: int = await app.state.database.write(tell, member_id, "test.moved", facts, "/bookings/1/2")
    return message_id


class TestInbox:
    async def test_in_the_words_of_the_reader(self, app: Litestar, phone: App) -> None:
        message_id = await told(app)
        [message] = (await phone.call("GET", "/me/inbox")).json()["items"]
        assert (message["id"], message["kind"], message["link"]) == (message_id, "test.moved", "/bookings/1/2")
        assert (message["title"], message["body"]) == ("换到3 号场", "今天 11月25日 18:00–19:00，请到3 号场。")
        assert (message["at"], message["read_at"]) == ("2026-11-25T04:00:00Z", None)
        assert message["facts"]["court"] == {"type": "named", "name": "3 号场", "name_en": "Court 3"}
        phone.client.headers["accept-language"] = "en"
        [message] = (await phone.call("GET", "/me/inbox")).json()["items"]
        assert message["title"] == "换到Court 3"  # a kind without English keeps its Chinese; its facts are said

    async def test_by_pages_newest_first_and_only_ones_own(self, app: Litestar, phone: App) -> None:
        ids = [await told(app) for _ in range(5)]
        await told(app, CHEN)
        first = (await phone.call("GET", "/me/inbox?limit=2")).json()
        assert ([one["id"] for one in first["items"]], first["unread"]) == (ids[:2:-1], 5)
        rest = (await phone.call("GET", f"/me/inbox?cursor={first['next']}")).json()
        assert ([one["id"] for one in rest["items"]], rest["next"]) == (ids[2::-1], None)

    async def test_is_for_members_alone(self, app: Litestar) -> None:
        for method, path in (("GET", "/me/inbox"), ("POST", "/me/inbox/read"), ("POST", "/me/inbox/1/read")):
            answer = await App(app).call(method, path)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


class TestRead:
    async def test_one_message_once(self, app: Litestar, phone: App, clock: SettableClock) -> None:
        message_id, other = await told(app), await told(app)
        assert (await phone.call("POST", f"/me/inbox/{message_id}/read")).json() == {"marked": 1}
        clock.advance(minutes=1)
        assert (await phone.call("POST", f"/me/inbox/{message_id}/read")).json() == {"marked": 0}
        page = (await phone.call("GET", "/me/inbox")).json()
        assert page["unread"] == 1
        read_at = {one["id"]: one["read_at"] for one in page["items"]}
        assert read_at == {message_id: "2026-11-25T04:00:00Z", other: None}

    async def test_all_of_ones_own(self, app: Litestar, phone: App) -> None:
        for member_id in (LIN, LIN, CHEN):
            await told(app, member_id)
        answer = await phone.call("POST", "/me/inbox/read", key="once")
        assert (answer.status_code, answer.json()) == (201, {"marked": 2})
        again = await phone.call("POST", "/me/inbox/read", key="once")
        assert (again.json(), again.headers["idempotency-replayed"]) == ({"marked": 2}, "true")
        chen = App(app)
        await chen.sign_in(CHEN)
        assert (await chen.call("GET", "/me")).json()["unread"] == 1

    async def test_someone_elses_message_is_not_there(self, app: Litestar, phone: App) -> None:
        message_id = await told(app, CHEN)
        answer = await phone.call("POST", f"/me/inbox/{message_id}/read")
        assert (answer.status_code, answer.json()["code"]) == (404, "message_not_found")
