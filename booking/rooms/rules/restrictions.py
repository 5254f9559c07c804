"""Which stays the calendar allows: shortest and longest stays, days on which nobody arrives or leaves."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

Rule = Literal["closed_to_arrival", "closed_to_departure", "least_nights", "most_nights"]


class Restriction(Protocol):
    """The limits of a night, as managers set them; those on length are for stays that arrive on it."""

    night: int
    least_nights: int | None
    most_nights: int | None
    closed_to_arrival: bool
    closed_to_departure: bool


class Broken(NamedTuple):
    """The rule that a stay breaks: on which night, and the limit in nights where the rule has one."""

    rule: Rule
    night: int
    limit: int = 0


def broken(restrictions: Iterable[Restriction], arrival: int, departure: int) -> Broken | None:
    """The first rule that the stay `[arrival, departure)` breaks, or None.

    Several rows for one night (of the type, and of every type) hold together.
    """
    rows = list(restrictions)
    arriving = [row for row in rows if row.night == arrival]
    if any(row.closed_to_arrival for row in arriving):
        return Broken("closed_to_arrival", arrival)
    if any(row.closed_to_departure for row in rows if row.night == departure):
        return Broken("closed_to_departure", departure)
    least = max((row.least_nights or 0 for row in arriving), default=0)
    if departure - arrival < least:
        return Broken("least_nights", arrival, least)
    most = min((row.most_nights for row in arriving if row.most_nights is not None), default=departure - arrival)
    if departure - arrival > most:
        return Broken("most_nights", arrival, most)
    return None
