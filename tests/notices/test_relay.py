import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from booking.db import Database, ReadSession, WriteSession
from booking.notices import relay
from booking.notices.models import OutboxEntry
from booking.notices.queries import backlog, undelivered
from booking.notices.relay import LEASE, LONGEST_WAIT, MOST_ATTEMPTS, Delivery, next_try, nowhere, revive, turn
from booking.notices.service import NEVER, enqueue
from tests.databases import NOON, SettableClock


def entries(tx: ReadSession) -> list[OutboxEntry]:
    return tx.all(select(OutboxEntry).order_by(OutboxEntry.id))


def enqueue_many(tx: WriteSession, now: datetime, count: int) -> None:
    for number in range(count):
        enqueue(tx, now, "t", f"k:{number}", {"n": number})


async def refuse(delivery: Delivery) -> None:
    raise ConnectionError("no route to the gateway")


class Receiver:
    def __init__(self) -> None:
        self.got: list[Delivery] = []

    async def __call__(self, delivery: Delivery) -> None:
        await asyncio.sleep(0)
        self.got.append(delivery)


class TestTurn:
    async def test_delivers_once_and_oldest_first(self, database: Database) -> None:
        await database.write(enqueue_many, 3)
        receiver = Receiver()
        assert await turn(database, receiver) == 3
        assert await turn(database, receiver) == 0
        assert [delivery.payload["n"] for delivery in receiver.got] == [0, 1, 2]
        assert await database.read(backlog) == 0

    async def test_several_relays_share_the_work_without_repeating_any(self, database: Database) -> None:
        await database.write(enqueue_many, 200)
        receiver = Receiver()

        async def run() -> None:
            while await turn(database, receiver):
                pass

        await asyncio.gather(*(run() for _ in range(4)))
        counts = Counter(delivery.id for delivery in receiver.got)
        assert (len(counts), set(counts.values())) == (200, {1})

    async def test_a_relay_that_died_loses_nothing(self, database: Database, clock: SettableClock) -> None:
        await database.write(enqueue_many, 2)
        assert len(await database.write(relay.lease, 10)) == 2  # and is never heard of again
        receiver = Receiver()
        assert await turn(database, receiver) == 0
        clock.now += LEASE
        assert await turn(database, receiver) == 2
        assert [delivery.attempt for delivery in receiver.got] == [2, 2]

    async def test_a_late_relay_does_not_overrule_its_successor(self, database: Database, clock: SettableClock) -> None:
        await database.write(enqueue_many, 1)
        late = await database.write(relay.lease, 10)
        clock.now += LEASE
        await database.write(relay.lease, 10)
        await database.write(relay.settle, [(late[0], "too late")])
        (entry,) = await database.read(entries)
        assert (entry.last_error, entry.available_at) == ("", clock.now + LEASE)

    async def test_a_failed_one_is_tried_again_later(self, database: Database, clock: SettableClock) -> None:
        await database.write(enqueue_many, 1)
        await turn(database, refuse)
        (entry,) = await database.read(entries)
        assert entry.last_error == "ConnectionError: no route to the gateway"
        assert entry.available_at == clock.now + timedelta(seconds=5)
        assert await turn(database, nowhere) == 0
        clock.advance(seconds=5)
        assert await turn(database, nowhere) == 1
        (entry,) = await database.read(entries)
        assert (entry.done_at, entry.last_error) == (clock.now, "")

    async def test_one_bad_entry_does_not_hold_up_the_others(self, database: Database) -> None:
        await database.write(enqueue_many, 3)
        delivered = []

        async def picky(delivery: Delivery) -> None:
            if delivery.payload["n"] == 0:
                raise ValueError
            delivered.append(delivery.payload["n"])

        await turn(database, picky)
        assert delivered == [1, 2]

    async def test_one_that_hangs_has_failed(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relay, "PATIENCE_SECONDS", 0.01)
        await database.write(enqueue_many, 1)

        async def hang(delivery: Delivery) -> None:
            await asyncio.Event().wait()

        await turn(database, hang)
        (entry,) = await database.read(entries)
        assert entry.last_error.startswith("TimeoutError")

    async def test_what_was_never_delivered_is_shown_and_can_be_revived(
        self, database: Database, clock: SettableClock
    ) -> None:
        await database.write(enqueue_many, 1)
        for _ in range(MOST_ATTEMPTS):
            assert await database.read(undelivered) == []
            assert await turn(database, refuse) == 1
            clock.now += LONGEST_WAIT
        assert await turn(database, refuse) == 0
        (dead,) = await database.read(undelivered)
        assert (dead.attempts, await database.read(backlog)) == (MOST_ATTEMPTS, 0)
        assert await database.write(revive, dead.id)
        assert not await database.write(revive, dead.id)
        assert await turn(database, nowhere) == 1


class TestNextTry:
    def test_waits_twice_as_long_up_to_an_hour(self) -> None:
        waits = [(next_try(NOON, attempt) - NOON).total_seconds() for attempt in (1, 2, 3, 10, 11, MOST_ATTEMPTS - 1)]
        assert waits == [5, 10, 20, 2560, 3600, 3600]

    def test_then_never(self) -> None:
        assert next_try(NOON, MOST_ATTEMPTS) == NEVER
