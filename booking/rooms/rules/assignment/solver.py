"""Assignment as a model for OR-Tools CP-SAT: the only place that knows the solver, an extra of the package."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from booking.rooms.rules.assignment.board import Board, Item

MOVED, PARTED, TOUCHED = 1000, 10, 1
"""What a move, a parted pair, and another room than in the plan before count."""
WITHOUT = 1_000_000
"""What counts one unit of the price of being left without a room."""


class SolverMissing(Exception):
    """OR-Tools is not installed: `pip install booking[solver]`."""

    def __init__(self) -> None:
        super().__init__("OR-Tools is not installed; it comes with the extra `solver`: pip install 'booking[solver]'")


@dataclass(frozen=True, slots=True)
class Problem:
    """Stays to be seated around what is fixed.

    Attributes:
        around: the nights of each room that are taken by others.
        beside: the rooms, by position, of those who are not among the items.
        prices: by item, of being left without a room; who is not named must have one.
        now: a plan to begin with: rooms by stay.
        rooms: only these are used, if named.
    """

    board: Board
    items: Sequence[Item]
    around: Sequence[int]
    beside: Mapping[int, int]
    prices: Mapping[int, int] = field(default_factory=dict)
    now: Mapping[int, int] = field(default_factory=dict)
    rooms: frozenset[int] | None = None

    def choices(self, item: Item) -> list[int]:
        """The rooms that an item may have around what is fixed."""
        near: list[int] = [self.beside[one] for one in item.must if one in self.beside]
        return [
            room
            for room in item.rooms
            if not self.around[room] & item.nights
            and (self.rooms is None or room in self.rooms)
            and all(room in self.board.near[one] for one in near)
        ]


@dataclass(frozen=True, slots=True)
class Solved:
    """The solver's answer.

    Attributes:
        rooms: by stay, without those who are left without one; None if no seating was found.
        proved: there is none better (or none at all).
    """

    rooms: Mapping[int, int] | None
    proved: bool


def solve(problem: Problem, seconds: float, workers: int = 1) -> Solved:
    """Seats everyone at the least cost that is found in the time.

    With one worker the same problem gets the same answer, unless the time ends first.

    Raises:
        SolverMissing: OR-Tools is not installed.
    """
    try:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - an extra, and half a second to load
    except ImportError as missing:
        raise SolverMissing from missing
    options = {item.id: problem.choices(item) for item in problem.items}
    if any(not rooms and stay not in problem.prices for stay, rooms in options.items()):
        return Solved(None, proved=True)
    model = _Model(cp_model.CpModel(), problem, options)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.linearization_level = 2
    status = solver.solve(model.model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        chosen = {stay: room for (stay, room), seat in model.seats.items() if solver.boolean_value(seat)}
        return Solved(chosen, proved=status == cp_model.OPTIMAL)
    return Solved(None, proved=status == cp_model.INFEASIBLE)


class _Model:
    """One variable for each stay and each room that it may have."""

    def __init__(self, model: Any, problem: Problem, options: Mapping[int, Sequence[int]]) -> None:
        self.model = model
        self.problem = problem
        self.seats: dict[tuple[int, int], Any] = {
            (stay, room): model.new_bool_var("") for stay, rooms in options.items() for room in rooms
        }
        self.options = options
        self.costs: list[Any] = []
        for item in problem.items:
            self._one_room(item)
        self._one_guest()
        self._rows()
        model.minimize(sum(self.costs))

    def _one_room(self, item: Item) -> None:
        seats = [self.seats[item.id, room] for room in self.options[item.id]]
        price = self.problem.prices.get(item.id)
        now = self.problem.now.get(item.id)
        if price is None:
            self.model.add_exactly_one(seats)
        else:
            without = self.model.new_bool_var("")
            self.model.add_exactly_one([*seats, without])
            self.costs.append(WITHOUT * price * without)
        for kept, cost in ((item.home, MOVED), (now, TOUCHED)):
            if kept is not None and (item.id, kept) in self.seats:
                self.costs.append(cost * (1 - self.seats[item.id, kept]))
        for room, seat in zip(self.options[item.id], seats, strict=True):
            self.model.add_hint(seat, room == now)

    def _one_guest(self) -> None:
        """At most one stay a room and night; nights on which someone arrives are enough."""
        guests = defaultdict(list)
        for item in self.problem.items:
            for room in self.options[item.id]:
                guests[room].append(item)
        for room, items in guests.items():
            for night in {item.arrival for item in items}:
                here = [item for item in items if item.arrival <= night < item.departure]
                if len(here) > 1:
                    self.model.add_at_most_one([self.seats[item.id, room] for item in here])

    def _rows(self) -> None:
        inside = {item.id for item in self.problem.items}
        for item in self.problem.items:
            for partner in item.must:
                if partner in inside:
                    self._near(item, partner, [])
            for partner in item.likes:
                if partner in self.problem.beside or (partner in inside and item.id < partner):
                    parted = self.model.new_bool_var("")
                    self.costs.append(PARTED * parted)
                    self._near(item, partner, [parted])

    def _near(self, item: Item, partner: int, unless: Sequence[Any]) -> None:
        """Whatever room an item gets, its partner gets one next to it.

        So a group that must live in a row has rooms for all or for none.
        """
        fixed = self.problem.beside.get(partner)
        for room in self.options[item.id]:
            near = self.problem.board.near[room]
            if fixed is not None and fixed in near:
                continue
            beside = [self.seats[partner, other] for other in near if (partner, other) in self.seats]
            self.model.add_bool_or([self.seats[item.id, room].negated(), *beside, *unless])
