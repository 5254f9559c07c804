"""The routes of rooms: from search to a stay that was given up again."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar

from booking.settings import Settings
from tests.applications import application
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import to
from tests.rooms.house import HOUSE, People, day, populate
from tests.venues.city import sign_in

pytestmark = sqlite_only
DATES = {"arrival": day(2).isoformat(), "departure": day(4).isoformat()}
STAY = {"place": HOUSE, **DATES, "rooms": [{"type": 1, "heads": 2}, {"type": 2, "guests": [{"name": "李小山"}]}]}


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    async with application(Settings(database=database_url), clock) as made:
        yield made


@pytest.fixture
async def people(app: Litestar) -> People:
    found: People = await app.state.database.write(populate)
    return found


class Client:
    """A member's program; each POST has a key of its own unless told otherwise."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.sent = 0

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> httpx.Response:
        self.sent += 1
        headers = {"idempotency-key": key or f"key-{self.sent}"}
        return await self.client.post(f"/api/v1{path}", json=body, headers=headers)


@pytest.fixture
async def worker(app: Litestar, people: People) -> AsyncIterator[Client]:
    token = await app.state.database.write(sign_in, people.worker)
    headers = {"authorization": f"Bearer {token}"}
    transport = to(app, "192.0.2.1")
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield Client(client)


async def test_says_what_there_is(worker: Client) -> None:
    house = await worker.get(f"/rooms/{HOUSE}")
    assert [(kind["code"], kind["rooms"]) for kind in house["types"]] == [
        ("twin", 10),
        ("double", 4),
        ("accessible", 2),
    ]
    assert house["cancel_fees"] == [[3, 200], [1, 500]]


async def test_shows_prices_and_free_rooms_night_by_night(worker: Client) -> None:
    found = await worker.get(f"/rooms/{HOUSE}/nights", first=day(0).isoformat(), days=5)
    twin = found["items"][0]
    assert [night["fen"] for night in twin["nights"]] == [20000, 20000, 25000, 25000, 20000]
    assert {night["free"] for night in twin["nights"]} == {9}


async def test_offers_types_for_dates(worker: Client) -> None:
    found = await worker.get(f"/rooms/{HOUSE}/offers", **DATES, heads=3)
    assert [(one["code"], one["fits"], one["free"]) for one in found["items"]] == [
        ("twin", True, 9),
        ("double", False, 4),
        ("accessible", False, 2),
    ]
    assert found["nearest"] == []


async def test_a_stay_from_quote_to_cancellation(worker: Client) -> None:
    quote = (await worker.post("/stays/quote", STAY)).json()
    held = (await worker.post("/stays", STAY)).json()
    assert (held["status"], held["price_fen"]) == ("held", quote["fen"])
    path = f"/stays/{HOUSE}/{held['id']}"
    assert (await worker.post(f"{path}/confirm")).json()["status"] == "confirmed"
    assert [stay["id"] for stay in (await worker.get("/me/stays"))["items"]] == [held["id"]]
    dates = {"arrival": day(5).isoformat(), "departure": day(6).isoformat()}
    assert (await worker.post(f"{path}/change", dates)).json()["price_fen"] == 50000
    part = (await worker.post(f"{path}/cancel", {"rooms": [2]})).json()
    assert [room["status"] for room in part["rooms"]] == ["expected", "cancelled"]
    assert (await worker.post(f"{path}/restore")).json()["price_fen"] == 50000
    assert (await worker.post(f"{path}/cancel", {})).json()["status"] == "cancelled"
    assert [stay["status"] for stay in (await worker.get("/me/stays", when="past"))["items"]] == ["cancelled"]


async def test_the_same_key_holds_once(worker: Client) -> None:
    first = await worker.post("/stays", STAY, key="once")
    again = await worker.post("/stays", STAY, key="once")
    assert first.json() == again.json()
    assert len((await worker.get("/me/stays"))["items"]) == 1


async def test_a_refusal_brings_what_would_fit(worker: Client) -> None:
    full = STAY | {"rooms": [{"type": 2, "guests": [{"name": "李小山"}]}] * 4}
    assert (await worker.post("/stays", full)).status_code == 201
    refused = await worker.post("/stays", full)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "rooms_full")
    assert problem["alternatives"][0] == {"type": 1, "name": "双床房", "name_en": "Twin"} | DATES


async def test_pages_of_stays(worker: Client) -> None:
    one = STAY | {"rooms": [{"type": 1}]}
    made = [(await worker.post("/stays", one)).json()["id"] for _ in range(3)]
    first = await worker.get("/me/stays", limit=2)
    rest = await worker.get("/me/stays", limit=2, cursor=first["next"])
    assert [stay["id"] for stay in (*first["items"], *rest["items"])] == made
    assert rest["next"] is None
    answer = await worker.client.get("/api/v1/me/stays", params={"cursor": "a.b"})
    assert answer.json()["code"] == "stay_cursor_unknown"
