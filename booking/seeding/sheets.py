"""The files of a city side by side, each row with its line, before and while they are checked against each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from booking.seeding import rows
from booking.seeding.cells import RowReader
from booking.seeding.problems import FilesRefused, Problem
from booking.seeding.tables import Cells, read_cells
from booking.web.locale import N_

Row = TypeVar("Row", bound=msgspec.Struct)


class Line(NamedTuple, Generic[Row]):
    """A row that could be read, and where it stands."""

    number: int
    row: Row


@dataclass
class Sheet(Generic[Row]):
    """One file.

    Attributes:
        spoiled: rows with a fault, as text: what they define still counts as defined, so that one slip in a
            place's row does not blame every court of that place.
        readable: whether the file could be read to its end.
    """

    file: str
    struct: type[Row]
    lines: list[Line[Row]] = field(default_factory=list)
    spoiled: list[Mapping[str, str]] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)
    readable: bool = True

    def __iter__(self) -> Iterator[Line[Row]]:
        return iter(self.lines)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows alone."""
        return tuple(line.row for line in self.lines)

    def keys(self, *columns: str) -> set[tuple[str, ...]]:
        """What the rows hold in these columns, spoiled rows too."""
        whole = {tuple(getattr(line.row, column) for column in columns) for line in self.lines}
        return whole | {tuple(cells.get(column, "") for column in columns) for cells in self.spoiled}

    def problem(self, line: int, column: str, value: object, text: str, **params: Any) -> Problem:
        """A fault in a cell of this file."""
        return Problem(file=self.file, line=line, column=column, value=str(value), text=text, params=params)


@dataclass
class Sheets:
    """All files of a city."""

    region: Sheet[rows.RegionRow]
    sports: Sheet[rows.SportRow]
    organisations: Sheet[rows.OrganisationRow]
    calendar: Sheet[rows.CalendarRow]
    policies: Sheet[rows.PolicyRow]
    prices: Sheet[rows.PriceRow]
    places: Sheet[rows.PlaceRow]
    zones: Sheet[rows.ZoneRow]
    facilities: Sheet[rows.FacilityRow]
    courts: Sheet[rows.CourtRow]
    opening: Sheet[rows.OpeningRow]
    gates: Sheet[rows.GateRow]
    hotels: Sheet[rows.HotelRow]
    room_types: Sheet[rows.RoomTypeRow]
    rooms: Sheet[rows.RoomRow]
    room_rates: Sheet[rows.RoomRateRow]
    extras: Sheet[rows.ExtraRow]
    allotments: Sheet[rows.AllotmentRow]
    accounts: Sheet[rows.AccountRow]

    def __iter__(self) -> Iterator[Sheet[Any]]:
        return iter(vars(self).values())

    def named(self, name: str) -> Sheet[Any]:
        """The sheet with this name, that of its file."""
        sheet: Sheet[Any] = getattr(self, name)
        return sheet


def read_sheets(folder: Path) -> Sheets:
    """Reads every file by itself; what is wrong in each is in its `faults`."""
    return Sheets(
        region=read_sheet(folder, "region", rows.RegionRow),
        sports=read_sheet(folder, "sports", rows.SportRow),
        organisations=read_sheet(folder, "organisations", rows.OrganisationRow),
        calendar=read_sheet(folder, "calendar", rows.CalendarRow),
        policies=read_sheet(folder, "policies", rows.PolicyRow),
        prices=read_sheet(folder, "prices", rows.PriceRow),
        places=read_sheet(folder, "places", rows.PlaceRow),
        zones=read_sheet(folder, "zones", rows.ZoneRow),
        facilities=read_sheet(folder, "facilities", rows.FacilityRow),
        courts=read_sheet(folder, "courts", rows.CourtRow),
        opening=read_sheet(folder, "opening", rows.OpeningRow),
        gates=read_sheet(folder, "gates", rows.GateRow),
        hotels=read_sheet(folder, "hotels", rows.HotelRow, required=False),
        room_types=read_sheet(folder, "room_types", rows.RoomTypeRow, required=False),
        rooms=read_sheet(folder, "rooms", rows.RoomRow, required=False),
        room_rates=read_sheet(folder, "room_rates", rows.RoomRateRow, required=False),
        extras=read_sheet(folder, "extras", rows.ExtraRow, required=False),
        allotments=read_sheet(folder, "allotments", rows.AllotmentRow, required=False),
        accounts=read_sheet(folder, "accounts", rows.AccountRow),
    )


def read_sheet(folder: Path, name: str, struct: type[Row], *, required: bool = True) -> Sheet[Row]:
    """Reads one file by itself; what is wrong in it is in its `faults`. One that is not `required` may be missing."""
    path = folder / f"{name}.csv"
    sheet = Sheet(path.as_posix(), struct)
    if not required and not path.exists():
        return sheet
    reader = RowReader(struct)
    try:
        with path.open("rb") as file:
            for found in read_cells(file, sheet.file, reader.required, reader.optional, {}):
                _take(sheet, reader, found)
    except FilesRefused as refused:
        sheet.faults += refused.problems
        sheet.readable = False
    except OSError:
        columns = "、".join(reader.required)
        text = N_("没有这个文件，或者打不开。请放一个 CSV 文件，首行至少要有：{columns}。")
        sheet.faults.append(Problem(file=sheet.file, text=text, params={"columns": columns}))
        sheet.readable = False
    return sheet


def _take(sheet: Sheet[Row], reader: RowReader[Row], found: Cells | Problem) -> None:
    if isinstance(found, Problem):
        sheet.faults.append(found)
        sheet.readable = False
        return
    row = reader.read(found, sheet.file)
    if isinstance(row, list):
        sheet.faults += row
        sheet.spoiled.append(found.by_column)
    else:
        sheet.lines.append(Line(found.line, row))
