"""What greedy ways leave open, decided by CP-SAT: in small windows of nights first, in the whole component at last.

Needs the extra `solver`. A room is made for each stay that has none by looking at few rooms and few nights around it,
everybody else left in place; wider windows follow only where that fails. So most of the hotel is never touched.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from booking.rooms.rules.assignment.board import Board, Item
from booking.rooms.rules.assignment.capacity import overfull
from booking.rooms.rules.assignment.closing import Closing, Cost
from booking.rooms.rules.assignment.concerned import connected
from booking.rooms.rules.assignment.greedy import assign_all, report
from booking.rooms.rules.assignment.hotel import (
    Assignment,
    Block,
    ClosingPlan,
    Impossible,
    Outcome,
    OutOfTime,
    Snapshot,
    Stay,
)
from booking.rooms.rules.assignment.proof import cut_up
from booking.rooms.rules.assignment.rearrangement import Rearrangement, decide
from booking.rooms.rules.assignment.solver import Problem, solve

WINDOWS = ((2, 30), (6, 30), (6, 1000), (15, 40), (15, 1000), (40, 1000))
"""Nights before and after a stay, and rooms, of each window that is tried before everybody concerned is."""
LARGEST = 250_000
"""Variables of the largest model: about half a gigabyte."""
LONGEST = 20.0
"""Seconds that one window may take."""

Rooms = dict[int, int]
"""The room, by position, of each stay."""


class Deadline:
    """How much of a time limit is left."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds, 0 once the limit has passed."""
        return max(0.0, self._ends - time.monotonic())


def rearrange_exactly(snapshot: Snapshot, wishes: Sequence[Stay], seconds: float, workers: int = 1) -> Outcome:
    """As `rearrange`, with as much search as the time allows; `OutOfTime` when it ended first.

    Raises:
        SolverMissing: OR-Tools is not installed.
    """
    deadline = Deadline(seconds)
    return decide(snapshot, wishes, lambda rearrangement: _rearranged(rearrangement, deadline, workers))


def _rearranged(rearrangement: Rearrangement, deadline: Deadline, workers: int) -> Outcome:
    answer = rearrangement.quickly()
    if answer is not None:
        return answer
    board = rearrangement.board
    homes = {item.id: item.home for item in rearrangement.loose if item.home is not None}
    for question in rearrangement.questions():
        around, beside = rearrangement.around(question)
        problem = Problem(board, question.items, around, beside, now=homes)
        if _too_large(problem) or not deadline.left:
            continue
        solved = solve(problem, deadline.left, workers)
        if solved.rooms is not None and question.plans:
            seated = {item: solved.rooms[item.id] for item in question.items}
            return rearrangement.plan(seated)
        if solved.rooms is None and solved.proved and question.proves:
            return Impossible(cut_up(board, question.items, rearrangement.chosen))
    return OutOfTime()


def assign_exactly(snapshot: Snapshot, seconds: float, start: Assignment | None = None, workers: int = 1) -> Assignment:
    """A room for every stay, beginning with what `assign_all` finds; then fewer moves and more neighbours.

    Places whom greedy left out, each in the smallest window of nights and rooms that allows it, with the fewest moves
    there and then the fewest parted pairs. If stays remain unplaced and not `proved`, the time was too short.

    Raises:
        SolverMissing: OR-Tools is not installed.
    """
    begun = start or assign_all(snapshot)
    exactly = _Exactly(snapshot, begun, Deadline(seconds), workers)
    left = exactly.place(begun.unplaced)
    if not left:
        exactly.join(begun.parted)
    rooms = {stay: exactly.board.rooms[room].id for stay, room in exactly.rooms.items()}
    return report(snapshot, rooms, proved=exactly.proved)


