"""The writer by itself, without HTTP: one command of ten statements, written in the ways that there are.

Its rows have the shape of every benchmark: the bare route is a command that does nothing (a savepoint and its share
of a commit), and the driver runs the same statements in groups of as many as wait at once.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Update, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from benchmarks import driver, load
from benchmarks.databases import Databases
from benchmarks.load import Tally
from benchmarks.recording import Recorded, listening
from benchmarks.report import Round
from booking.audit.models import AuditEntry
from booking.checkin.models import Pass
from booking.clock import Ids, Tokens, system_clock
from booking.db import Base, Database, ReadSession, WriteSession, insert, prepared
from booking.notices.models import OutboxEntry
from booking.venues.models import Booking, Claim, MemberCounter, Partner
from booking.web.models import IdempotencyKey

LIMIT = 1_000_000
RULES = ("badminton:day", "badminton:week")

T = TypeVar("T")
Command = Callable[[WriteSession, datetime, int], None]
Counted = sqlite.Insert | postgresql.Insert


def with_orm(tx: WriteSession, now: datetime, number: int) -> None:
    """Objects of an ORM session, flushed; the upserts in Core."""
    with Session(tx.connection, join_transaction_mode="create_savepoint") as session:
        session.add_all(table(**row) for table, row in facts(now, number))
        session.add_all(Claim(**claim) for claim in claims(number))
        session.flush()
        for rule in RULES:
            tx.execute(taken(tx, number, rule, 1, LIMIT))
        tx.execute(answered(tx, str(number), b"{}"))
        session.commit()


def built_each_time(tx: WriteSession, now: datetime, number: int) -> None:
    """Core statements, written where they are run."""
    for table, row in facts(now, number):
        tx.execute(insert(tx, table).values(**row))
    tx.execute(insert(tx, Claim).values(claims(number)).on_conflict_do_nothing())
    for rule in RULES:
        tx.execute(taken(tx, number, rule, 1, LIMIT))
    tx.execute(answered(tx, str(number), b"{}"))


def built_once(tx: WriteSession, now: datetime, number: int) -> None:
    """The same statements, built once and run with parameters."""
    for table, row in facts(now, number):
        tx.execute(insert(tx, table), row)
    tx.execute(insert(tx, Claim), claims(number))
    for rule in RULES:
        tx.execute(_taken(tx, number, rule, 1, LIMIT))
    tx.execute(_answered(tx, str(number), b"{}"))


def nothing(tx: WriteSession, now: datetime, number: int) -> None:
    """A savepoint and a share of a commit."""


def as_text(recorded: list[Recorded]) -> Command:
    """The SQL that the others come to, through SQLAlchemy's connection but not its expressions."""

    def command(tx: WriteSession, now: datetime, number: int) -> None:
        if number >= len(recorded):
            raise NoneLeft
        for sql, parameters, many in recorded[number].statements:
            tx.connection.exec_driver_sql(sql, [*parameters] if many else parameters)

    return command


def taken(tx: ReadSession, member: int, rule: str, amount: int, most: int) -> Counted:
    """Take of a limit, if it allows it."""
    row = insert(tx, MemberCounter).values(member_id=member, rule=rule, period="2026-W48", taken=amount)
    return row.on_conflict_do_update(
        index_elements=["member_id", "rule", "period"],
        set_={"taken": MemberCounter.taken + amount},
        where=MemberCounter.taken + amount <= most,
    )


def answered(_tx: ReadSession, key: str, body: bytes) -> Update:
    """Keep the answer for a retry."""
    mine = (IdempotencyKey.principal == "m") & (IdempotencyKey.key == key)
    return update(IdempotencyKey).where(mine).values(answer=body)


_taken, _answered = prepared(taken), prepared(answered)


