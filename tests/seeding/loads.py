"""Loads of small cities and of the demo city, and all that they store."""

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from booking.db import Base, Database, ReadSession
from booking.models import metadata
from booking.seeding import loading
from booking.seeding.loading import Wanted, fingerprint_of, load_city, seed_number
from booking.seeding.reading import read_city
from booking.seeding.rows import City
from booking.settings import Settings

DEMO_CITY = Settings().fixtures / "city"


@cache
def demo_city() -> City:
    return read_city(DEMO_CITY)


def wanted(folder: Path, members: int = 250, *, demo: bool = True, seed: str = "ningbo") -> Wanted:
    number = seed_number(seed)
    return Wanted(
        city=demo_city() if folder == DEMO_CITY else read_city(folder),
        fingerprint=fingerprint_of(folder, members=members, seed=number, demo=demo),
        members=members,
        seed=number,
        demo=demo,
    )


def silently(stage: str, done: int, total: int) -> None:
    """Hears of the progress and says nothing."""


async def load(database: Database, order: Wanted) -> loading.Loaded:
    return await load_city(database, order, silently)


def everything(tx: ReadSession) -> dict[str, list[dict[str, Any]]]:
    """All that is stored, but for the salted passwords."""
    return {
        table.name: [_plain(row._mapping) for row in tx.execute(_in_order(table))] for table in metadata.tables.values()
    }


def _in_order(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "password_hash"}


def count(tx: ReadSession, table: type[Base]) -> int:
    return int(tx.scalar(select(func.count()).select_from(table)))
