"""Making room for new stays by moving those that may move: greedy first, then exact, and honest when out of budget."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from booking.rooms.rules.assignment.board import Board, Item, Nodes, OutOfNodes, Seating
from booking.rooms.rules.assignment.capacity import overfull
from booking.rooms.rules.assignment.chains import GREEDY_NODES, LONGEST_CHAIN, fewest_moves
from booking.rooms.rules.assignment.concerned import connected, overlapping
from booking.rooms.rules.assignment.hotel import (
    CutUp,
    Impossible,
    Move,
    Outcome,
    OutOfTime,
    Plan,
    Snapshot,
    Stay,
    Taken,
    TooNarrow,
)
from booking.rooms.rules.assignment.proof import cut_up
from booking.rooms.rules.assignment.search import Search, Seats
from booking.rooms.rules.assignment.swaps import swap_in

EXACT_NODES = 4000
"""Positions that the exact search may look at: about 200 ms at the worst."""
FIRST_EFFORT = 400
"""Positions a question in the first round; each further round has four times as many."""
FEWER_EFFORT = 60
"""Positions for each question whether a move is needless."""


def rearrange(snapshot: Snapshot, wishes: Sequence[Stay], nodes: int = EXACT_NODES) -> Outcome:
    """Seats all new stays, moving as few others as it can find to; all or nothing.

    A wish has an id of its own (groups of the snapshot may name it) and, if it chose a room, that room. Pinned stays
    and blocks never move; stays of the snapshot without a room are none of its business. Upgrades are looked at
    only when it is proved that nothing else helps. `Impossible` is a proof. `nodes` bounds the exact search; the same
    input always gives the same answer.
    """
    return decide(snapshot, wishes, lambda rearrangement: rearrangement.solve(nodes))


def decide(snapshot: Snapshot, wishes: Sequence[Stay], solve: "Solve") -> Outcome:
    """What `solve` finds without upgrades, or with them where it proves that nothing else helps."""
    first, last = min(wish.arrival for wish in wishes), max(wish.departure for wish in wishes)
    if first < snapshot.first or last > snapshot.last:
        return TooNarrow(min(first, snapshot.first), max(last, snapshot.last))
    outcome = _decide(snapshot, wishes, solve, upgrades=False)
    if isinstance(outcome, Impossible) and snapshot.upgrades:
        outcome = _decide(snapshot, wishes, solve, upgrades=True)
    return outcome


def _decide(snapshot: Snapshot, wishes: Sequence[Stay], solve: "Solve", *, upgrades: bool) -> Outcome:
    """What `solve` finds for one policy; a proof holds whoever reaches beyond the snapshot."""
    outcome = solve(Rearrangement(Board(snapshot, upgrades), wishes))
    if isinstance(outcome, Impossible) and any(reaches_beyond(snapshot)):
        wider = solve(Rearrangement(Board(snapshot, upgrades, reaching=True), wishes))
        return wider if isinstance(wider, Impossible) else too_narrow(snapshot)
    return outcome


def reaches_beyond(snapshot: Snapshot) -> Iterator[Stay]:
    """Stays that are left where they are only because the snapshot ends."""
    for stay in snapshot.stays:
        if not stay.pinned and (stay.arrival < snapshot.first or stay.departure > snapshot.last):
            yield stay


def too_narrow(snapshot: Snapshot) -> TooNarrow:
    """The nights that a snapshot has to cover so that its stays lie within."""
    stays = list(reaches_beyond(snapshot))
    first = min(snapshot.first, *(stay.arrival for stay in stays))
    return TooNarrow(first, max(snapshot.last, *(stay.departure for stay in stays)))


@dataclass(frozen=True, slots=True)
class Question:
    """Can these be seated around what is fixed? What a yes or a no is worth."""

    items: Sequence[Item]
    plans: bool
    proves: bool


class Rearrangement:
    """One call of `rearrange`.

    `hard` are the nights of each room that nobody may have; `pending` are those who need a room: wishes that take
    any, and whoever is put out by a wish that chose its room.
    """

    def __init__(self, board: Board, wishes: Sequence[Stay]) -> None:
        self.board = board
        self.wishes = [board.item(wish) for wish in wishes]
        self.chosen = [wish for wish in self.wishes if wish.home is not None]
        self.hard = list(board.shut)
        for wish in self.chosen:
            self.hard[wish.held] |= wish.nights
        housed = [item for item in board.items.values() if not item.still and item.home is not None]
        put_out = [item for item in housed if self._loses_its_room(item)]
        out = set(put_out)
        self.loose = [item for item in housed if item not in out]
        self.movable = [*self.loose, *put_out]
        self.pending = [*(wish for wish in self.wishes if wish.home is None), *put_out]
        self.seating = Seating(board, self.loose)
        for wish in self.chosen:
            room = wish.held
            self.seating.rows[room] |= wish.nights
            self.seating.still[room] |= wish.nights
            self.seating.room_of[wish.id] = room

    def _loses_its_room(self, item: Item) -> bool:
        """Whether a chosen room is its own, or is not next to its own as it must be."""
        room = item.held
        beside = [wish.held for wish in self.chosen if wish.id in item.must]
        return bool(self.hard[room] & item.nights) or any(room not in self.board.near[near] for near in beside)

    def solve(self, nodes: int) -> Outcome:
        """The answer, with a budget for the exact search."""
        answer = self.quickly()
        return self._exactly(Nodes(nodes)) if answer is None else answer

    def quickly(self) -> Outcome | None:
        """What counting, chains and swaps can tell; None if that is nothing."""
        reason = self._taken() or self._apart()
        if reason is not None:
            return Impossible(reason)
        seats = self._by_chains(0)
        if seats is None:
            full = overfull(self.board, self.pending, self.loose, self.hard)
            if full is not None:
                return Impossible(full)
            seats = self._by_chains(LONGEST_CHAIN) or self._by_swaps()
        return None if seats is None else self.plan(seats)

    def _taken(self) -> Taken | None:
        """Why a chosen room cannot be had, if pins, blocks or another wish hold it."""
        before = list(self.board.shut)
        for wish in self.chosen:
            room = wish.held
            if before[room] & wish.nights or room not in self.board.choices(wish.kind):
                pins = [item for item in self.board.items.values() if item.still and item.home == room]
                blocks = [one for one in self.board.snapshot.blocks if self.board.position[one.room] == room]
                return Taken(
                    self.board.rooms[room].id,
                    tuple(pin.id for pin in pins if pin.nights & wish.nights),
                    tuple(block for block in blocks if self.board.block_bits(block) & wish.nights),
                )
            before[room] |= wish.nights
        return None

    def _apart(self) -> CutUp | None:
        """Who never moves and lives too far from a chosen room that it must be next to."""
        fixed = {item.id: item for item in (*self.board.items.values(), *self.chosen) if item.still}
        for wish in self.chosen:
            far = [fixed[one] for one in wish.must if one in fixed]
            far = [item for item in far if item.held not in self.board.near[wish.held]]
            if far:
                return CutUp(wish.arrival, wish.departure, tuple(item.id for item in far), (), apart=True, least=True)
        return None

    def _by_chains(self, longest: int) -> Seats | None:
        seating = fewest_moves(self.seating, self.pending, min(longest, 1), longest, GREEDY_NODES)
        return None if seating is None else self._seats(seating)

    def _by_swaps(self) -> Seats | None:
        seating = self.seating.copy()
        if all(swap_in(seating, item, GREEDY_NODES) for item in self.pending):
            return self._fewer(self._seats(seating))
        return None

    def _seats(self, seating: Seating) -> Seats:
        return {item: seating.room_of[item.id] for item in (*self.pending, *self.loose)}

    def _exactly(self, nodes: Nodes) -> Outcome:
        """Asks about ever wider windows of nights around the wishes, in rounds of growing effort."""
        questions = list(self.questions())
        effort, most = FIRST_EFFORT, nodes.left
        while questions and nodes.left > 0 and effort < 4 * most:
            unanswered = []
            for question in questions:
                try:
                    seats = self._ask(question, nodes, effort)
                except OutOfNodes:
                    unanswered.append(question)
                    continue
                if seats is None and question.proves:
                    return Impossible(cut_up(self.board, question.items, self.chosen))
                if seats is not None and question.plans:
                    return self.plan(self._fewer(seats))
            questions = unanswered
            effort *= 4
        return OutOfTime()

    def _ask(self, question: Question, nodes: Nodes, effort: int) -> Seats | None:
        share = Nodes(min(effort, nodes.left))
        given = share.left
        if len(question.items) > given:
            raise OutOfNodes
        around, beside = self.around(question)
        try:
            return Search(self.board, question.items, around, beside, share).find()
        finally:
            nodes.left -= given - max(0, share.left)

    def around(self, question: Question) -> tuple[Sequence[int], dict[int, int]]:
        """What is fixed for a question: nights taken of each room, and where stays outside of it live."""
        inside = {item.id for item in question.items}
        fixed = {item.id: item.held for item in self.board.items.values() if item.still}
        fixed |= {wish.id: wish.held for wish in self.chosen}
        if not question.plans:
            return self.hard, fixed
        outside = [item for item in self.loose if item.id not in inside]
        taken = list(self.hard)
        for item in outside:
            taken[item.held] |= item.nights
        return taken, fixed | {item.id: item.held for item in outside}

    def questions(self) -> Iterator[Question]:
        """Windows around the wishes, each as wide as those who live at the edge of the one before.

        With those outside left in place, a seating is a plan. With those outside left out, its absence is a proof.
        The last window takes in everybody concerned, and does both.
        """
        near = connected(self.board, self.pending, self.loose)
        items: list[Item] = list(self.pending)
        while (wider := overlapping(near, items)) and len(self.pending) + len(wider) > len(items):
            items = [*self.pending, *wider]
            if len(wider) == len(near):
                break
            yield Question(items, plans=False, proves=True)
            yield Question(items, plans=True, proves=False)
        yield Question([*self.pending, *near], plans=True, proves=True)

    def _fewer(self, seats: Seats) -> Seats:
        """A seating that moves no more, and fewer where that is quickly found: each move is left out in turn."""
        kept = {item: room for item, room in seats.items() if item.home != room or item in self.pending}
        needless = set(self.loose)
        for item in [item for item in kept if item in needless]:
            if item not in kept:
                continue
            question = Question([other for other in kept if other is not item], plans=True, proves=False)
            try:
                found = self._ask(question, Nodes(FEWER_EFFORT), FEWER_EFFORT)
            except OutOfNodes:
                continue
            if found is not None:
                kept = {one: room for one, room in found.items() if one.home != room or one not in needless}
        return {**{item: item.held for item in self.loose}, **kept}

    def plan(self, seats: Seats) -> Plan:
        """The seats of all as rooms of the wishes and moves of the others."""
        everyone = {**seats, **{wish: wish.held for wish in self.chosen}}
        name = self.board.rooms
        moved = [item for item in self.movable if seats.get(item, item.home) != item.home]
        moves = (Move(item.id, name[item.held].id, name[seats[item]].id) for item in moved)
        rooms = tuple(name[everyone[wish]].id for wish in self.wishes)
        return Plan(rooms, tuple(sorted(moves, key=lambda move: move.stay)))


Solve = Callable[[Rearrangement], Outcome]
