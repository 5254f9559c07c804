"""Live events between the processes of one PostgreSQL: topics are gathered for a moment and notified together.

NOTIFY takes an instance-wide lock at commit, so no command ever notifies: one connection of the process does, at
most twenty times a second, after the commits. What is lost when a process dies is only a hint: open pages also
refresh by themselves.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

import asyncpg
import msgspec
import structlog

from booking.web.hub import Hub

log = structlog.get_logger()

CHANNEL = "booking_live"
GATHER_SECONDS = 0.05
RECONNECT_SECONDS = 2.0
MOST_TOPICS = 100
"""Topics in one notification: its payload must stay below 8,000 bytes."""


class Told(msgspec.Struct):
    """A notification: which process tells, and what changed."""

    node: int
    topics: list[str]


class Beacon:
    """Publishes what this process stored to its own hub at once, and to the other processes' hubs."""

    def __init__(self, url: str, hub: Hub) -> None:
        self._url = url
        self._hub = hub
        self._node = 0
        self._gathered: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def publish(self, topics: Iterable[str]) -> None:
        """Tell the pages of this process now, and the others' in a moment."""
        chosen = set(topics)
        self._hub.publish(chosen)
        self._gathered |= chosen

    def start(self, node: int) -> None:
        """Begin to tell and to listen, as the process with this node number."""
        self._node = node
        self._task = asyncio.create_task(self._run(), name="beacon")

    async def stop(self) -> None:
        """Fall silent."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._talk()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("beacon lost its connection", exc_info=error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _talk(self) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.add_listener(CHANNEL, lambda *notice: self._hear(notice[-1]))
            while True:
                await asyncio.sleep(GATHER_SECONDS)
                while self._gathered:
                    topics = [self._gathered.pop() for _ in range(min(MOST_TOPICS, len(self._gathered)))]
                    payload = msgspec.json.encode(Told(self._node, topics)).decode()
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
        finally:
            await connection.close(timeout=1)

    def _hear(self, payload: Any) -> None:
        told = msgspec.json.decode(payload, type=Told)
        if told.node != self._node:
            self._hub.publish(told.topics)
