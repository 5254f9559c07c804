"""How many tickets somebody has: one more for each season lost, up to four."""

from dataclasses import dataclass

from booking.draws.units import HEAVIEST

LEAST_RANKED = 3
"""Choices that a loss must have ranked to count: a list of one dream is no season lost."""


@dataclass(frozen=True, slots=True)
class SeasonPast:
    """What came of one person's application in one season."""

    ranked: int
    won: bool = False
    declined: bool = False
    declined_late: bool = False
    did_not_come: bool = False


def losses_after(losses: int, season: SeasonPast) -> int:
    """Seasons lost in a row, after one more: back to none on a win, an absence or a late decline."""
    if season.won or season.did_not_come or season.declined_late:
        return 0
    return losses + (season.ranked >= LEAST_RANKED and not season.declined)


def weight_of(losses: int) -> int:
    """Tickets after so many seasons lost."""
    return min(1 + losses, HEAVIEST)
