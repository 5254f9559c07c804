"""Many scans at once, through the real handlers: what is promised of one pass, one party, one room, one scan."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from booking.checkin import facts
from booking.checkin.facts import History
from booking.checkin.queries import ledger
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.queries.ledger import held_by_id
from booking.checkin.service import effects, redeem
from booking.db import Database, WriteSession
from tests.checkin.gates import COURTS, Doors, Turnstile, build, enrolled, give_pass, shown, write, zone_rules
from tests.databases import postgres_only
from tests.venues.city import CENTRE

RIVALS = 50


async def one_pass(app: Litestar, doors: Doors) -> list[str]:
    """All show the same pass for one."""
    await write(app, zone_rules, reentry=False)
    return [(await shown(app, doors, await write(app, give_pass)))["code"]] * RIVALS


async def one_party(app: Litestar, doors: Doors) -> list[str]:
    """All show the same pass for seven."""
    return [(await shown(app, doors, await write(app, give_pass, party=7)))["code"]] * RIVALS


async def small_room(app: Litestar, doors: Doors) -> list[str]:
    """Each shows a pass of their own, and the room holds twenty."""
    await write(app, zone_rules, capacity=20)
    return [(await shown(app, doors, await write(app, give_pass)))["code"] for _ in range(RIVALS)]


CROWDS = [(one_pass, 1, "already_redeemed"), (one_party, 7, "already_redeemed"), (small_room, 20, "zone_full")]


async def rush(app: Litestar, doors: Doors, codes: list[str]) -> Counter[tuple[int, str | None]]:
    """Scan them all at once, at two gates in turn, and count what was answered."""
    other = (await write(app, enrolled, doors.city.manager, code="g2")).key
    gates = [Turnstile(app, key) for key in (doors.key, other)]
    answers = await asyncio.gather(*(gates[number % 2].scan(code) for number, code in enumerate(codes)))
    return Counter((answer.status_code, answer.json().get("reason")) for answer in answers)


@pytest.mark.parametrize(("crowd", "room", "reason"), CROWDS)
async def test_exactly_as_many_go_in_as_may(
    crowd: Any, room: int, reason: str, app: Litestar, doors: Doors, gate: Turnstile
) -> None:
    assert await rush(app, doors, await crowd(app, doors)) == {(201, None): room, (200, reason): RIVALS - room}
    assert await gate.inside() == room


@pytest.fixture
def all_looked_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sees the ledger as it was before anybody went in: the worst that concurrency can do to a decision."""
    monkeypatch.setattr(ledger, "history", lambda *_: History())
    monkeypatch.setattr(ledger, "inside_now", lambda *_: {})


@pytest.mark.parametrize(("crowd", "room", "reason"), CROWDS)
async def test_even_if_all_looked_too_early(
    crowd: Any, room: int, reason: str, app: Litestar, doors: Doors, all_looked_too_early: None
) -> None:
    told = await rush(app, doors, await crowd(app, doors))
    assert told == {(201, None): room, (503, None): RIVALS - room}


def _unlimited(*_: Any) -> str:
    return ""


def _roomy(tx: Any, passage: Any, capacity: int, come: Any = effects._come) -> bool:
    return bool(come(tx, passage, facts.NO_LIMIT))


@pytest.mark.parametrize(
    ("name", "mutant", "crowd", "room"),
    [("_limited", _unlimited, one_pass, 1), ("_limited", _unlimited, one_party, 7), ("_come", _roomy, small_room, 20)],
)
async def test_an_update_without_its_condition_lets_too_many_in(
    name: str,
    mutant: Any,
    crowd: Any,
    room: int,
    app: Litestar,
    doors: Doors,
    all_looked_too_early: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tests above have teeth: it is the condition of each update that holds the crowd."""
    monkeypatch.setattr(effects, name, mutant)
    assert (await rush(app, doors, await crowd(app, doors)))[201, None] > room


async def repeated(app: Litestar, doors: Doors, gate: Turnstile) -> Counter[bool]:
    """One scan, sent many times at once; counts the answers by whether they were replayed."""
    code = (await shown(app, doors, await write(app, give_pass, party=RIVALS)))["code"]
    answers = await asyncio.gather(*(gate.scan(code, "the-one") for _ in range(RIVALS)))
    assert {answer.status_code for answer in answers} == {201}
    return Counter(answer.json()["replayed"] for answer in answers)


async def test_a_repeated_scan_is_one_scan(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    assert await repeated(app, doors, gate) == {False: 1, True: RIVALS - 1}
    assert await gate.inside() == 1


async def test_without_its_row_each_repeat_counts(
    app: Litestar, doors: Doors, gate: Turnstile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redeem, "_record", lambda *_: True)
    assert await repeated(app, doors, gate) == {False: RIVALS}
    assert await gate.inside() == RIVALS


async def test_a_scan_is_taken_back_once(app: Litestar, doors: Doors, gate: Turnstile) -> None:
    code = (await shown(app, doors, await write(app, give_pass, party=3)))["code"]
    assert (await gate.scan(code, "a")).status_code == (await gate.scan(code, "b")).status_code == 201
    answers = await asyncio.gather(*(gate.annul("a") for _ in range(RIVALS)))
    assert {answer.json()["status"] for answer in answers} == {"ok"}
    assert await gate.inside() == 1


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
