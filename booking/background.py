"""The loops that run beside the requests: each turn is short, and a failed one is tried again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from booking.db import Database
from booking.web.idempotency import forget

log = structlog.get_logger()

Turn = Callable[[], Awaitable[object]]


class Background:
    """Runs every loop of the process until it is stopped."""

    def __init__(self, database: Database) -> None:
        self._turns: list[tuple[str, float, Turn]] = [
            ("idempotency", 3600.0, lambda: database.write(forget)),
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin all loops on the running event loop."""
        self._tasks = [asyncio.create_task(_loop(*turn), name=turn[0]) for turn in self._turns]

    async def stop(self) -> None:
        """End them after the turn that each is in."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _loop(name: str, seconds: float, turn: Turn) -> None:
    while True:
        try:
            await turn()
        except Exception as error:
            log.error("background turn failed", loop=name, exc_info=error)
        await asyncio.sleep(seconds)
