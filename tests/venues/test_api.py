from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import App
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, BASKETBALL, CENTRE, GYM, PALACE, TODAY, City, at
from tests.venues.guests import phone_of

TOMORROW = TODAY + timedelta(days=1)


def wish(starts: float, ends: float, **more: Any) -> dict[str, Any]:
    """The body of a hold, for tomorrow."""
    hours = {"starts": at(starts, TOMORROW).isoformat(), "ends": at(ends, TOMORROW).isoformat()}
    return {"place": CENTRE, "facility": BADMINTON} | hours | more


async def booked(phone: App, starts: float, ends: float, **more: Any) -> dict[str, Any]:
    """A confirmed booking."""
    held = (await phone.call("POST", "/bookings", wish(starts, ends, **more))).json()
    answer = await phone.call("POST", f"/bookings/{held['place']}/{held['id']}/confirm")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


class TestBrowsing:
    async def test_places_come_nearest_first(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app)
        answer = await phone.call("GET", "/places?lat=29.9210&lon=121.5760")
        assert [(place["code"], place["metres"]) for place in answer.json()] == [("jiangbei", 0), ("zhenhai", 5588)]
        assert (await phone.call("GET", "/places/zhenhai")).json()["sports"] == ["badminton", "basketball", "gym"]
        assert (await phone.call("GET", "/places/nowhere")).json()["code"] == "place_not_found"

    async def test_a_day_shows_prices_of_the_asker(self, app: Litestar, town: City) -> None:
        address = f"/facilities/{CENTRE}/{BADMINTON}/days/{TODAY}"
        for who, fen in ((None, 1000), (town.worker, 400)):
            day = (await (await phone_of(app, who)).call("GET", address)).json()
            assert (len(day["slots"]), day["slots"][-1]["fen"], day["court_kind"]) == (28, fen, "court")

    async def test_search_takes_a_wish(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app)
        hits = (await phone.call("GET", f"/search?sport=badminton&day={TODAY}&starts=18:00&half_hours=3")).json()
        assert [(hit["place"], hit["free"], hit["from_fen"]) for hit in hits] == [(CENTRE, 4, 3000), (PALACE, 4, 3000)]
        assert [sport["code"] for sport in (await phone.call("GET", "/sports")).json()] == [
            "badminton",
            "basketball",
            "gym",
        ]
        assert (await phone.call("GET", "/tonight")).json()["sports"][0]["places_free"] == 2

    async def test_the_board_names_bookings_to_the_staff(self, app: Litestar, town: City) -> None:
        await app.state.database.write(add_booking, starts=18, ends=19, by=town.worker)
        address = f"/facilities/{CENTRE}/{BADMINTON}/days/{TODAY}/board"
        labels = []
        for who in (town.manager, town.rival):
            board = (await (await phone_of(app, who)).call("GET", address)).json()
            labels.append(board["rows"][20]["cells"][0]["label"])
        assert labels == ["林晓", ""]

    @sqlite_only
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            (f"/facilities/{CENTRE}/{BADMINTON}/days/tomorrow", 404),
            (f"/facilities/{CENTRE}/{BADMINTON}/days/9999-12-31", 422),
            (f"/facilities/{CENTRE}/{BADMINTON}/days/0001-01-01", 422),
            (f"/facilities/{CENTRE}/999/days/{TODAY}", 404),
            (f"/facilities/{2**80}/{BADMINTON}/days/{TODAY}", 400),
            (f"/facilities/-1/{BADMINTON}/days/{TODAY}", 400),
            (f"/facilities/{CENTRE}/{BADMINTON}/days/{TODAY}?court_kind=full", 404),
            (f"/search?sport=badminton&day={TODAY}&starts=25:00", 400),
            (f"/search?sport=badminton&day={TODAY}&half_hours=0", 400),
            ("/search?sport=badminton", 400),
            (f"/search?sport=&day={TODAY}", 400),
            (f"/search?sport=badminton&day={TODAY}&lat=nan&lon=0", 400),
            ("/places?lat=91&lon=0", 400),
            ("/me/bookings", 401),
            (f"/bookings/{CENTRE}/1", 401),
        ],
    )
    async def test_what_cannot_be_asked_is_said_plainly(
        self, app: Litestar, town: City, path: str, status: int
    ) -> None:
        answer = await (await phone_of(app)).call("GET", path)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


