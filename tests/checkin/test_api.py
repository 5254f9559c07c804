"""Redeeming over the API, on the running application."""

from datetime import time, timedelta
from typing import Any

import pytest
from litestar import Litestar

from booking.checkin.codes import STEP_SECONDS
from booking.checkin.service.passes import end_passes_of, reissue_pass, reschedule_passes_of, revive_passes_of
from tests.checkin.gates import (
    COURTS,
    GYM,
    HOUR,
    Doors,
    Turnstile,
    device,
    give_pass,
    person,
    shown,
    write,
    zone_rules,
)
from tests.databases import NOON, SettableClock
from tests.venues.city import CENTRE, PALACE, sign_in

OF_BOOKING: dict[str, Any] = {"place_id": CENTRE, "issuer": "venues", "subject_id": 1}


class TestRedeem:
    async def test_admits_once(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, zone_rules, reentry=False)
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        first, second = await gate.scan(code), await gate.scan(code)
        assert (first.status_code, first.json()["status"], first.json()["heads"]) == (201, "ok", 1)
        assert (first.json()["holder"], first.json()["zone"]["name_en"]) == ("林*", "Ball courts")
        assert (second.status_code, second.json()["reason"]) == (200, "already_redeemed")
        assert second.json()["first_entry_at"] == first.json()["received_at"]
        assert "12:00" in second.json()["sentence"]
        assert await gate.inside() == 1

    async def test_speaks_the_language_of_the_gate_or_of_the_scan(
        self, app: Litestar, doors: Doors, gate: Turnstile
    ) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        english = await device(app, doors, locale="en")
        assert (await english.scan(code)).json()["sentence"] == "Please go in."
        assert (await english.scan(code, locale="zh-CN")).json()["sentence"].startswith("这张凭证可入场 1 人")
        assert (await gate.scan("no code of ours!")).json()["sentence"].startswith("认不出这个码")

    async def test_the_same_scan_again_is_the_same_scan(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        first, again = await gate.scan(code, "s1"), await gate.scan(code, "s1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json() | {"replayed": True}
        assert await gate.inside() == 1

    async def test_a_refusal_is_repeated_even_if_it_would_now_be_admitted(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        code = (
            await shown(app, doors, await write(app, give_pass, valid_from=NOON + HOUR, valid_until=NOON + 2 * HOUR))
        )["code"]
        early = await gate.scan(code, "s1")
        assert (early.status_code, early.json()["reason"]) == (200, "invalid_time")
        assert "12:30" in early.json()["sentence"]
        clock.advance(hours=1)
        assert (await gate.scan(code, "s1")).json()["reason"] == "invalid_time"
        assert (await gate.scan(code, "s2")).status_code == 201

    async def test_a_code_that_nobody_signed(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        forged = code[:-1] + str((int(code[-1]) + 1) % 10)
        for text in (forged, "0" * 227, "hello", "1" * 12, "\uff19" * 1024):
            answer = await gate.scan(text)
            assert (answer.status_code, answer.json()["reason"]) == (404, "invalid"), text

    async def test_another_place(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        pass_id = await write(app, give_pass, place_id=PALACE)
        code = (await (await person(app, doors.city.worker)).call("GET", f"/passes/{PALACE}/{pass_id}")).json()["code"]
        answer = await gate.scan(code)
        assert (answer.status_code, answer.json()["reason"]) == (200, "wrong_zone")
        assert answer.json()["holder"] == ""

    async def test_another_zone(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass, zones=[GYM])))["code"]
        assert (await gate.scan(code)).json()["reason"] == "wrong_zone"

    @pytest.mark.parametrize("status", ["unpaid", "blocked", "canceled", "revoked"])
    async def test_a_pass_that_ended_says_why(self, app: Litestar, doors: Doors, gate: Turnstile, status: Any) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        assert await write(app, end_passes_of, **OF_BOOKING, status=status) == 1
        answer = await gate.scan(code)
        assert (answer.status_code, answer.json()["reason"]) == (200, status)
        alive = await write(app, revive_passes_of, **OF_BOOKING)
        assert (alive, (await gate.scan(code)).status_code) == ((0, 200) if status == "revoked" else (1, 201))

    async def test_a_moved_booking_moves_its_pass_whatever_the_code_says(
        self, app: Litestar, doors: Doors, gate: Turnstile
    ) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        later = {"valid_from": NOON + 5 * HOUR, "valid_until": NOON + 6 * HOUR}
        assert await write(app, reschedule_passes_of, **OF_BOOKING, zones=[COURTS], **later) == 1
        assert (await gate.scan(code)).json()["reason"] == "invalid_time"

    async def test_a_reissued_pass_has_what_was_left(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, zone_rules, reentry=False)
        old = await write(app, give_pass, party=2)
        code = (await shown(app, doors, old))["code"]
        assert (await gate.scan(code)).json()["left"] == 1
        new = await write(app, reissue_pass, place_id=CENTRE, pass_id=old)
        assert (await gate.scan(code)).json()["reason"] == "revoked"
        assert (await shown(app, doors, old))["replaced_by"] == new
        fresh = (await shown(app, doors, new))["code"]
        assert (await gate.scan(fresh)).json()["left"] == 0
        assert (await gate.scan(fresh)).json()["reason"] == "already_redeemed"

    async def test_rotating_digits_where_the_zone_asks_for_them(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        await write(app, zone_rules, static_code=False)
        pass_id = await write(app, give_pass)
        view = await shown(app, doors, pass_id)
        assert not view["static"]
        assert view["code"].endswith(view["rotating"])
        bare = await gate.scan(view["code"][:-8])
        assert (bare.status_code, bare.json()["status"], bare.json()["needs"]) == (400, "incomplete", ["code"])
        clock.advance(seconds=2 * STEP_SECONDS)
        assert (await gate.scan(view["code"])).json()["reason"] == "code_expired"
        assert (await gate.scan((await shown(app, doors, pass_id))["code"])).status_code == 201

    async def test_a_code_stays_what_it_was_when_the_policy_of_the_zone_changes(
        self, app: Litestar, doors: Doors, gate: Turnstile
    ) -> None:
        """A screenshot of a rotating code is not one of a static code, though the zone takes those now."""
        await write(app, zone_rules, static_code=False)
        pass_id = await write(app, give_pass)
        rotating = (await shown(app, doors, pass_id))["code"]
        await write(app, zone_rules, static_code=True)
        assert (await gate.scan(rotating[:-8])).json()["needs"] == ["code"]
        assert (await gate.scan((await shown(app, doors, pass_id))["code"])).status_code == 201

    async def test_rotating_digits_across_the_change_of_the_service_day(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        await write(app, zone_rules, static_code=False)
        four = NOON + 16 * HOUR
        pass_id = await write(app, give_pass, valid_from=four - HOUR, valid_until=four + HOUR)
        clock.now = four - timedelta(seconds=1)
        view = await shown(app, doors, pass_id)
        clock.now = four + timedelta(seconds=1)
        assert (await gate.scan(view["code"])).status_code == 201

    async def test_daily_hours(self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock) -> None:
        await write(app, zone_rules, reentry=False)
        days = {"valid_until": NOON + 48 * HOUR, "daily_from": time(12), "daily_until": time(14)}
        code = (await shown(app, doors, await write(app, give_pass, **days)))["code"]
        assert [(await gate.scan(code)).json()["reason"] for _ in range(2)] == [None, "already_redeemed"]
        clock.advance(hours=5)
        assert (await gate.scan(code)).json()["reason"] == "invalid_time"
        clock.advance(hours=19)
        assert [(await gate.scan(code)).json()["reason"] for _ in range(2)] == [None, "already_redeemed"]

    async def test_says_when_the_first_of_a_party_went_in(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        code = (await shown(app, doors, await write(app, give_pass, party=2)))["code"]
        first = (await gate.scan(code, "s1")).json()["received_at"]
        clock.advance(minutes=5)
        await gate.scan(code, "s2")
        assert (await gate.scan(code)).json()["first_entry_at"] == first
        await gate.annul("s2")
        await gate.annul("s1")
        clock.advance(minutes=5)
        again = (await gate.scan(code)).json()
        assert again["first_entry_at"] == again["received_at"]

    async def test_in_and_out_and_in_again(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        ways = ["entry", "entry", "exit", "exit", "entry"]
        told = [(await gate.scan(code, direction=way)).json() for way in ways]
        assert [one["reason"] for one in told] == [None, "already_redeemed", None, "rules", None]
        assert await gate.inside() == 1

    async def test_without_anti_passback_nobody_is_kept_inside(
        self, app: Litestar, doors: Doors, gate: Turnstile
    ) -> None:
        await write(app, zone_rules, anti_passback=False)
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        ways = ["exit", "entry", "entry", "exit", "exit", "exit"]
        assert [(await gate.scan(code, direction=way)).status_code for way in ways] == [201] * 6
        assert await gate.inside() == 0

    async def test_everybody_has_gone_at_four_in_the_morning(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        await write(app, zone_rules, capacity=1)
        code = (await shown(app, doors, await write(app, give_pass, valid_until=NOON + 48 * HOUR)))["code"]
        assert (await gate.scan(code)).status_code == 201
        clock.advance(hours=16)
        assert await gate.inside() == 0
        ways = ["exit", "entry", "exit", "exit"]
        told = [(await gate.scan(code, direction=way)).json()["reason"] for way in ways]
        assert told == ["rules", None, None, "rules"]

    async def test_capacity_counts_heads(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, zone_rules, capacity=3)
        door = await device(app, doors, heads_mode="all")
        codes = [(await shown(app, doors, await write(app, give_pass, party=2)))["code"] for _ in range(2)]
        first, full = await door.scan(codes[0]), await door.scan(codes[1])
        assert (first.json()["inside"], first.json()["capacity"]) == (2, 3)
        assert (full.status_code, full.json()["reason"], full.json()["inside"]) == (200, "zone_full", 2)
        assert (await door.scan(codes[1], heads=1)).status_code == 201
        await write(app, zone_rules, capacity=9)
        assert (await gate.scan(codes[1])).status_code == 201

    async def test_asks_how_many(self, app: Litestar, doors: Doors) -> None:
        door = await device(app, doors, heads_mode="ask")
        code = (await shown(app, doors, await write(app, give_pass, party=4)))["code"]
        asked = await door.scan(code)
        assert (asked.status_code, asked.json()["needs"], asked.json()["left"]) == (400, ["heads"], 4)
        told = await door.scan(code, heads=3)
        assert (told.status_code, told.json()["heads"], told.json()["left"]) == (201, 3, 1)

    async def test_a_gate_that_turns_one_way(self, app: Litestar, doors: Doors) -> None:
        out = await device(app, doors, direction="exit")
        refused = await out.scan("1", direction="entry")
        assert (refused.status_code, refused.json()["code"]) == (422, "wrong_way")

    async def test_a_revoked_gate_is_told_so_and_nothing_else(
        self, app: Litestar, doors: Doors, gate: Turnstile
    ) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        manager = await person(app, doors.city.manager)
        path = f"/places/{CENTRE}/gates/{doors.gate_id}/revoke"
        assert (await manager.call("POST", path)).json()["state"] == "revoked"
        answer = await gate.scan(code)
        assert (answer.status_code, answer.json()["reason"]) == (200, "device_revoked")
        assert (answer.json()["holder"], answer.json()["pass_id"]) == ("", None)
        assert (await gate.client.get("/gates/me")).status_code == 403
        again = await manager.call("POST", path)
        assert (again.status_code, again.json()["code"]) == (409, "gate_revoked")

    async def test_bad_requests_are_problems(self, gate: Turnstile) -> None:
        for body in (
            {},
            {"scan_id": "a b", "code": "1"},
            {"scan_id": "a", "code": ""},
            {"scan_id": "a", "code": "1", "heads": -1},
            {"scan_id": "a", "code": "1", "heads": 256},
            {"scan_id": "a", "code": "1", "direction": "up"},
            {"scan_id": "a", "code": "1", "scanned_at": "2026-11-25T12:00:00"},
            {"scan_id": "a", "code": "1", "surprise": 1},
            {"scan_id": "a", "code": "1" * 1025},
            {"scan_id": "a", "code": "1", "pass_id": 2**53},
        ):
            answer = await gate.client.post("/scans", json=body)
            assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), body

    async def test_no_key_no_answer(self, app: Litestar, doors: Doors) -> None:
        bearer = await write(app, sign_in, doors.city.manager)
        for key in ("", "gate_", "gate_" + "0" * 64, bearer):
            stranger = Turnstile(app, key or "x")
            answer = await stranger.scan("1")
            assert answer.status_code == 401, key
