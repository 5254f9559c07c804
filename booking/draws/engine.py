"""The draw from beginning to end: tickets, order, the first stage, and the stages on what was released.

The fast path is taken where numpy is installed, the plain one elsewhere: the bytes are the same.
"""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from booking.draws import merkle, reference, tickets
from booking.draws.outcome import FREE, GONE, Outcome
from booking.draws.rules import FIRST, SECOND, Constraints, Rules
from booking.draws.units import Units

try:
    from booking.draws import fast, fast_hashing
except ImportError:  # numpy is optional
    HAS_FAST_PATH = False
else:
    HAS_FAST_PATH = True

LAST = (FIRST,)
"""The passes of the last stage."""


@dataclass(frozen=True)
class Draw:
    """A draw that was run.

    Attributes:
        order: the units' indices by ticket; the position of `order[0]` is 1.
        tickets: 32 bytes a unit, in the units' order.
        first: the outcome of the first stage.
    """

    rules: Rules
    units: Units
    seed: bytes
    order: "array[int]"
    tickets: bytes
    first: Outcome

    @cached_property
    def positions(self) -> "array[int]":
        """The position of each unit, in the units' order."""
        found = array("I", bytes(4 * len(self.order)))
        for position, index in enumerate(self.order, 1):
            found[index] = position
        return found


def draw(rules: Rules, units: Units, seed: bytes, *, plain: bool = False) -> Draw:
    """The first stage. `plain` asks for the path that reads like the rules."""
    found = fast_hashing.all_tickets(seed, units) if _is_fast(plain) else tickets.tickets(seed, units)
    order = fast_hashing.order_of(found) if _is_fast(plain) else tickets.order_of(found)
    return Draw(rules, units, seed, order, found, run_pass(rules, units, order, plain=plain))


def run_pass(
    rules: Rules,
    units: Units,
    order: "array[int]",
    before: Outcome | None = None,
    constraints: Constraints = FIRST,
    *,
    plain: bool = False,
) -> Outcome:
    """One pass over the free units: `booking.draws.reference.allocate`, by the faster way if there is one."""
    allocate = fast.allocate if _is_fast(plain) else reference.allocate
    return allocate(rules, units, order, before, constraints)


def next_stage(
    done: Draw,
    before: Outcome,
    kept: Collection[int],
    passes: Sequence[Constraints] = SECOND,
    *,
    plain: bool = False,
) -> Outcome:
    """Give out what was released: the second stage with `SECOND`, the last one with `LAST`.

    Whoever is in `kept` (ids) keeps the place of `before`; everybody else who had one is out; those who had none go in
    the order of their tickets. The closings are those of the first pass; what it left is decided by later ones.
    """
    state = _released(done.units, before, kept)
    found = [state]
    for constraints in passes:
        found.append(run_pass(done.rules, done.units, done.order, found[-1], constraints, plain=plain))
    closings = found[1] if len(found) > 1 else state
    return Outcome(found[-1].places, found[-1].reserved, closings.cells, closings.quotas)


def root_of(units: Units, inners: bytes, *, plain: bool = False) -> bytes:
    """The Merkle root over the units; `inners` are their inner hashes, one behind the other."""
    if _is_fast(plain):
        return fast_hashing.root(units, inners)
    return merkle.root(merkle.leaves(units.ids, units.weights, inners))


def _released(units: Units, before: Outcome, kept: Collection[int]) -> Outcome:
    places, reserved = array("h", before.places), bytearray(before.reserved)
    for index, place in enumerate(before.places):
        if place != FREE and units.ids[index] not in kept:
            places[index], reserved[index] = GONE, 0
    return Outcome(places, reserved, {}, {})


def _is_fast(plain: bool) -> bool:
    return HAS_FAST_PATH and not plain