class TestETag:
    async def test_unchanged_content_costs_no_body(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app, town.worker)
        for path in (
            "/places",
            f"/facilities/{CENTRE}/{BADMINTON}/days/{TODAY}",
            f"/search?sport=badminton&day={TODAY}",
            "/me/bookings",
        ):
            tag = (await phone.call("GET", path)).headers["etag"]
            again = await self.ask(phone, path, f'"other", W/{tag}')
            assert (again.status_code, again.content) == (304, b"")
            assert (await self.ask(phone, path, '"other"')).status_code == 200

    async def test_a_booking_changes_it(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app, town.worker)
        path = f"/facilities/{CENTRE}/{BADMINTON}/days/{TOMORROW}"
        tag = (await phone.call("GET", path)).headers["etag"]
        await phone.call("POST", "/bookings", wish(18, 19))
        assert (await self.ask(phone, path, tag)).status_code == 200

    async def ask(self, phone: App, path: str, tags: str) -> httpx.Response:
        return await phone.client.get(path, headers={"if-none-match": tags})


class TestBooking:
    async def test_from_hold_to_cancellation_and_back(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app, town.worker)
        held = await phone.call("POST", "/bookings", wish(18, 20, partners=[{"number": "m102", "name": "周敏"}]))
        assert held.status_code == 201
        view = held.json()
        assert (view["status"], view["price_fen"], view["heads"]) == ("held", 1600, 2)
        path = f"/bookings/{view['place']}/{view['id']}"
        confirmed = (await phone.call("POST", f"{path}/confirm")).json()
        assert confirmed["status"] == "confirmed"
        assert all(player["pass_id"] for player in confirmed["partners"])
        moved = await phone.call(
            "POST",
            f"{path}/change",
            {"starts": at(19, TOMORROW).isoformat(), "ends": at(20, TOMORROW).isoformat()},
        )
        assert (moved.json()["starts"], moved.json()["price_fen"]) == ("2026-11-26T11:00:00Z", 800)
        assert (await phone.call("POST", f"{path}/cancel")).json()["can_restore"] is True
        assert (await phone.call("POST", f"{path}/restore")).json()["status"] == "confirmed"
        assert (await phone.call("GET", path)).json()["version"] == 4

    async def test_a_retry_gets_the_same_answer(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app, town.worker)
        first = await phone.call("POST", "/bookings", wish(18, 19), key="mine")
        again = await phone.call("POST", "/bookings", wish(18, 19), key="mine")
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true"
        other = await phone.call("POST", "/bookings", wish(19, 20), key="mine")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        bare = await phone.client.post("/bookings", json=wish(18, 19))
        assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_missing")

    async def test_refused_for_want_of_room_it_names_alternatives(self, app: Litestar, town: City) -> None:
        for court in range(1, 5):
            await app.state.database.write(add_booking, starts=18, ends=19, day=TOMORROW, court=court, pinned=True)
        phone = await phone_of(app, town.worker)
        problem = (await phone.call("POST", "/bookings", wish(18, 19))).json()
        assert (problem["status"], problem["code"]) == (409, "slot_taken")
        assert [(one["kind"], one["place"]) for one in problem["alternatives"]] == [
            ("shift", CENTRE),
            ("next_place", PALACE),
            ("shift", CENTRE),
        ]
        taken = await phone.call("POST", "/bookings", self.as_wish(problem["alternatives"][1]))
        assert taken.status_code == 201

    def as_wish(self, alternative: dict[str, Any]) -> dict[str, Any]:
        return {name: alternative[name] for name in ("place", "facility", "starts", "ends")}

    async def test_someone_elses_is_not_found(self, app: Litestar, town: City) -> None:
        view = await booked(await phone_of(app, town.worker), 18, 19)
        path = f"/bookings/{view['place']}/{view['id']}"
        rival = await phone_of(app, town.rival)
        assert (await rival.call("GET", path)).json()["code"] == "booking_not_found"
        assert (await rival.call("POST", f"{path}/cancel")).status_code == 404

    async def test_bookings_come_page_by_page(self, app: Litestar, town: City, clock: SettableClock) -> None:
        for day in range(1, 4):
            await app.state.database.write(
                add_booking, starts=18, ends=19, by=town.worker, day=TODAY + timedelta(days=day)
            )
        phone = await phone_of(app, town.worker)
        first = (await phone.call("GET", "/me/bookings?limit=2")).json()
        rest = (await phone.call("GET", f"/me/bookings?limit=2&cursor={first['next']}")).json()
        assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
        assert (await phone.call("GET", "/me/bookings?cursor=x")).json()["code"] == "cursor_unknown"
        assert (await phone.call("GET", "/me/bookings?limit=1000")).status_code == 400
        assert (await phone.call("GET", "/me/bookings?when=sometime")).status_code == 400

    @sqlite_only
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{",
            b"[" * 100_000,
            b'{"place": 1}',
            b'{"place": 1, "facility": 11, "starts": "2026-11-26T18:00", "ends": "2026-11-26T19:00"}',
            b'{"place": 99999999999999999999, "facility": 11, "starts": "2026-11-26T18:00:00Z", "ends": ""}',
            b'{"place": 1, "facility": 11, "starts": "2026-11-26T18:00:00Z", "ends": "2026-11-26T19:00:00Z", "x": 1}',
            b'{"place": 1, "facility": 11, "starts": "9999-12-31T23:30:00Z", "ends": "9999-12-31T23:59:59Z"}',
            b'{"place": 1, "facility": 11, "starts": "0001-01-01T00:00:00Z", "ends": "0001-01-01T01:00:00Z"}',
        ],
    )
    async def test_a_malformed_wish_is_never_our_fault(self, app: Litestar, town: City, body: bytes) -> None:
        phone = await phone_of(app, town.worker)
        headers = {"idempotency-key": "k", "content-type": "application/json"}
        answer = await phone.client.post("/bookings", content=body, headers=headers)
        assert answer.status_code in (400, 409, 413, 422), answer.text
        assert answer.json()["type"].startswith("http")


