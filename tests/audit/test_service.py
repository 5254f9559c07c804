"""Each test that tampers names what a forger with the database's password would do."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from booking.audit import sealing
from booking.audit.models import AuditEntry, AuditSeal
from booking.audit.queries import heads, log, verify, waiting
from booking.audit.rules import Entry, Fault, seal_hash
from booking.audit.service import record, seal
from booking.db import Database, WriteSession
from tests.databases import NOON, SettableClock

PLACE = 3


async def acts(database: Database, *subjects: str, place_id: int = PLACE) -> None:
    for subject in subjects:
        await database.write(
            record, actor="member:7", place_id=place_id, action="court.closed", subject=subject, detail={"小时": 2}
        )


async def sealed(database: Database) -> None:
    """Two seals of two entries each."""
    await acts(database, "court:1", "court:2")
    await database.write(seal, PLACE)
    await acts(database, "court:3", "court:4")
    await database.write(seal, PLACE)


async def tamper(database: Database, *statements: Any) -> None:
    def run(tx: WriteSession, now: datetime) -> None:
        for statement in statements:
            tx.execute(statement)

    await database.write(run)


async def faults(database: Database, anchors: dict[int, bytes] | None = None) -> list[tuple[str, int]]:
    return [(fault.kind, fault.seal_id) for fault in await database.read(verify, PLACE, anchors or {})]


def entry(subject: str) -> Any:
    return (AuditEntry.place_id == PLACE) & (AuditEntry.subject == subject)


class TestRecord:
    async def test_is_read_newest_first(self, database: Database, clock: SettableClock) -> None:
        await acts(database, "court:1", "court:2", "court:3")
        await acts(database, "court:9", place_id=4)
        first, second = await database.read(log, PLACE, limit=2)
        assert (first.subject, second.subject) == ("court:3", "court:2")
        assert (first.actor, first.action, first.at) == ("member:7", "court.closed", clock.now)
        assert first.detail == {"小时": 2}
        (rest,) = await database.read(log, PLACE, before=second.id)
        assert rest.subject == "court:1"

    async def test_is_found_by_subject_and_actor(self, database: Database) -> None:
        await acts(database, "court:1", "court:2")
        assert [found.subject for found in await database.read(log, PLACE, subject="court:1")] == ["court:1"]
        assert await database.read(log, PLACE, actor="member:8") == []

    async def test_goes_with_the_act_that_failed(self, database: Database) -> None:
        def fail(tx: WriteSession, now: datetime) -> None:
            record(tx, now, actor="system", place_id=PLACE, action="a.b", subject="c:1")
            raise LookupError

        with pytest.raises(LookupError):
            await database.write(fail)
        assert await database.read(log, PLACE) == []


class TestSeal:
    async def test_takes_the_oldest_in_batches(self, database: Database) -> None:
        await acts(database, "court:1", "court:2", "court:3")
        assert await database.write(seal, PLACE, 2) == 2
        assert await database.write(seal, PLACE, 2) == 1
        assert await database.write(seal, PLACE, 2) == 0
        assert await faults(database) == []

    async def test_two_sealers_at_once_seal_each_entry_once(self, database: Database) -> None:
        await acts(database, *(f"court:{n}" for n in range(30)))
        counts = await asyncio.gather(*(database.write(seal, PLACE, 10) for _ in range(6)))
        while await database.write(seal, PLACE, 10):
            pass
        assert sum(counts) <= 30
        assert await faults(database) == []
        by_seal = select(AuditEntry.seal_id, func.count()).group_by(AuditEntry.seal_id)
        found = await database.read(lambda tx: [tuple(row) for row in tx.execute(by_seal)])
        assert sum(count for _, count in found) == 30
        assert all(seal_id is not None for seal_id, _ in found)

    async def test_places_are_chained_apart(self, database: Database) -> None:
        await acts(database, "court:1")
        await acts(database, "court:1", place_id=0)
        await acts(database, "court:1", place_id=9)
        assert await database.read(waiting) == [0, PLACE, 9]
        assert await sealing.turn(database) == 3
        assert await database.read(waiting) == []
        assert [(head.place_id, head.seal_id) for head in await database.read(heads)] == [(0, 1), (PLACE, 1), (9, 1)]
        assert await sealing.turn(database) == 0


class TestVerify:
    async def test_finds_nothing_where_nothing_was_touched(self, database: Database) -> None:
        await sealed(database)
        anchors = {head.seal_id: head.hash for head in await database.read(heads)}
        assert await faults(database, anchors) == []

    @pytest.mark.parametrize(
        "values",
        [
            {"actor": "member:8"},
            {"action": "x"},
            {"subject": "court:5"},
            {"detail": {"小时": 3}},
            {"at": NOON + timedelta(seconds=1)},
        ],
    )
    async def test_edit(self, database: Database, values: dict[str, Any]) -> None:
        await sealed(database)
        await tamper(database, update(AuditEntry).where(entry("court:2")).values(values))
        assert await faults(database) == [("altered", 1)]

    async def test_delete(self, database: Database) -> None:
        await sealed(database)
        await tamper(database, delete(AuditEntry).where(entry("court:3")))
        assert await database.read(verify, PLACE, {}) == [Fault("missing_entries", 2, 2, 1)]

    async def test_add(self, database: Database) -> None:
        await sealed(database)
        await acts(database, "court:5")
        await tamper(database, update(AuditEntry).where(entry("court:5")).values(seal_id=1))
        assert await database.read(verify, PLACE, {}) == [Fault("added_entries", 1, 2, 3)]

    async def test_reorder(self, database: Database) -> None:
        await sealed(database)
        ids = {found.subject: found.id for found in await database.read(log, PLACE)}
        await tamper(
            database,
            update(AuditEntry).where(entry("court:1")).values(id=1),
            update(AuditEntry).where(entry("court:2")).values(id=ids["court:1"]),
            update(AuditEntry).where(entry("court:1")).values(id=ids["court:2"]),
        )
        assert await faults(database) == [("altered", 1)]

    async def test_move_to_another_seal(self, database: Database) -> None:
        await sealed(database)
        await tamper(
            database,
            update(AuditEntry).where(entry("court:1")).values(seal_id=2),
            update(AuditEntry).where(entry("court:3")).values(seal_id=1),
        )
        assert await faults(database) == [("altered", 1), ("altered", 2)]

    async def test_seal_lost_in_the_middle(self, database: Database) -> None:
        await sealed(database)
        await tamper(database, delete(AuditSeal).where(AuditSeal.id == 1))
        assert ("missing_seal", 1) in await faults(database)

    async def test_last_seal_lost_alone(self, database: Database) -> None:
        await sealed(database)
        await tamper(database, delete(AuditSeal).where(AuditSeal.id == 2))
        assert await faults(database) == [("missing_seal", 2)]

    async def test_truncate_is_known_from_the_anchor(self, database: Database) -> None:
        await sealed(database)
        anchors = {head.seal_id: head.hash for head in await database.read(heads)}
        await tamper(
            database,
            delete(AuditEntry).where(AuditEntry.seal_id == 2),
            delete(AuditSeal).where(AuditSeal.id == 2),
        )
        assert await faults(database) == []
        assert await faults(database, anchors) == [("truncated", 2)]

    async def test_chain_computed_anew_is_known_from_the_anchor(self, database: Database, clock: SettableClock) -> None:
        await sealed(database)
        anchors = {head.seal_id: head.hash for head in await database.read(heads)}
        await tamper(
            database,
            delete(AuditSeal),
            update(AuditEntry).where(entry("court:1")).values(actor="member:8"),
            update(AuditEntry).values(seal_id=None),
        )
        await database.write(seal, PLACE, 2)
        await database.write(seal, PLACE, 2)
        assert await faults(database) == []
        assert await faults(database, anchors) == [("rewritten", 2)]


async def test_a_seal_is_what_the_rules_say(database: Database, clock: SettableClock) -> None:
    await acts(database, "court:1")
    await database.write(seal, PLACE)
    (head,) = await database.read(heads)
    (row,) = await database.read(log, PLACE)
    covered = Entry(row.id, row.at, row.actor, row.action, row.subject, row.detail)
    assert head.hash == seal_hash(PLACE, 1, b"", clock.now, [covered])
