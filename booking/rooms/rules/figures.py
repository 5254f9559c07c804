"""The figures by which a house is run, each with its formula.

Definitions are those of the trade (Uniform System of Accounts for the Lodging Industry; STR's glossary): a room night
is one room sold for one night, out-of-order rooms are not available, revenue is that of rooms alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

WEEK = 7
LOOKED_BACK = 4
"""How many past weeks a forecast learns from."""


class NightCount(NamedTuple):
    """One night: rooms there are, rooms out of order, rooms sold, and their revenue in fen."""

    night: int
    rooms: int
    out_of_order: int
    sold: int
    fen: int

    @property
    def available(self) -> int:
        """Rooms in order: rooms - out of order."""
        return self.rooms - self.out_of_order


class Sold(NamedTuple):
    """A room of a stay.

    Attributes:
        arrival, departure: its nights, half open.
        made: the night of the date on which it was booked.
        ended: the night of the date on which it was given up, None while it stands.
        source: how it was booked.
        fen: the price of each of its nights.
    """

    arrival: int
    departure: int
    made: int
    ended: int | None
    source: str
    fen: tuple[int, ...]


class Forecast(NamedTuple):
    """What a night is expected to sell; `pick_up` may be negative where more are given up than booked.

    Attributes:
        on_books: rooms sold for it by now.
        pick_up: rooms by which the same weekday grew from so many days before, on average.
        expected: on_books + pick_up, between 0 and the rooms in order.
        weeks: how many past weeks the average is of; 0 means that `expected` is only what is on the books.
    """

    night: int
    on_books: int
    pick_up: int
    expected: int
    weeks: int


def occupancy(nights: Iterable[NightCount]) -> float:
    """Room nights sold / room nights in order, from 0 to 1; 0 where no room is in order."""
    counted = list(nights)
    return _ratio(sum(night.sold for night in counted), sum(night.available for night in counted))


def average_daily_rate(nights: Iterable[NightCount]) -> int:
    """Room revenue / room nights sold, in fen, rounded down; 0 where none is sold."""
    counted = list(nights)
    sold = sum(night.sold for night in counted)
    return sum(night.fen for night in counted) // sold if sold else 0


def revpar(nights: Iterable[NightCount]) -> int:
    """Revenue per available room: room revenue / room nights in order, in fen, rounded down.

    It equals occupancy × average daily rate but for rounding.
    """
    counted = list(nights)
    available = sum(night.available for night in counted)
    return sum(night.fen for night in counted) // available if available else 0


def average_length_of_stay(rooms: Iterable[Sold]) -> float:
    """Nights / rooms of stays: each room counts with all of its nights, by the date of its arrival."""
    lengths = [room.departure - room.arrival for room in rooms]
    return _ratio(sum(lengths), len(lengths))


def by_source(rooms: Iterable[Sold], first: int, until: int) -> dict[str, tuple[int, int]]:
    """(room nights, revenue in fen) of each source, for the nights `[first, until)`."""
    found: dict[str, tuple[int, int]] = {}
    for room in rooms:
        nights = _within(room, first, until)
        before = found.get(room.source, (0, 0))
        added = before[0] + len(nights), before[1] + sum(room.fen[night - room.arrival] for night in nights)
        found[room.source] = added
    return {source: counted for source, counted in sorted(found.items()) if counted[0]}


def count_nights(
    rooms: Iterable[Sold], first: int, until: int, total: int, out_of_order: Mapping[int, int]
) -> list[NightCount]:
    """Each night of `[first, until)` with what is sold of `total` rooms; `out_of_order` are rooms by night."""
    sold: Counter[int] = Counter()
    fen: Counter[int] = Counter()
    for room in rooms:
        for night in _within(room, first, until):
            sold[night] += 1
            fen[night] += room.fen[night - room.arrival]
    return [
        NightCount(night, total, out_of_order.get(night, 0), sold[night], fen[night]) for night in range(first, until)
    ]


def pick_up(rooms: Iterable[Sold], night: int) -> dict[int, int]:
    """How many rooms were booked for a night on each date, less those that were given up on it."""
    found: dict[int, int] = defaultdict(int)
    for room in rooms:
        if room.arrival <= night < room.departure:
            found[room.made] += 1
            if room.ended is not None:
                found[room.ended] -= 1
    return {day: count for day, count in sorted(found.items()) if count}


def on_books(rooms: Iterable[Sold], night: int, day: int) -> int:
    """Rooms that stood booked for a night at the end of a date: booked by then, and not given up by then."""
    return sum(
        room.arrival <= night < room.departure and room.made <= day and (room.ended is None or room.ended > day)
        for room in rooms
    )


def forecast(rooms: Sequence[Sold], night: int, today: int, in_order: int, first_known: int) -> Forecast:
    """What a night will sell, by pick-up: on the books + how much the same weekday grew in the last weeks.

    The pick-up is the average, over up to `LOOKED_BACK` past nights W of the same weekday, of

        on_books(W, at the end of W) - on_books(W, as many days before W as the night is away now)

    rounded to whole rooms. Nights before `first_known` are not learnt from: the house was not selling then.
    """
    ahead = night - today
    nearest = night - WEEK * (ahead // WEEK + 1)
    past = [nearest - WEEK * week for week in range(LOOKED_BACK)]
    learnt = [before for before in past if before - ahead >= first_known]
    grown = sum(on_books(rooms, before, before) - on_books(rooms, before, before - ahead) for before in learnt)
    added = round(grown / len(learnt)) if learnt else 0
    now_sold = on_books(rooms, night, today)
    return Forecast(night, now_sold, added, max(0, min(in_order, now_sold + added)), len(learnt))


def _within(room: Sold, first: int, until: int) -> range:
    return range(max(first, room.arrival), min(until, room.departure))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
