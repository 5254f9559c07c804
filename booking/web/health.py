"""Health for load balancers, and numbers for Prometheus."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from sqlalchemy import text

from booking.db import Database, ReadSession, WriteSession, is_safe, sqlite_version


class Live(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


class Ready(msgspec.Struct):
    """Whether the database can be read and written, and how much waits for it."""

    status: str
    database: str
    library: str
    waiting: int
    rate: float


def _reads(tx: ReadSession) -> int:
    return int(tx.scalar(text("SELECT 1")))


def _writes(tx: WriteSession, now: datetime) -> int:
    """Takes its turn in the writer and commits, so that a stuck disk or lock is seen."""
    return int(tx.scalar(text("SELECT 1")))


@get("/health/live", sync_to_thread=False)
def live() -> Live:
    """The process runs."""
    return Live()


@get("/health/ready")
async def ready(request: Request[Any, Any, Any], database: NamedDependency[Database]) -> Response[Ready]:
    """Readers and the writer work, and the process is not about to stop."""
    await database.read(_reads)
    await database.write(_writes)
    stopping = request.app.state.hub.closed.is_set()
    sqlite = database.url.startswith("sqlite")
    library = f"SQLite {sqlite_version()}{'' if is_safe(sqlite_version()) else ' (unsafe)'}" if sqlite else "asyncpg"
    body = Ready(
        status="stopping" if stopping else "ok",
        database="sqlite" if sqlite else "postgresql",
        library=library,
        waiting=len(database.store.queue),
        rate=round(database.store.queue.rate, 1),
    )
    return Response(body, status_code=503 if stopping else 200)


router = Router(path="/", route_handlers=[live, ready], tags=["health"])
