"""What was answered is stored, whatever ends the server; and a server that is asked to stop loses nobody."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from benchmarks.client import connect
from booking.checkin.models import Gate
from booking.clock import Ids, Tokens, system_clock
from booking.db import Database, ReadSession, WriteSession
from tests.databases import Driver, SettableClock, sqlite_only
from tests.servers import Server, serving
from tests.venues.city import CENTRE, populate, sign_in

CALLERS = 8


@pytest.fixture
def token(database_url: str) -> str:
    """The token of a manager in a small city, good by the real clock."""

    def make(tx: WriteSession, now: Any) -> str:
        return sign_in(tx, now, populate(tx, now).manager)

    driver = Driver(database_url, SettableClock(system_clock()))
    made = driver.run(make)
    driver.close()
    return made


async def add_gates(port: int, token: str, prefix: str, acknowledged: list[str], until: asyncio.Event) -> list[int]:
    """Add gates one after the other until the server is gone or the event is set; the statuses that were answered."""
    statuses = []
    with contextlib.suppress(ConnectionError, OSError, asyncio.IncompleteReadError):
        async with connect("127.0.0.1", port) as connection:
            for number in range(100_000):
                if until.is_set():
                    break
                code = f"{prefix}-{number}"
                body = msgspec.json.encode({"code": code, "name": code, "name_en": code, "zones": [1]})
                headers = {
                    "authorization": f"Bearer {token}",
                    "content-type": "application/json",
                    "idempotency-key": code,
                }
                answer = await connection.request("POST", f"/api/v1/places/{CENTRE}/gates", body, headers)
                statuses.append(answer.status)
                if answer.status == 201:
                    acknowledged.append(code)
    return statuses


async def load(server: Server, token: str, round_: int, acknowledged: list[str], end: Any, seconds: float) -> list[int]:
    until = asyncio.Event()
    callers = [
        asyncio.create_task(add_gates(server.port, token, f"r{round_}c{caller}", acknowledged, until))
        for caller in range(CALLERS)
    ]
    await asyncio.sleep(seconds)
    await asyncio.to_thread(end)
    until.set()
    return [status for statuses in await asyncio.gather(*callers) for status in statuses]


def stored_codes(url: str) -> set[str]:
    async def read() -> set[str]:
        database = Database(url, system_clock, Ids(system_clock), Tokens())
        try:
            return await database.read(codes)
        finally:
            await database.close()

    return asyncio.run(read())


def codes(tx: ReadSession) -> set[str]:
    return set(tx.execute(select(Gate.code)).scalars())


def test_a_server_that_is_asked_to_stop_answers_all_that_it_stored(
    database_url: str, token: str, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    with serving(database_url, tmp_path) as (server,):
        statuses = asyncio.run(load(server, token, 0, acknowledged, server.stop, 0.7))
        assert server.process.returncode == 0, server.log.read_text()
    assert set(statuses) <= {201, 503}, statuses
    assert acknowledged
    assert stored_codes(database_url) == set(acknowledged), (
        "nothing stored without an answer, nothing answered unstored"
    )


@pytest.mark.drill
@sqlite_only
def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed(
    database_url: str, token: str, tmp_path: Path
) -> None:
    dice = random.Random(5)
    acknowledged: list[str] = []
    for round_ in range(15):
        with serving(database_url, tmp_path) as (server,):
            asyncio.run(load(server, token, round_, acknowledged, server.kill, dice.uniform(0.2, 0.8)))
        assert set(acknowledged) <= stored_codes(database_url), round_
    assert len(acknowledged) > 100
