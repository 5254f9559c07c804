"""What a pass over the units comes to: who has which place, and when what closed for whom."""

from array import array
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from booking.draws.rules import Rules
from booking.draws.units import Kind, Need, Units

FREE = -1
"""The place of a unit that has none and still takes part."""
GONE = -2
"""The place of a unit that declined or did not answer: it takes no further part."""


class Reason(StrEnum):
    """Which rule closed a choice for a kind of unit."""

    ROOMS = "rooms"
    GUARANTEE = "guarantee"
    QUOTA = "quota"


class Shape(NamedTuple):
    """What of a kind matters to the rooms of a choice: its need, and its categories as bits."""

    need: Need
    categories: int


class Closed(NamedTuple):
    """A choice closed for a shape when the unit at `position` was seated; 0 if it never was open.

    `within` are the bits of the categories whose common limit was reached.
    """

    position: int
    reason: Reason
    within: int


@dataclass(frozen=True)
class Outcome:
    """The state after a pass.

    Attributes:
        places: for each unit the index of its choice, or FREE or GONE.
        reserved: for each unit, 1 if it sits on a bed that only its categories may have (policy OVER alone).
        cells: by (choice, shape), when it closed; what is missing stayed open.
        quotas: by (pool, node, heads), the position at which so many heads from below the node no longer fitted.
    """

    places: "array[int]"
    reserved: bytearray
    cells: dict[tuple[int, Shape], Closed]
    quotas: dict[tuple[int, str, int], int]

    def serialised(self) -> bytes:
        """The same bytes for the same outcome, however it was found."""
        cells = "".join(f"{choice},{shape},{closed}\n" for (choice, shape), closed in sorted(self.cells.items()))
        quotas = "".join(f"{key},{position}\n" for key, position in sorted(self.quotas.items()))
        places = "".join(f"{place},{pot}\n" for place, pot in zip(self.places, self.reserved, strict=True))
        return f"{places}{cells}{quotas}".encode()


@dataclass(frozen=True)
class KindFacts:
    """What both ways of running a pass look up about kinds, by the kind's index."""

    rules: Rules
    kinds: tuple[Kind, ...]

    @classmethod
    def of(cls, rules: Rules, units: Units) -> "KindFacts":
        """The facts of the kinds that occur."""
        return cls(rules, units.kinds)

    @cached_property
    def shapes(self) -> list[Shape]:
        """The shape of each kind."""
        return [Shape(kind.need, self.rules.mask(kind.categories)) for kind in self.kinds]

    @cached_property
    def heads(self) -> list[tuple[tuple[str, int], ...]]:
        """For each kind, how many of its heads lie below each node, from the bottom up."""
        known: dict[tuple[str, ...], tuple[tuple[str, int], ...]] = {}
        return [known.setdefault(kind.members, self._heads(kind.members)) for kind in self.kinds]

    @cached_property
    def sizes(self) -> dict[str, list[int]]:
        """For each node, the numbers of heads that some kind has below it, ascending."""
        found: dict[str, set[int]] = {}
        for one in set(self.heads):
            for node, heads in one:
                found.setdefault(node, set()).add(heads)
        return {node: sorted(heads) for node, heads in found.items()}

    def _heads(self, members: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
        counted: dict[str, int] = {}
        for member in members:
            for node in self.rules.ancestry[member]:
                counted[node] = counted.get(node, 0) + 1
        return tuple(sorted(counted.items(), key=lambda item: (-self.rules.levels[item[0]], item[0])))
