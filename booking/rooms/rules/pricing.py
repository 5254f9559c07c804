"""What a stay costs: a price for every night, what its guests have beside the room, and the fees for not coming."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

MEMBER = "member"
GUEST = "guest"
_KINDS = {
    "holiday": ("holiday", "weekend", "weekday", "any"),
    "weekend": ("weekend", "weekday", "any"),
    "weekday": ("weekday", "any"),
    "workday": ("weekday", "any"),
}
"""The kinds of day whose price a night may have, the first that there is."""


class Rate(Protocol):
    """The price of a night for a category, on a kind of day, in a season (both dates included) or in none."""

    category: str
    days: str
    from_day: date | None
    until_day: date | None
    fen: int


class Extra(Protocol):
    """What can be had beside a room."""

    per: str
    member_fen: int
    guest_fen: int


class NightPrice(NamedTuple):
    """What one night costs, and for which category."""

    fen: int
    category: str


class Room(NamedTuple):
    """As much of a room as extras depend on."""

    nights: int
    heads: int


class NoRate(Exception):
    """No rate covers this night: a mistake in the table, found when it is loaded."""


Card = Mapping[str, Sequence[Rate]]
"""The rates of a room type, by category."""


def price_of_night(card: Card, day: date, kind: str, categories: Collection[str], *, member: bool) -> NightPrice:
    """What a night costs.

    A rate for one of the guest's own categories goes before that for every member (the cheapest of several), a
    dated season before the rest of the year, and the kind of day before what it falls back to: a holiday has the
    weekend's price where it has none of its own, a weekend the weekday's, and `any` comes last.

    Args:
        card: the rates of the type.
        day: the local date on which the night begins; seasons are compared with it.
        kind: `weekday`, `workday`, `weekend` or `holiday`: the kind of day to which the night leads.
        categories: the member's own; nothing for a guest.
        member: whether the guest pays the members' price at all.

    Raises:
        NoRate: none covers it.
    """
    own = [found for category in categories if (found := _of_category(card, day, kind, category))] if member else []
    if own:
        return min(own)
    found = _of_category(card, day, kind, MEMBER if member else GUEST)
    if found is None:
        raise NoRate(f"no rate for {day} ({kind})")
    return found


def _of_category(card: Card, day: date, kind: str, category: str) -> NightPrice | None:
    rates = card.get(category, ())
    for seasonal in (True, False):
        fitting = [rate for rate in rates if _in_season(rate, day, seasonal=seasonal)]
        for days in _KINDS[kind]:
            prices = [rate.fen for rate in fitting if rate.days == days]
            if prices:
                return NightPrice(min(prices), category)
    return None


def _in_season(rate: Rate, day: date, *, seasonal: bool) -> bool:
    if rate.from_day is None or rate.until_day is None:
        return not seasonal
    return seasonal and rate.from_day <= day <= rate.until_day


def extra_fen(extra: Extra, rooms: Iterable[Room], *, member: bool) -> int:
    """What one extra comes to for all rooms of a stay: 0 without rooms.

    `per` counts once a `stay`, each `night` of each room, each `guest`, or each night of each guest.
    """
    counted = {
        "stay": lambda: int(any(True for _ in rooms)),
        "night": lambda: sum(room.nights for room in rooms),
        "guest": lambda: sum(room.heads for room in rooms),
        "guest_night": lambda: sum(room.nights * room.heads for room in rooms),
    }[extra.per]()
    return counted * (extra.member_fen if member else extra.guest_fen)


def permille_of(fen: int, permille: int) -> int:
    """A part of a sum, rounded down to whole fen."""
    return fen * permille // 1000


def cancel_permille(ladder: Iterable[Sequence[int]], days_before: int) -> int:
    """The fee for cancelling so many days before arrival, in ‰ of the price.

    The ladder's steps are (days before arrival, permille), most days first: each holds from its day until the next.
    Earlier than all of them it is free; on the day of arrival and later the last step holds.
    """
    return next((fee for days, fee in sorted(map(tuple, ladder)) if days_before <= days), 0)


def free_days_before(ladder: Iterable[Sequence[int]]) -> int:
    """How many days before arrival cancelling is free for the last time; 0 is the day itself."""
    costly = [days for days, fee in ladder if fee > 0]
    return max(costly) + 1 if costly else 0
