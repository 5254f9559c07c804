"""The same pass at a city's scale: most units lose, and a table of what has closed says so for thousands at once.

Needs numpy. What closes never opens again within a pass, so a block of units may be held against the table as it stood
before the block: whoever has nothing open there has nothing open at all. The others are looked at one by one.
"""

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt

from booking.draws.outcome import FREE, Closed, KindFacts, Outcome, Shape
from booking.draws.reference import Cell
from booking.draws.rules import FIRST, Constraints, Policy, Rules
from booking.draws.units import Need, Units

BLOCK = 8192
"""Units that are held against the table together."""
_NOTHING = Need()

Flags = npt.NDArray[np.bool_]


def allocate(
    rules: Rules, units: Units, order: "array[int]", before: Outcome | None = None, constraints: Constraints = FIRST
) -> Outcome:
    """What `booking.draws.reference.allocate` promises, with the same result to the byte."""
    table = Table(rules, units, constraints)
    places = array("h", before.places) if before else array("h", [FREE]) * len(units)
    reserved = bytearray(before.reserved if before else len(units))
    for index, place in enumerate(places if before else ()):
        if place >= 0:
            table.count(units.kind[index], place, reserved=bool(reserved[index]))
    table.close_all()
    queue = np.frombuffer(order, dtype=np.uint32) if len(order) else np.empty(0, np.uint32)
    free = np.frombuffer(places, dtype=np.int16) == FREE if len(places) else np.empty(0, bool)
    wishes = _wish_lists(units, len(rules.choices))
    for start in range(0, len(queue), BLOCK):
        block = queue[start : start + BLOCK]
        hopeful = np.flatnonzero(table.have_open(block, wishes[block]) & free[block])
        for offset in hopeful.tolist():
            index = int(block[offset])
            kind = units.kind[index]
            for choice in units.choices(index):
                if table.is_open(kind, choice):
                    places[index] = choice
                    reserved[index] = table.seat(kind, choice, start + offset + 1)
                    break
    return Outcome(places, reserved, table.cells_closed, table.quotas_closed)


class Quota:
    """One cap, what is taken of it, and the kinds of unit that it can close."""

    __slots__ = ("key", "kinds", "left")

    def __init__(self, key: tuple[int, str], heads: int, kinds: list[tuple[int, npt.NDArray[np.int64]]]) -> None:
        self.key, self.left = key, heads
        self.kinds = kinds  # by heads, ascending; what has closed is taken off the end


