"""A day as bits: each unit is a row with one bit a half hour, all rows end to end in one integer.

"Does it fit" is then one AND, also for courts of several units, which occupy all their rows at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb

from booking.venues.rules.assignment.day import Block, Court, Day, Holding


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """Someone to be seated: a booking with the court that it holds (`home`), or a wish, which has none."""

    booking: int
    kind: str
    starts: int
    ends: int
    home: int | None
    """Position of the court in the day's courts."""


@dataclass(frozen=True, slots=True)
class Hall:
    """Units that courts join together, hence decided together: rows `first` to `first + size`."""

    first: int
    size: int
    courts: tuple[int, ...]
    shape: int
    """Halls of equal shape have the same kinds of court on the same rows, counted from their first."""
    uniform: bool
    """Whether its units are all alike: every set of so many units is a court of the kind, if one is."""


class OutOfNodes(Exception):
    """The search has used up its budget."""


class Nodes:
    """How many more positions a search may look at. Counted, not timed, so that every run answers alike."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    def spend(self) -> None:
        """Looks at one more position.

        Raises:
            OutOfNodes: none is left.
        """
        if self.left <= 0:
            raise OutOfNodes
        self.left -= 1

    def part(self, most: int) -> "Nodes":
        """Some of what is left, for one search; `settle` returns what it did not use."""
        share = Nodes(min(most, self.left))
        self.left -= share.left
        return share

    def settle(self, share: "Nodes") -> None:
        """Takes back what a part has left."""
        self.left += share.left


class Board:
    """The geometry of one day, compiled. `fixed` is the occupancy that never moves."""

    def __init__(self, day: Day) -> None:
        self.courts = day.courts
        self.position = {court.id: at for at, court in enumerate(day.courts)}
        groups = _joined_units(day.courts)
        self.row = {unit: at for at, unit in enumerate(unit for group in groups for unit in group)}
        self.base = min([day.opens, *(held.starts for held in day.holdings), *(b.starts for b in day.blocks)])
        self.width = max([day.closes, *(h.ends for h in day.holdings), *(b.ends for b in day.blocks)]) - self.base
        self.full_row = (1 << self.width) - 1
        self.open_row = self.span(day.opens, day.closes)
        self._stripes = [self._stripe(court.units) for court in day.courts]
        self._masks: dict[tuple[str, int, int], tuple[tuple[int, int], ...]] = {}
        self.by_kind = _by_kind(day.courts)
        self._sizes = {kind: min(len(self.courts[at].units) for at in courts) for kind, courts in self.by_kind.items()}
        self.halls = self._halls(groups)
        self.hall_of = {court: at for at, hall in enumerate(self.halls) for court in hall.courts}
        self.outline = {court: self._rows_from(hall.first, court) for hall in self.halls for court in hall.courts}
        holdings = sorted(day.holdings, key=lambda held: held.booking)
        self.items = [self._item(held) for held in holdings if not held.pinned]
        self.pins = [self._item(held) for held in holdings if held.pinned]
        self.kept_back = _union([self.block_mask(block) for block in day.blocks])
        self.fixed = self.homes(self.pins) | self.kept_back

    def _item(self, held: Holding) -> Item:
        at = self.position[held.court]
        return Item(held.booking, self.courts[at].kind, held.starts, held.ends, at)

    def _stripe(self, units: Iterable[int]) -> int:
        return sum(1 << self.row[unit] * self.width for unit in set(units) if unit in self.row)

    def span(self, starts: int, ends: int) -> int:
        """The bits of a range in one row."""
        return (1 << ends - self.base) - (1 << starts - self.base)

    def mask(self, court: int, starts: int, ends: int) -> int:
        """The bits of a court, given by position, for a range: the product copies the range into each row."""
        return self._stripes[court] * self.span(starts, ends)

    def block_mask(self, block: Block) -> int:
        """The bits of a block; units of no court are left out."""
        return self._stripe(block.units) * self.span(block.starts, block.ends)

    def choices(self, item: Item) -> tuple[tuple[int, int], ...]:
        """The courts, by position, that could seat an item, each with its bits."""
        key = (item.kind, item.starts, item.ends)
        if key not in self._masks:
            span = self.span(item.starts, item.ends)
            courts = self.by_kind.get(item.kind, ())
            self._masks[key] = tuple((court, self._stripes[court] * span) for court in courts)
        return self._masks[key]

    def home_mask(self, item: Item) -> int:
        """The bits that an item holds now."""
        return 0 if item.home is None else self.mask(item.home, item.starts, item.ends)

    def homes(self, items: Iterable[Item]) -> int:
        """The bits that these items hold now."""
        return _union([self.home_mask(item) for item in items])

    def size_of(self, kind: str) -> int:
        """The units that a court of a kind takes, at least; 0 if there is none."""
        return self._sizes.get(kind, 0)

    def busy(self, occupied: int, court: int) -> int:
        """The half hours at which any unit of a court is occupied, as one row of bits."""
        return _union([occupied >> self.row[unit] * self.width for unit in self.courts[court].units]) & self.full_row

    @cached_property
    def family(self) -> Mapping[str, int]:
        """A number per kind, the same for kinds that could ever compete: those that share a hall, directly or not."""
        number = {kind: at for at, kind in enumerate(self.by_kind)}
        for hall in self.halls:
            joined = {number[self.courts[at].kind] for at in hall.courts}
            number = {kind: min(joined) if at in joined else at for kind, at in number.items()}
        return number

    def _halls(self, groups: Sequence[Sequence[int]]) -> tuple[Hall, ...]:
        shapes: dict[object, int] = {}
        halls = []
        for group in groups:
            first = self.row[group[0]]
            courts = tuple(at for at, court in enumerate(self.courts) if court.units[0] in group)
            outline = tuple(sorted((self.courts[at].kind, self._rows_from(first, at)) for at in courts))
            shape = shapes.setdefault((len(group), outline), len(shapes))
            halls.append(Hall(first, len(group), courts, shape, _uniform(len(group), outline)))
        return tuple(halls)

    def _rows_from(self, first: int, court: int) -> tuple[int, ...]:
        return tuple(sorted(self.row[unit] - first for unit in self.courts[court].units))


def connected(board: Board, seeds: Sequence[Item], items: Iterable[Item]) -> list[Item]:
    """The items that could ever be concerned when the seeds are seated: linked by hours and by shared halls.

    What is left out shares no half hour of any unit with anything inside, so it stays where it is.
    """
    chosen = set(seeds)
    families: dict[int, list[Item]] = {}
    for item in sorted([*seeds, *items], key=lambda item: (item.starts, item.booking)):
        families.setdefault(board.family[item.kind], []).append(item)
    runs = (run for family in families.values() for run in _runs(family))
    return [item for run in runs if not chosen.isdisjoint(run) for item in run if item not in chosen]


def _runs(items: Sequence[Item]) -> list[list[Item]]:
    """Items in order of start, cut wherever nobody plays across."""
    runs: list[list[Item]] = []
    until = 0
    for item in items:
        if not runs or item.starts >= until:
            runs.append([])
        runs[-1].append(item)
        until = max(until, item.ends)
    return runs


def _union(masks: Iterable[int]) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total


def _uniform(size: int, outline: Sequence[tuple[str, tuple[int, ...]]]) -> bool:
    sizes = Counter((kind, len(rows)) for kind, rows in set(outline))
    return size > 1 and all(count == comb(size, rows) for (_, rows), count in sizes.items())


def _by_kind(courts: Sequence[Court]) -> dict[str, tuple[int, ...]]:
    kinds: dict[str, list[int]] = {}
    for at, court in enumerate(courts):
        kinds.setdefault(court.kind, []).append(at)
    return {kind: tuple(found) for kind, found in kinds.items()}


def _joined_units(courts: Sequence[Court]) -> list[list[int]]:
    """Units grouped by hall: two are in one hall when some court needs both, or a chain of courts joins them."""
    groups: list[set[int]] = []
    for court in courts:
        joined = set(court.units)
        apart = []
        for group in groups:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return sorted(sorted(group) for group in groups)
