"""The front desk's routes: a guest comes, a room is cleaned, the day is closed, and its figures are a file."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import to
from tests.rooms.house import HOUSE, People, day
from tests.venues.city import sign_in

pytestmark = sqlite_only
BASE = f"/api/v1/front-desk/{HOUSE}"
STAY = {
    "place": HOUSE,
    "arrival": day(0).isoformat(),
    "departure": day(1).isoformat(),
    "rooms": [{"type": 1, "guests": [{"name": "李小山"}]}],
}
SEEN = [{"kind": "passport", "last": "77AB"}]


class Desk:
    """The desk's program; each write has a key of its own unless told otherwise."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.sent = 0

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(BASE + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, path: str, body: Mapping[str, Any], *, method: str = "POST", key: str = "") -> httpx.Response:
        self.sent += 1
        headers = {"idempotency-key": key or f"key-{self.sent}"}
        return await self.client.request(method, BASE + path, json=body, headers=headers)


@pytest.fixture
async def desk(app: Litestar, staying: People) -> AsyncIterator[Desk]:
    token = await app.state.database.write(sign_in, staying.desk)
    headers = {"authorization": f"Bearer {token}"}
    transport = to(app, "192.0.2.1")
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield Desk(client)


async def walked_in(desk: Desk, **more: Any) -> dict[str, Any]:
    answer = await desk.send("/walk-ins", {"stay": STAY, "documents": [SEEN]} | more)
    assert answer.status_code == 201, answer.text
    room: dict[str, Any] = answer.json()["items"][0]
    return room


class TestDesk:
    async def test_a_guest_comes_and_goes(self, desk: Desk) -> None:
        room = await walked_in(desk)
        lists = await desk.get(f"/days/{day(0)}")
        assert [one["id"] for one in lists["in_house"]] == [room["id"]]
        assert lists["arrivals"][0]["state"] == "arrived"
        path = f"/rooms/{room['id']}/depart"
        refused = (await desk.send(path, {})).json()
        assert refused["type"].endswith("folio_open")
        assert refused["params"]["owed"] == {"type": "money", "fen": 32000}
        first = await desk.send(path, {"pay": "cash"}, key="once")
        again = await desk.send(path, {"pay": "cash"}, key="once")
        assert first.json() == again.json()
        assert again.headers["idempotency-replayed"] == "true"
        plan = await desk.get(f"/floor-plan/{day(0)}")
        assert plan["cleaning"] == [room["room_id"]]

    async def test_a_refusal_names_ready_rooms(self, desk: Desk) -> None:
        for number in range(1, 11):
            body = {"state": "dirty"}
            answer = await desk.send(f"/housekeeping/{number}", body, method="PUT")
            assert answer.json()["state"] == "dirty"
        await desk.send("/housekeeping/6", {"state": "clean"}, method="PUT")
        room = await walked_in(desk)
        assert room["room_id"] == 6
        refused = await desk.send("/walk-ins", {"stay": STAY, "documents": [SEEN]})
        assert refused.json()["type"].endswith("no_room_ready")
        step = await desk.send("/housekeeping/5", {"state": "inspected"}, method="PUT")
        assert (step.status_code, step.json()["type"].rpartition("#")[2]) == (409, "wrong_housekeeping_step")
        assert "待打扫" in step.json()["detail"]

    async def test_more_of_a_document_is_not_taken(self, desk: Desk) -> None:
        whole = [{"kind": "id", "last": "330203199001011234"}]
        answer = await desk.send("/walk-ins", {"stay": STAY, "documents": [whole]})
        assert answer.status_code == 400

    async def test_the_day_is_closed_once(self, desk: Desk, clock: SettableClock) -> None:
        await walked_in(desk)
        clock.advance(days=1)
        closed = await desk.send("/days/close", {"day": str(day(0))})
        assert (closed.status_code, closed.json()["sold"], closed.json()["fen"]) == (201, 1, 32000)
        again = await desk.send("/days/close", {"day": str(day(0))})
        assert again.status_code == 409
        unfit = await desk.send("/days/close", {"day": "9999-12-31"})
        assert unfit.status_code == 422
        assert (await desk.get("/closed-days"))["items"][0]["sold"] == 1

    async def test_figures_are_files_too(self, desk: Desk) -> None:
        await walked_in(desk)
        found = await desk.get("/figures", first=str(day(0)), days=2)
        assert (found["fen"], found["occupancy"]) == (32000, 1 / 32)
        text = await desk.client.get(f"{BASE}/figures.csv", params={"first": str(day(0)), "days": 1})
        assert text.headers["content-type"].startswith("text/csv")
        assert text.text.splitlines()[1] == f"{day(0)},16,0,1,0.0625,320.0,320.0,20.0"
        book = await desk.client.get(f"{BASE}/figures.xlsx", params={"first": str(day(0))})
        assert book.content.startswith(b"PK")
        assert book.headers["content-disposition"] == f'attachment; filename="figures-{day(0)}.xlsx"'
        assert len((await desk.get("/forecast", days=3))["nights"]) == 3
        assert len((await desk.get("/tape", first=str(day(0))))["rooms"]) == 16

    async def test_is_the_staffs_alone(self, app: Litestar, staying: People, desk: Desk) -> None:
        token = await app.state.database.write(sign_in, staying.worker)
        answer = await desk.client.get(f"{BASE}/days/{day(0)}", headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (403, "not_house_staff")
