"""The order in which waiting commands are taken, and when a new one is turned away."""

import time
from collections import deque
from enum import IntEnum
from typing import Generic, TypeVar

from booking.errors import Busy

Waiting = TypeVar("Waiting")

ALWAYS_ADMITTED = 640
"""Commands that may wait whatever the measured rate: 500 rivals for one slot are all answered, none turned away."""
LONGEST_WAIT_SECONDS = 1.0
_SMOOTHING = 0.2


class Lane(IntEnum):
    """Who goes first: a gate's scan is never behind a booking, a booking never behind bulk work."""

    GATE = 0
    BOOK = 1
    BULK = 2


class Admission(Generic[Waiting]):
    """Three queues and the measured rate at which they empty.

    A command is admitted while fewer than `ALWAYS_ADMITTED` wait ahead of it, or while the expected wait (those
    ahead of it divided by the measured rate) is at most `LONGEST_WAIT_SECONDS`.
    """

    def __init__(self) -> None:
        self._lanes: tuple[deque[Waiting], ...] = tuple(deque() for _ in Lane)
        self.rate = 0.0
        self.refused = 0

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def admit(self, lane: Lane, waiting: Waiting) -> None:
        """Queue a command.

        Raises:
            Busy: the wait would be too long.
        """
        ahead = sum(len(queue) for queue in self._lanes[: lane + 1])
        if ahead >= ALWAYS_ADMITTED and ahead > self.rate * LONGEST_WAIT_SECONDS:
            self.refused += 1
            raise Busy(retry_after=max(1, round(ahead / max(self.rate, 100.0))))
        self._lanes[lane].append(waiting)

    def next(self) -> Waiting | None:
        """The command whose turn it is, or None."""
        for lane in self._lanes:
            if lane:
                return lane.popleft()
        return None

    def measure(self, done: int, since: float) -> None:
        """Take into the measured rate that `done` commands finished since a `time.monotonic()` instant."""
        rate = done / max(time.monotonic() - since, 1e-6)
        self.rate = rate if self.rate == 0.0 else self.rate + _SMOOTHING * (rate - self.rate)
