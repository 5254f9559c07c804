"""The calendar of a season: each date after the one before, and the public draws between freeze and result."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Protocol

from booking.clock import local_date, local_instant
from booking.errors import BookingError
from booking.retreats.errors_seasons import CalendarCrosses, SourceDayOutside, SourceTwice, SourceUnnamed
from booking.retreats.rules.words import LOTTERY_NAMES
from booking.web.facts import Day, Instant
from booking.web.locale import N_

MOMENTS = {
    "opens_at": N_("报名开始"),
    "closes_at": N_("报名截止"),
    "freezes_at": N_("报名封存"),
    "publishes_at": N_("公布结果"),
    "confirm_by": N_("确认截止"),
    "second_confirm_by": N_("第二轮确认截止"),
    "last_confirm_by": N_("最后一轮确认截止"),
}
"""The dates of a season, in their order."""
ARRIVAL = N_("第一批报到")
AT_ONCE = frozenset({"freezes_at"})
"""What may come at the very instant of the one before."""


class Calendar(Protocol):
    """As much of a season as its calendar is."""

    opens_at: datetime
    closes_at: datetime
    freezes_at: datetime
    publishes_at: datetime
    confirm_by: datetime
    second_confirm_by: datetime
    last_confirm_by: datetime


def crossed(calendar: Calendar, first_arrival: date | None = None) -> Iterator[tuple[str, CalendarCrosses]]:
    """Each date that is not after the one before, by its name; the first guests come after the last deadline."""
    for earlier, later in pairwise(MOMENTS):
        before, at = getattr(calendar, earlier), getattr(calendar, later)
        if at < before or (at == before and later not in AT_ONCE):
            names = {"later": MOMENTS[later], "earlier": MOMENTS[earlier]}
            yield later, CalendarCrosses(at=Instant(at), before=Instant(before), **names)
    last = calendar.last_confirm_by
    if first_arrival is not None and local_instant(first_arrival, time()) <= last:
        names = {"later": ARRIVAL, "earlier": MOMENTS["last_confirm_by"]}
        yield "last_confirm_by", CalendarCrosses(at=Day(first_arrival), before=Instant(last), **names)


def misnamed(
    sources: Sequence[tuple[str, str, str, str]], freezes: datetime, publishes: datetime
) -> list[BookingError]:
    """What is wrong with the public draws: unnamed, named twice, or drawn on a wrong day.

    They draw in the evening, so their days lie between that of the freeze and that of the result.
    """
    found: list[BookingError] = []
    seen: set[tuple[str, str]] = set()
    for lottery, issue, drawn_on, fallback in sources:
        name, day = LOTTERY_NAMES[lottery], date.fromisoformat(drawn_on)
        if not issue or not fallback:
            found.append(SourceUnnamed(lottery=name, day=Day(day)))
        elif issue == fallback or seen & {(lottery, issue), (lottery, fallback)}:
            found.append(SourceTwice(lottery=name, issue=issue))
        if not local_date(freezes) < day < local_date(publishes):
            between = {"freezes": Instant(freezes), "publishes": Instant(publishes)}
            found.append(SourceDayOutside(lottery=name, issue=issue or "…", day=Day(day), **between))
        seen |= {(lottery, issue), (lottery, fallback)}
    return found
