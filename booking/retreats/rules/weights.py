"""How many tickets a member has, and the seasons that say why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from booking.draws.units import group_weight
from booking.draws.weights import LEAST_RANKED, SeasonPast, losses_after, weight_of


class Effect(StrEnum):
    """What a season did to the seasons lost that are counted.

    LOST: one more. The next two left them as they were: WITHDREW, since a place was declined in time, and TOO_SHORT,
    since fewer than three choices were ranked. The others began the count again: WON, ABSENT and DECLINED_LATE.
    """

    LOST = "lost"
    WITHDREW = "withdrew"
    TOO_SHORT = "too_short"
    WON = "won"
    ABSENT = "absent"
    DECLINED_LATE = "declined_late"


BEGAN_AGAIN = frozenset({Effect.WON, Effect.ABSENT, Effect.DECLINED_LATE})


@dataclass(frozen=True, slots=True)
class Tickets:
    """What a member's earlier seasons come to.

    Attributes:
        losses: seasons lost since the last one that began the count again.
        effects: what each season did, in the order of the seasons.
    """

    losses: int = 0
    effects: tuple[Effect, ...] = ()

    @property
    def weight(self) -> int:
        """Tickets in the next draw, 1 to 4."""
        return weight_of(self.losses)

    @property
    def began_again(self) -> int | None:
        """The index of the last season that began the count again; None if none did."""
        return next((at for at in reversed(range(len(self.effects))) if self.effects[at] in BEGAN_AGAIN), None)


FIRST_TIME = Tickets()
"""Of whoever never applied."""


def tickets(pasts: Sequence[SeasonPast]) -> Tickets:
    """The tickets of a member from what came of their applications, the oldest season first."""
    losses = 0
    for past in pasts:
        losses = losses_after(losses, past)
    return Tickets(losses, tuple(effect(past) for past in pasts))


def effect(past: SeasonPast) -> Effect:
    """What one season does to the count, named by the gravest thing that happened in it."""
    if past.did_not_come:
        return Effect.ABSENT
    if past.declined_late:
        return Effect.DECLINED_LATE
    if past.won:
        return Effect.WON
    if past.declined:
        return Effect.WITHDREW
    return Effect.LOST if past.ranked >= LEAST_RANKED else Effect.TOO_SHORT


def weight_of_group(each: Iterable[Tickets]) -> int:
    """Tickets of an application: as many as the member has who has fewest; one for nobody."""
    return group_weight([one.weight for one in each] or [1])
