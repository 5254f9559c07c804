"""When a facility is open: rules for weekdays and holidays, on the facility's own grid of slots."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import NamedTuple, Protocol

from booking.clock import first_half_hour

HOLIDAY = "holiday"
WORKED_AS = 1
"""A weekend day worked in exchange for a holiday keeps Monday's hours."""
HALF_HOURS_A_DAY = 48


class Rule(Protocol):
    """Hours on some days: weekdays as digits from Monday 1, and the word `holiday`; midnight as the end is 00:00."""

    days: str
    opens: time
    closes: time
    from_day: date | None
    until_day: date | None


class Span(NamedTuple):
    """Half hours from `starts` up to, not including, `ends`."""

    starts: int
    ends: int


def half_hours_into(wall: time, *, as_end: bool = False) -> int:
    """How many half hours into the day a wall time lies; 00:00 as an end is 48."""
    half_hours = wall.hour * 2 + wall.minute // 30
    return HALF_HOURS_A_DAY if as_end and half_hours == 0 else half_hours


def open_spans(rules: Iterable[Rule], day: date, kind_of_day: str) -> list[Span]:
    """When a facility is open on a local day, as merged spans in order.

    Args:
        rules: all rules of the facility; those of other seasons are passed over.
        day: the local day.
        kind_of_day: `holiday`, `workday`, `weekend` or `weekday`. A holiday without a rule of its own keeps its
            weekday's hours.
    """
    in_season = [rule for rule in rules if _in_season(rule, day)]
    weekday = str(WORKED_AS if kind_of_day == "workday" else day.isoweekday())
    chosen = [rule for rule in in_season if weekday in rule.days]
    if kind_of_day == HOLIDAY:
        chosen = [rule for rule in in_season if HOLIDAY in rule.days] or chosen
    first = first_half_hour(day)
    spans = [
        Span(first + half_hours_into(rule.opens), first + half_hours_into(rule.closes, as_end=True)) for rule in chosen
    ]
    return _merged(spans)


def slots(spans: Sequence[Span], slot_half_hours: int) -> list[Span]:
    """The slots of the grid that lie wholly within the open spans; each span's grid begins where it opens."""
    return [
        Span(starts, starts + slot_half_hours)
        for span in spans
        for starts in range(span.starts, span.ends - slot_half_hours + 1, slot_half_hours)
    ]


def is_open(spans: Sequence[Span], starts: int, ends: int) -> bool:
    """Whether a range of half hours lies wholly within one open span."""
    return any(span.starts <= starts < ends <= span.ends for span in spans)


def on_grid(spans: Sequence[Span], slot_half_hours: int, starts: int, ends: int) -> bool:
    """Whether a range is made of whole slots of the grid."""
    return any(
        span.starts <= starts < ends <= span.ends
        and (starts - span.starts) % slot_half_hours == 0
        and (ends - starts) % slot_half_hours == 0
        for span in spans
    )


def _in_season(rule: Rule, day: date) -> bool:
    return (rule.from_day is None or rule.from_day <= day) and (rule.until_day is None or day <= rule.until_day)


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if span.ends <= span.starts:
            continue
        if merged and span.starts <= merged[-1].ends:
            merged[-1] = Span(merged[-1].starts, max(merged[-1].ends, span.ends))
        else:
            merged.append(span)
    return merged
