"""SQLite: one writer that commits what has queued up together, and readers that cannot write."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from booking.clock import Clock, Ids, Tokens
from booking.db.lanes import Admission, Lane
from booking.db.library import sqlite_module
from booking.db.sessions import ReadSession, WriteSession
from booking.errors import Busy

T = TypeVar("T")

BATCH_SECONDS = 0.02
"""A batch takes no new command after this long, so that its callers are answered."""
SLICE_SECONDS = 0.002
"""The event loop gets its turn at least this often, between commands."""
BATCH_COMMANDS = 64
BUSY_TIMEOUT_MS = 5000
LOCK_RETRY_SECONDS = 0.005
"""How often the writer asks for a lock that another process holds; the loop runs meanwhile."""
READERS = 2


class NotCommitted(Exception):
    """COMMIT itself failed: nothing was stored, and the same request may be sent again."""


class _Lost(Exception):
    """SQLite rolled the whole transaction back by itself (disk full, interrupted): the batch is replayed."""


class _Command(NamedTuple):
    call: Callable[[WriteSession, datetime], Any]
    answer: "asyncio.Future[Any]"
    context: Context


class _Outcome(NamedTuple):
    command: _Command
    result: Any
    error: Exception | None
    touched: set[str]


def engine(path: Path, *, read_only: bool, size: int) -> sa.Engine:
    """A synchronous engine with the recipe of docs/decisions/0003-the-writer.md on each connection."""
    module = sqlite_module()

    def connect() -> Any:
        mode = "ro" if read_only else "rwc"
        connection = module.connect(
            f"file:{path}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        settings = [
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "cache_size=-32768",
        ]
        settings += ["query_only=ON"] if read_only else ["journal_mode=WAL", "synchronous=FULL"]
        for setting in settings:
            connection.execute(f"PRAGMA {setting}")
        return connection

    made = sa.create_engine(
        "sqlite://",
        module=module,
        creator=connect,
        poolclass=sa.pool.QueuePool,
        pool_size=size,
        max_overflow=0,
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    sa.event.listen(made, "begin", lambda connection: connection.connection.driver_connection.execute(begin))
    return made


class SqliteStore:
    """Runs transaction functions on one SQLite file, as one process may.

    Commands run on the event loop in short slices; COMMIT, which waits for the disk, runs in a thread of its own.
    Each command has a savepoint, the batch has one commit, and nobody is answered before it.
    """

    def __init__(self, path: Path, clock: Clock, ids: Ids, tokens: Tokens) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock, self._ids, self._tokens = clock, ids, tokens
        self.writer = engine(path, read_only=False, size=1)
        with self.writer.connect() as connection:  # makes the file and its WAL, which read-only connections cannot
            connection.exec_driver_sql("PRAGMA busy_timeout=0")  # from now on `_begin` waits, and not the loop
        self.reader = engine(path, read_only=True, size=READERS)
        self.glancer = engine(path, read_only=True, size=1)
        self._disk = ThreadPoolExecutor(1, "sqlite-disk")
        self._read = ThreadPoolExecutor(READERS, "sqlite-read")
        self._memory: dict[str, tuple[int, Any]] = {}
        self.queue: Admission[_Command] = Admission()
        self.batches = 0
        self.committed = 0
        self._turning: asyncio.Task[None] | None = None
        self._closing = False
        self.announce: Callable[[set[str]], None] = lambda topics: None

    async def read(self, query: Callable[[ReadSession], T]) -> T:
        """Run a query on a snapshot, in one of a few threads."""
        return await asyncio.get_running_loop().run_in_executor(self._read, self._query, query, self.reader)

    async def glance(self, query: Callable[[ReadSession], T]) -> T:
        """Run a query on a snapshot at once, on the event loop: a WAL reader waits for nobody."""
        return self._query(query, self.glancer)

    def _query(self, query: Callable[[ReadSession], T], engine: sa.Engine) -> T:
        with engine.connect() as connection, connection.begin():
            return query(ReadSession(connection, self._memory))

    def write(self, lane: Lane, call: Callable[[WriteSession, datetime], T]) -> "asyncio.Future[T]":
        """Queue a command; the future is done once its batch is on disk.

        Raises:
            Busy: the queue is too long, or the store is closing.
        """
        if self._closing:
            raise Busy(retry_after=5)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self.queue.admit(lane, _Command(call, answer, copy_context()))
        if self._turning is None:
            self._turning = loop.create_task(self._turn(), context=Context())
        return answer

    async def close(self) -> None:
        """Finish what is queued, then let go of the file."""
        self._closing = True
        while self._turning is not None:
            await asyncio.wait([self._turning])
        self._disk.shutdown()
        self._read.shutdown()
        self.reader.dispose()
        self.glancer.dispose()
        self.writer.dispose()

    async def _turn(self) -> None:
        try:
            while (command := self._next()) is not None:
                begun = time.monotonic()
                outcomes = await self._batch(command, BATCH_COMMANDS)
                self.queue.measure(len(outcomes), begun)
                self._answer(outcomes)
        finally:
            self._turning = None

    def _answer(self, outcomes: list[_Outcome]) -> None:
        self.batches += 1
        self.committed += len(outcomes)
        for command, result, error, touched in outcomes:
            if not command.answer.done():
                if error is None:
                    command.answer.set_result(result)
                else:
                    command.answer.set_exception(error)
            if touched:
                self.announce(touched)

    def _next(self) -> _Command | None:
        while (command := self.queue.next()) is not None:
            if not command.answer.cancelled():
                return command
        return None

    async def _batch(self, first: _Command, limit: int) -> list[_Outcome]:
        taken = [first]
        try:
            with self.writer.connect() as connection:
                return await self._transaction(connection, taken, limit)
        except Exception as error:  # noqa: BLE001 - whatever broke the batch, each of its commands gets an answer
            if len(taken) > 1:
                return [outcome for command in taken for outcome in await self._batch(command, 1)]
            cause = error.__cause__ if isinstance(error, _Lost) else None
            return [_Outcome(first, None, cause if isinstance(cause, Exception) else _as_answer(error), set())]

    async def _transaction(self, connection: sa.Connection, taken: list[_Command], limit: int) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        command: _Command | None = taken[0]
        transaction = await self._begin(connection)
        raw: Any = connection.connection.driver_connection
        turn = time.monotonic()
        until = turn + BATCH_SECONDS
        try:
            while command is not None:
                outcomes.append(self._run(connection, command))
                if time.monotonic() - turn > SLICE_SECONDS:
                    await asyncio.sleep(0)
                    turn = time.monotonic()
                command = self._next() if len(taken) < limit and time.monotonic() < until else None
                if command is not None:
                    taken.append(command)
            await asyncio.get_running_loop().run_in_executor(self._disk, transaction.commit)
        finally:
            if raw.in_transaction:  # a failed COMMIT leaves the transaction open
                raw.rollback()
        return outcomes

    async def _begin(self, connection: sa.Connection) -> sa.RootTransaction:
        """BEGIN IMMEDIATE. A lock is rarely held by others: to ask costs less than a thread's way there and back."""
        until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while True:
            try:
                return connection.begin()
            except sqlite_module().OperationalError as error:
                if not _is_locked(error) or time.monotonic() > until:
                    raise
            await asyncio.sleep(LOCK_RETRY_SECONDS)

    def _run(self, connection: sa.Connection, command: _Command) -> _Outcome:
        raw: Any = connection.connection.driver_connection
        session = WriteSession(connection, self._memory, self._ids, self._tokens)
        result, error = None, None
        raw.execute("SAVEPOINT command")
        try:
            result = command.context.run(command.call, session, self._clock())
            raw.execute("RELEASE command")
        except BaseException as raised:  # noqa: BLE001 - also SystemExit: one command must not end the writer
            error = raised if _can_enter_a_future(raised) else RuntimeError(repr(raised))
            session.touched.clear()
            with contextlib.suppress(Exception):
                raw.execute("ROLLBACK TO command")
                raw.execute("RELEASE command")
        if not raw.in_transaction:
            raise _Lost from error
        return _Outcome(command, result, error if isinstance(error, Exception) else None, session.touched)


def _can_enter_a_future(raised: BaseException) -> bool:
    return isinstance(raised, Exception) and not isinstance(raised, StopIteration)


def _is_locked(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite_module().OperationalError) and "locked" in str(cause)


def _as_answer(error: Exception) -> Exception:
    if _is_locked(error):
        return Busy(retry_after=2)
    failed = NotCommitted(str(error))
    failed.__cause__ = error
    return failed
