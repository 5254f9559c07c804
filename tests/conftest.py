"""Fixtures that every feature's tests stand on.

A test that asks for `database` or `driver` runs twice: on SQLite and on PostgreSQL. `@sqlite_only` and
`@postgres_only` of `tests.databases` keep it to one.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from booking.db import Database
from tests.databases import Driver, PostgresDatabases, SettableClock, SqliteFiles, opened, start_postgres


@pytest.fixture
def clock() -> SettableClock:
    """Stands at `NOON` until the test moves it."""
    return SettableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Which kind of database this run of the test is on."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """Makes SQLite databases."""
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """Makes PostgreSQL databases, on the server of BOOKING_TEST_POSTGRES or on one of our own."""
    prefix = f"booking_test_{os.getpid()}"
    if url := os.environ.get("BOOKING_TEST_POSTGRES"):
        databases = PostgresDatabases(url, prefix)
        yield databases
        databases.drop_all()
        return
    try:
        server = start_postgres()
    except Exception as error:
        if os.environ.get("REQUIRE_ALL") == "1":
            raise
        pytest.skip(f"PostgreSQL does not start: {error!r}")
    databases = PostgresDatabases(server.get_uri(), prefix)
    yield databases
    databases.drop_all()
    server.cleanup()


@pytest.fixture
def make_bare_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes addresses of databases that have no tables yet."""
    numbers = count(1)

    def make() -> str:
        if backend == "sqlite":
            return f"sqlite:///{tmp_path / f'bare-{next(numbers)}.db'}"
        databases: PostgresDatabases = request.getfixturevalue("postgres")
        return databases.create()

    return make


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with empty tables."""
    if backend == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite_files")
        yield files.fresh(tmp_path)
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres")
    url = databases.fresh()
    yield url
    databases.give_back(url)


@pytest.fixture
async def database(database_url: str, clock: SettableClock) -> AsyncIterator[Database]:
    """An open database with empty tables; its ids and tokens are the same in every run."""
    async with opened(database_url, clock) as database:
        yield database


@pytest.fixture
def driver(database_url: str, clock: SettableClock) -> Iterator[Driver]:
    """The same for a test that is not async."""
    driver = Driver(database_url, clock)
    yield driver
    driver.close()