def plan_closing_exactly(
    snapshot: Snapshot, closing: Sequence[Block], seconds: float, cost: Cost = lambda _: 0, workers: int = 1
) -> ClosingPlan:
    """As `plan_closing`, and better where that is found in the time.

    Raises:
        SolverMissing: OR-Tools is not installed.
        ValueError: a stay under the closing reaches beyond the snapshot.
    """
    case = Closing(snapshot, closing, cost)
    seating, bound = case.greedy()
    rooms: Mapping[int, int] = seating.room_of
    near = connected(case.board, case.affected, case.loose) if case.affected else []
    beside_them = [item for item in near if _overlap(item, case.affected)]
    deadline = Deadline(seconds)
    proved = not case.affected
    for moving, share in ((beside_them, 0.5), (near, 1.0)):
        problem = _closing_problem(case, moving, rooms)
        if proved or _too_large(problem) or not deadline.left:
            continue
        solved = solve(problem, deadline.left * share, workers)
        if solved.rooms is not None:
            rooms = {**problem.beside, **solved.rooms}
            proved = solved.proved and len(moving) == len(near)
    return case.told(rooms, fewest=proved or len(case.displaced(rooms)) == bound)


def _closing_problem(case: Closing, moving: Sequence[Item], now: Mapping[int, int]) -> Problem:
    """The affected and those who may move for them, around everybody else; the dearer, the less to be displaced."""
    items = [*case.affected, *moving]
    inside = {item.id for item in items}
    around = list(case.board.shut)
    outside = {item.id: item for item in case.board.items.values() if item.id not in inside}
    beside = {stay: item.home for stay, item in outside.items() if item.home is not None}
    for stay, room in beside.items():
        around[room] |= outside[stay].nights
    more = 1 + sum(case.costs.values())
    prices = {item.id: more + case.costs[item.id] for item in case.affected}
    return Problem(case.board, items, around, beside, prices, now)


def _overlap(item: Item, others: Sequence[Item]) -> bool:
    return any(item.nights & other.nights for other in others)


