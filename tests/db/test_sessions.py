"""How rows come back, which statements are built once, and who waits for whom."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select

from booking.db import Database, ReadSession, WriteSession, insert, prepared
from booking.db import sqlite as sqlite_store
from booking.db.library import sqlite_module
from booking.errors import Busy
from booking.members.models import Organisation
from booking.web.models import Counter, IdempotencyKey
from tests.databases import sqlite_only


def put(tx: WriteSession, now: datetime, name: str, value: int = 1) -> None:
    tx.execute(insert(tx, Counter), {"name": name, "value": value})


def value_of(tx: ReadSession, name: str) -> int | None:
    counter = tx.get(Counter, name=name)
    return None if counter is None else counter.value


@prepared
def above(tx: ReadSession, least: int) -> Select[Counter]:
    return select(Counter).where(Counter.value > least).order_by(Counter.name)


def names_above(tx: ReadSession, least: int) -> str:
    return "".join(counter.name for counter in tx.all(above(tx, least)))


class TestSnapshots:
    async def test_get_answers_the_row_with_this_key_or_nothing(self, database: Database) -> None:
        await database.write(put, "a", 7)
        assert await database.read(value_of, "a") == 7
        assert await database.read(value_of, "b") is None

    async def test_get_finds_what_has_no_value(self, database: Database) -> None:
        """Kills the mutant that compares with NULL, which nothing equals."""

        def root(tx: WriteSession, now: datetime) -> str | None:
            row = {"id": 1, "parent_id": None, "code": "x", "kind": "city", "name": "宁波", "path": "/1/"}
            tx.execute(insert(tx, Organisation), row)
            found = tx.get(Organisation, parent_id=None)
            assert tx.get(Organisation, parent_id=1) is None
            return None if found is None else found.name

        assert await database.write(root) == "宁波"

    async def test_columns_come_in_the_types_of_their_class(self, database: Database) -> None:
        def keep(tx: WriteSession, now: datetime) -> IdempotencyKey | None:
            row = {"principal": "p", "key": "k", "request_hash": b"h", "status": 201, "answer": b"", "created_at": now}
            tx.execute(insert(tx, IdempotencyKey), row)
            return tx.get(IdempotencyKey, principal="p", key="k")

        kept = await database.write(keep)
        assert kept is not None
        assert (kept.status, bytes(kept.request_hash), kept.created_at) == (201, b"h", database.clock())

    async def test_changing_one_is_an_error(self, database: Database) -> None:
        """It would look as if something were stored."""
        await database.write(put, "a")
        found = await database.read(lambda tx: tx.get(Counter, name="a"))
        assert found is not None
        with pytest.raises(AttributeError):
            found.value = 2


class TestPrepared:
    async def test_runs_with_the_values_of_each_call(self, database: Database) -> None:
        """Kills the mutant that keeps the values of the first call."""
        for name, value in (("a", 1), ("b", 2), ("c", 3)):
            await database.write(put, name, value)
        for least, names in ((1, "bc"), (2, "c"), (0, "abc")):
            assert await database.read(names_above, least) == names

    async def test_is_written_once_for_a_kind_of_database_and_a_shape(self, database: Database) -> None:
        written = []

        @prepared
        def named(tx: ReadSession, name: str, *, column: str) -> Select[Any]:
            written.append(column)
            return select(getattr(Counter, column)).where(Counter.name == name)

        await database.write(put, "a", 5)
        for _ in range(2):
            assert await database.read(lambda tx: tx.scalar(named(tx, "a", column="value"))) == 5
            assert await database.read(lambda tx: tx.scalar(named(tx, "a", column="name"))) == "a"
        assert written == ["value", "name"]

    async def test_takes_any_number_of_values(self, database: Database) -> None:
        @prepared
        def put_all(tx: ReadSession, value: int, *names: str) -> Any:
            return insert(tx, Counter).values([{"name": name, "value": value} for name in names])

        def put_some(tx: WriteSession, now: datetime, names: str) -> None:
            tx.execute(put_all(tx, len(names), *names))

        for names in ("a", "bc", "de"):
            await database.write(put_some, names)
        assert await database.read(names_above, 0) == "abcde"
        assert await database.read(names_above, 1) == "bcde"

    async def test_one_without_values_takes_a_row(self, database: Database) -> None:
        @prepared
        def unless_there(tx: ReadSession) -> Any:
            return insert(tx, Counter).on_conflict_do_nothing()

        def put_twice(tx: WriteSession, now: datetime) -> list[int]:
            return [tx.execute(unless_there(tx), {"name": "a", "value": value}).rowcount for value in (1, 2)]

        assert await database.write(put_twice) == [1, 0]
        assert await database.read(value_of, "a") == 1

    async def test_takes_lists_instants_and_upserts(self, database: Database) -> None:
        @prepared
        def keys(tx: ReadSession, among: list[str], since: datetime) -> Select[Any]:
            return select(IdempotencyKey.key).where(IdempotencyKey.key.in_(among), IdempotencyKey.created_at >= since)

        @prepared
        def keep(tx: ReadSession, key: str, body: bytes, now: datetime) -> Any:
            row = {"principal": "p", "key": key, "request_hash": b"h", "status": 201, "answer": body, "created_at": now}
            kept = insert(tx, IdempotencyKey).values(row)
            return kept.on_conflict_do_update(index_elements=["principal", "key"], set_={"answer": body})

        def keep_all(tx: WriteSession, now: datetime) -> None:
            for key, body in (("a", b"1"), ("b", b"2"), ("b", b"3")):
                tx.execute(keep(tx, key, body, now))

        now = database.clock()
        await database.write(keep_all)
        assert await database.read(lambda tx: tx.scalar(keys(tx, ["b", "c"], now))) == "b"
        assert await database.read(lambda tx: tx.scalar(keys(tx, ["b"], now + timedelta(seconds=1)))) is None
        stored = await database.read(lambda tx: tx.get(IdempotencyKey, principal="p", key="b"))
        assert stored is not None
        assert bytes(stored.answer) == b"3"


class TestGlance:
    async def test_sees_what_was_committed(self, database: Database) -> None:
        await database.write(put, "a", 3)
        assert await database.glance(value_of, "a") == 3

    async def test_cannot_write(self, database: Database) -> None:
        with pytest.raises(Exception, match=r"(?i)read.?only"):
            await database.glance(lambda tx: tx.execute(insert(tx, Counter), {"name": "sneaky", "value": 1}))

    @sqlite_only
    async def test_does_not_see_what_is_being_written(self, database: Database) -> None:
        store = database.store
        assert isinstance(store, sqlite_store.SqliteStore)

        def write(tx: WriteSession, now: datetime) -> int | None:
            put(tx, now, "a")
            return store._query(lambda reading: value_of(reading, "a"), store.glancer)

        assert await database.write(write) is None


@contextmanager
def locked(database: Database) -> Iterator[sqlite3.Connection]:
    """Another process holds the database's lock, as far as SQLite can tell."""
    other = sqlite_module().connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


@sqlite_only
class TestLockOfAnotherProcess:
    async def test_is_waited_for_while_the_loop_runs(self, database: Database) -> None:
        """Kills the mutant that lets SQLite wait: everybody else would, too."""
        with locked(database) as other:
            waiting = asyncio.ensure_future(database.write(put, "a"))
            begun = time.monotonic()
            for _ in range(10):
                await asyncio.sleep(0.01)
            assert time.monotonic() - begun < 2
            assert not waiting.done()
            other.execute("ROLLBACK")
            await waiting
        assert await database.read(value_of, "a") == 1

    async def test_is_not_waited_for_for_ever(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_store, "BUSY_TIMEOUT_MS", 50)
        with locked(database), pytest.raises(Busy):
            await database.write(put, "a")
        await database.write(put, "b")
        assert await database.read(value_of, "b") == 1
