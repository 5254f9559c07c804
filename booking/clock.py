"""The only place that asks the time or for randomness.

Everything else receives `now` as an argument, and takes ids and tokens from the factories of its
transaction, so that a whole run can be replayed from a seed.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Answers the present instant, aware and in UTC."""

SHANGHAI = ZoneInfo("Asia/Shanghai")
HALF_HOUR_SECONDS = 1800
ID_BITS = 53
"""Ids stay below 2**53, so that JavaScript reads them exactly."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_EPOCH_SECONDS = 1_704_067_200  # 2024-01-01T00:00:00Z
_TICK_SECONDS = 0.032
_COUNTER_BITS = 10
_NODE_BITS = 8


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def half_hour_of(instant: datetime) -> int:
    """The number of the half hour since 1970 that contains an aware instant."""
    return int((instant - _EPOCH).total_seconds()) // HALF_HOUR_SECONDS


def instant_of(half_hour: int) -> datetime:
    """The instant at which a half hour begins."""
    return _EPOCH + timedelta(seconds=half_hour * HALF_HOUR_SECONDS)


def local_date(instant: datetime) -> date:
    """The calendar day in Shanghai, which is not UTC's for eight hours of each day."""
    return instant.astimezone(SHANGHAI).date()


def local_instant(day: date, wall: time) -> datetime:
    """The instant of a wall-clock time in Shanghai, in UTC."""
    return datetime.combine(day, wall, SHANGHAI).astimezone(UTC)


def first_half_hour(day: date) -> int:
    """The half hour that begins at local midnight of a day."""
    return half_hour_of(local_instant(day, time()))


class Ids:
    """Makes time-ordered ids below 2**53 that two processes never share.

    35 bits of 32 ms ticks since 2024 (34 years), 10 bits of counter and 8 bits of node. A burst of more than
    1,024 ids a tick borrows from the ticks ahead, so ids rise even then, and when the wall clock steps back.
    """

    def __init__(self, clock: Clock, node: int = 0) -> None:
        self._clock = clock
        self.node = node
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """The next id."""
        tick = int((self._clock().timestamp() - _ID_EPOCH_SECONDS) / _TICK_SECONDS)
        with self._lock:
            self._last = max(self._last + 1, tick << _COUNTER_BITS)
            return self._last << _NODE_BITS | self.node % (1 << _NODE_BITS)


class Tokens:
    """Makes secrets. With a seed, the same ones each time: for tests and the demo city alone."""

    def __init__(self, seed: bytes | None = None) -> None:
        self._seed = seed
        self._drawn = 0

    def bytes(self, count: int) -> bytes:
        """So many unpredictable bytes."""
        if self._seed is None:
            return secrets.token_bytes(count)
        self._drawn += 1
        return hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "big")).digest(count)

    def url_safe(self, count: int) -> str:
        """So many bytes, as hexadecimal text: twice as many characters, safe in an address."""
        return self.bytes(count).hex()

    def digits(self, count: int) -> str:
        """A code of so many decimal digits, evenly distributed to within 2**-64."""
        return str(int.from_bytes(self.bytes(count + 8), "big") % 10**count).zfill(count)
