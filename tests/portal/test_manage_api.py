"""The JSON API of the managers' console."""

from datetime import timedelta
from typing import Any

from litestar import Litestar

from booking.web.principal import Principal
from tests.databases import sqlite_only
from tests.members.visitors import App
from tests.portal.desk import acts, book, make_administrator
from tests.venues.city import BADMINTON, BASKETBALL, CENTRE, GYM, PALACE, TODAY, City, at
from tests.venues.guests import phone_of

pytestmark = sqlite_only
HERE = f"/manage/places/{CENTRE}"
TOMORROW = TODAY + timedelta(days=1)
ZONE = {"code": "pool", "name": "泳池", "name_en": "Pool", "capacity": 40}


def closure(**fields: Any) -> dict[str, Any]:
    wanted = {
        "facility": BADMINTON, "courts": [1], "reason": "灯具检修",
        "starts": at(18, TOMORROW).isoformat(), "ends": at(21, TOMORROW).isoformat(),
    }  # fmt: skip
    return {"kind": "venues.close_courts", "request": wanted | fields}


async def admin_of(app: Litestar, who: Principal) -> App:
    await app.state.database.write(make_administrator, who)
    return await phone_of(app, who)


class TestDescribing:
    async def test_what_is_read_can_be_put_again(self, app: Litestar, town: City) -> None:
        chen = await phone_of(app, town.manager)
        for path, folder in (
            (HERE, "/manage/places"),
            (f"{HERE}/zones/1", f"{HERE}/zones"),
            (f"{HERE}/facilities/{BASKETBALL}", f"{HERE}/facilities"),
            (f"{HERE}/facilities/{GYM}", f"{HERE}/facilities"),
            (f"{HERE}/facilities/{BASKETBALL}/courts/1", f"{HERE}/facilities/{BASKETBALL}/courts"),
            (f"{HERE}/facilities/{BASKETBALL}/opening", f"{HERE}/facilities/{BASKETBALL}/opening"),
        ):
            stands = await chen.call("GET", path)
            assert stands.status_code == 200, stands.text
            put = await chen.call("PUT", folder, stands.json())
            assert put.status_code == 200, put.text
            assert not put.json()["created"]
            assert (await chen.call("GET", path)).json() == stands.json()
        admin = await admin_of(app, town.rival)
        for path, folder in (("/manage/policies/ball-court", "/manage/policies"),):
            stands = await admin.call("GET", path)
            assert (await admin.call("PUT", folder, stands.json())).status_code == 200
            assert (await admin.call("GET", path)).json() == stands.json()
        days = (await admin.call("GET", "/manage/calendar")).json()
        assert [day["day"] for day in days] == ["2026-11-29"]
        assert (await admin.call("PUT", "/manage/calendar", days[0])).json() == days[0]

    async def test_a_zone_is_made_once_for_a_key_and_retired(self, app: Litestar, town: City) -> None:
        chen = await phone_of(app, town.manager)
        first = await chen.call("PUT", f"{HERE}/zones", ZONE, key="one")
        again = await chen.call("PUT", f"{HERE}/zones", ZONE, key="one")
        assert first.json() == again.json() == {"id": 3, "code": "pool", "created": True}
        assert again.headers["idempotency-replayed"] == "true"
        assert (await acts(app)).count("edited.zone") == 1
        assert (await chen.call("DELETE", f"{HERE}/zones/3")).status_code == 200
        used = await chen.call("DELETE", f"{HERE}/zones/1")
        assert (used.status_code, used.json()["code"]) == (409, "still_in_use")

    async def test_refusals(self, app: Litestar, town: City) -> None:
        chen, worker = await phone_of(app, town.manager), await phone_of(app, town.worker)
        elsewhere = f"/manage/places/{PALACE}"
        for method, path, body in (
            ("GET", elsewhere, None),
            ("PUT", f"{elsewhere}/zones", ZONE),
            ("DELETE", f"{elsewhere}/facilities/21", None),
            ("GET", f"{elsewhere}/takings", None),
            ("GET", f"{elsewhere}/audit", None),
            ("GET", f"{elsewhere}/changes", None),
            ("POST", f"{elsewhere}/changes/7/apply", None),
            ("POST", f"{elsewhere}/bookings/7/refunds", None),
            ("GET", "/manage/policies/ball-court", None),
            ("PUT", "/manage/calendar", {"day": "2026-12-01", "kind": "holiday"}),
        ):
            assert (await chen.call(method, path, body)).json()["code"] == "denied", path
            assert (await worker.call(method, path, body)).status_code == 403, path
            assert (await App(app).call(method, path, body)).status_code == 401, path
        assert (await chen.call("PUT", f"{HERE}/zones", ZONE | {"colour": "red"})).status_code == 400
        assert (await chen.call("PUT", f"{HERE}/zones", ZONE | {"capacity": 0})).status_code == 400
        assert (await chen.call("PUT", f"{HERE}/zones", ZONE | {"code": "B!"})).json()["code"] == "bad_code"
        assert (await chen.call("GET", f"{HERE}/facilities/99")).json()["code"] == "facility_not_found"
        assert (await chen.client.put(f"{HERE}/zones", json=ZONE)).json()["code"] == "idempotency_key_missing"


