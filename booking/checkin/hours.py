"""When a pass admits: its own opening, its hours of each day, and the early and late minutes of a zone."""

from booking.checkin.codes import SHANGHAI_OFFSET
from booking.checkin.facts import Pass, Zone

_DAY = 86_400


def is_daily(known: Pass) -> bool:
    """Whether the pass keeps to hours of the day."""
    return (known.daily_from, known.daily_until) != (0, 0)


def daily_hours_fit(daily_from: int, daily_until: int) -> bool:
    """Whether two seconds after midnight are hours of the day, at most 24 of them, or none at all (0 and 0)."""
    if daily_from == daily_until == 0:
        return True
    return 0 <= daily_from < _DAY and daily_from < daily_until <= daily_from + _DAY


def admission(known: Pass, zone: Zone, at: int) -> tuple[int, int]:
    """When the pass admits into the zone, half-open: the hours that hold now, else the next, else the last.

    Early and late minutes widen both the pass and its daily hours; of two days whose widened hours overlap, the
    earlier counts. Nobody is admitted outside. When no daily hours fall into the pass, what comes back is empty.
    """
    early, late = zone.early_minutes * 60, zone.late_minutes * 60
    first, last = known.opens - early, known.closes + late
    if not is_daily(known):
        return first, last
    moment = min(max(at, first), last - 1)
    midnight = (moment + SHANGHAI_OFFSET) // _DAY * _DAY - SHANGHAI_OFFSET
    starts = (day + known.daily_from - early for day in (midnight - _DAY, midnight, midnight + _DAY))
    length = early + known.daily_until - known.daily_from + late
    start = next(start for start in starts if moment < start + length)
    if start >= last:
        start -= _DAY
    return max(start, first), min(start + length, last)
