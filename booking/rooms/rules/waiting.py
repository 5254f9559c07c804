"""How long rooms are kept for whoever waited for them."""

from datetime import datetime, time, timedelta

from booking.clock import local_date, local_instant
from booking.rooms.rules.nights import date_of

WAKES, SLEEPS = time(8), time(22)
"""Between these hours of the day an offer can be expected to be read."""
AT_LEAST = timedelta(minutes=15)


def offered_until(now: datetime, minutes: int, arrival: int) -> datetime:
    """The end of an offer that is made now: its minutes count by day alone, and not beyond the evening of arrival."""
    left, at = timedelta(minutes=minutes), now
    while True:
        today = local_date(at)
        wakes, sleeps = local_instant(today, WAKES), local_instant(today, SLEEPS)
        begins = max(at, wakes)
        awake = max(timedelta(0), sleeps - begins)
        if left <= awake:
            break
        left -= awake
        at = local_instant(today + timedelta(days=1), WAKES)
    return max(now + AT_LEAST, min(begins + left, local_instant(date_of(arrival), SLEEPS)))
