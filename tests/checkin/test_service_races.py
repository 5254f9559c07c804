"""Many scans at once, through the real handlers: what is promised of one pass, one party, one room, one scan."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from booking.checkin import facts
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.queries.ledger import held_by_id
from booking.checkin.service import effects, redeem
from booking.db import Database, WriteSession
from tests.checkin.gates import COURTS, Doors, Turnstile, build, enrolled, give_pass, shown, write, zone_rules
from tests.databases import postgres_only
from tests.venues.city import CENTRE

RIVALS = 50


async def told(scans: Iterator[Any] | list[Any]) -> Counter[tuple[int, str | None]]:
    answers: list[httpx.Response] = await asyncio.gather(*scans)
    return Counter((answer.status_code, answer.json()["reason"]) for answer in answers)


async def single_pass(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    await write(app, zone_rules, reentry=False)
    code = (await shown(app, doors, await write(app, give_pass)))["code"]
    other = Turnstile(app, (await write(app, enrolled, doors.city.manager, code="g2")).key)
    scans = [(gate, other)[number % 2].scan(code) for number in range(RIVALS)]
    assert await told(scans) == {(201, None): 1, (200, "already_redeemed"): RIVALS - 1}
    assert await gate.inside() == 1


async def party_pass(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    code = (await shown(app, doors, await write(app, give_pass, party=7)))["code"]
    assert await told([gate.scan(code) for _ in range(RIVALS)]) == {
        (201, None): 7,
        (200, "already_redeemed"): RIVALS - 7,
    }
    assert await gate.inside() == 7


async def full_room(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    await write(app, zone_rules, capacity=20)
    codes = [(await shown(app, doors, await write(app, give_pass)))["code"] for _ in range(RIVALS)]
    assert await told([gate.scan(code) for code in codes]) == {(201, None): 20, (200, "zone_full"): RIVALS - 20}
    assert await gate.inside() == 20
    again = await told([gate.scan(code) for code in codes])
    assert again == {(200, "already_redeemed"): 20, (200, "zone_full"): RIVALS - 20}


async def one_scan(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    code = (await shown(app, doors, await write(app, give_pass, party=RIVALS)))["code"]
    answers = await asyncio.gather(*(gate.scan(code, "the-one") for _ in range(RIVALS)))
    assert Counter(answer.status_code for answer in answers) == {201: RIVALS}
    assert Counter(answer.json()["replayed"] for answer in answers) == {False: 1, True: RIVALS - 1}
    assert {answer.json()["left"] for answer in answers} == {RIVALS - 1}
    assert await gate.inside() == 1


async def one_annulment(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    code = (await shown(app, doors, await write(app, give_pass, party=3)))["code"]
    assert (await gate.scan(code, "a")).status_code == (await gate.scan(code, "b")).status_code == 201
    answers = await asyncio.gather(*(gate.annul("a") for _ in range(RIVALS)))
    assert {answer.json()["status"] for answer in answers} == {"ok"}
    assert await gate.inside() == 1


SCENES = [single_pass, party_pass, full_room, one_scan, one_annulment]


@pytest.mark.parametrize("scene", SCENES)
async def test_holds(scene: Callable[..., Any], app: Litestar, doors: Doors, gate: Turnstile) -> None:
    await scene(app, doors, gate)


def _unlimited(*_: Any) -> None:
    return None


def _roomy(tx: Any, passage: Any, capacity: int, come: Any = effects._come) -> bool:
    return bool(come(tx, passage, facts.NO_LIMIT))


MUTANTS = [
    (effects, "_used", _unlimited, single_pass),
    (effects, "_used", _unlimited, party_pass),
    (effects, "_come", _roomy, full_room),
    (redeem, "_record", lambda *_: True, one_scan),
]


@postgres_only
@pytest.mark.parametrize(("module", "name", "mutant", "scene"), MUTANTS)
async def test_is_killed(
    module: Any,
    name: str,
    mutant: Any,
    scene: Callable[..., Any],
    app: Litestar,
    doors: Doors,
    gate: Turnstile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without its condition each update lets too many in; the scenes above see that."""
    monkeypatch.setattr(module, name, mutant)
    with pytest.raises((AssertionError, KeyError)):
        await scene(app, doors, gate)


@postgres_only
async def test_a_pass_cannot_be_cancelled_under_a_scan(database: Database, database_url: str) -> None:
    """Whoever cancels waits until the scan is told; the scan never opens for what was cancelled before it looked."""
    doors = await database.write(build)
    pass_id = await database.write(give_pass)
    gate = GatePrincipal(
        place_id=CENTRE, gate_id=doors.gate_id, name="", name_en="", direction="both", zones=(COURTS,),
        heads_mode="one", staffed=False, locale="zh-CN", revoked=False,
    )  # fmt: skip

    async def cancel() -> None:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute("SET lock_timeout = '200ms'")
            await connection.execute("UPDATE passes SET status = 'canceled' WHERE id = $1", pass_id)
        finally:
            await connection.close()

    def scanning(tx: WriteSession, now: datetime) -> None:
        assert held_by_id(tx, gate, pass_id)
        with ThreadPoolExecutor(1) as elsewhere, pytest.raises(asyncpg.LockNotAvailableError):
            elsewhere.submit(asyncio.run, cancel()).result()

    await database.write(scanning)
    await cancel()
