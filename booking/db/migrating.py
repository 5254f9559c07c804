"""Bringing a database to the tables that this version of the program expects.

`python -m booking.db.migrating 0002 "Give courts a colour"` writes the next step from what the models have
and the steps before it do not; read it before you commit it. Steps lead forward only: the way back is the backup
that was taken before.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from booking.db.sqlite import engine as sqlite_engine

T = TypeVar("T")

_SQLITE = "sqlite:///"
_ADVISORY_LOCK = 5_120_119_510_501
"""Two processes that start together migrate one after the other; the number only has to be ours."""


class BrokenReferences(Exception):
    """After the migration, rows would refer to rows that do not exist; nothing was changed."""


def upgrade(url: str) -> None:
    """Bring a database, empty or filled, to the newest tables, in one transaction.

    Not for use inside a running event loop: there, `await asyncio.to_thread(upgrade, url)`.

    Raises:
        BrokenReferences: a step would leave rows whose foreign keys point nowhere (SQLite checks them last).
    """

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        command.upgrade(_config(connection), "head")

    _in_transaction(url, run)


def current(url: str) -> str | None:
    """The last step that a database took, or None when it has no tables yet."""
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        return None
    return _in_transaction(url, lambda found: MigrationContext.configure(found).get_current_revision())


def is_current(url: str) -> bool:
    """Whether a database has taken every step that this version of the program knows."""
    return current(url) == newest()


def newest() -> str | None:
    """The last step that this version of the program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def write_revision(number: str, message: str) -> None:
    """Write the step from the newest revision to the models, compared on an empty SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"{_SQLITE}{folder}/empty.db"
        upgrade(url)
        _in_transaction(url, lambda connection: _write_revision(connection, number, message))


def _write_revision(connection: Connection, number: str, message: str) -> None:
    config = _config(connection)
    for hook, options in {"sort": "check --fix --quiet --select I", "format": "format --quiet"}.items():
        config.set_section_option("post_write_hooks", f"{hook}.type", "module")
        config.set_section_option("post_write_hooks", f"{hook}.module", "ruff")
        arguments = f"{options} REVISION_SCRIPT_FILENAME"
        config.set_section_option("post_write_hooks", f"{hook}.options", arguments)
    config.set_section_option("post_write_hooks", "hooks", "sort,format")
    command.revision(config, message=message, rev_id=number, autogenerate=True)


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "booking:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _in_transaction(url: str, work: Callable[[Connection], T]) -> T:
    if url.startswith(_SQLITE):
        return _in_sqlite(Path(url.removeprefix(_SQLITE)), work)
    return asyncio.run(_in_postgres(url, work))


def _in_sqlite(path: Path, work: Callable[[Connection], T]) -> T:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = sqlite_engine(path, read_only=False, size=1)
    try:
        with made.connect() as connection:
            # A table is rebuilt by dropping the old one: with foreign keys on, ON DELETE would empty its
            # children. The switch is ignored inside a transaction, so it is thrown before.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                result = work(connection)
                _check_references(connection)
            return result
    finally:
        made.dispose()


def _check_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise BrokenReferences("; ".join(f"{table} row {row} needs {parent}" for table, row, parent, _ in broken))


async def _in_postgres(url: str, work: Callable[[Connection], T]) -> T:
    made = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with made.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await made.dispose()


if __name__ == "__main__":
    write_revision(sys.argv[1], sys.argv[2])
