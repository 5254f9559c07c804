"""The loops that run beside the requests: each turn is short, and a failed one is tried again."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from booking.audit import sealing
from booking.db import Database, Lane
from booking.members.service.limits import forget_attempts
from booking.members.service.sign_ins import forget_sign_ins
from booking.notices import relay
from booking.notices.service import prune
from booking.payments import turns
from booking.payments.provider import Provider
from booking.rehearsal.service import forget_drafts
from booking.retreats import turns as retreats_turns
from booking.rooms import planner as rooms_planner
from booking.venues import planner
from booking.web.idempotency import forget

log = structlog.get_logger()

Turn = Callable[[], Awaitable[object]]
SOUGHT_AGAIN = "pending stays, sought again"
MEASURED_APART = "fairness of draws"
"""Its turns, and those of the one above, take up to a quarter of an hour: they are cut short, the others waited for."""


class Background:
    """Runs every loop of the process until it is stopped.

    `deliver` carries the outbox out of the house; `provider` takes online payments, if anybody does.
    """

    def __init__(
        self, database: Database, deliver: relay.Deliver = relay.nowhere, provider: Provider | None = None
    ) -> None:
        self._turns: list[tuple[str, float, Turn]] = [
            ("idempotency", 3600.0, lambda: database.write(forget)),
            ("outbox", 2.0, lambda: relay.turn(database, deliver)),
            ("outbox, delivered long ago", 600.0, lambda: database.write_in(Lane.BULK, prune)),
            ("pending bookings", 1.0, lambda: planner.turn(database)),
            ("pending stays", 2.0, lambda: rooms_planner.turn(database)),
            (SOUGHT_AGAIN, 2.0, lambda: rooms_planner.turn(database, again=True)),
            ("holds of rooms", 30.0, lambda: rooms_planner.expire(database)),
            ("waiting lists of rooms", 2.0, lambda: rooms_planner.offer(database)),
            ("rooms in better order", 300.0, lambda: rooms_planner.optimise(database)),
            ("nights on sale", 3600.0, lambda: rooms_planner.keep_nights(database)),
            ("applications for retreats", 60.0, lambda: retreats_turns.remind_applicants(database)),
            ("deadlines of retreats", 60.0, lambda: retreats_turns.answer_deadlines(database)),
            ("retreats that are over", 3600.0, lambda: retreats_turns.close_seasons(database)),
            (MEASURED_APART, 60.0, lambda: retreats_turns.measure_fairness(database)),
            ("audit seals", 10.0, lambda: sealing.turn(database)),
            ("sign-ins that ended", 3600.0, lambda: database.write_in(Lane.BULK, forget_sign_ins)),
            ("drafts of changes", 3600.0, lambda: database.write_in(Lane.BULK, forget_drafts)),
            ("limits that are over", 600.0, lambda: database.write_in(Lane.BULK, forget_attempts)),
        ]
        if provider is not None:
            self._turns += [
                ("refunds", 2.0, lambda: turns.send_refunds(database, provider)),
                ("online payments without news", 10.0, lambda: turns.ask_for_news(database, provider)),
            ]
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begin all loops on the running event loop."""
        self._tasks = [asyncio.create_task(self._loop(*turn), name=turn[0]) for turn in self._turns]

    async def stop(self) -> None:
        """End them after the turn that each is in."""
        self._stopping.set()
        for task in self._tasks:
            if task.get_name() in (SOUGHT_AGAIN, MEASURED_APART):
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _loop(self, name: str, seconds: float, turn: Turn) -> None:
        while not self._stopping.is_set():
            try:
                await turn()
            except Exception as error:
                log.error("background turn failed", loop=name, exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
