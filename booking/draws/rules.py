"""What is given out, under which limits: the rules that are published before anybody knows the seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

from booking.draws.errors import BadRules
from booking.draws.sources import Source

VERSION = "RETREAT1"
LEAST_BITS, MOST_BITS = 80, 512
MOST_CATEGORIES = 8
MOST_CHOICES = 2**15 - 1


class Level(IntEnum):
    """Floors of the organisation tree, from the top."""

    CITY = 0
    DISTRICT = 1
    TOWNSHIP = 2
    ENTERPRISE = 3


class Policy(StrEnum):
    """What a guarantee of ten beds for a category means.

    MINIMUM: at least ten; whoever of the category gets a bed counts towards them.
    OVER: ten beyond those that the category's units get as everybody else does.
    """

    MINIMUM = "minimum"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Choice:
    """A thing to be had, `rooms` of it: a room type of a batch, or a court at an hour.

    Attributes:
        beds: how many people of one sex, strangers to each other, share one of the rooms.
        pool: choices of one pool draw on the same quotas.
    """

    batch: str
    type: str
    rooms: int
    beds: int = 2
    pool: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation; `parent` is the code of the one above, "" for the topmost."""

    code: str
    parent: str
    level: Level


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many heads from below a node, over all choices of a pool."""

    pool: int
    node: str
    heads: int


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Beds of one choice (by its index) that are kept for units of a category."""

    choice: int
    category: str
    beds: int


@dataclass(frozen=True)
class Rules:
    """Everything that decides a draw but the units and the seed.

    Attributes:
        categories: those with a guarantee anywhere; a set of them is written as bits, the first being bit 0.
        sources: the named public draws that seed it, in the order of their keys.
        bits: the entropy that the sources must have together.

    Raises:
        BadRules: a name twice or unknown, a number out of range, more beds guaranteed than there are.
    """

    title: str
    choices: tuple[Choice, ...]
    nodes: tuple[Node, ...] = ()
    caps: tuple[Cap, ...] = ()
    categories: tuple[str, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    policy: Policy = Policy.MINIMUM
    sources: tuple[Source, ...] = ()
    bits: int = LEAST_BITS

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise BadRules(detail=fault)

    @cached_property
    def ancestry(self) -> dict[str, tuple[str, ...]]:
        """For each node, itself and those above it, from the bottom."""
        parents = {node.code: node.parent for node in self.nodes}
        return {code: tuple(_upwards(code, parents)) for code in parents}

    @cached_property
    def levels(self) -> dict[str, Level]:
        """The floor of each node."""
        return {node.code: node.level for node in self.nodes}

    @cached_property
    def guaranteed(self) -> tuple[dict[int, int], ...]:
        """For each choice, the guaranteed beds by the bit of their category."""
        bit = {category: 1 << index for index, category in enumerate(self.categories)}
        found: tuple[dict[int, int], ...] = tuple({} for _ in self.choices)
        for one in self.guarantees:
            if one.beds:
                found[one.choice][bit[one.category]] = one.beds
        return found

    def mask(self, categories: Sequence[str]) -> int:
        """A set of categories as bits; those without any guarantee do not count."""
        return sum(1 << index for index, category in enumerate(self.categories) if category in categories)

    def names(self, mask: int) -> tuple[str, ...]:
        """The categories of some bits."""
        return tuple(category for index, category in enumerate(self.categories) if mask >> index & 1)

    def _faults(self) -> list[str]:
        nodes = {node.code for node in self.nodes}
        keys: dict[str, list[Any]] = {
            "choice": [(one.batch, one.type) for one in self.choices],
            "node": [node.code for node in self.nodes],
            "cap": [(cap.pool, cap.node) for cap in self.caps],
            "category": list(self.categories),
            "guarantee": [(one.choice, one.category) for one in self.guarantees],
        }
        faults = [f"{name} twice" for name, found in keys.items() if len(set(found)) < len(found)]
        faults += [f"rooms of {c.batch} {c.type}" for c in self.choices if c.rooms < 0 or c.beds < 1 or c.pool < 0]
        faults += [f"node {node.code}: above it must come {node.parent}" for node in self._misplaced()]
        faults += [f"cap of {cap.node}" for cap in self.caps if cap.node not in nodes or cap.heads < 0 or cap.pool < 0]
        faults += [f"guarantee of {one.category}" for one in self.guarantees if not self._is_known(one)]
        faults += [] if len(self.categories) <= MOST_CATEGORIES else [f"more than {MOST_CATEGORIES} categories"]
        faults += [] if len(self.choices) <= MOST_CHOICES else [f"more than {MOST_CHOICES} choices"]
        faults += [] if 0 <= self.bits <= MOST_BITS else [f"bits {self.bits}"]
        return faults or [
            f"guarantees of {choice.batch} {choice.type}: more than its {choice.rooms * choice.beds} beds"
            for choice, beds in zip(self.choices, self.guaranteed, strict=True)
            if sum(beds.values()) > choice.rooms * choice.beds
        ]

    def _misplaced(self) -> Iterator[Node]:
        """Parents are higher and come first; so a path upwards always ends."""
        seen: dict[str, Level] = {}
        for node in self.nodes:
            if node.parent and seen.get(node.parent, node.level) >= node.level:
                yield node
            seen[node.code] = node.level

    def _is_known(self, one: Guarantee) -> bool:
        return 0 <= one.choice < len(self.choices) and one.category in self.categories and one.beds >= 0


@dataclass(frozen=True, slots=True)
class Constraints:
    """Which of the rules hold in one pass: all but rooms are released one after the other in the second stage."""

    guarantees: bool = True
    released: frozenset[Level] = frozenset()


FIRST = Constraints()
SECOND = (
    FIRST,
    Constraints(guarantees=False),
    Constraints(guarantees=False, released=frozenset({Level.ENTERPRISE})),
    Constraints(guarantees=False, released=frozenset({Level.ENTERPRISE, Level.TOWNSHIP})),
    Constraints(guarantees=False, released=frozenset({Level.ENTERPRISE, Level.TOWNSHIP, Level.DISTRICT})),
)
"""The passes of the second stage. The last stage is one pass under `FIRST` again."""


def _upwards(code: str, parents: dict[str, str]) -> list[str]:
    found = []
    while code:
        found.append(code)
        code = parents[code]
    return found
