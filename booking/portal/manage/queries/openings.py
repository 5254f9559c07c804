"""Where a booking of some length would fit on a day, as the board shows it: for the forms of the desk."""

from datetime import date, datetime
from typing import NamedTuple

from booking.clock import instant_of, local_date
from booking.db import ReadSession
from booking.portal.manage.queries.board import Board, Row, desk_board
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.queries.days import price_of
from booking.venues.rules.opening import Span

MOST_SLOTS = 8
"""How many slots in a row are offered at the counter."""


class Length(NamedTuple):
    """A length that fits from a start, and what it costs someone of no category."""

    half_hours: int
    starts: datetime
    ends: datetime
    fen: int


class Start(NamedTuple):
    """A start from which a length fits, and on which courts."""

    half_hour: int
    starts: datetime
    ends: datetime
    courts: tuple[int, ...]
    left: int


def lengths_from(
    tx: ReadSession, now: datetime, facts: FacilityFacts, starts: int, court: int | None, heads: int = 1
) -> list[Length]:
    """The lengths that fit from a half hour on: on a court, on any court, or in a pool."""
    board = desk_board(tx, now, *facts.key, local_date(instant_of(starts)))
    chosen = [one for one in board.courts if court is None or one.id == court]
    found: list[Length] = []
    for ends in _ends(board, starts):
        if not _fits(board, Span(starts, ends), tuple(one.id for one in chosen), heads, None)[1]:
            break
        fen = price_of(venues(tx), facts, Span(starts, ends), ())
        found.append(Length(ends - starts, instant_of(starts), instant_of(ends), fen))
    return found[:MOST_SLOTS]


def starts_on(
    tx: ReadSession, now: datetime, facts: FacilityFacts, day: date, length: int, heads: int, booking: int, kind: str
) -> list[Start]:
    """The starts of a day from which a length fits on a court of a kind, the booking itself not counted."""
    board = desk_board(tx, now, *facts.key, day)
    courts = facts.kinds.get(kind, ())
    found: list[Start] = []
    for row in board.rows:
        span = Span(row.starts, row.starts + length)
        free, left = _fits(board, span, courts, heads, booking)
        if left and row.state != "past":
            found.append(Start(row.starts, instant_of(span.starts), instant_of(span.ends), free, left))
    return found


def _ends(board: Board, starts: int) -> list[int]:
    """Where the slots end that follow each other from a start."""
    ends: list[int] = []
    here = starts
    for row in board.rows:
        if row.starts == here:
            ends.append(row.ends)
            here = row.ends
    return ends


def _fits(
    board: Board, span: Span, courts: tuple[int, ...], heads: int, booking: int | None
) -> tuple[tuple[int, ...], int]:
    """The courts that are free for the whole of a range, and how many; or for a pool, how many heads are left."""
    inside = [row for row in board.rows if span.starts <= row.starts and row.ends <= span.ends]
    if sum(row.ends - row.starts for row in inside) != span.ends - span.starts:
        return (), 0
    if board.facts.pooled:
        left = min(row.free + _own_heads(board, row, booking) for row in inside)
        return (), left if left >= heads else 0
    free = tuple(court for court in courts if all(_is_free(row, court, booking) for row in inside))
    return free, len(free)


def _is_free(row: Row, court: int, booking: int | None) -> bool:
    cell = next(cell for cell in row.cells if cell.court == court)
    return cell.state == "free" or (cell.booking is not None and cell.booking.id == booking)


def _own_heads(board: Board, row: Row, booking: int | None) -> int:
    return sum(one.party for one in board.bookings if one.id == booking and one.starts <= row.starts < one.ends)