def facts(now: datetime, number: int) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """The rows of booking number so many: each has a member and hours of its own."""
    key = {"place_id": number % 25 + 1}
    yield (
        IdempotencyKey,
        {
            "principal": "m",
            "key": str(number),
            "request_hash": bytes(32),
            "status": 201,
            "answer": b"",
            "created_at": now,
        },
    )
    yield (
        Booking,
        key
        | {
            "id": number,
            "facility_id": 1,
            "status": "confirmed",
            "member_id": number,
            "contact_name": "林晓",
            "court_kind": "court",
            "court_id": 1,
            "starts": number * 2,
            "ends": number * 2 + 2,
            "policy_id": 1,
            "price_fen": 1000,
            "quote": {"fen": 1000, "lines": [[2, 500]]},
            "limits": [["badminton:week", "2026-W48", 1]],
            "source": "app",
            "created_at": now,
            "changed_at": now,
        },
    )
    yield Partner, key | {"booking_id": number, "number": 0, "member_id": number, "name": "林晓", "pass_id": number}
    yield (
        Pass,
        key
        | {
            "id": number,
            "manual_code": str(number),
            "issuer": "venues",
            "subject_id": number,
            "member_id": number,
            "holder": "林晓",
            "title": "羽毛球馆",
            "title_en": "Badminton hall",
            "zones": [1],
            "valid_from": now,
            "valid_until": now + timedelta(hours=1),
            "party": 1,
            "status": "issued",
            "issued_at": now,
            "changed_at": now,
        },
    )
    yield (
        OutboxEntry,
        {
            "id": number,
            "topic": "notice.told",
            "key": f"member:{number}",
            "payload": {"kind": "booking.confirmed"},
            "created_at": now,
            "available_at": now,
        },
    )
    yield (
        AuditEntry,
        key
        | {
            "id": number,
            "at": now,
            "actor": f"member:{number}",
            "action": "booking.confirmed",
            "subject": f"booking:{number}",
            "detail": {"fen": 1000},
        },
    )


def claims(number: int) -> list[dict[str, Any]]:
    """The two half hours of a booking."""
    key = {"place_id": number % 25 + 1, "facility_id": 1, "unit_id": 1, "booking_id": number, "block_id": None}
    return [key | {"half_hour": half_hour} for half_hour in (number * 2, number * 2 + 1)]


class NoneLeft(Exception):
    """Every recorded command was run: the turn is over."""


class Pressed(NamedTuple):
    """What came of a turn, and what it cost this process."""

    tally: Tally
    cpu_ms: float


class Turns:
    """Turns of each way of writing the command, each on a copy of a city's database of its own."""

    def __init__(self, where: Databases, made: str, seconds: float, recorded: int) -> None:
        self._where, self._made, self._seconds = where, made, seconds
        self.recorded = self._on_copy(lambda url: asyncio.run(_record(url, recorded)))
        self.ways: dict[str, Command] = {
            "ORM session": with_orm,
            "Core, built each time": built_each_time,
            "Core, built once": built_once,
            "SQL text": as_text(self.recorded),
        }

    def round(self, callers: int) -> dict[str, Round]:
        """One turn of each."""
        bare = self._press(nothing, callers)
        raw = self._on_copy(lambda url: driver.replay(url, self.recorded, callers, self._seconds))
        mine = {name: self._press(way, callers) for name, way in self.ways.items()}
        return {name: Round(one.tally, bare.tally, raw, one.cpu_ms, bare.cpu_ms) for name, one in mine.items()}

    def _press(self, command: Command, callers: int) -> Pressed:
        return self._on_copy(lambda url: asyncio.run(_press(url, command, callers, self._seconds)))

    def _on_copy(self, work: Callable[[str], T]) -> T:
        url = self._where.copy(self._made)
        try:
            return work(url)
        finally:
            self._where.drop(url)


async def _record(url: str, commands: int) -> list[Recorded]:
    database = Database(url, system_clock, Ids(system_clock), Tokens())
    with listening(database) as heard:

        def run(tx: WriteSession, now: datetime) -> list[Recorded]:
            found = []
            for number in range(commands):
                heard.clear()
                built_once(tx, now, number)
                found.append(Recorded([*heard], []))
            return found

        recorded = await database.write(run)
    await database.close()
    return recorded


async def _press(url: str, command: Command, callers: int, seconds: float) -> Pressed:
    """So many callers, each asking again as soon as it was answered; the first quarter of the time warms up."""
    database = Database(url, system_clock, Ids(system_clock), Tokens())
    numbers = count()
    done: list[tuple[float, float]] = []
    begin = time.perf_counter() + seconds / 4
    until = begin + seconds

    async def call() -> None:
        with suppress(NoneLeft):
            while (begun := time.perf_counter()) < until:
                await database.write(command, next(numbers))
                done.append((begun, time.perf_counter()))

    spent = time.process_time()
    await asyncio.gather(*(call() for _ in range(callers)))
    cpu_ms = 1000 * (time.process_time() - spent) / len(done)
    await database.close()
    return Pressed(Tally(*load.count(done, begin, until)), cpu_ms)
