"""What a booking costs: each half hour at the best price among the booker's categories, frozen on the booking."""

from collections.abc import Collection, Iterable, Sequence
from datetime import time
from itertools import groupby
from typing import Protocol

import msgspec

from booking.clock import SHANGHAI, instant_of
from booking.venues.rules.opening import half_hours_into

EVERYONE = "member"
_KINDS = {"workday": "weekday"}


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
    day = _KINDS.get(kind_of_day, kind_of_day)
    priced = [_best(rates, day, half_hour, {EVERYONE, *categories}) for half_hour in range(starts, ends)]
    usual = sum(_best(rates, day, half_hour, {EVERYONE})[0] for half_hour in range(starts, ends))
    lines = tuple(
        Line(half_hours=len(list(group)), fen=fen * heads, category=category)
        for (fen, category), group in groupby(priced)
    )
    return Quote(fen=sum(fen for fen, _ in priced) * heads, usual_fen=usual * heads, lines=lines)


def _best(rates: Iterable[Rate], day: str, half_hour: int, categories: Collection[str]) -> tuple[int, str]:
    at = half_hours_into(instant_of(half_hour).astimezone(SHANGHAI).time())
    fitting = [
        (rate.fen, rate.category)
        for rate in rates
        if rate.category in categories
        and rate.days in (day, "any")
        and half_hours_into(rate.from_time) <= at < half_hours_into(rate.until_time, as_end=True)
    ]
    if not fitting:
        raise NoPrice(f"no price for {day} at half hour {at} of the day")
    return min(fitting)
