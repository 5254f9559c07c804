"""The figures of a house on a page: what was sold, for how much, by whom, and what is still to come."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.rooms.catalogue import House
from booking.rooms.figure_files import figures_csv, figures_xlsx
from booking.rooms.pages.asking import read_date, read_number
from booking.rooms.pages.manage.access import AnyRequest
from booking.rooms.pages.manage.charts import Chart, Series, chart
from booking.rooms.queries.figures import figures, forecast
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.schemas_figures import Figures, ForecastNight, ForecastView
from booking.web.formatting import money
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page

PERIODS = (7, 28, 90, 365)
"""Days that the figures are of."""
USUAL = 28
AHEAD = 28
"""Nights that the forecast is of."""
WEEK = timedelta(days=7)
SOURCES = {
    "app": N_("手机应用"),
    "page": N_("网页"),
    "desk": N_("前台"),
    "group": N_("团体"),
    "waiting": N_("排队等到"),
    "replay": N_("导入的旧账"),
    "retreat": N_("疗休养"),
}
"""How a stay was booked."""


class Asked(NamedTuple):
    """The nights that the figures are of."""

    first: date
    days: int

    @property
    def nights(self) -> Nights:
        """The same as numbers."""
        return Nights(night_of(self.first), night_of(self.first) + self.days)


class Read(NamedTuple):
    """The figures, and the forecast from today on."""

    figures: Figures
    ahead: ForecastView


class PickUp(NamedTuple):
    """A night to come: what is sold by now, how much of it in the last week, and what is expected."""

    night: ForecastNight
    last_week: int


def read_asked(fields: MultiDict[Any], today: date) -> Asked:
    """What an address says; the four weeks up to yesterday, if it says nothing."""
    days = read_number(fields.get("days", ""), USUAL) or USUAL
    days = days if days in PERIODS else USUAL
    return Asked(read_date(fields.get("first", "")) or today - timedelta(days=days), days)


@get("/manage/{place:str}/rooms/figures")
async def figures_page(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """Few charts, each with its table and what it means."""
    now = clock()
    today = local_date(now)
    asked = read_asked(request.query_params, today)

    def read(tx: ReadSession) -> Read:
        return Read(figures(tx, house.id, asked.nights), forecast(tx, now, house.id, AHEAD))

    seen = await database.read(read)
    return page(
        request,
        "rooms/manage/figures.html",
        headers=NOT_KEPT,
        house=house,
        asked=asked,
        until=asked.first + timedelta(days=asked.days - 1),
        periods=PERIODS,
        today=today,
        figures=seen.figures,
        occupancy=_occupancy(request, seen.figures),
        rates=_rates(request, seen.figures),
        ahead=_ahead(request, seen.ahead.nights),
        pick_up=_pick_up(seen.ahead.nights, today),
        sources=[(sentence(request, SOURCES.get(one.source, one.source)), one) for one in seen.figures.sources],
    )


def _occupancy(request: AnyRequest, found: Figures) -> Chart:
    shares = [round(100 * night.occupancy, 1) for night in found.nights]
    label = sentence(request, N_("出租率 {share}%"), share=f"{shares[-1]:.0f}")
    return chart([night.day for night in found.nights], [Series(label, shares)], most=100, unit="%")


def _rates(request: AnyRequest, found: Figures) -> Chart:
    last = found.nights[-1]
    rate = sentence(request, N_("平均房价 {fen}"), fen=money(last.average_rate_fen))
    revpar = sentence(request, N_("每间可售房 {fen}"), fen=money(last.revpar_fen))
    series = [
        Series(rate, [night.average_rate_fen / 100 for night in found.nights]),
        Series(revpar, [night.revpar_fen / 100 for night in found.nights]),
    ]
    return chart([night.day for night in found.nights], series, most=100)


def _ahead(request: AnyRequest, nights: Sequence[ForecastNight]) -> Chart:
    last = nights[-1]
    expected = sentence(request, N_("预计 {count} 间"), count=last.expected)
    sold = sentence(request, N_("已订 {count} 间"), count=last.on_books)
    series = [
        Series(expected, [night.expected for night in nights]),
        Series(sold, [night.on_books for night in nights]),
    ]
    return chart([night.day for night in nights], series, most=max(night.in_order for night in nights))


def _pick_up(nights: Sequence[ForecastNight], today: date) -> list[PickUp]:
    return [
        PickUp(night, sum(one.rooms for one in night.booked if today - WEEK < one.day <= today)) for night in nights
    ]


@get("/manage/{place:str}/rooms/figures.csv", media_type="text/csv")
async def figures_file(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """The figures night by night, as a table for spreadsheets."""
    asked = read_asked(request.query_params, local_date(clock()))
    return figures_csv(request, await database.read(figures, house.id, asked.nights))


@get("/manage/{place:str}/rooms/figures.xlsx")
async def figures_book(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """The figures, the sources and the forecast, as a workbook."""
    now = clock()
    asked = read_asked(request.query_params, local_date(now))
    found = await database.read(figures, house.id, asked.nights)
    return figures_xlsx(request, found, await database.read(forecast, now, house.id, AHEAD))


handlers = [figures_page, figures_file, figures_book]