class TestChanges:
    async def test_are_rehearsed_drafted_applied_and_undone(self, app: Litestar, town: City) -> None:
        await book(app, town.worker, 18, 19, day=TOMORROW, court=1)
        chen = await phone_of(app, town.manager)
        rehearsed = await chen.call("POST", f"{HERE}/rehearsals", closure())
        assert rehearsed.status_code == 200, rehearsed.text
        assert rehearsed.json()["headline"]["affected"] == 1
        assert (await chen.call("GET", f"{HERE}/changes")).json() == {"items": [], "next": None}
        drafted = await chen.call("POST", f"{HERE}/changes", closure())
        assert (drafted.status_code, drafted.json()["status"]) == (201, "drafted")
        address = f"{HERE}/changes/{drafted.json()['id']}"
        assert (await chen.call("GET", address)).json() == drafted.json()
        applied = await chen.call("POST", f"{address}/apply", key="apply")
        assert (applied.status_code, applied.json()["status"]) == (201, "applied")
        assert (await chen.call("POST", f"{address}/apply", key="apply")).json() == applied.json()
        assert (await chen.call("POST", f"{address}/apply")).json()["code"] == "change_not_drafted"
        assert len((await chen.call("GET", f"{HERE}/changes")).json()["items"]) == 1
        assert (await chen.call("POST", f"{address}/undo")).json()["status"] == "undone"
        assert (await chen.call("POST", f"{address}/undo")).json()["code"] == "change_not_applied"

    async def test_what_no_kind_asks_for_is_refused(self, app: Litestar, town: City) -> None:
        chen = await phone_of(app, town.manager)
        for body, code in (
            (closure(facility="eleven"), "change_request_unfit"),
            (closure(starts="2026-11-26T18:00:00"), "change_request_unfit"),
            (closure(colour="red"), "change_request_unfit"),
            (closure(facility=99), "facility_not_found"),
            (closure(courts=[99]), "court_not_found"),
            ({"kind": "venues.paint", "request": {}}, "unknown_change"),
            ({"kind": "venues.close_courts"}, "malformed_request"),
        ):
            for path in ("rehearsals", "changes"):
                answer = await chen.call("POST", f"{HERE}/{path}", body)
                assert answer.json()["code"] == code, answer.text


class TestDesk:
    async def test_money_is_taken_taken_back_and_given_back(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19)
        chen, address = await phone_of(app, town.manager), f"{HERE}/bookings/{booking.id}"
        part = await chen.call("POST", f"{address}/payments", {"method": "cash", "fen": 300})
        assert (part.status_code, part.json()["owed"]) == (201, 500)
        over = await chen.call("POST", f"{address}/payments", {"method": "cash", "fen": 600})
        assert (over.status_code, over.json()["code"]) == (409, "overpaid")
        rest = await chen.call("POST", f"{address}/payments", {"method": "wechat"})
        assert rest.json() | {"transaction": 0} == {"transaction": 0, "fen": 500, "owed": 0}
        none = await chen.call("POST", f"{address}/payments", {"method": "cash"})
        assert (none.status_code, none.json()["code"]) == (409, "nothing_owed")
        undone = await chen.call("DELETE", f"{address}/payments/{rest.json()['transaction']}")
        assert undone.json()["reversed"] == rest.json()["transaction"]
        cancelled = await chen.call("POST", f"{address}/cancel", {"reason": "灯坏了"})
        assert (cancelled.json()["status"], cancelled.json()["ended_reason"]) == ("cancelled", "灯坏了")
        assert (await chen.call("POST", f"{address}/refunds")).json() == {"methods": {"cash": 300}}
        assert (await chen.call("POST", f"{address}/refunds")).json()["code"] == "nothing_owed"
        takings = (await chen.call("GET", f"{HERE}/takings")).json()
        assert {one["method"]: (one["received"], one["refunded"], one["corrected"]) for one in takings} == {
            "cash": (300, 300, 0),
            "wechat": (500, 0, -500),
        }

    async def test_the_log_goes_by_pages_and_by_subject(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19)
        chen = await phone_of(app, town.manager)
        await chen.call("POST", f"{HERE}/bookings/{booking.id}/cancel", {})
        first = (await chen.call("GET", f"{HERE}/audit?limit=1")).json()
        second = (await chen.call("GET", f"{HERE}/audit?limit=1&cursor={first['next']}")).json()
        assert first["items"][0]["id"] > second["items"][0]["id"]
        mine = (await chen.call("GET", f"{HERE}/audit?subject=booking:{CENTRE}:{booking.id}")).json()
        assert [one["action"] for one in mine["items"]] == ["booking.cancelled", "booking.confirmed", "booking.held"]
        assert mine["next"] is None
