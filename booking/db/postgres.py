"""PostgreSQL: many short transactions side by side, each with its own commit."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from booking.clock import Clock, Ids, Tokens
from booking.db.lanes import Admission, Lane
from booking.db.sessions import ReadSession, WriteSession
from booking.errors import Busy

T = TypeVar("T")

WRITERS = 8
READERS = 8
TRIES = 5
_RETRIED = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_STATEMENT_TIMEOUT_MS = "30000"


class PostgresStore:
    """Runs transaction functions on a PostgreSQL database, in any number of processes.

    A fixed crew of writers takes commands in the order of their lanes. A deadlock or serialization failure is
    tried again: a command has no effect outside its transaction.
    """

    def __init__(self, url: str, clock: Clock, ids: Ids, tokens: Tokens) -> None:
        address = url.replace("postgresql://", "postgresql+asyncpg://", 1)
        options = {"server_settings": {"statement_timeout": _STATEMENT_TIMEOUT_MS, "timezone": "UTC", "jit": "off"}}
        self.writer = create_async_engine(address, pool_size=WRITERS, max_overflow=0, connect_args=options)
        self.reader = create_async_engine(address, pool_size=READERS, max_overflow=0, connect_args=options)
        self._read_only = self.reader.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        self._clock, self._ids, self._tokens = clock, ids, tokens
        self._memory: dict[str, tuple[int, Any]] = {}
        self.queue: Admission[tuple[Callable[[WriteSession, datetime], object], asyncio.Future[object]]] = Admission()
        self._crew: set[asyncio.Task[None]] = set()
        self._closing = False
        self.committed = 0
        self.announce: Callable[[set[str]], None] = lambda topics: None

    async def read(self, query: Callable[[ReadSession], T]) -> T:
        """Run a query on a read-only snapshot."""
        try:
            async with self._read_only.connect() as connection:
                return await connection.run_sync(lambda sync: query(ReadSession(sync, self._memory)))
        except PoolTimeout as waited:
            raise Busy(retry_after=2) from waited

    async def glance(self, query: Callable[[ReadSession], T]) -> T:
        """Run a query on a read-only snapshot: here there is no shorter way."""
        return await self.read(query)

    def write(self, lane: Lane, call: Callable[[WriteSession, datetime], T]) -> "asyncio.Future[T]":
        """Queue a command; the future is done once it is committed.

        Raises:
            Busy: the queue is too long, or the store is closing.
        """
        if self._closing:
            raise Busy(retry_after=5)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self.queue.admit(lane, (call, answer))  # type: ignore[arg-type]  # the pair is homogeneous in T
        if len(self._crew) < WRITERS:
            worker = loop.create_task(self._work())
            self._crew.add(worker)
            worker.add_done_callback(self._crew.discard)
        return answer

    async def close(self) -> None:
        """Finish what is queued, then let go of the connections."""
        self._closing = True
        while self._crew:
            await asyncio.wait(self._crew)
        await self.reader.dispose()
        await self.writer.dispose()

    async def _work(self) -> None:
        while (waiting := self.queue.next()) is not None:
            call, answer = waiting
            if answer.cancelled():
                continue
            begun = time.monotonic()
            try:
                result, touched = await self._commit(call)
            except Exception as error:  # noqa: BLE001 - each command gets an answer, whatever broke
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)
                if touched:
                    self.announce(touched)
            self.queue.measure(len(self._crew), begun)

    async def _commit(self, call: Callable[[WriteSession, datetime], T]) -> tuple[T, set[str]]:
        for tried in range(1, TRIES + 1):
            try:
                async with self.writer.begin() as connection:
                    result = await self._run(connection, call)
                self.committed += 1
                return result
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _RETRIED:
                    raise
                if tried == TRIES:
                    raise Busy(retry_after=1) from error
                await asyncio.sleep(0.005 * tried)
        raise AssertionError("unreachable")

    async def _run(
        self, connection: AsyncConnection, call: Callable[[WriteSession, datetime], T]
    ) -> tuple[T, set[str]]:
        def run(sync: sa.Connection) -> tuple[T, set[str]]:
            session = WriteSession(sync, self._memory, self._ids, self._tokens)
            try:
                return call(session, self._clock()), session.touched
            except (StopIteration, SystemExit) as stopped:
                raise RuntimeError(repr(stopped)) from stopped

        return await connection.run_sync(run)
