"""Making room for wishes by moving movable bookings: greedy first, then exact, and honest when out of budget."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from booking.venues.rules.assignment.board import Board, Item, Nodes, OutOfNodes, connected
from booking.venues.rules.assignment.capacity import overfull
from booking.venues.rules.assignment.chains import Chains, Seats
from booking.venues.rules.assignment.day import (
    Day,
    Impossible,
    Move,
    NotOpen,
    Outcome,
    OutOfTime,
    Overfull,
    Plan,
    Taken,
    Wish,
)
from booking.venues.rules.assignment.fewer import fewer_moves
from booking.venues.rules.assignment.fit import best_fit
from booking.venues.rules.assignment.proof import held
from booking.venues.rules.assignment.sweep import ask

GREEDY_NODES = 100
"""Positions that the chains may look at: about 2 ms."""
EXACT_NODES = 4000
"""Positions that the exact search may look at: about 100 ms at the worst."""
FIRST_EFFORT = 400
"""Positions a question in the first round; each further round has four times as many."""


def rearrange(day: Day, wishes: Sequence[Wish], nodes: int = EXACT_NODES) -> Outcome:
    """Seats all wishes, moving as few movable bookings as it can find to; all or nothing.

    Pinned bookings and blocks stay; moved bookings keep their hours and their kind of court. `Impossible` is a
    proof. `nodes` bounds the exact search; the same input always gives the same answer.

    Raises:
        KeyError: a wish chose a court that is not of this day.
    """
    if any(not day.opens <= wish.starts < wish.ends <= day.closes for wish in wishes):
        return Impossible(NotOpen(day.opens, day.closes))
    board = Board(day)
    unknown = [wish for wish in wishes if wish.court is None and wish.kind not in board.by_kind]
    if unknown:
        first = unknown[0]
        return Impossible(Overfull(first.kind, tuple(range(first.starts, first.ends)), len(unknown), 0))
    return _Rearrangement(day, board, [_item(board, at, wish) for at, wish in enumerate(wishes)]).solve(nodes)


def _item(board: Board, at: int, wish: Wish) -> Item:
    """A wish as an item; bookings have positive numbers, wishes count down from -1."""
    if wish.court is None:
        return Item(-1 - at, wish.kind, wish.starts, wish.ends, None)
    court = board.position[wish.court]
    return Item(-1 - at, board.courts[court].kind, wish.starts, wish.ends, court)


@dataclass(frozen=True)
class _Question:
    """Can these be seated around what is fixed? What a yes or a no is worth."""

    items: Sequence[Item]
    fixed: int
    plans: bool
    proves: bool


class _Rearrangement:
    """One attempt. `hard` is what cannot move: pins, blocks and the chosen courts of the wishes."""

    def __init__(self, day: Day, board: Board, wishes: Sequence[Item]) -> None:
        self.day = day
        self.board = board
        self.wishes = wishes
        self.chosen = [wish for wish in wishes if wish.home is not None]
        self.hard = board.fixed | board.homes(self.chosen)
        ejected = [item for item in board.items if board.home_mask(item) & self.hard]
        self.pending = [*(wish for wish in wishes if wish.home is None), *ejected]
        self.loose = [item for item in board.items if not board.home_mask(item) & self.hard]

    def solve(self, nodes: int) -> Outcome:
        taken = self._taken()
        if taken is not None:
            return Impossible(taken)
        seats = self._direct()
        if seats is not None:
            return self._plan(seats, fewest=True)
        full = overfull(self.board, self.wishes, self.hard)
        if full is not None:
            return Impossible(full)
        seats = self._by_chains()
        if seats is not None:
            return self._plan(seats, fewest=True)
        return self._exactly(Nodes(nodes))

    def _taken(self) -> Taken | None:
        """Why a chosen court cannot be had, if pins, blocks or another wish hold it."""
        before = self.board.fixed
        for wish in self.chosen:
            mask = self.board.home_mask(wish)
            if mask & before and wish.home is not None:
                pins = tuple(pin.booking for pin in self.board.pins if self.board.home_mask(pin) & mask)
                blocks = tuple(block for block in self.day.blocks if self.board.block_mask(block) & mask)
                return Taken(self.board.courts[wish.home].id, pins, blocks)
            before |= mask
        return None

    def _direct(self) -> Seats | None:
        """Everybody who needs a court in turn gets the best free one, if each finds one."""
        occupied = self.hard | self.board.homes(self.loose)
        seats: dict[Item, int] = {}
        for item in self.pending:
            court = best_fit(self.board, occupied, item)
            if court is None:
                return None
            occupied |= self.board.mask(court, item.starts, item.ends)
            seats[item] = court
        return seats

    def _by_chains(self) -> Seats | None:
        chains = Chains(self.board, self.loose, Nodes(GREEDY_NODES))
        try:
            for most in range(len(self.loose) + 1):
                seats = chains.find(self.pending, self.hard, most)
                if seats is not None:
                    return seats
        except OutOfNodes:
            pass
        return None

    def _exactly(self, nodes: Nodes) -> Outcome:
        """Asks about ever wider windows of hours around the wishes, in rounds of growing effort."""
        questions = list(self._questions())
        effort = FIRST_EFFORT
        while nodes.left:
            unanswered = []
            for question in questions:
                try:
                    seats = ask(self.board, question.items, question.fixed, nodes, effort)
                except OutOfNodes:
                    unanswered.append(question)
                    continue
                if seats is None and question.proves:
                    return Impossible(held(self.day, self.board, question.items, self.board.homes(self.chosen)))
                if seats is not None and question.plans:
                    return self._plan(fewer_moves(self.board, self.pending, self.loose, self.hard, seats), fewest=False)
            questions = unanswered
            effort *= 4
        return OutOfTime(nodes.limit)

    def _questions(self) -> Iterator[_Question]:
        """Windows around the wishes, each as wide as those who play at the edge of the one before.

        With those outside left in place, a seating is a plan. With those outside left out, its absence is a proof.
        The last window takes in everybody concerned, and does both.
        """
        near = connected(self.board, self.pending, self.loose)
        items: list[Item] = list(self.pending)
        while True:
            items = [*self.pending, *_overlapping(near, items)]
            inside = set(items)
            around = self.hard | self.board.homes(item for item in self.loose if item not in inside)
            everyone = len(items) == len(self.pending) + len(near)
            if everyone:
                yield _Question(items, around, plans=True, proves=True)
                return
            yield _Question(items, self.hard, plans=False, proves=True)
            yield _Question(items, around, plans=True, proves=False)

    def _plan(self, seats: Seats, *, fewest: bool) -> Plan:
        everyone = {**seats, **{wish: wish.home for wish in self.chosen if wish.home is not None}}
        courts = [self.board.courts[everyone[wish]].id for wish in self.wishes]
        moves = [
            Move(item.booking, self.board.courts[item.home].id, self.board.courts[court].id)
            for item, court in seats.items()
            if item.home is not None and court != item.home
        ]
        return Plan(tuple(courts), tuple(sorted(moves, key=lambda move: move.booking)), fewest)


def _overlapping(items: Iterable[Item], around: Sequence[Item]) -> list[Item]:
    starts = min(item.starts for item in around)
    ends = max(item.ends for item in around)
    return [item for item in items if item.starts < ends and starts < item.ends]
