"""Which room: movable stays, pinned ones, and the proof that nothing fits.

`seat` gives a stay a room as everybody lives now, `rearrange` makes room by moving others, `assign_all` assigns the
whole hotel, `plan_closing` finds rooms for those whose room goes out of order. What these leave open is decided by
`rearrange_exactly`, `assign_exactly` and `plan_closing_exactly`, which need the extra `solver`.
"""

from booking.rooms.rules.assignment.board import Board
from booking.rooms.rules.assignment.closing import plan_closing
from booking.rooms.rules.assignment.exact import assign_exactly, plan_closing_exactly, rearrange_exactly
from booking.rooms.rules.assignment.fit import seat
from booking.rooms.rules.assignment.greedy import assign_all
from booking.rooms.rules.assignment.hotel import (
    Assignment,
    Block,
    ClosingPlan,
    CutUp,
    Fate,
    Group,
    Impossible,
    Move,
    Outcome,
    OutOfTime,
    Overfull,
    Plan,
    Reason,
    Room,
    Snapshot,
    Stay,
    Taken,
    TooNarrow,
)
from booking.rooms.rules.assignment.rearrangement import rearrange
from booking.rooms.rules.assignment.solver import SolverMissing
from booking.rooms.rules.assignment.standing import Standing

__all__ = [
    "Assignment",
    "Block",
    "Board",
    "ClosingPlan",
    "CutUp",
    "Fate",
    "Group",
    "Impossible",
    "Move",
    "OutOfTime",
    "Outcome",
    "Overfull",
    "Plan",
    "Reason",
    "Room",
    "Snapshot",
    "SolverMissing",
    "Standing",
    "Stay",
    "Taken",
    "TooNarrow",
    "assign_all",
    "assign_exactly",
    "plan_closing",
    "plan_closing_exactly",
    "rearrange",
    "rearrange_exactly",
    "seat",
]
