import asyncio
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from booking.db import Database, Lane, ReadSession, WriteSession, insert
from booking.db.lanes import ALWAYS_ADMITTED, Admission
from booking.db.sqlite import NotCommitted, SqliteStore
from booking.errors import Busy, Conflict
from booking.web.models import Counter
from tests.databases import sqlite_only


class Refused(Conflict):
    code = "refused"
    text = "不行"


def put(tx: WriteSession, now: datetime, name: str, value: int = 1) -> str:
    tx.execute(insert(tx, Counter).values(name=name, value=value))
    tx.touch(f"counter:{name}")
    return name


def put_then_refuse(tx: WriteSession, now: datetime, name: str) -> None:
    put(tx, now, name)
    raise Refused


def increment(tx: WriteSession, now: datetime, name: str) -> int:
    """Counts with a read before the write, so that any two commands running at once would lose a count."""
    row = insert(tx, Counter).values(name=name, value=1)
    counted = row.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1})
    return int(tx.execute(counted.returning(Counter.value)).scalar_one())


def names(tx: ReadSession) -> set[str]:
    return set(tx.execute(select(Counter.name)).scalars())


class TestWrite:
    async def test_answers_with_what_the_command_returned(self, database: Database) -> None:
        assert await database.write(put, "one") == "one"
        assert await database.read(names) == {"one"}

    async def test_hands_the_command_the_time_at_which_it_begins(self, database: Database) -> None:
        assert await database.write(lambda tx, now: now) == database.clock()

    async def test_a_refusal_undoes_its_own_command_alone(self, database: Database) -> None:
        answers = await asyncio.gather(
            database.write(put, "before"),
            database.write(put_then_refuse, "refused"),
            database.write(put, "after"),
            return_exceptions=True,
        )
        assert isinstance(answers[1], Refused)
        assert await database.read(names) == {"before", "after"}

    async def test_a_database_error_undoes_its_own_command_alone(self, database: Database) -> None:
        def broken(tx: WriteSession, now: datetime) -> None:
            put(tx, now, "broken")
            tx.execute(text("SELECT * FROM no_such_table"))

        answers = await asyncio.gather(
            database.write(put, "before"), database.write(broken), database.write(put, "after"), return_exceptions=True
        )
        assert isinstance(answers[1], Exception)
        assert await database.read(names) == {"before", "after"}

    @pytest.mark.parametrize("raised", [StopIteration("x"), SystemExit(3)])
    async def test_survives_what_cannot_enter_a_future(self, database: Database, raised: BaseException) -> None:
        def stop(tx: WriteSession, now: datetime) -> None:
            put(tx, now, "stopped")
            raise raised

        with pytest.raises(RuntimeError):
            await database.write(stop)
        assert await database.write(put, "later") == "later"
        assert await database.read(names) == {"later"}

    async def test_every_answer_of_a_hundred_at_once_is_the_right_one(self, database: Database) -> None:
        counts = await asyncio.gather(*(database.write(increment, "n") for _ in range(100)))
        assert sorted(counts) == list(range(1, 101))

    async def test_announces_what_was_touched_once_it_is_stored(self, database: Database) -> None:
        heard: list[set[str]] = []
        database.on_commit(heard.append)
        with pytest.raises(Refused):
            await database.write(put_then_refuse, "refused")
        await database.write(put, "stored")
        assert heard == [{"counter:stored"}]

    async def test_a_caller_that_went_away_does_not_stop_the_others(self, database: Database) -> None:
        tasks = [asyncio.ensure_future(database.write(put, f"n{at}")) for at in range(20)]
        await asyncio.sleep(0)
        tasks[10].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [answer for at, answer in enumerate(answers) if at != 10] == [f"n{at}" for at in range(20) if at != 10]

    async def test_turns_away_what_comes_while_it_closes(self, database: Database) -> None:
        queued = asyncio.ensure_future(database.write(put, "queued"))
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(database.store.close())
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await database.write(put, "late")
        assert await queued == "queued"
        await closing


class TestRead:
    async def test_cannot_write(self, database: Database) -> None:
        def sneaky(tx: ReadSession) -> None:
            tx.execute(insert(tx, Counter).values(name="sneaky", value=1))

        with pytest.raises(Exception, match=r"(?i)read.?only"):
            await database.read(sneaky)
        assert await database.read(names) == set()

    async def test_sees_one_snapshot_however_long_it_takes(self, database: Database) -> None:
        await database.write(put, "first")
        loop = asyncio.get_running_loop()
        written = threading.Event()

        def twice(tx: ReadSession) -> tuple[set[str], set[str]]:
            before = names(tx)
            if tx.on_sqlite:
                asyncio.run_coroutine_threadsafe(database.write(put, "second"), loop).add_done_callback(
                    lambda _: written.set()
                )
                written.wait(5)
            return before, names(tx)

        assert await database.read(twice) == ({"first"}, {"first"})


