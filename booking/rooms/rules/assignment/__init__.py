"""Which room: movable stays, pinned ones, and the proof that nothing fits.

`seat` gives a stay a room as everybody lives now, `rearrange` makes room by moving others.
"""

from booking.rooms.rules.assignment.board import Board
from booking.rooms.rules.assignment.fit import seat
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
    "Stay",
    "Taken",
    "TooNarrow",
    "rearrange",
    "seat",
]
