"""The database: two ways to run a transaction function, and nothing else.

`await database.write(command, …)` runs a command `(tx, now, …)` and answers after its commit;
`await database.read(query, …)` runs a query `(tx, …)` on a snapshot. Both kinds are plain functions without a
single await, so one body of code serves SQLite and PostgreSQL.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from booking.clock import Clock, Ids, Tokens
from booking.db.lanes import Lane
from booking.db.library import is_safe, sqlite_version
from booking.db.postgres import PostgresStore
from booking.db.sessions import ReadSession, Ready, WriteSession, insert, prepared, snapshot_of
from booking.db.sqlite import NotCommitted, SqliteStore
from booking.db.types import Base, JSONText, UTCDateTime

__all__ = [
    "Base",
    "Database",
    "JSONText",
    "Lane",
    "NotCommitted",
    "ReadSession",
    "Ready",
    "UTCDateTime",
    "WriteSession",
    "insert",
    "is_safe",
    "prepared",
    "snapshot_of",
    "sqlite_version",
]

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """One database, whichever it is.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        clock: asked once for each command, when it begins to run.
        ids: the id factory of this process.
        tokens: the secret factory of this process.
    """

    def __init__(self, url: str, clock: Clock, ids: Ids, tokens: Tokens) -> None:
        self.url = url
        self.clock = clock
        self.store: SqliteStore | PostgresStore
        if url.startswith("sqlite:///"):
            self.store = SqliteStore(Path(url.removeprefix("sqlite:///")), clock, ids, tokens)
        else:
            self.store = PostgresStore(url, clock, ids, tokens)

    async def write(
        self,
        command: Callable[Concatenate[WriteSession, datetime, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a command; the answer comes after its commit.

        Raises:
            BookingError: the command refused, and nothing of it was stored.
            Busy: too many commands wait.
            NotCommitted: the commit failed, and nothing was stored.
        """
        return await self.store.write(Lane.BOOK, lambda tx, now: command(tx, now, *args, **kwargs))

    async def write_in(
        self,
        lane: Lane,
        command: Callable[Concatenate[WriteSession, datetime, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a command in a lane of its own; otherwise like `write`."""
        return await self.store.write(lane, lambda tx, now: command(tx, now, *args, **kwargs))

    async def read(self, query: Callable[Concatenate[ReadSession, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query on a consistent snapshot."""
        return await self.store.read(lambda tx: query(tx, *args, **kwargs))

    async def glance(self, query: Callable[Concatenate[ReadSession, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query of a few rows by their keys on a consistent snapshot.

        On SQLite it runs at once and on the event loop, where the way to a thread and back would cost more than the
        query itself: whatever is not over in a fraction of a millisecond is a `read`.
        """
        return await self.store.glance(lambda tx: query(tx, *args, **kwargs))

    def on_commit(self, announce: Callable[[set[str]], Any]) -> None:
        """Say who hears which topics a stored command touched."""
        self.store.announce = announce

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        await self.store.close()
