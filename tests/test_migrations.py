"""Migrations make the tables of the models, and lose no row on the way."""

import asyncio
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Connection, Table, insert, select, text

from booking.db import JSONText, ReadSession, UTCDateTime, WriteSession, migrating
from booking.db.migrating import BrokenReferences
from booking.models import metadata
from tests.databases import NOON, opened, sqlite_only

MakeUrl = Callable[[], str]

SAMPLES = {
    int: 1,
    str: "一",
    bytes: b"\x01",
    float: 1.5,
    bool: True,
    date: NOON.date(),
    time: time(9),
}
OVERRIDES: dict[str, dict[str, Any]] = {
    "bookings": {"ends": 2},
    "room_nights": {"outage_id": None},
    "outages": {"until_night": 2},
    "stays": {"departure": 2},
    "stay_rooms": {"departure": 2},
    "room_waits": {"departure": 2},
    "passes": {"valid_until": NOON + timedelta(hours=1)},
    "retreat_seasons": {"closes_at": NOON + timedelta(hours=1), "freezes_at": NOON + timedelta(hours=1)},
    "retreat_batches": {"departure": 2},
}
"""Values that a CHECK asks for, other than the first of `x IN ('a', 'b')`."""


def sample(table: Table, column: Column[Any]) -> Any:
    """A value for a column; every key is 1 or the like, so that foreign keys meet their parents."""
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            allowed = re.search(rf"\b{column.name} IN \('?(\w+)", str(check.sqltext))
            if allowed:
                return column.type.python_type(allowed[1])
    if isinstance(column.type, JSONText):
        return ["一"]
    return NOON if isinstance(column.type, UTCDateTime) else SAMPLES[column.type.python_type]


def fill(tx: WriteSession, now: datetime) -> None:
    """One row for each table."""
    for table in metadata.sorted_tables:
        row = {column.name: sample(table, column) for column in table.columns}
        tx.execute(insert(table).values(row | OVERRIDES.get(table.name, {})))


def dump(tx: ReadSession) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {table.name: [tuple(row) for row in tx.execute(select(table))] for table in metadata.sorted_tables}


def with_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Fill a migrated database and say what is in it."""

    async def run() -> dict[str, list[tuple[Any, ...]]]:
        async with opened(url) as database:
            await database.write(fill)
            return await database.read(dump)

    return asyncio.run(run())


def rows_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """What is in a database."""

    async def run() -> dict[str, list[tuple[Any, ...]]]:
        async with opened(url) as database:
            return await database.read(dump)

    return asyncio.run(run())


def schema(connection: Connection) -> set[str]:
    """All that the database itself says of its tables, constraints and indexes."""
    if connection.dialect.name == "sqlite":
        statements = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).scalars()
        found = {_canonical(statement) for statement in statements}
    else:
        columns = (
            "SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
        constraints = (
            "SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace"
        )
        indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
        found = {row for query in (columns, constraints, indexes) for row in connection.execute(text(query)).scalars()}
    return {line for line in found if "alembic_version" not in line}


def _canonical(statement: str) -> str:
    """A CREATE TABLE with its columns and constraints in alphabetical order."""
    return " ".join(sorted(re.sub(r"\s+", " ", part).strip(" ,") for part in statement.splitlines()))


class TestEmpty:
    def test_has_every_step(self, make_bare_url: MakeUrl) -> None:
        url = make_bare_url()
        assert migrating.current(url) is None
        migrating.upgrade(url)
        assert migrating.current(url) == migrating.newest()
        assert migrating.is_current(url)

    def test_twice_is_as_once(self, make_bare_url: MakeUrl) -> None:
        url = make_bare_url()
        migrating.upgrade(url)
        migrating.upgrade(url)
        assert migrating.is_current(url)

    def test_alembic_finds_no_drift(self, make_bare_url: MakeUrl) -> None:
        url = make_bare_url()
        migrating.upgrade(url)

        def drift(connection: Connection) -> Any:
            return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

        assert migrating._in_transaction(url, drift) == []

    def test_same_schema_as_the_models_to_the_last_constraint(self, make_bare_url: MakeUrl) -> None:
        migrated, made = make_bare_url(), make_bare_url()
        migrating.upgrade(migrated)
        migrating._in_transaction(made, metadata.create_all)
        assert migrating._in_transaction(migrated, schema) == migrating._in_transaction(made, schema)

    @sqlite_only
    def test_claim_tables_are_their_own_index(self, make_bare_url: MakeUrl) -> None:
        url = make_bare_url()
        migrating.upgrade(url)

        def without_rowid(connection: Connection) -> set[str]:
            listed = connection.execute(text("SELECT name FROM pragma_table_list WHERE wr = 1 AND schema = 'main'"))
            return set(listed.scalars())

        found = migrating._in_transaction(url, without_rowid)
        assert {"claims", "pool_counters", "member_counters", "idempotency_keys"} <= found


class TestFilled:
    def test_every_step_keeps_every_row(self, make_bare_url: MakeUrl) -> None:
        url = make_bare_url()
        migrating.upgrade(url)
        before = with_rows(url)
        migrating.upgrade(url)
        assert rows_of(url) == before

    def test_rebuilding_a_table_keeps_its_children(
        self, make_bare_url: MakeUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = make_bare_url()
        migrating.upgrade(url)
        before = with_rows(url)
        further_step(tmp_path, monkeypatch)
        migrating.upgrade(url)
        assert migrating.current(url) == "next"
        assert rows_of(url) == before

    @sqlite_only
    def test_a_step_that_orphans_rows_is_refused_whole(
        self, make_bare_url: MakeUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = make_bare_url()
        migrating.upgrade(url)
        before = with_rows(url)
        further_step(tmp_path, monkeypatch, 'op.execute("DELETE FROM places")')
        with pytest.raises(BrokenReferences, match="needs places"):
            migrating.upgrade(url)
        assert migrating.current(url) != "next"
        assert rows_of(url) == before


def further_step(folder: Path, monkeypatch: pytest.MonkeyPatch, change: str = "") -> None:
    """Put a step `next` after the newest, for which SQLite rebuilds `places`."""
    (folder / "next.py").write_text(
        f'"""A further step."""\nfrom alembic import op\n'
        f"revision, down_revision = 'next', {migrating.newest()!r}\n"
        f"def upgrade():\n"
        f"    with op.batch_alter_table('places') as batch:\n"
        f"        batch.alter_column('name', nullable=True)\n"
        f"    {change}\n"
    )
    ours = migrating._config

    def with_next(connection: Connection | None = None) -> Config:
        config = ours(connection)
        config.set_main_option("version_locations", f"booking:migrations/versions\n{folder}")
        config.set_main_option("path_separator", "newline")
        return config

    monkeypatch.setattr(migrating, "_config", with_next)
