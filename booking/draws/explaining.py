"""Why a unit got what it got, in numbers, and the smallest change that would have won."""

from dataclasses import dataclass

from booking.draws.engine import Draw
from booking.draws.outcome import KindFacts, Reason, Shape
from booking.draws.units import Kind


@dataclass(frozen=True, slots=True)
class Closing:
    """When a choice closed for a kind of unit, and by which rule.

    Attributes:
        position: of the unit whose seat closed it; 0 if it never was open to the kind.
        categories: by a guarantee: those whose common limit was reached; what is kept is for all others.
        node: by a quota: the organisation, and `heads` its cap.
    """

    choice: int
    position: int
    reason: Reason
    categories: tuple[str, ...] = ()
    node: str = ""
    heads: int = 0


@dataclass(frozen=True, slots=True)
class RankAlso:
    """These choices were still open to the unit when its turn came: any of them on its list would have won."""

    choices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DrawEarlier:
    """A turn no later than that of the unit at `position` would have won `choice`."""

    choice: int
    position: int


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to one unit.

    Attributes:
        position: its own, of `of`.
        won: the choice that it has after the first stage.
        missed: the choices that it wanted more, in its order, and how each closed.
        change: the smallest that would have won; None for a winner, or if nothing ever was open to its kind.
    """

    position: int
    of: int
    won: int | None
    missed: tuple[Closing, ...]
    change: RankAlso | DrawEarlier | None


def explain(done: Draw, index: int) -> Why:
    """Why the unit of this index won or lost in the first stage."""
    wishes, position, place = done.units.choices(index), done.positions[index], done.first.places[index]
    kind = done.units.kinds[done.units.kind[index]]
    missed = []
    for choice in wishes:
        if choice == place:
            break
        closed = closing(done, kind, choice)
        if closed is not None:
            missed.append(closed)
    change = _smallest_change(done, kind, position, missed) if place < 0 else None
    return Why(position, len(done.order), place if place >= 0 else None, tuple(missed), change)


def closing(done: Draw, kind: Kind, choice: int) -> Closing | None:
    """When a choice closed for a kind that takes part; None if it never did."""
    rules, first = done.rules, done.first
    facts = KindFacts(rules, (kind,))
    found = []
    cell = first.cells.get((choice, Shape(kind.need, rules.mask(kind.categories))))
    if cell is not None:
        categories = rules.names(cell.within) if cell.reason is Reason.GUARANTEE else ()
        found.append(Closing(choice, cell.position, cell.reason, categories))
    pool = rules.choices[choice].pool
    for node, heads in facts.heads[0]:
        position = first.quotas.get((pool, node, heads))
        if position is not None:
            cap = next(cap.heads for cap in rules.caps if (cap.pool, cap.node) == (pool, node))
            found.append(Closing(choice, position, Reason.QUOTA, node=node, heads=cap))
    return min(found, key=lambda one: one.position, default=None)


def _smallest_change(done: Draw, kind: Kind, position: int, missed: list[Closing]) -> RankAlso | DrawEarlier | None:
    listed = {one.choice for one in missed}
    others = [choice for choice in range(len(done.rules.choices)) if choice not in listed]
    closings = {choice: closing(done, kind, choice) for choice in others}
    still_open = tuple(choice for choice, one in closings.items() if one is None or one.position >= position)
    if still_open:
        return RankAlso(still_open)
    latest = max(missed, key=lambda one: one.position, default=None)
    return DrawEarlier(latest.choice, latest.position) if latest is not None and latest.position > 0 else None
