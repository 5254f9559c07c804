"""What the tape chart, the figures of a house and its closed days look like. Days are local dates, money is fen."""

from datetime import date

import msgspec


class TapeBar(msgspec.Struct, frozen=True, kw_only=True):
    """Nights of a room in a row that one stay or outage takes; `movable` is whether the room may still change."""

    first: date
    until: date
    stay: int | None
    stay_room: int | None
    outage: int | None
    status: str
    name: str
    movable: bool


class TapeRoom(msgspec.Struct, frozen=True):
    """A line of the tape chart."""

    id: int
    number: str
    type: int
    bars: list[TapeBar]


class Tape(msgspec.Struct, frozen=True):
    """Rooms × nights `[first, until)`."""

    first: date
    until: date
    rooms: list[TapeRoom]


class NightFigures(msgspec.Struct, frozen=True):
    """One night; `occupancy` from 0 to 1."""

    day: date
    rooms: int
    out_of_order: int
    sold: int
    occupancy: float
    fen: int
    average_rate_fen: int
    revpar_fen: int


class SourceFigures(msgspec.Struct, frozen=True):
    """Room nights and revenue of one source."""

    source: str
    nights: int
    fen: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the nights `[first, until)`; formulas in `rules.figures`."""

    first: date
    until: date
    occupancy: float
    average_rate_fen: int
    revpar_fen: int
    average_nights: float
    fen: int
    nights: list[NightFigures]
    sources: list[SourceFigures]


class PickedUp(msgspec.Struct, frozen=True):
    """Rooms booked on a day, less those given up on it."""

    day: date
    rooms: int


class ForecastNight(msgspec.Struct, frozen=True, kw_only=True):
    """What a night is expected to sell; `weeks` is how many past weeks the pick-up is the average of."""

    day: date
    in_order: int
    on_books: int
    pick_up: int
    expected: int
    occupancy: float
    weeks: int
    booked: list[PickedUp]


class ForecastView(msgspec.Struct, frozen=True):
    """The nights to come."""

    nights: list[ForecastNight]


class BusinessDayView(msgspec.Struct, frozen=True, kw_only=True):
    """A closed day, as it stood.

    Attributes:
        no_shows: ids of the rooms of stays that were marked by the closing.
        uncharged: ids of stays whose folio does not bear the price of this night.
    """

    day: date
    rooms: int
    out_of_order: int
    sold: int
    fen: int
    arrived: int
    departed: int
    in_house: int
    heads: int
    no_shows: list[int]
    uncharged: list[int]


class ClosedDays(msgspec.Struct, frozen=True):
    """Days that were closed, the latest first."""

    items: list[BusinessDayView]
