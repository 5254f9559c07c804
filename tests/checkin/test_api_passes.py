"""Passes over the API: their codes, who sees them, and the keys that sign them."""

from datetime import timedelta

from litestar import Litestar

from booking.checkin.service.keys import rotate_keys
from tests.checkin.gates import (
    HOUR,
    Doors,
    Turnstile,
    give_pass,
    person,
    shown,
    write,
)
from tests.databases import NOON, SettableClock
from tests.members.visitors import App
from tests.pictures import decoded, painted
from tests.venues.city import CENTRE


class TestPasses:
    async def test_the_picture_is_read_by_another_library(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        pass_id = await write(app, give_pass)
        holder = await person(app, doors.city.worker)
        picture = await holder.call("GET", f"/passes/{CENTRE}/{pass_id}/qr.svg")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert (await gate.scan(decoded(painted(picture.text)).text)).status_code == 201
        unchanged = await holder.client.get(
            f"/passes/{CENTRE}/{pass_id}/qr.svg", headers={"If-None-Match": picture.headers["etag"]}
        )
        assert (unchanged.status_code, unchanged.content) == (304, b"")

    async def test_is_found_by_its_holder_and_the_staff_alone(self, app: Litestar, doors: Doors) -> None:
        pass_id = await write(app, give_pass)
        answers = [
            (await (await person(app, who)).call("GET", f"/passes/{CENTRE}/{pass_id}")).status_code
            for who in doors.city
        ]
        assert answers == [200, 404, 404, 200]
        assert (await App(app).call("GET", f"/passes/{CENTRE}/{pass_id}")).status_code == 401

    async def test_mine_the_next_first(self, app: Litestar, doors: Doors) -> None:
        later = await write(app, give_pass, valid_from=NOON + 9 * HOUR, valid_until=NOON + 10 * HOUR)
        soon = await write(app, give_pass)
        await write(app, give_pass, 102)
        await write(app, give_pass, valid_from=NOON - 20 * HOUR, valid_until=NOON - 19 * HOUR)
        listed = (await (await person(app, doors.city.worker)).call("GET", "/me/passes")).json()
        assert [one["id"] for one in listed] == [soon, later]
        assert listed[0]["link"].startswith("http://127.0.0.1:8000/p/")

    async def test_a_new_key_signs_and_the_old_one_is_still_believed(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        passes = [await write(app, give_pass, valid_until=NOON + 999 * 24 * HOUR) for _ in range(2)]
        old = (await shown(app, doors, passes[0]))["code"]
        sealing = app.state.settings.key("passes")
        await write(app, rotate_keys, sealing, timedelta(days=2))
        new = (await shown(app, doors, passes[0]))["code"]
        assert old != new
        assert (await gate.scan(old)).status_code == 201
        clock.advance(days=3)
        late = await gate.scan(old)
        assert (late.status_code, late.json()["reason"]) == (404, "invalid")
        assert "签名已停用" in late.json()["sentence"]
        assert (await gate.scan(new, direction="exit")).json()["reason"] == "rules"

    async def test_keys_change_by_themselves(self, app: Litestar, doors: Doors, clock: SettableClock) -> None:
        pass_id = await write(app, give_pass, valid_until=NOON + 999 * 24 * HOUR)
        first = await shown(app, doors, pass_id)
        clock.advance(days=1)
        assert (await shown(app, doors, pass_id))["code"] == first["code"]
        clock.advance(days=180)
        assert (await shown(app, doors, pass_id))["code"] != first["code"]