@sqlite_only
class TestGroupCommit:
    async def test_commands_that_wait_together_are_committed_together(self, database: Database) -> None:
        store = database.store
        assert isinstance(store, SqliteStore)
        await asyncio.gather(*(database.write(put, f"n{at}", at) for at in range(60)))
        assert store.committed == 60
        assert store.batches < 30

    async def test_nobody_is_answered_before_the_commit(self, database: Database) -> None:
        """Kills the mutant that answers each command as soon as it has run."""

        def count(tx: ReadSession) -> int:
            return int(tx.scalar(select(func.count()).select_from(Counter)))

        async def put_and_look(at: int) -> bool:
            name = await database.write(put, f"n{at}")
            return name in await database.read(names)

        assert all(await asyncio.gather(*(put_and_look(at) for at in range(100))))
        assert await database.read(count) == 100

    async def test_a_transaction_that_sqlite_itself_rolled_back_is_replayed_for_the_others(
        self, database: Database
    ) -> None:
        """OR ROLLBACK ends the whole transaction under everybody's feet; without the check it would commit nothing."""

        def ruinous(tx: WriteSession, now: datetime) -> None:
            put(tx, now, "ruin")
            tx.execute(text("INSERT OR ROLLBACK INTO counters (name, value) VALUES ('ruin', 2)"))

        answers = await asyncio.gather(
            database.write(put, "before"),
            database.write(ruinous),
            database.write(put, "after"),
            return_exceptions=True,
        )
        assert answers[0] == "before"
        assert isinstance(answers[1], Exception)
        assert answers[2] == "after"
        assert await database.read(names) == {"before", "after"}

    async def test_a_failed_commit_is_told_to_the_one_who_caused_it(self, database: Database) -> None:
        await database.write(lambda tx, now: tx.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)")))
        await database.write(
            lambda tx, now: tx.execute(
                text("CREATE TABLE children (of INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)")
            )
        )

        def orphan(tx: WriteSession, now: datetime) -> None:
            tx.execute(text("INSERT INTO children VALUES (7)"))

        answers = await asyncio.gather(
            database.write(put, "before"), database.write(orphan), database.write(put, "after"), return_exceptions=True
        )
        assert isinstance(answers[1], NotCommitted)
        assert await database.read(names) == {"before", "after"}

    async def test_the_gate_goes_before_everyone_else(self, database: Database) -> None:
        order: list[str] = []

        def note(tx: WriteSession, now: datetime, name: str) -> None:
            order.append(name)

        tasks = [asyncio.ensure_future(database.write_in(Lane.BULK, note, "bulk")) for _ in range(3)]
        tasks += [asyncio.ensure_future(database.write(note, "book")) for _ in range(3)]
        tasks += [asyncio.ensure_future(database.write_in(Lane.GATE, note, "gate")) for _ in range(3)]
        await asyncio.gather(*tasks)
        assert order == ["gate"] * 3 + ["book"] * 3 + ["bulk"] * 3

    async def test_what_was_acknowledged_is_in_the_file(self, database: Database) -> None:
        await database.write(put, "kept")
        path = Path(database.url.removeprefix("sqlite:///"))
        assert path.with_name(path.name + "-wal").stat().st_size > 0


class TestAdmission:
    def test_five_hundred_rivals_are_admitted_before_any_rate_is_known(self) -> None:
        queue: Admission[int] = Admission()
        for rival in range(500):
            queue.admit(Lane.BOOK, rival)
        assert len(queue) == 500

    def test_a_queue_longer_than_a_second_turns_away_and_says_when_to_come_again(self) -> None:
        queue: Admission[int] = Admission()
        queue.rate = 320.0
        for rival in range(ALWAYS_ADMITTED):
            queue.admit(Lane.BOOK, rival)
        with pytest.raises(Busy) as refused:
            queue.admit(Lane.BOOK, -1)
        assert refused.value.params["retry_after"] == 2
        assert queue.refused == 1

    def test_a_fast_writer_admits_more(self) -> None:
        queue: Admission[int] = Admission()
        queue.rate = 5000.0
        for rival in range(4000):
            queue.admit(Lane.BOOK, rival)
        assert len(queue) == 4000

    def test_a_full_lane_does_not_turn_a_gate_away(self) -> None:
        queue: Admission[int] = Admission()
        queue.rate = 1.0
        for rival in range(ALWAYS_ADMITTED):
            queue.admit(Lane.BOOK, rival)
        queue.admit(Lane.GATE, 0)
        assert queue.next() == 0
