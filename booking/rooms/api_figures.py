"""What a house's staff read about its nights: the tape chart, the figures and the forecast, also as files."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, PathParameter, QueryParameter

from booking.clock import Clock
from booking.db import Database
from booking.rooms import errors, errors_desk
from booking.rooms.catalogue import NoRoomsHere
from booking.rooms.figure_files import CSV, XLSX, figures_csv, figures_xlsx
from booking.rooms.queries import figures as figures_of
from booking.rooms.queries.tape import MOST_NIGHTS, tape
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas_figures import BusinessDayView, ClosedDays, Figures, ForecastView, Tape
from booking.rooms.service.allotments import check_staff
from booking.web.etags import tagged, tagged_answers
from booking.web.facts import Day
from booking.web.principal import Principal
from booking.web.responses import refusals

AnyRequest = Request[Any, Any, Any]
PathId = Annotated[int, PathParameter(ge=1, lt=2**53)]
Nightly = Annotated[int, QueryParameter(ge=1, le=MOST_NIGHTS, description="How many nights.")]
Yearly = Annotated[int, QueryParameter(ge=1, le=366, description="How many nights.")]
REFUSED = (errors.NotStaff, NoRoomsHere, errors_desk.DayUnfit)

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
"""The dates that books are kept of."""


def within(day: date) -> date:
    """A date that books are kept of.

    Raises:
        DayUnfit: it is none.
    """
    if not EARLIEST <= day <= LATEST:
        raise errors_desk.DayUnfit(first=Day(EARLIEST), last=Day(LATEST), asked=day.isoformat())
    return day


def _nights(first: date, days: int) -> Nights:
    return Nights(night_of(within(first)), night_of(first) + days)


@get("/tape", responses=refusals(*REFUSED) | tagged_answers(Tape))
async def get_tape(
    request: AnyRequest,
    place: PathId,
    first: FromQuery[date],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    days: Nightly = 14,
) -> Response[bytes]:
    """Rooms × nights, with a bar for every stay and outage."""
    check_staff(member, place)
    return tagged(request, await database.read(tape, place, _nights(first, days)), private=True)


@get("/figures", responses=refusals(*REFUSED) | tagged_answers(Figures))
async def get_figures(
    request: AnyRequest,
    place: PathId,
    first: FromQuery[date],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    days: Yearly = 30,
) -> Response[bytes]:
    """Occupancy, average daily rate, revenue per available room, length of stay and sources."""
    check_staff(member, place)
    return tagged(request, await database.read(figures_of.figures, place, _nights(first, days)), private=True)


@get("/forecast", responses=refusals(errors.NotStaff, NoRoomsHere) | tagged_answers(ForecastView))
async def get_forecast(
    request: AnyRequest,
    place: PathId,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    days: Nightly = 28,
) -> Response[bytes]:
    """What the nights to come will sell: on the books, and as much more as the same weekdays of the last weeks."""
    check_staff(member, place)
    return tagged(request, await database.read(figures_of.forecast, clock(), place, days), private=True)


@get("/closed-days", responses=refusals(errors.NotStaff, NoRoomsHere) | tagged_answers(ClosedDays))
async def get_closed_days(
    request: AnyRequest,
    place: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    days: Nightly = 31,
) -> Response[bytes]:
    """The days that were closed, as they stood, the latest first."""
    check_staff(member, place)
    found = await database.read(figures_of.closed_days, place, days)
    closed = [msgspec.convert(one.figures, BusinessDayView) for one in found]
    return tagged(request, ClosedDays(closed), private=True)


def _file(media_type: str) -> dict[int, ResponseSpec]:
    return {200: ResponseSpec(bytes, generate_examples=False, description="The file", media_type=media_type)}


@get("/figures.csv", media_type=CSV, responses=refusals(*REFUSED) | _file(CSV))
async def get_figures_csv(
    request: AnyRequest,
    place: PathId,
    first: FromQuery[date],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    days: Yearly = 30,
) -> Response[bytes]:
    """The figures night by night as CSV; no cell can be taken for a formula."""
    check_staff(member, place)
    found = await database.read(figures_of.figures, place, _nights(first, days))
    return figures_csv(request, found)


@get("/figures.xlsx", media_type=XLSX, responses=refusals(*REFUSED) | _file(XLSX))
async def get_figures_xlsx(
    request: AnyRequest,
    place: PathId,
    first: FromQuery[date],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    days: Yearly = 30,
) -> Response[bytes]:
    """The figures, the sources and the forecast as a workbook; no cell is a formula."""
    check_staff(member, place)
    found = await database.read(figures_of.figures, place, _nights(first, days))
    ahead = await database.read(figures_of.forecast, clock(), place, 28)
    return figures_xlsx(request, found, ahead)


handlers = [
    get_tape,
    get_figures,
    get_forecast,
    get_closed_days,
    get_figures_csv,
    get_figures_xlsx,
]
