"""Rehearsals as officers ask for them: run apart, and remembered until newer ones need the room.

What was asked decides the answer, so nothing is stored: any process that is asked again computes the same.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

from booking.apart import apart
from booking.db import Database, ReadSession
from booking.retreats.models import Season
from booking.retreats.queries.rehearsing import question_of
from booking.retreats.rules.rehearsal import Figures, Question, rehearse

KEPT = 16
AT_ONCE = 1
"""Rehearsals that one process runs at a time; others wait."""


class Asked(NamedTuple):
    """A rehearsal by what decides it; `earlier` is the code of the season whose applications are tried, or empty."""

    season: str
    version: int
    earlier: str
    applications: int
    seed: int


class Waiting(NamedTuple):
    """A rehearsal that is not done: how long it has been running or waiting for others."""

    since: timedelta


Run = Callable[[Question], Awaitable[Figures]]


async def run_apart(question: Question) -> Figures:
    """In a process of its own."""
    return await apart(rehearse, question)


class Rehearsals:
    """The rehearsals of one process."""

    def __init__(self, database: Database, run: Run = run_apart) -> None:
        self._database = database
        self._run = run
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._known: OrderedDict[Asked, tuple[asyncio.Task[Figures], timedelta]] = OrderedDict()

    async def ask(
        self, season: Season, *, earlier: Season | None, applications: int, seed: int, patience: float
    ) -> "Answer":
        """The figures, or how long they have been waited for after `patience` seconds more.

        Raises:
            BookingError: the draft cannot be drawn; it is asked anew the next time.
        """
        asked = Asked(season.code, season.version, "" if earlier is None else earlier.code, applications, seed)
        if asked not in self._known:
            self._begin(asked, season, earlier)
        task, begun = self._known[asked]
        self._known.move_to_end(asked)
        await asyncio.wait({task}, timeout=patience)
        if not task.done():
            return Waiting(self._uptime() - begun)
        if task.cancelled() or task.exception() is not None:
            self._known.pop(asked, None)
        return task.result()

    async def stop(self) -> None:
        """End what is running."""
        tasks = [task for task, _ in self._known.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._known.clear()

    def _begin(self, asked: Asked, season: Season, before: Season | None) -> None:
        while len(self._known) >= KEPT:
            _, (oldest, _) = self._known.popitem(last=False)
            oldest.cancel()
        task = asyncio.create_task(self._work(asked, season, before), name=f"rehearsal of {asked.season}")
        self._known[asked] = task, self._uptime()

    async def _work(self, asked: Asked, season: Season, before: Season | None) -> Figures:
        async with self._turns:

            def read(tx: ReadSession) -> Question:
                return question_of(tx, season, earlier=before, applications=asked.applications, seed=asked.seed)

            return await self._run(await self._database.read(read))

    def _uptime(self) -> timedelta:
        return timedelta(seconds=asyncio.get_running_loop().time())


Answer = Figures | Waiting
