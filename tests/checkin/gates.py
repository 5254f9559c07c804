"""A place with doors, people with passes, and devices that scan: for the tests of the gate's server side.

Plain functions: `await build_gates(database)`. Every hour is Shanghai's; `NOON` is 12:00 on 25 November 2026.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import httpx
from litestar import Litestar
from sqlalchemy import update

from booking.checkin.schemas import Enrolled, GateRequest
from booking.checkin.service.gates import create_gate, enrol, invite_gate
from booking.checkin.service.passes import issue_pass
from booking.db import Database, WriteSession
from booking.members.models import Card
from booking.places.catalogue import catalogue_changed
from booking.places.models import Zone
from booking.web.principal import Principal
from tests.databases import NOON
from tests.members.visitors import App, to
from tests.venues.city import CENTRE, City, add, populate, sign_in

COURTS, GYM = 1, 2
HOUR = timedelta(hours=1)
_scans = count(1)


class Doors(NamedTuple):
    """The city, a turnstile into the courts (both ways), and its key."""

    city: City
    key: str
    gate_id: int


def build(tx: WriteSession, now: datetime) -> Doors:
    city = populate(tx, now)
    made = enrolled(tx, now, city.manager)
    return Doors(city, made.key, made.gate.id)


async def build_gates(database: Database) -> Doors:
    return await database.write(build)


def enrolled(tx: WriteSession, now: datetime, /, manager: Principal, **described: Any) -> Enrolled:
    """A gate of the centre that has its key."""
    request = GateRequest(**{"code": "g1", "name": "一号闸机", "name_en": "Gate 1", "zones": [COURTS]} | described)
    gate = create_gate(tx, now, manager, CENTRE, request)
    code = invite_gate(tx, now, manager, CENTRE, gate.id).code
    assert code is not None
    return enrol(tx, now, code, "test")


def zone_rules(tx: WriteSession, now: datetime, /, zone: int = COURTS, **rules: Any) -> None:
    """Change the rules of a zone of the centre."""
    tx.execute(update(Zone).where(Zone.place_id == CENTRE, Zone.id == zone).values(rules))
    catalogue_changed(tx)


def give_pass(tx: WriteSession, now: datetime, /, member_id: int | None = 101, **said: Any) -> int:
    """A pass for the courts, good from noon until one; `said` says it otherwise."""
    usual: dict[str, Any] = {
        "place_id": CENTRE,
        "issuer": "venues",
        "subject_id": 1,
        "member_id": member_id,
        "holder": "林晓",
        "title": "羽毛球",
        "title_en": "Badminton",
        "zones": [COURTS],
        "valid_from": NOON,
        "valid_until": NOON + HOUR,
        "party": 1,
    }
    return issue_pass(tx, now, **usual | said)


def give_card(
    tx: WriteSession, now: datetime, number: str, member_id: int = 101, blocked_at: datetime | None = None
) -> None:
    add(tx, Card, [{"number": number, "member_id": member_id, "blocked_at": blocked_at}])


class Turnstile:
    """A device with its key, speaking HTTP."""

    def __init__(self, app: Litestar, key: str) -> None:
        self.client = httpx.AsyncClient(
            transport=to(app, "192.0.2.7"),
            base_url="http://testserver/api/v1",
            headers={"authorization": f"Bearer {key}"},
        )

    async def scan(self, code: str, scan_id: str | None = None, **said: Any) -> httpx.Response:
        body = {"scan_id": scan_id or f"scan-{next(_scans)}", "code": code} | said
        return await self.client.post("/scans", json=body)

    async def annul(self, scan_id: str) -> httpx.Response:
        return await self.client.post(f"/scans/{scan_id}/annul")

    async def inside(self, zone: int = COURTS) -> int:
        answer = await self.client.get(f"/zones/{zone}/presence")
        return int(answer.json()["inside"])

    async def close(self) -> None:
        await self.client.aclose()


async def write(app: Litestar, command: Any, *args: Any, **kwargs: Any) -> Any:
    return await app.state.database.write(command, *args, **kwargs)


async def person(app: Litestar, who: Any) -> App:
    return App(app, await write(app, sign_in, who))


async def shown(app: Litestar, doors: Doors, pass_id: int) -> dict[str, Any]:
    """A pass as its holder's app shows it now."""
    visitor = await person(app, doors.city.manager)
    answer = await visitor.call("GET", f"/passes/{CENTRE}/{pass_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def device(app: Litestar, doors: Doors, **described: Any) -> Turnstile:
    """Another gate of the centre."""
    made = await write(app, enrolled, doors.city.manager, **{"code": "g2"} | described)
    return Turnstile(app, made.key)