class Table:
    """What is open for which kind, kept exact after every seat."""

    def __init__(self, rules: Rules, units: Units, constraints: Constraints) -> None:
        facts = KindFacts.of(rules, units)
        guaranteed = rules.guaranteed if constraints.guarantees else [{}] * len(rules.choices)
        self.rules, self.facts = rules, facts
        self.cells = [Cell(*pair, rules.policy) for pair in zip(rules.choices, guaranteed, strict=True)]
        self.cells_closed: dict[tuple[int, Shape], Closed] = {}
        self.quotas_closed: dict[tuple[int, str, int], int] = {}
        self.shapes = sorted(set(facts.shapes))
        row = {shape: number for number, shape in enumerate(self.shapes)}
        self.shape_of = [row[shape] for shape in facts.shapes]
        self.pools = sorted({choice.pool for choice in rules.choices})
        self.pool_of = [self.pools.index(choice.pool) for choice in rules.choices]
        # One byte a fact, read one by one in the loop and by thousands through the views.
        self.width, self.kinds = len(rules.choices) + 1, len(units.kinds)
        self.shut = bytearray(max(1, len(self.shapes) * self.width))
        self.full = bytearray(max(1, len(self.pools) * self.kinds))
        self.shut_view: Flags = np.frombuffer(self.shut, dtype=np.bool_)
        self.full_view: Flags = np.frombuffer(self.full, dtype=np.bool_)
        self.shut_view[self.width - 1 :: self.width] = True  # the end of a wish list
        self.kind_of = np.frombuffer(units.kind, dtype=np.uint32) if len(units) else np.empty(0, np.uint32)
        self.shape_rows = np.array(self.shape_of, dtype=np.int64) * self.width
        self.pool_rows = np.array([*self.pool_of, 0], dtype=np.int64) * self.kinds
        self.quotas, self.quotas_of = self._quotas(constraints)
        self.worst = [
            max((_alone(choice.beds, shape.need) for shape in self.shapes), default=0) for choice in rules.choices
        ]

    def have_open(self, block: npt.NDArray[np.uint32], wishes: npt.NDArray[np.uint16]) -> Flags:
        """For each unit of a block, whether anything that it wishes is open for its kind."""
        kinds = self.kind_of[block].astype(np.int64)
        shut = self.shut_view[self.shape_rows[kinds][:, None] + wishes]
        if self.quotas:
            shut |= self.full_view[self.pool_rows[wishes] + kinds[:, None]]
        found: Flags = ~shut.all(axis=1)
        return found

    def is_open(self, kind: int, choice: int) -> bool:
        """Whether a unit of this kind can have the choice now."""
        return not (
            self.shut[self.shape_of[kind] * self.width + choice] or self.full[self.pool_of[choice] * self.kinds + kind]
        )

    def count(self, kind: int, choice: int, *, reserved: bool) -> None:
        """Count in a unit that keeps its place, closing nothing yet."""
        self.cells[choice].seat(self.facts.shapes[kind], reserved=reserved)
        for quota, heads in self._quotas_for(kind, choice):
            quota.left -= heads

    def seat(self, kind: int, choice: int, position: int) -> bool:
        """Count a unit in and close what that closes; whether it sits on a reserved bed."""
        cell, shape = self.cells[choice], self.facts.shapes[kind]
        reserved = cell.needs_reserved_bed(shape)
        cell.seat(shape, reserved=reserved)
        if _least_left(cell, shape, self.rules.policy) < self.worst[choice]:
            self._close_cell(choice, position)
        for quota, heads in self._quotas_for(kind, choice):
            quota.left -= heads
            if quota.kinds and quota.kinds[-1][0] > quota.left:
                self._close_quota(quota, position)
        return reserved

    def close_all(self) -> None:
        """Close what is closed before anybody is seated."""
        for choice in range(len(self.cells)):
            self._close_cell(choice, 0)
        for quota in self.quotas:
            self._close_quota(quota, 0)

    def _close_cell(self, choice: int, position: int) -> None:
        for row, shape in enumerate(self.shapes):
            if not self.shut[row * self.width + choice]:
                refusal = self.cells[choice].refusal(shape)
                if refusal is not None:
                    self.shut[row * self.width + choice] = 1
                    self.cells_closed[choice, shape] = Closed(position, *refusal)

    def _close_quota(self, quota: Quota, position: int) -> None:
        pool, node = quota.key
        while quota.kinds and quota.kinds[-1][0] > quota.left:
            heads, kinds = quota.kinds.pop()
            self.quotas_closed[pool, node, heads] = position
            if pool in self.pools:
                self.full_view[self.pools.index(pool) * self.kinds + kinds] = True

    def _quotas(self, constraints: Constraints) -> tuple[list[Quota], dict[tuple[int, str], Quota]]:
        below: dict[str, dict[int, list[int]]] = {}
        for kind, one in enumerate(self.facts.heads):
            for node, heads in one:
                below.setdefault(node, {}).setdefault(heads, []).append(kind)
        arrays = {node: [(heads, np.array(kinds[heads])) for heads in sorted(kinds)] for node, kinds in below.items()}
        held = [cap for cap in self.rules.caps if self.rules.levels[cap.node] not in constraints.released]
        quotas = [Quota((cap.pool, cap.node), cap.heads, list(arrays.get(cap.node, ()))) for cap in held]
        return quotas, {quota.key: quota for quota in quotas}

    def _quotas_for(self, kind: int, choice: int) -> list[tuple[Quota, int]]:
        pool, known = self.rules.choices[choice].pool, self.quotas_of
        return [(known[pool, node], heads) for node, heads in self.facts.heads[kind] if (pool, node) in known]


def _alone(beds: int, need: Need) -> int:
    """The most beds that a unit of this need can block."""
    return beds * (need.rooms - (-need.men // beds) - (-need.women // beds))


def _least_left(cell: Cell, shape: Shape, policy: Policy) -> int:
    """The fewest beds left under any limit that a unit of this shape counts against."""
    left = cell.total - cell.everyone.blocked_with(_NOTHING)
    if policy is Policy.OVER:
        return min(left, cell.open_limit - cell.open.blocked_with(_NOTHING))
    tallies = cell.containing[shape.categories & cell.all]
    return min(left, *(cell.limits[some] - cell.within[some].blocked_with(_NOTHING) for some in tallies))


def _wish_lists(units: Units, end: int) -> npt.NDArray[np.uint16]:
    """All wish lists as rows of one width, the rest filled with `end`."""
    starts = np.frombuffer(units.starts, dtype=np.uint64).astype(np.int64)
    lengths = np.diff(starts)
    width = int(lengths.max(initial=1))
    flat: Any = np.frombuffer(units.flat, dtype=np.uint16) if len(units.flat) else np.empty(0, np.uint16)
    if len(lengths) and int(lengths.min()) == width:
        rows: npt.NDArray[np.uint16] = flat.reshape(-1, width)
        return rows
    rows = np.full((len(lengths), width), end, dtype=np.uint16)
    rows[np.arange(width) < lengths[:, None]] = flat
    return rows
