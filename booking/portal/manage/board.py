"""The day board of a facility; an open one hears of changes through the stream of the public grid."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.places.models import CalendarDay
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.queries.board import Board, desk_board
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.queries.days import reachable
from booking.web.pages import NOT_KEPT, page

AROUND = range(-1, 14)
"""The days of the strip, counted from today."""
Day = Annotated[date | None, QueryParameter(description="A day in Shanghai; today, if left out.")]


def shown_day(day: date | None, now: datetime) -> date:
    """The chosen day, or today.

    Raises:
        DayTooFar: it is more than a year away.
    """
    if day is None:
        return local_date(now)
    reachable(day, now)
    return day


def strip(
    chosen: date, now: datetime, address: str, marks: Mapping[date, CalendarDay], around: range = AROUND
) -> list[dict[str, Any]]:
    """The days around today, and the chosen one, for the date strip."""
    today = local_date(now)
    days = {today + timedelta(days=ahead) for ahead in around} | {chosen}
    return [
        {
            "date": day,
            "href": f"{address}?day={day}",
            "current": day == chosen,
            "mark": marks[day].kind if day in marks else None,
        }
        for day in sorted(days)
    ]


def _board(tx: ReadSession, now: datetime, facts: FacilityFacts, day: date) -> dict[str, Any]:
    known = venues(tx)
    address = f"/manage/{facts.place.code}/{facts.facility.code}"
    return {
        "board": desk_board(tx, now, *facts.key, day),
        "days": strip(day, now, address, known.places.calendar),
        "facilities": known.by_place[facts.place.id],
    }


@get("/manage/{place:str}/{facility:str}")
async def board_page(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    facts: NamedDependency[FacilityFacts],
    day: Day = None,
) -> Response[str]:
    """A facility's day at the desk."""
    now = clock()
    context = await database.read(_board, now, facts, shown_day(day, now))
    return page(request, "portal/manage/board.html", headers=NOT_KEPT, facts=facts, **context)


@get("/manage/{place:str}/{facility:str}/board")
async def board_part(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    facts: NamedDependency[FacilityFacts],
    day: Day = None,
) -> Response[str]:
    """The part of the board that changes, for an open page to put in its place."""
    now = clock()
    board: Board = await database.read(desk_board, now, *facts.key, shown_day(day, now))
    return page(request, "portal/manage/board_part.html", headers=NOT_KEPT, facts=facts, board=board)


handlers = [board_page, board_part]
