"""What is asked of a rehearsal: a season as it is drafted, and those who apply."""

from dataclasses import dataclass
from typing import NamedTuple

from booking.draws.units import Need
from booking.retreats.rules.building import ChoiceFacts, Organisation

MOST_APPLICATIONS = 200_000
MOST_DRAWS = 10
DRAWN_AT_MOST = 50_000
"""Draws with other seeds are averaged, up to so many of them, while they draw no more applications than this."""


@dataclass(slots=True)
class Terms:
    """As much of a season as a rehearsal depends on."""

    title: str
    policy: str
    bits: int
    sources: list[tuple[str, str, str, str]]
    enterprise_heads: int
    most_choices: int
    most_together: int
    categories: tuple[str, ...]
    organisation_kinds: tuple[str, ...]


class Tried(NamedTuple):
    """An application in a rehearsal.

    Attributes:
        categories: those that all its members have, also such as have no guarantee.
        members: the code of each member's organisation.
        choices: indices into the season's choices, the dearest first.
    """

    id: int
    weight: int
    need: Need
    categories: tuple[str, ...]
    members: tuple[str, ...]
    choices: tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """A rehearsal that can be run anywhere.

    Attributes:
        tree: all organisations.
        overrides: places that officers set, by the code of the node.
        applied: those of an earlier season; without them `applications` are made up from `seed`.
    """

    terms: Terms
    choices: tuple[ChoiceFacts, ...]
    tree: tuple[Organisation, ...]
    overrides: dict[str, int]
    applications: int
    seed: int
    applied: tuple[Tried, ...] = ()
