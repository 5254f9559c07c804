"""Places split down the organisation tree by Sainte-Laguë: by members, so that nobody gains by applying more."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from booking.draws.rules import Cap, Level, Node


@dataclass(frozen=True, slots=True)
class Share:
    """What a node has of the places.

    Attributes:
        heads: places; never more than there are applicants below the node.
        is_satisfied: everyone who applied below the node has a place in it, so that it limits nobody.
    """

    heads: int
    is_satisfied: bool


def sainte_lague(seats: int, members: Mapping[str, int], most: Mapping[str, int]) -> dict[str, int]:
    """Split seats by the quotients members ÷ 1, ÷ 3, ÷ 5, …; a party at its `most` drops out, the others go on.

    Ties go to the lower code. Fewer than `seats` are given out only if everyone is at its most.
    """
    given = dict.fromkeys(members, 0)
    queue = [(-Fraction(members[code]), code) for code in sorted(members) if members[code] > 0 and most[code] > 0]
    heapq.heapify(queue)
    for _ in range(seats):
        if not queue:
            break
        _, code = heapq.heappop(queue)
        given[code] += 1
        if given[code] < most[code]:
            heapq.heappush(queue, (-Fraction(members[code], 2 * given[code] + 1), code))
    return given


def totals(nodes: Iterable[Node], own: Mapping[str, int]) -> dict[str, int]:
    """Each node's number with those of all nodes below it."""
    parents = {node.code: node.parent for node in nodes}
    found = dict.fromkeys(parents, 0)
    for code, number in own.items():
        above = code
        while above:
            found[above] += number
            above = parents[above]
    return found


def split(
    nodes: Iterable[Node],
    places: int,
    members: Mapping[str, int],
    applicants: Mapping[str, int],
    lowest: Level = Level.TOWNSHIP,
    fixed: Mapping[str, int] | None = None,
) -> dict[str, Share]:
    """Split places from the top of the tree down to `lowest`; below it most would get none.

    `members` and `applicants` (in heads) are of each organisation itself, without those below it. Organisations that
    hang so high that the split does not reach them take part in it together, without a share to be named. A node in
    `fixed` has so many places before the others beside it share what is left, and again no more than applicants.
    """
    given_first = fixed or {}
    nodes = tuple(nodes)
    size, most = totals(nodes, members), totals(nodes, applicants)
    children: dict[str, list[str]] = {}
    for node in nodes:
        if node.level <= lowest:
            children.setdefault(node.parent, []).append(node.code)
    given = {code: min(places, most[code]) for code in children.get("", ())}
    queue = list(given)
    for parent in queue:
        below = children.get(parent, [])
        if below:
            sizes = {code: size[code] for code in below} | {"": size[parent] - sum(size[code] for code in below)}
            limits = {code: most[code] for code in below} | {"": most[parent] - sum(most[code] for code in below)}
            set_apart = {code: min(given_first[code], most[code]) for code in below if code in given_first}
            limits |= dict.fromkeys(set_apart, 0)
            split_up = sainte_lague(max(0, given[parent] - sum(set_apart.values())), sizes, limits) | set_apart
            given |= {code: split_up[code] for code in below}
            queue += below
    return {code: Share(heads, heads >= most[code]) for code, heads in given.items()}


def caps_of(shares: Mapping[str, Share], pool: int = 0) -> tuple[Cap, ...]:
    """The caps to be published. One that limits nobody is left out: it would tell how many applied below its node."""
    return tuple(Cap(pool, code, share.heads) for code, share in sorted(shares.items()) if not share.is_satisfied)
