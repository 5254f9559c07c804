"""A file of hotel bookings in the columns of the well-known public set, read row by row; what it adds is ignored."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from booking.rooms.models import LONGEST_STAY
from booking.rooms.replay.bookings import Booking, Ending
from booking.rooms.rules.nights import night_of
from booking.seeding.cells import Convert, RowReader
from booking.seeding.problems import Problem
from booking.seeding.tables import Cells, read_cells
from booking.web.locale import N_

Month = Literal[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MONTHS: tuple[str, ...] = Month.__args__  # type: ignore[attr-defined]
ENDINGS: dict[str, Ending] = {"Check-Out": "departed", "Canceled": "cancelled", "No-Show": "no_show"}
KNOWN = [
    "is_canceled",
    "arrival_date_week_number",
    "meal",
    "country",
    "market_segment",
    "distribution_channel",
    "is_repeated_guest",
    "previous_cancellations",
    "previous_bookings_not_canceled",
    "assigned_room_type",
    "booking_changes",
    "deposit_type",
    "agent",
    "company",
    "days_in_waiting_list",
    "customer_type",
    "required_car_parking_spaces",
    "total_of_special_requests",
]
"""Columns of the public set that say nothing about rooms and nights."""
MISSING = ("na", "null", "")

Label = Annotated[str, Meta(min_length=1, max_length=40)]
Count = Annotated[int, Meta(ge=0, le=100)]


class BookingRow(Struct, frozen=True, kw_only=True):
    """One booking, under the names of the columns."""

    hotel: Label
    lead_time: Annotated[int, Meta(ge=0, le=2000)]
    arrival_date_year: Annotated[int, Meta(ge=1990, le=2100)]
    arrival_date_month: Month
    arrival_date_day_of_month: Annotated[int, Meta(ge=1, le=31)]
    stays_in_weekend_nights: Count
    stays_in_week_nights: Count
    adults: Count
    reserved_room_type: Label
    reservation_status: Literal["Check-Out", "Canceled", "No-Show"]
    reservation_status_date: date
    children: Count = 0
    babies: Count = 0
    adr: Annotated[float, Meta(ge=-10_000, le=1_000_000)] = 0.0


def _counted(plain: Convert) -> Convert:
    """A count that other programs write as `NA`, or as `2.0`."""
    return lambda text: 0 if text.lower() in MISSING else plain(text.removesuffix(".0"))


READER = RowReader(BookingRow, {"children": _counted, "babies": _counted})


def read_bookings(path: Path) -> Iterator[Booking | Problem]:
    """Every booking of a file, or what is wrong with its row.

    Raises:
        FilesRefused: it is no CSV file, or a column is missing.
    """
    with path.open("rb") as file:
        for cells in read_cells(file, path.name, READER.required, [*READER.optional, *KNOWN], {}):
            if isinstance(cells, Problem):
                yield cells
                continue
            row = READER.read(cells, path.name)
            if isinstance(row, list):
                yield from row
            else:
                yield _booking(path.name, cells, row)


def _booking(file: str, cells: Cells, row: BookingRow) -> Booking | Problem:
    arrival = None
    with suppress(ValueError):
        month = MONTHS.index(row.arrival_date_month) + 1
        arrival = date(row.arrival_date_year, month, row.arrival_date_day_of_month)
    if arrival is None:
        text = N_("{year} 年 {month} 没有 {value} 日。请核对年、月、日三格。")
        params = {"year": row.arrival_date_year, "month": row.arrival_date_month}
        return _problem(file, cells, "arrival_date_day_of_month", text, **params)
    nights = row.stays_in_weekend_nights + row.stays_in_week_nights
    if nights > LONGEST_STAY:
        text = N_("周末和平日加起来住 {nights} 晚，最多 {most} 晚。请核对这两格。")
        return _problem(file, cells, "stays_in_week_nights", text, nights=nights, most=LONGEST_STAY)
    first = night_of(arrival)
    return Booking(
        line=cells.line,
        hotel=row.hotel,
        type=row.reserved_room_type,
        booked=first - row.lead_time,
        arrival=first,
        nights=nights,
        heads=max(1, row.adults + row.children + row.babies),
        fen=max(0, round(row.adr * 100)),
        ending=ENDINGS[row.reservation_status],
        ended=night_of(row.reservation_status_date),
    )


def _problem(file: str, cells: Cells, column: str, text: str, **params: object) -> Problem:
    value = cells.by_column.get(column, "")
    header = cells.headers.get(column, column)
    return Problem(file=file, line=cells.line, column=header, value=value, text=text, params=dict(params))
