"""The API of gates and passes, over the running application."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import zxingcpp
from litestar import Litestar

from booking.checkin.errors import DeviceUnknown
from booking.db import WriteSession
from tests.checkin import gates
from tests.checkin.gates import COURTS, Doors, Turnstile, give_card, give_pass, zone_rules
from tests.databases import SettableClock
from tests.members.visitors import App
from tests.venues.city import CENTRE, sign_in


async def write(app: Litestar, command: Any, *args: Any, **kwargs: Any) -> Any:
    return await app.state.database.write(command, *args, **kwargs)


async def person(app: Litestar, who: Any) -> App:
    return App(app, await write(app, sign_in, who))


async def code_of(app: Litestar, doors: Doors, pass_id: int) -> dict[str, Any]:
    """The pass as its place's manager sees it."""
    visitor = await person(app, doors.city.manager)
    answer = await visitor.call("GET", f"/passes/{CENTRE}/{pass_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestRedeem:
    async def test_admits_once(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, zone_rules, reentry=False)
        shown = await code_of(app, doors, await write(app, give_pass))
        first, second = await gate.scan(shown["code"]), await gate.scan(shown["code"])
        assert (first.status_code, first.json()["status"], first.json()["heads"]) == (201, "ok", 1)
        assert first.json()["holder"] == "林*"
        assert (second.status_code, second.json()["reason"]) == (200, "already_redeemed")
        assert second.json()["first_entry_at"] == first.json()["received_at"]
        assert "12:00" in second.json()["sentence"]
        assert await gate.inside() == 1
