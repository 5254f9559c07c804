"""Password hashes: argon2id, in threads of their own, so that neither the event loop nor a transaction waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from booking.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's parameters for argon2id: 19 MiB and two passes, 33 ms on a small machine."""
NOBODY = HASHER.hash("checked when there is no account, so that the work is the same")
THREADS = 2
MOST_WAITING = 128
"""Beyond this the wait would pass two seconds; the others are told when to come back."""

_pool = ThreadPoolExecutor(THREADS, "argon2")
_waiting = 0


def hash_password(password: str) -> str:
    """A hash to store. Takes 33 ms: for the command line and the demo city; requests use `hash_in_thread`."""
    return HASHER.hash(_readable(password))


def fits(stored: str, password: str) -> bool:
    """Whether the password is the one of the stored hash."""
    try:
        return HASHER.verify(stored, _readable(password))
    except (VerificationError, InvalidHashError):
        return False


async def hash_in_thread(password: str) -> str:
    """Like `hash_password`, off the event loop.

    Raises:
        Busy: too many wait for their hash.
    """
    return await _in_thread(hash_password, password)


async def verify_in_thread(stored: str | None, password: str) -> tuple[bool, str | None]:
    """Whether the password fits, and its hash under today's parameters when the stored one is of older ones.

    Without a stored hash the same work is done against nobody's.

    Raises:
        Busy: too many wait for their hash.
    """
    matched, rehashed = await _in_thread(_verify, stored or NOBODY, password)
    return matched and stored is not None, rehashed


def _verify(stored: str, password: str) -> tuple[bool, str | None]:
    matched = fits(stored, password)
    stale = matched and HASHER.check_needs_rehash(stored)
    return matched, hash_password(password) if stale else None


def _readable(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    global _waiting  # noqa: PLW0603 - one process, one event loop, one queue before the pool
    if _waiting >= MOST_WAITING:
        raise Busy(retry_after=2)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, partial(work, *args, **kwargs))
    finally:
        _waiting -= 1