class _Exactly:
    """A plan that gets better; `rooms` is the plan so far."""

    def __init__(self, snapshot: Snapshot, start: Assignment, deadline: Deadline, workers: int) -> None:
        self.own = Board(snapshot)
        self.better = Board(snapshot, upgrades=True) if snapshot.upgrades else self.own
        self.board = self.own
        self.deadline = deadline
        self.workers = workers
        self.rooms: Rooms = {stay: self.own.position[room] for stay, room in start.rooms.items()}
        self.proved = True

    def place(self, stays: Sequence[int]) -> list[int]:
        """Seats those who have no room; returns those for whom that failed."""
        left = [stay for stay in stays if not self._place(self.own, stay)]
        if self.better is not self.own:
            self.board = self.better
            left = [stay for stay in left if not self._place(self.better, stay)]
        self.proved = not left or self._most(left)
        return [stay for stay in left if stay not in self.rooms]

    def join(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Brings pairs together for whom no one has to leave the room that they hold."""
        for one, other in pairs:
            if one not in self.rooms or other not in self.rooms:
                continue
            free = [self.board.items[stay] for stay in (one, other) if not self.board.items[stay].still]
            if free and self.rooms[one] not in self.board.near[self.rooms[other]]:
                self._solve(self.board, free, *WINDOWS[1])

    def _place(self, board: Board, stay: int) -> bool:
        if stay in self.rooms:
            return True
        item = replace(board.items[stay], home=None)
        waiting = [one for one in item.must if one in board.items and one not in self.rooms]
        group = [item, *(replace(board.items[one], home=None) for one in waiting)]
        if overfull(board, group, self._housed(board), board.shut) is not None:
            return False
        return any(self._solve(board, group, nights, rooms) for nights, rooms in WINDOWS)

    def _housed(self, board: Board) -> list[Item]:
        """Those who may move, at home where the plan has them."""
        return [
            replace(item, home=self.rooms[item.id])
            for item in board.items.values()
            if not item.still and item.id in self.rooms
        ]

    def _solve(self, board: Board, group: Sequence[Item], nights: int, most: int) -> bool:
        """Seats a group within some nights around it and at most so many rooms; whether the plan changed."""
        first, last = min(item.arrival for item in group) - nights, max(item.departure for item in group) + nights
        family = {board.family[room] for item in group for room in item.rooms}
        rooms = self._rooms_near(board, group, family, most)
        wanted = {item.id for item in group}
        inside = [
            item
            for item in board.items.values()
            if item.id not in wanted
            and not item.still
            and self.rooms.get(item.id) in rooms
            and item.arrival < last
            and first < item.departure
        ]
        return self._improve(self._problem(board, [*group, *inside], rooms=rooms))

    def _rooms_near(self, board: Board, group: Sequence[Item], family: set[int], most: int) -> frozenset[int]:
        """Rooms of a family: those that the group could use, emptiest around its nights first."""
        useful = {room for item in group for room in item.rooms}
        first, last = min(item.arrival for item in group), max(item.departure for item in group)
        wide = board.bits(max(board.base, first - 2), last + 2)
        taken = self._taken(board, set())
        ranked = sorted(
            (room for room, number in enumerate(board.family) if number in family),
            key=lambda room: (
                bool(board.shut[room] & group[0].nights) or room not in useful,
                (taken[room] & wide).bit_count(),
                room,
            ),
        )
        return frozenset(ranked[:most]) | {self.rooms[item.id] for item in group if item.id in self.rooms}

    def _taken(self, board: Board, inside: set[int]) -> list[int]:
        taken = list(board.shut)
        for stay, room in self.rooms.items():
            if stay not in inside:
                taken[room] |= board.items[stay].nights
        return taken

    def _problem(
        self,
        board: Board,
        items: Sequence[Item],
        prices: Mapping[int, int] | None = None,
        rooms: frozenset[int] | None = None,
    ) -> Problem:
        inside = {item.id for item in items}
        beside = {stay: room for stay, room in self.rooms.items() if stay not in inside}
        return Problem(board, items, self._taken(board, inside), beside, prices or {}, self.rooms, rooms)

    def _improve(self, problem: Problem) -> bool:
        if not self.deadline.left or _too_large(problem):
            return False
        solved = solve(problem, min(LONGEST, self.deadline.left), self.workers)
        if solved.rooms is None:
            return False
        for item in problem.items:
            self.rooms.pop(item.id, None)
        self.rooms.update(solved.rooms)
        return True

    def _most(self, left: Sequence[int]) -> bool:
        """Places as many as possible of all concerned; whoever held a room has one. Whether no more can be placed."""
        board = self.board
        for seed in self._components(board, left):
            waiting = [item for item in seed if item.id not in self.rooms]
            if len(waiting) == 1 and overfull(board, waiting, self._housed(board), board.shut) is not None:
                continue
            priced = {item.id: 1 for item in seed if item.home is None or item.id not in self.rooms}
            problem = self._problem(board, seed, priced)
            if _too_large(problem) or not self.deadline.left:
                return False
            solved = solve(problem, self.deadline.left, self.workers)
            if solved.rooms is not None:
                for item in seed:
                    self.rooms.pop(item.id, None)
                self.rooms.update(solved.rooms)
            if not solved.proved:
                return False
        return True

    def _components(self, board: Board, left: Sequence[int]) -> Iterator[list[Item]]:
        """Those without a room, with all who could ever be concerned, in parts that do not concern each other."""
        waiting = {stay: board.items[stay] for stay in left}
        others = [item for item in board.items.values() if not item.still]
        while waiting:
            seed = next(iter(waiting.values()))
            part = [seed, *connected(board, [seed], [item for item in others if item is not seed])]
            yield part
            for item in part:
                waiting.pop(item.id, None)


def _too_large(problem: Problem) -> bool:
    return sum(len(item.rooms) for item in problem.items) > LARGEST