class TestCounter:
    async def test_a_walk_in_is_confirmed_at_once(self, app: Litestar, town: City) -> None:
        desk = await phone_of(app, town.manager)
        hours = {"starts": at(12).isoformat(), "ends": at(13).isoformat()}
        made = await desk.call(
            "POST", f"/counter/{CENTRE}/bookings", {"facility": BADMINTON, "contact_name": "老王"} | hours
        )
        assert (made.status_code, made.json()["status"]) == (201, "confirmed")
        refused = await (await phone_of(app, town.worker)).call(
            "POST", f"/counter/{CENTRE}/bookings", {"facility": BADMINTON} | hours
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "denied")

    async def test_a_league_takes_courts_until_it_is_lifted(self, app: Litestar, town: City) -> None:
        desk = await phone_of(app, town.manager)
        body = {
            "facility": BASKETBALL,
            "title": "厂际联赛",
            "courts": [1],
            "starts": at(18, TOMORROW).isoformat(),
            "ends": at(20, TOMORROW).isoformat(),
            "weekly_until": str(TOMORROW + timedelta(days=7)),
        }
        blocks = (await desk.call("POST", f"/counter/{CENTRE}/blocks", body)).json()
        assert len(blocks) == 2
        day = f"/facilities/{CENTRE}/{BASKETBALL}/days/{TOMORROW}?court_kind=half"
        assert (await desk.call("GET", day)).json()["slots"][10]["free"] == 2
        clash = await desk.call("POST", f"/counter/{CENTRE}/blocks", body)
        assert (clash.status_code, clash.json()["code"]) == (409, "blocked_by")
        lifted = await desk.call("DELETE", f"/counter/{CENTRE}/blocks/{blocks[0]['id']}")
        assert lifted.json() == {"lifted": blocks[0]["id"]}
        assert (await desk.call("GET", day)).json()["slots"][10]["free"] == 4

    async def test_who_did_not_come_can_be_taken_back(self, app: Litestar, town: City, clock: SettableClock) -> None:
        view = await booked(await phone_of(app, town.worker), 18, 19)
        clock.now = at(18.5, TOMORROW)
        desk = await phone_of(app, town.manager)
        path = f"/counter/{CENTRE}/bookings/{view['id']}/no-show"
        assert (await desk.call("POST", path)).json()["status"] == "no_show"
        assert (await desk.call("DELETE", path)).json()["status"] == "confirmed"

    async def test_heads_of_a_pool(self, app: Litestar, town: City) -> None:
        phone = await phone_of(app, town.rival)
        assert (await booked(phone, 18, 19, facility=GYM, heads=9))["heads"] == 9
        full = (
            await (await phone_of(app, town.worker)).call("POST", "/bookings", wish(18, 19, facility=GYM, heads=2))
        ).json()
        assert (full["code"], full["params"]["left"]) == ("pool_full", 1)
