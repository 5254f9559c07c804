"""A season as the rules of a draw: its choices, the tree with its quotas, guarantees and sources.

The same function serves the rehearsal and the freeze, so that what was tried out is what is drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from booking.draws.quotas import Share, caps_of, split, totals
from booking.draws.rules import Cap, Choice, Guarantee, Level, Node, Policy, Rules
from booking.draws.sources import Source

LEVELS = {
    "city": Level.CITY,
    "district": Level.DISTRICT,
    "park": Level.DISTRICT,
    "township": Level.TOWNSHIP,
    "village": Level.ENTERPRISE,
    "community": Level.ENTERPRISE,
    "enterprise": Level.ENTERPRISE,
}
"""The floor of each kind of organisation in the draw."""


class Terms(Protocol):
    """As much of a season as its rules depend on."""

    title: str
    policy: str
    bits: int
    sources: list[tuple[str, str, str, str]]
    enterprise_heads: int


@dataclass(frozen=True, slots=True)
class ChoiceFacts:
    """Rooms of a type in a batch: what one may wish for. Nights are those of `booking.rooms`.

    Attributes:
        batch: its number in the season; `batch_name` and `batch_name_en` are its names.
        type: the code of the room type, as it stands in the draw.
        beds: how many strangers of one sex share a room; 1: nobody does.
        price_fen: for one head and the whole batch, before any subsidy.
        guarantees: beds kept for each category.
    """

    batch: int
    type_id: int
    rooms: int
    beds: int
    price_fen: int
    guarantees: dict[str, int]
    arrival: int
    departure: int
    batch_name: str
    batch_name_en: str
    type: str
    type_name: str
    type_name_en: str
    sleeps: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """A node of the tree; `members` are its own, without those of the nodes below it."""

    code: str
    parent: str
    kind: str
    members: int


@dataclass(frozen=True, slots=True)
class Quota:
    """A node's places.

    Attributes:
        members: with those of all nodes below; `applied` are heads in the same way.
        heads: at most so many get a place in the first stage.
        is_satisfied: nobody below the node can be refused for it.
        override: what an officer set instead of the split.
    """

    code: str
    parent: str
    level: Level
    members: int
    applied: int
    heads: int
    is_satisfied: bool
    override: int | None


def places_of(choices: Iterable[ChoiceFacts]) -> int:
    """The most heads that fit: strangers fill the beds, a room that nobody shares with strangers has its group.

    It is what quotas split. Counted in beds for strangers alone, quotas would keep rooms empty that couples want.
    """
    return sum(one.rooms * max(one.beds, one.sleeps) for one in choices)


def rules_of(
    season: Terms,
    choices: Sequence[ChoiceFacts],
    tree: Sequence[Organisation],
    heads: Mapping[str, int],
    overrides: Mapping[str, int],
) -> Rules:
    """The rules of a season's draw.

    The whole tree stands in the rules, and each enterprise has the same cap, whether or not anybody applied from
    there: what is published must not tell.

    Args:
        season: its terms.
        choices: in the order of the draw.
        tree: all organisations, in any order.
        heads: applicants by the code of their own organisation.
        overrides: places of a node by its code, as an officer set them.

    Raises:
        BadRules: they contradict themselves: more beds guaranteed than there are, say.
    """
    nodes = nodes_of(tree)
    shares = _shares(nodes, choices, tree, heads, overrides)
    return Rules(
        title=season.title,
        choices=tuple(Choice(str(one.batch), one.type, one.rooms, one.beds) for one in choices),
        nodes=nodes,
        caps=(*caps_of(shares), *_enterprise_caps(nodes, season.enterprise_heads, overrides)),
        categories=guaranteed_categories(choices),
        guarantees=tuple(
            Guarantee(index, category, beds)
            for index, one in enumerate(choices)
            for category, beds in sorted(one.guarantees.items())
            if beds
        ),
        policy=Policy(season.policy),
        sources=tuple(Source(*source) for source in season.sources),
        bits=season.bits,
    )


def guaranteed_categories(choices: Iterable[ChoiceFacts]) -> tuple[str, ...]:
    """The categories that have a bed kept for them anywhere, in the order of their bits."""
    return tuple(sorted({category for one in choices for category, beds in one.guarantees.items() if beds}))


def nodes_of(tree: Iterable[Organisation]) -> tuple[Node, ...]:
    """The tree as the draw has it: parents first, and each below the nearest that is on a higher floor."""
    known = {one.code: one for one in tree}
    nodes = [Node(one.code, _above(known, one), LEVELS[one.kind]) for one in known.values()]
    return tuple(sorted(nodes, key=lambda node: (node.level, node.code)))


def quotas_of(
    choices: Sequence[ChoiceFacts],
    tree: Sequence[Organisation],
    heads: Mapping[str, int],
    overrides: Mapping[str, int],
) -> list[Quota]:
    """The split from the city down to the townships, each node before those below it."""
    nodes = nodes_of(tree)
    shares = _shares(nodes, choices, tree, heads, overrides)
    members, applied = totals(nodes, _members(tree, heads)), totals(nodes, heads)
    below: dict[str, list[Node]] = {}
    for node in nodes:
        below.setdefault(node.parent, []).append(node)
    found: list[Quota] = []
    waiting = below.get("", [])[::-1]
    while waiting:
        node = waiting.pop()
        if node.code in shares:
            share, code = shares[node.code], node.code
            numbers = (members[code], applied[code], share.heads, share.is_satisfied, overrides.get(code))
            found.append(Quota(code, node.parent, node.level, *numbers))
        waiting += below.get(node.code, [])[::-1]
    return found


def _shares(
    nodes: Sequence[Node],
    choices: Sequence[ChoiceFacts],
    tree: Sequence[Organisation],
    heads: Mapping[str, int],
    overrides: Mapping[str, int],
) -> dict[str, Share]:
    return split(nodes, places_of(choices), _members(tree, heads), heads, fixed=overrides)


def _members(tree: Iterable[Organisation], heads: Mapping[str, int]) -> dict[str, int]:
    """Members of each organisation itself; where more apply than the list of organisations knows of, those."""
    return {one.code: max(one.members, heads.get(one.code, 0)) for one in tree}


def _enterprise_caps(nodes: Iterable[Node], heads: int, overrides: Mapping[str, int]) -> list[Cap]:
    own = (node for node in nodes if node.level is Level.ENTERPRISE)
    return [Cap(0, node.code, overrides.get(node.code, heads)) for node in own]


def _above(known: Mapping[str, Organisation], one: Organisation) -> str:
    parent = known.get(one.parent)
    while parent is not None and LEVELS[parent.kind] >= LEVELS[one.kind]:
        parent = known.get(parent.parent)
    return "" if parent is None else parent.code
