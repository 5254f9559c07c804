"""Recorded statements on the bare driver: what the database could do if there were nothing between.

SQLite: one connection, one commit for as many chains as wait at once in the service. PostgreSQL: as many connections
as the service has, one commit each.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import asyncpg

from benchmarks.databases import SQLITE
from benchmarks.recording import Recorded
from booking.db.library import sqlite_module
from booking.db.postgres import WRITERS
from booking.db.sqlite import BATCH_COMMANDS

_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32768")


def replay(url: str, recorded: Sequence[Recorded], connections: int, seconds: float) -> float:
    """Chains a second, on a copy of the database that they were recorded on.

    What writes runs once, in its order, and ends the round when there is no more of it; what only reads begins again.
    """
    writes = any(chain.writes for chain in recorded)
    chains = iter(recorded) if writes else cycle(recorded)
    if url.startswith(SQLITE):
        group = min(connections, BATCH_COMMANDS) if writes else 1
        return _replay_sqlite(url, chains, group, writes, seconds)
    return asyncio.run(_replay_postgres(url, chains, min(connections, WRITERS), writes, seconds))


def _replay_sqlite(url: str, chains: Iterator[Recorded], group: int, writes: bool, seconds: float) -> float:
    database = sqlite_module().connect(url.removeprefix(SQLITE), isolation_level=None, cached_statements=512)
    for setting in _SETTINGS:
        database.execute(f"PRAGMA {setting}")
    cursor = database.cursor()
    done, begun = 0, time.perf_counter()
    while (taken := list(islice(chains, group))) and time.perf_counter() - begun < seconds:
        cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        for chain in taken:
            for sql, parameters, many in chain.statements:
                if many:
                    cursor.executemany(sql, parameters)
                else:
                    cursor.execute(sql, parameters).fetchall()
        cursor.execute("COMMIT")
        done += len(taken)
    took = time.perf_counter() - begun
    database.close()
    return done / took


async def _replay_postgres(
    url: str, chains: Iterator[Recorded], connections: int, writes: bool, seconds: float
) -> float:
    pool = await asyncpg.create_pool(url, min_size=connections, max_size=connections)
    done, begun = 0, time.perf_counter()

    async def work() -> None:
        nonlocal done
        async with pool.acquire() as connection:
            while (chain := next(chains, None)) is not None and time.perf_counter() - begun < seconds:
                async with connection.transaction(readonly=not writes):
                    for sql, parameters, many in chain.statements:
                        if many:
                            await connection.executemany(sql, parameters)
                        else:
                            await connection.fetch(sql, *parameters)
                done += 1

    await asyncio.gather(*(work() for _ in range(connections)))
    took = time.perf_counter() - begun
    await pool.close()
    return done / took
