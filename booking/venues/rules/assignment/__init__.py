"""Which court: movable bookings, pinned ones, and the proof that nothing fits.

`choose_court` seats a booking as everybody sits now, `rearrange` makes room by moving others, `plan_closing` finds
courts for those whose court goes away.
"""

from booking.venues.rules.assignment.closing import begun, plan_closing, under, with_fixed
from booking.venues.rules.assignment.day import (
    Block,
    ClosingPlan,
    Court,
    Day,
    Fate,
    Held,
    Holding,
    Impossible,
    Move,
    NotOpen,
    Outcome,
    OutOfTime,
    Overfull,
    Plan,
    Reason,
    Taken,
    Wish,
)
from booking.venues.rules.assignment.fit import choose_court
from booking.venues.rules.assignment.rearrangement import rearrange

__all__ = [
    "Block",
    "ClosingPlan",
    "Court",
    "Day",
    "Fate",
    "Held",
    "Holding",
    "Impossible",
    "Move",
    "NotOpen",
    "OutOfTime",
    "Outcome",
    "Overfull",
    "Plan",
    "Reason",
    "Taken",
    "Wish",
    "begun",
    "choose_court",
    "plan_closing",
    "rearrange",
    "under",
    "with_fixed",
]
