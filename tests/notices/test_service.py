from datetime import datetime, timedelta

from sqlalchemy import select, update

from booking.db import Database, ReadSession, WriteSession
from booking.notices.models import OutboxEntry
from booking.notices.queries import inbox, member_of_feed, unread
from booking.notices.service import TOLD, enqueue, feed_token, mark_read, prune, renew_feed, tell
from booking.web.facts import Money, Named, Param, read
from tests.databases import SettableClock

KEY = b"k" * 32


def outbox(tx: ReadSession) -> list[OutboxEntry]:
    return tx.all(select(OutboxEntry).order_by(OutboxEntry.id))


class TestEnqueue:
    async def test_waits_with_its_payload(self, database: Database, clock: SettableClock) -> None:
        entry_id = await database.write(enqueue, "room.key", "stay:1", {"card": 7, "名": "二"})
        (entry,) = await database.read(outbox)
        assert (entry.id, entry.topic, entry.key, entry.payload) == (
            entry_id,
            "room.key",
            "stay:1",
            {"card": 7, "名": "二"},
        )
        assert (entry.available_at, entry.done_at, entry.attempts) == (clock.now, None, 0)


class TestTell:
    async def test_reaches_the_inbox_and_the_outbox(self, database: Database, clock: SettableClock) -> None:
        params: dict[str, Param] = {"court": Named("1 号场", "Court 1"), "fen": Money(300), "n": 2}
        message_id = await database.write(tell, 7, "booking.moved", params, "/bookings/1")
        (message,) = await database.read(inbox, 7)
        assert (message.id, message.kind, message.link, message.at) == (
            message_id,
            "booking.moved",
            "/bookings/1",
            clock.now,
        )
        assert read(message.params) == params
        (entry,) = await database.read(outbox)
        assert (entry.topic, entry.key, entry.payload["message_id"]) == (TOLD, "member:7", message_id)

    async def test_open_pages_of_the_member_hear_of_it(self, database: Database) -> None:
        heard: set[str] = set()
        database.on_commit(heard.update)
        await database.write(tell, 7, "booking.moved", {})
        assert heard == {"member:7"}


class TestInbox:
    async def test_pages_newest_first_and_only_ones_own(self, database: Database) -> None:
        for number in range(5):
            await database.write(tell, 7, "k", {"n": number})
        await database.write(tell, 8, "k", {"n": 9})
        first = await database.read(inbox, 7, None, 2)
        rest = await database.read(inbox, 7, first[-1].id, 10)
        assert [message.params["n"] for message in first + rest] == [4, 3, 2, 1, 0]

    async def test_reading_one_then_all(self, database: Database) -> None:
        ids = [await database.write(tell, 7, "k", {}) for _ in range(3)]
        other = await database.write(tell, 8, "k", {})
        assert await database.write(mark_read, 7, ids[0]) == 1
        assert await database.write(mark_read, 7, ids[0]) == 0
        assert await database.write(mark_read, 7, other) == 0
        assert await database.read(unread, 7) == 2
        assert await database.write(mark_read, 7) == 2
        assert (await database.read(unread, 7), await database.read(unread, 8)) == (0, 1)


class TestFeedToken:
    async def test_stays_the_same_and_finds_its_member(self, database: Database, clock: SettableClock) -> None:
        token = await database.write(feed_token, 7, KEY)
        clock.advance(days=1)
        assert await database.write(feed_token, 7, KEY) == token
        assert await database.write(feed_token, 8, KEY) != token
        assert await database.read(member_of_feed, token) == 7
        assert await database.read(member_of_feed, "0" * 32) is None
        assert len(token) == 32

    async def test_a_new_one_ends_the_old(self, database: Database) -> None:
        old = await database.write(feed_token, 7, KEY)
        new = await database.write(renew_feed, 7, KEY)
        assert new != old
        assert await database.read(member_of_feed, old) is None
        assert await database.read(member_of_feed, new) == 7
        assert await database.write(feed_token, 7, KEY) == new

    async def test_depends_on_the_key(self, database: Database) -> None:
        assert await database.write(feed_token, 7, KEY) != await database.write(renew_feed, 7, b"other" * 8)


class TestPrune:
    async def test_forgets_only_what_went_out_long_ago(self, database: Database, clock: SettableClock) -> None:
        def done(tx: WriteSession, now: datetime) -> None:
            for ended in (None, now, now - timedelta(days=8)):
                entry = enqueue(tx, now, "t", "k", {})
                tx.execute(update(OutboxEntry).where(OutboxEntry.id == entry).values(done_at=ended))

        await database.write(done)
        assert await database.write(prune) == 1
        assert len(await database.read(outbox)) == 2
