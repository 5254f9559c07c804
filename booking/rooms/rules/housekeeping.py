"""How a room becomes ready, and which one the cleaners take first."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

State = Literal["dirty", "cleaning", "clean", "inspected"]

NEXT: Mapping[str, tuple[State, ...]] = {
    "dirty": ("cleaning", "clean"),
    "cleaning": ("clean", "dirty"),
    "clean": ("inspected", "dirty", "cleaning"),
    "inspected": ("dirty", "cleaning"),
}
"""Where each state may go: a room is inspected only after it was cleaned."""
READY: tuple[State, ...] = ("clean", "inspected")
"""States in which guests may move in."""


class Door(NamedTuple):
    """A room as cleaners find it.

    Attributes:
        state: of housekeeping.
        occupied: guests live in it now.
        leaving: they are to leave today.
        arriving: others are expected in it today.
        out_of_order: nobody is to sleep in it tonight.
    """

    room: int
    state: str
    occupied: bool
    leaving: bool
    arriving: bool
    out_of_order: bool


def priority(door: Door) -> int | None:
    """How urgent a room is, 1 first, or None where there is nothing to clean.

    1: empty, and guests arrive today. 2: guests arrive today after others have left. 3: empty. 4: guests stay on,
    or are about to leave.
    """
    if door.state in READY or door.out_of_order:
        return None
    if door.arriving:
        return 2 if door.occupied else 1
    return 4 if door.occupied else 3


def in_order(doors: Iterable[Door]) -> list[Door]:
    """The rooms to clean, the most urgent first, then by room."""
    urgent = [(number, door.room, door) for door in doors if (number := priority(door)) is not None]
    return [door for _, _, door in sorted(urgent)]
