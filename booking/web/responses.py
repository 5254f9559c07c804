"""The answers of the API as its document lists them: every status that a route can give is in it."""

from collections import defaultdict
from typing import Any

from litestar.openapi import ResponseSpec

from booking.errors import BookingError, Busy, Unauthenticated
from booking.web.idempotency import KeyMissing, KeyReused
from booking.web.problems import PROBLEM_JSON, MalformedRequest, Problem, TooLarge, Unexpected, UnsupportedMedia

ALWAYS: tuple[type[BookingError], ...] = (MalformedRequest, Busy, Unexpected, Unauthenticated)
"""Unauthenticated too: a token that is none of ours is refused before the route, also where none is needed."""
WITH_BODY: tuple[type[BookingError], ...] = (TooLarge, UnsupportedMedia)
IDEMPOTENT: tuple[type[BookingError], ...] = (KeyMissing, KeyReused)


def refusals(*errors: type[BookingError], body: bool = False, idempotent: bool = False) -> dict[int, ResponseSpec]:
    """The problem documents that a route may answer with, one entry a status, each naming its codes.

    Args:
        errors: what the route itself refuses.
        body: the route reads a body.
        idempotent: the route asks for an `Idempotency-Key`.
    """
    every = ALWAYS + errors + (WITH_BODY if body else ()) + (IDEMPOTENT if idempotent else ())
    by_status: dict[int, list[str]] = defaultdict(list)
    for error in sorted(set(every), key=lambda error: error.code):
        by_status[error.status].append(f"`{error.code}`")
    return {
        status: ResponseSpec(Problem, generate_examples=False, description=", ".join(codes), media_type=PROBLEM_JSON)
        for status, codes in sorted(by_status.items())
    }


def answers(status: int, view: Any, description: str = "Done") -> dict[int, ResponseSpec]:
    """The body of a success whose handler returns bytes: what `once` stored and gives again."""
    return {status: ResponseSpec(view, generate_examples=False, description=description)}
