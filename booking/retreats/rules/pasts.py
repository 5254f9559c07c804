"""What one season was for an application that took part in its draw: the row from which later weights are counted."""

from dataclasses import dataclass
from datetime import date

from booking.draws.weights import SeasonPast, losses_after, weight_of


@dataclass(frozen=True, slots=True)
class Stayed:
    """The stay of a confirmed place.

    Attributes:
        stands: the house kept it; False if it had no room after all.
        came: None as long as nobody can know.
    """

    stands: bool
    came: bool | None


@dataclass(frozen=True, slots=True)
class Past:
    """What a season was; see `models.RetreatPast`.

    Somebody to whom the house could not give the room that they won has lost the season, and nothing was their doing.
    A place that nobody answered counts as declined: it was kept in vain.
    """

    won: bool = False
    declined: bool = False
    declined_late: bool = False
    did_not_come: bool = False
    retreat_on: date | None = None


def past(status: str | None, arrival: date | None = None, stay: Stayed | None = None) -> Past:
    """What came of an application whose last place has this status (None: it won none), in a batch of that arrival."""
    match status:
        case None | "offered":
            return Past()
        case "declined" | "lapsed":
            return Past(declined=True)
        case "declined_late":
            return Past(declined_late=True)
    if stay is not None and not stay.stands:
        return Past()
    missing = stay is not None and stay.came is False
    return Past(won=True, did_not_come=missing, retreat_on=None if missing else arrival)


def next_tickets(tickets: int, ranked: int, status: str | None) -> int:
    """The tickets of the season after one with so many, whose last place has this status (None: it won none).

    From four, which may stand for more than three losses, nothing leads upwards.
    """
    found = past(status)
    season = SeasonPast(ranked, found.won, found.declined, found.declined_late, found.did_not_come)
    return weight_of(losses_after(tickets - 1, season))


def stayed(room: str, *, identified: bool, strangers: bool) -> Stayed:
    """What the state of somebody's room says of them.

    Strangers who share come one by one, so whoever's document nobody saw while the other's room was lived in did not
    come; of people who came together, the room speaks for all.
    """
    if room in ("cancelled", "displaced"):
        return Stayed(stands=False, came=None)
    if room == "no_show":
        return Stayed(stands=True, came=False)
    if room == "departed":
        return Stayed(stands=True, came=identified or not strangers)
    if room == "in_house":
        return Stayed(stands=True, came=True if identified or not strangers else None)
    return Stayed(stands=True, came=None)
