"""What a booking costs: each half hour at the best price among the booker's categories, frozen on the booking."""

from collections.abc import Collection, Iterable, Sequence
from datetime import time
from itertools import groupby
from typing import Protocol

import msgspec

from booking.clock import SHANGHAI, instant_of
from booking.venues.rules.opening import half_hours_into

EVERYONE = "member"
_PRICED_AS = {"workday": ("weekday",), "holiday": ("holiday", "weekend", "weekday")}
"""Whose rows price a kind of day, the first that have one for everyone; the other kinds have rows of their own."""


class Rate(Protocol):
    """A price of half an hour: for a category, on a kind of day, between two wall times (00:00 ends at midnight)."""

    category: str
    days: str
    from_time: time
    until_time: time
    fen: int


class Line(msgspec.Struct, frozen=True):
    """So many half hours in a row at one price."""

    half_hours: int
    fen: int
    category: str


class Quote(msgspec.Struct, frozen=True):
    """A frozen price.

    Attributes:
        fen: the whole amount.
        usual_fen: what it would cost without the booker's category.
    """

    fen: int
    usual_fen: int
    lines: tuple[Line, ...]


class NoPrice(Exception):
    """The policy has no price for everyone at this hour: a mistake in its table, found when it is loaded."""


def quote(
    rates: Sequence[Rate], kind_of_day: str, starts: int, ends: int, categories: Collection[str], heads: int = 1
) -> Quote:
    """Price a range of half hours of one local day.

    Each half hour costs the least of what its fitting rows say. A holiday without a row of its own for everyone at
    that hour costs what a weekend does, and without that what a weekday does; a weekend worked in exchange for a
    holiday is a weekday.

    Args:
        rates: the policy's prices.
        kind_of_day: `weekday`, `workday`, `weekend` or `holiday`.
        starts: the first half hour.
        ends: the half hour after the last.
        categories: the booker's member categories.
        heads: how many people pay (1 for a court, whoever plays on it).

    Raises:
        NoPrice: an hour has no price for everyone.
    """
    days = _PRICED_AS.get(kind_of_day, (kind_of_day,))
    fitting = [_fitting(rates, days, half_hour) for half_hour in range(starts, ends)]
    mine = {EVERYONE, *categories}
    priced = [min((rate.fen, rate.category) for rate in some if rate.category in mine) for some in fitting]
    usual = sum(min(rate.fen for rate in some if rate.category == EVERYONE) for some in fitting)
    lines = tuple(
        Line(half_hours=len(list(group)), fen=fen * heads, category=category)
        for (fen, category), group in groupby(priced)
    )
    return Quote(fen=sum(fen for fen, _ in priced) * heads, usual_fen=usual * heads, lines=lines)


def _fitting(rates: Iterable[Rate], days: Iterable[str], half_hour: int) -> list[Rate]:
    """The rows that price a half hour: of the first kind of day that has one for everyone."""
    at = half_hours_into(instant_of(half_hour).astimezone(SHANGHAI).time())
    for day in days:
        fitting = [
            rate
            for rate in rates
            if rate.days in (day, "any")
            and half_hours_into(rate.from_time) <= at < half_hours_into(rate.until_time, as_end=True)
        ]
        if any(rate.category == EVERYONE for rate in fitting):
            return fitting
    raise NoPrice(f"no price for {'/'.join(days)} at half hour {at} of the day")
