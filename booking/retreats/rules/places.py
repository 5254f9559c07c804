"""What a place won comes to: until when it is kept, who sleeps in which room, and who pays what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from booking.web.locale import N_

STAGES = {1: "drawn", 2: "second", 3: "settled"}
"""The state of a season while the places of each stage are answered."""
LEAST_TIME = timedelta(hours=24)
"""Winners have at least so long to answer, however late a stage is published."""
REMIND_AGAIN = timedelta(hours=12)
"""Nobody is reminded twice within so long, whoever asks for it."""
STATUS_NAMES = {
    "offered": N_("等您确认"),
    "confirmed": N_("已确认"),
    "declined": N_("已放弃"),
    "declined_late": N_("确认后放弃"),
    "lapsed": N_("到期没有确认"),
}
GONE = ("declined", "declined_late")
"""States that an undo may lead out of."""


class Deadlines(Protocol):
    """As much of a season as the time to answer depends on."""

    confirm_by: datetime
    second_confirm_by: datetime
    last_confirm_by: datetime


def deadline(season: Deadlines, stage: int, now: datetime) -> datetime:
    """Until when the places of a stage that is published now are to be answered."""
    planned = {1: season.confirm_by, 2: season.second_confirm_by}.get(stage, season.last_confirm_by)
    return max(planned, now + LEAST_TIME)


@dataclass(frozen=True, slots=True)
class Person:
    """Who comes with a place.

    Attributes:
        member_id: None for a companion, who comes at their own cost.
        categories: the verified ones, as they were frozen.
    """

    member_id: int | None
    name: str
    sex: str = ""
    phone: str = ""
    categories: tuple[str, ...] = ()


def rooms_for(people: Sequence[Person], rooms: int) -> list[list[Person]]:
    """Who sleeps in each of so many rooms: members in their order, as evenly as it goes, then their companions.

    A companion goes where fewest are; among such rooms, to the first. Rooms that nobody would sleep in are left out.
    """
    members = [one for one in people if one.member_id is not None]
    count = max(1, min(rooms, len(people)))
    each, more = divmod(len(members), count)
    found: list[list[Person]] = []
    at = 0
    for number in range(count):
        size = each + (number < more)
        found.append(members[at : at + size])
        at += size
    for companion in people:
        if companion.member_id is None:
            min(found, key=len).append(companion)
    return found


class Terms(Protocol):
    """As much of a season as costs depend on."""

    subsidy_fen: int
    free_categories: list[str]


@dataclass(frozen=True, slots=True)
class Share:
    """What one person's place costs, in fen.

    Attributes:
        fen: the price of the batch.
        borne: the part that the federation bears; `own` is the rest.
        why: `free` by a category, `subsidised` up to the season's sum, or `companion`, who bears it all.
    """

    name: str
    fen: int
    borne: int
    why: str

    @property
    def own(self) -> int:
        """What they pay themselves."""
        return self.fen - self.borne


def share(terms: Terms, price_fen: int, person: Person) -> Share:
    """What the place of one person costs whom."""
    if person.member_id is None:
        return Share(person.name, price_fen, 0, "companion")
    if set(person.categories) & set(terms.free_categories):
        return Share(person.name, price_fen, price_fen, "free")
    return Share(person.name, price_fen, min(terms.subsidy_fen, price_fen), "subsidised")


def borne_in_all(shares: Collection[Share]) -> int:
    """What the federation bears of a whole application, in fen."""
    return sum(one.borne for one in shares)
