"""The day grid of a facility, alone as a fragment too, and the stream that tells it of changes."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from booking.clock import Clock, half_hour_of, instant_of, local_date
from booking.db import Database, ReadSession
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.pages.strip import strip
from booking.venues.pages.words import KIND_NAMES, address, book_address, here, read_day
from booking.venues.queries.availability import day_view, kind_of
from booking.venues.queries.board import day_board
from booking.venues.queries.days import open_spans_of
from booking.venues.queries.places import facility_coded
from booking.venues.rules import policy
from booking.venues.views import BoardCell, BoardRow, DayBoard, DayView, SlotView
from booking.web.hub import Hub
from booking.web.pages import page
from booking.web.principal import Principal

RETRY_MILLISECONDS = 5000


class _Shown(NamedTuple):
    known: Venues
    facts: FacilityFacts
    kind: str | None
    slots: DayBoard | DayView


@get("/places/{place:str}/{facility:str}")
async def day_page(
    request: Request[Any, Any, Any],
    place: FromPath[str],
    facility: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """The hours of a day, and which of them are free."""
    now = clock()
    day = read_day(request.query_params.get("day", ""), local_date(now))
    shown = await _read(request, database, now, place, facility, day, principal)
    facts = shown.facts
    own = f"/places/{place}/{facility}"
    opens = policy.opens_for_booking(facts.policy, day)
    return page(
        request,
        "venues/day.html",
        path=here(request),
        facts=facts,
        day=day,
        kind=shown.kind,
        kinds=_kinds(facts, shown.kind, own, day),
        days=strip(request, shown.known, now, day, lambda one: address(own, day=one, kind=shown.kind), facts.policy),
        opens=opens if opens > now else None,
        hours=[(instant_of(span.starts), instant_of(span.ends)) for span in open_spans_of(shown.known, facts, day)],
        refresh=here(request),
        **_grid(shown, day, now),
    )


@get("/places/{place:str}/{facility:str}/grid")
async def grid_fragment(
    request: Request[Any, Any, Any],
    place: FromPath[str],
    facility: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """The grid alone, as it is now."""
    now = clock()
    day = read_day(request.query_params.get("day", ""), local_date(now))
    shown = await _read(request, database, now, place, facility, day, principal)
    return page(request, "venues/grid.html", facts=shown.facts, day=day, kind=shown.kind, **_grid(shown, day, now))


@get("/live/facility/{place:int}/{facility:int}")
async def live(place: FromPath[int], facility: FromPath[int], hub: NamedDependency[Hub]) -> ServerSentEvent:
    """An event for each change of a facility's bookings."""
    return ServerSentEvent(changes(hub, f"facility:{place}:{facility}"))


async def changes(hub: Hub, topic: str) -> AsyncIterator[ServerSentEventMessage]:
    """An event a change, and a comment now and then that keeps the line open."""
    yield ServerSentEventMessage(retry=RETRY_MILLISECONDS, comment="live")
    async for heard in hub.listen(topic):
        if heard:
            yield ServerSentEventMessage(event="changed", data=heard)
        else:
            yield ServerSentEventMessage(comment="still here")


async def _read(
    request: Request[Any, Any, Any],
    database: Database,
    now: datetime,
    place: str,
    facility: str,
    day: date,
    viewer: Principal | None,
) -> _Shown:
    wanted = request.query_params.get("kind", "")

    def read(tx: ReadSession) -> _Shown:
        known = venues(tx)
        facts = facility_coded(known, place, facility)
        kind = kind_of(facts, wanted if wanted in facts.kinds else None)
        if facts.pooled:
            categories = () if viewer is None else viewer.categories
            return _Shown(known, facts, None, day_view(tx, now, *facts.key, day, categories=categories))
        return _Shown(known, facts, kind, day_board(tx, now, *facts.key, day, viewer, court_kind=kind))

    return await database.read(read)


def _grid(shown: _Shown, day: date, now: datetime) -> dict[str, Any]:
    """What the fragment shows; it is part of the page too."""
    facts, slots = shown.facts, shown.slots
    fetch = address(f"/places/{facts.place.code}/{facts.facility.code}/grid", day=day, kind=shown.kind)
    if isinstance(slots, DayView):
        rows = [_line(facts, slot) for slot in slots.slots if not policy.has_begun(half_hour_of(slot.starts), now)]
        return {"grid": None, "lines": rows, "fetch": fetch}
    opened = slots.opens_for_booking <= now
    rows = [_row(facts, slots, row, shown.kind, opened) for row in slots.rows]
    return {"grid": {"courts": slots.courts, "rows": rows}, "lines": [], "fetch": fetch}


def _line(facts: FacilityFacts, slot: SlotView) -> dict[str, Any]:
    href = book_address(facts.place.code, facts.facility.code, slot.starts) if slot.bookable else None
    return {"start": slot.starts, "end": slot.ends, "free": slot.free, "total": slot.total, "href": href}


def _row(facts: FacilityFacts, board: DayBoard, row: BoardRow, kind: str | None, opened: bool) -> dict[str, Any]:
    def book(court: int | None = None) -> str:
        return book_address(facts.place.code, facts.facility.code, row.starts, kind=kind, court=court)

    bookable = opened and not row.past
    return {
        "start": row.starts,
        "end": row.ends,
        "past": row.past,
        "free": row.free,
        "href": book() if bookable and row.free else None,
        "cells": [
            _cell(cell, row.fen, board.place, book(court.id) if bookable else None)
            for court, cell in zip(board.courts, row.cells, strict=True)
        ],
    }


def _cell(cell: BoardCell, fen: int, place: int, book: str | None) -> dict[str, Any]:
    if cell.state in ("free", "released"):
        return {"state": cell.state, "href": book, "price": fen}
    href = None if cell.booking is None else f"/bookings/{place}/{cell.booking}"
    return {"state": cell.state, "href": href, "label": cell.label}


def _kinds(facts: FacilityFacts, current: str | None, own: str, day: date) -> list[tuple[str, str, bool]]:
    """The kinds of court as tabs, where there is more than one: (name to be translated, address, current)."""
    if len(facts.kinds) < 2:
        return []
    return [(KIND_NAMES.get(kind, kind), address(own, day=day, kind=kind), kind == current) for kind in facts.kinds]
