"""Nights as numbers: days from 1970-01-01 to the local date on which a night begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_FIRST = date(1970, 1, 1)


def night_of(day: date) -> int:
    """The night that begins on a local date."""
    return (day - _FIRST).days


def date_of(night: int) -> date:
    """The local date on which a night begins."""
    return _FIRST + timedelta(days=night)


@dataclass(frozen=True, slots=True)
class Nights:
    """The half-open range of nights of a stay: `departure` is the first that it does not take."""

    arrival: int
    departure: int

    def __len__(self) -> int:
        """How many nights."""
        return self.departure - self.arrival

    def __iter__(self) -> Iterator[int]:
        """Each night, in order."""
        return iter(range(self.arrival, self.departure))
