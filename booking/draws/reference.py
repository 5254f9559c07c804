"""One pass, written as the rules read: what every other implementation is compared with.

Each unit in the order of tickets gets the first of its choices that nothing blocks. Blocked is never unblocked within
a pass, so it is enough to look once. Nothing is remembered here that could be counted instead, except the counts.
"""

from array import array
from collections.abc import Sequence

from booking.draws.outcome import FREE, Closed, KindFacts, Outcome, Reason, Shape
from booking.draws.rules import FIRST, Choice, Constraints, Policy, Rules
from booking.draws.units import Need, Units


class Tally:
    """How much some units take of a choice."""

    __slots__ = ("beds", "men", "rooms", "spare", "women")

    def __init__(self, beds: int) -> None:
        self.beds, self.spare = beds, beds - 1
        self.rooms = self.men = self.women = 0

    def add(self, need: Need) -> None:
        """One unit more."""
        self.rooms += need.rooms
        self.men += need.men
        self.women += need.women

    def taken(self) -> int:
        """Beds that somebody has."""
        return self.beds * self.rooms + self.men + self.women

    def blocked_with(self, need: Need) -> int:
        """Beds that nobody else could have if this unit came too: whole rooms, ⌈men ÷ beds⌉, ⌈women ÷ beds⌉."""
        rooms, men, women = need
        beds, spare = self.beds, self.spare
        return beds * (self.rooms + rooms + (self.men + men + spare) // beds + (self.women + women + spare) // beds)


class Cell:
    """One choice: its rooms, and the guarantees within them."""

    def __init__(self, choice: Choice, guaranteed: dict[int, int], policy: Policy) -> None:
        self.total = choice.rooms * choice.beds
        self.policy = policy
        self.all = sum(guaranteed)
        sets = [some for some in range(self.all + 1) if some & ~self.all == 0]
        kept = {some: sum(beds for bit, beds in guaranteed.items() if bit & some) for some in sets}
        self.everyone = Tally(choice.beds)
        self.is_full = self.total == 0  # every single bed taken: no need to count further
        self.open = Tally(choice.beds)
        self.open_limit = self.total - kept[self.all]
        # Of the units whose categories lie within a set: those that count against its limit.
        self.within = {some: Tally(choice.beds) for some in sets}
        self.limits = kept if policy is Policy.OVER else {some: self.total - kept[self.all & ~some] for some in sets}
        self.containing = {mine: [some for some in sets if some & mine == mine] for mine in sets}

    def refusal(self, shape: Shape) -> tuple[Reason, int] | None:
        """Which rule keeps a unit of this shape out, and the set of categories whose limit it is."""
        if self.is_full or self.everyone.blocked_with(shape.need) > self.total:
            return Reason.ROOMS, self.all
        need = shape.need
        if self.policy is Policy.OVER and self._fits_in_the_open(need):
            return None
        for some in self.containing[shape.categories & self.all]:
            if self.within[some].blocked_with(need) > self.limits[some]:
                return Reason.GUARANTEE, some
        return None

    def seat(self, shape: Shape, *, reserved: bool) -> None:
        """Count a unit in."""
        need, mine = shape.need, shape.categories & self.all
        self.everyone.add(need)
        self.is_full = self.everyone.taken() >= self.total
        if self.policy is Policy.OVER and not reserved:
            self.open.add(need)
            return
        for some in self.containing[mine]:
            self.within[some].add(need)

    def needs_reserved_bed(self, shape: Shape) -> bool:
        """Over and above: whoever fits among the open beds takes one of those."""
        return self.policy is Policy.OVER and not self._fits_in_the_open(shape.need)

    def _fits_in_the_open(self, need: Need) -> bool:
        return self.open.blocked_with(need) <= self.open_limit


class Board:
    """All choices and all quotas, as far as they are taken, and what has closed."""

    def __init__(self, rules: Rules, facts: KindFacts, constraints: Constraints) -> None:
        guaranteed = rules.guaranteed if constraints.guarantees else [{}] * len(rules.choices)
        self.rules, self.facts = rules, facts
        self.cells = [Cell(*pair, rules.policy) for pair in zip(rules.choices, guaranteed, strict=True)]
        self.pools = [choice.pool for choice in rules.choices]
        held = [cap for cap in rules.caps if rules.levels[cap.node] not in constraints.released]
        self.caps = {(cap.pool, cap.node): cap.heads for cap in held}
        self.taken = dict.fromkeys(self.caps, 0)
        self.cells_closed: dict[tuple[int, Shape], Closed] = {}
        self.quotas_closed: dict[tuple[int, str, int], int] = {}
        self.shapes = sorted(set(facts.shapes))

    def exceeds_a_quota(self, kind: int, choice: int) -> bool:
        """Whether a unit of this kind has more heads than are left somewhere on its way up the tree."""
        pool, caps, taken = self.pools[choice], self.caps, self.taken
        return any(
            (pool, node) in caps and taken[pool, node] + heads > caps[pool, node]
            for node, heads in self.facts.heads[kind]
        )

    def seat(self, kind: int, choice: int, *, reserved: bool) -> None:
        """Count a unit in, everywhere: each head at its own organisation and those above."""
        self.cells[choice].seat(self.facts.shapes[kind], reserved=reserved)
        for node, heads in self.facts.heads[kind]:
            if (self.pools[choice], node) in self.taken:
                self.taken[self.pools[choice], node] += heads

    def close_cell(self, choice: int, position: int) -> None:
        """Write down for which shapes a choice has just closed."""
        for shape in self.shapes:
            if (choice, shape) not in self.cells_closed:
                refusal = self.cells[choice].refusal(shape)
                if refusal is not None:
                    self.cells_closed[choice, shape] = Closed(position, *refusal)

    def close_quota(self, pool: int, node: str, position: int) -> None:
        """Write down for how many heads a quota has just closed."""
        if (pool, node) not in self.caps:
            return
        for heads in self.facts.sizes.get(node, ()):
            if self.taken[pool, node] + heads > self.caps[pool, node]:
                self.quotas_closed.setdefault((pool, node, heads), position)


def allocate(
    rules: Rules,
    units: Units,
    order: Sequence[int],
    before: Outcome | None = None,
    constraints: Constraints = FIRST,
) -> Outcome:
    """One pass: whoever has a place in `before` keeps it, whoever is free there gets what still fits, in order."""
    facts = KindFacts.of(rules, units)
    board = Board(rules, facts, constraints)
    cells, shapes = board.cells, facts.shapes
    places = array("h", before.places if before else [FREE] * len(units))
    reserved = bytearray(before.reserved if before else len(units))
    for index, place in enumerate(places):
        if place >= 0:
            board.seat(units.kind[index], place, reserved=bool(reserved[index]))
    for choice in range(len(rules.choices)):
        board.close_cell(choice, 0)
    for pool, node in board.caps:
        board.close_quota(pool, node, 0)
    for position, index in enumerate(order, 1):
        if places[index] != FREE:
            continue
        kind = units.kind[index]
        shape = shapes[kind]
        for choice in units.choices(index):
            if cells[choice].refusal(shape) is not None or board.exceeds_a_quota(kind, choice):
                continue
            places[index] = choice
            reserved[index] = cells[choice].needs_reserved_bed(shape)
            board.seat(kind, choice, reserved=bool(reserved[index]))
            board.close_cell(choice, position)
            for node, _ in facts.heads[kind]:
                board.close_quota(board.pools[choice], node, position)
            break
    return Outcome(places, reserved, board.cells_closed, board.quotas_closed)
