"""What closing courts does to everyone: the plan that displaces the fewest.

Whoever played on what closes gets an equal court at the same time, also when that court had been chosen: it is
gone. Others move only if they are movable, and nobody is displaced whose own court stays open. Where courts are
too few, those who booked later yield.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from booking.venues.rules.assignment.board import Board, Item, Nodes, OutOfNodes, connected
from booking.venues.rules.assignment.day import Block, ClosingPlan, Day, Fate, Holding, Plan, Wish
from booking.venues.rules.assignment.fewer import fewer_moves
from booking.venues.rules.assignment.rearrangement import rearrange
from booking.venues.rules.assignment.sweep import NOWHERE, ask
from booking.venues.rules.assignment.waste import Waste

CLOSING_NODES = 40_000
"""Positions that the exact search may look at: about a second, for a manager who waits at a rehearsal."""
ONE_BY_ONE_NODES = 400
"""Positions for each booking of the first, quick plan."""
YIELD_NODES = 2000
"""Positions for each question whether a later booking could yield to an earlier one."""

Seats = Mapping[Item, int]


def plan_closing(day: Day, closing: Sequence[Block], nodes: int = CLOSING_NODES) -> ClosingPlan:
    """What happens to each booking of a day when units go away for a range of half hours.

    `day.blocks` are what is kept back already; `closing` comes on top, and holdings may lie under it. Earlier
    bookings are those with smaller numbers.
    """
    return _Closing(day, closing).plan(Nodes(nodes))


def begun(day: Day, half_hour: int) -> list[Holding]:
    """Those who play already in a half hour, or did: a closure no longer reaches them."""
    return [holding for holding in day.holdings if holding.starts <= half_hour]


def with_fixed(day: Day, fixed: Sequence[Holding]) -> Day:
    """The day with the courts of some holdings kept back, as long as they have them."""
    units = {court.id: court.units for court in day.courts}
    kept = [Block(units[holding.court], holding.starts, holding.ends) for holding in fixed]
    others = tuple(holding for holding in day.holdings if holding not in fixed)
    return replace(day, holdings=others, blocks=(*day.blocks, *kept))


def under(day: Day, holdings: Sequence[Holding], closing: Block) -> list[int]:
    """The bookings of those holdings that a closure would touch."""
    units = {court.id: set(court.units) for court in day.courts}
    return [
        holding.booking
        for holding in holdings
        if units[holding.court].intersection(closing.units)
        and holding.starts < closing.ends
        and closing.starts < holding.ends
    ]


class _Closing:
    """One closure. `hard` is what never moves: pins whose courts stay, blocks, and what closes."""

    def __init__(self, day: Day, closing: Sequence[Block]) -> None:
        self.day = replace(
            day,
            opens=min([day.opens, *(held.starts for held in day.holdings)]),
            closes=max([day.closes, *(held.ends for held in day.holdings)]),
            blocks=(*day.blocks, *closing),
        )
        self.board = board = Board(self.day)
        self.everybody = sorted([*board.items, *board.pins], key=lambda item: item.booking)
        self.affected = [item for item in self.everybody if board.home_mask(item) & board.kept_back]
        hit = set(self.affected)
        self.loose = [item for item in board.items if item not in hit]
        self.hard = board.kept_back | board.homes(pin for pin in board.pins if pin not in hit)
        near = connected(board, self.affected, self.loose)
        self.concerned = [*self.affected, *near]
        apart = set(self.loose).difference(near)
        self.around = self.hard | board.homes(apart)

    def plan(self, nodes: Nodes) -> ClosingPlan:
        seats, fewest = self._fewest_displaced(self._one_by_one(), nodes)
        seats = self._later_yield(seats, nodes)
        seated = [item for item in self.affected if seats[item] != NOWHERE]
        gone = {item: NOWHERE for item in self.affected if seats[item] == NOWHERE}
        moved = fewer_moves(self.board, seated, self.loose, self.hard, seats)
        return ClosingPlan(tuple(self._fates({**moved, **gone})), fewest)

    def _one_by_one(self) -> Seats:
        """A quick plan: the affected in order of booking, each by moving others where that helps."""
        hit = {item.booking for item in self.affected}
        day = replace(self.day, holdings=tuple(held for held in self.day.holdings if held.booking not in hit))
        for item in self.affected:
            outcome = rearrange(day, [Wish(item.kind, item.starts, item.ends)], ONE_BY_ONE_NODES)
            if isinstance(outcome, Plan):
                day = _carried_out(day, outcome, item)
        courts = {held.booking: self.board.position[held.court] for held in day.holdings}
        return {item: courts.get(item.booking, NOWHERE) for item in [*self.affected, *self.loose]}

    def _fewest_displaced(self, seats: Seats, nodes: Nodes) -> tuple[Seats, bool]:
        """A plan that displaces fewer than this one, if the search finds any, and whether it is proved the best."""
        proved = True
        least = Waste(self.board, self.concerned, self.around).displaced_at_least(self.affected)
        for spare in range(least, self._displaced(seats)):
            try:
                found = self._ask(self.affected, spare, nodes, nodes.left // 2)
            except OutOfNodes:
                proved = False
                continue
            if found is not None:
                return found, proved
        return seats, proved

    def _later_yield(self, seats: Seats, nodes: Nodes) -> Seats:
        """As many displaced, but the later bookings rather than the earlier, as far as the budget goes."""
        spare = self._displaced(seats)
        staying: set[Item] = set()
        for item in self.affected:
            if seats[item] == NOWHERE:
                optional = [other for other in self.affected if other not in staying and other is not item]
                try:
                    found = self._ask(optional, spare, nodes, YIELD_NODES)
                except OutOfNodes:
                    continue
                if found is None:
                    continue
                seats = found
            staying.add(item)
        return seats

    def _ask(self, optional: Sequence[Item], spare: int, nodes: Nodes, effort: int) -> Seats | None:
        return ask(self.board, self.concerned, self.around, nodes, effort, frozenset(optional), spare)

    def _displaced(self, seats: Seats) -> int:
        return sum(seats[item] == NOWHERE for item in self.affected)

    def _fates(self, seats: Seats) -> Iterator[Fate]:
        origins = {held.booking: held.court for held in self.day.holdings}
        for item in self.everybody:
            origin, at = origins[item.booking], seats.get(item, item.home)
            if at is None or at == NOWHERE:
                yield Fate(item.booking, "displaced", origin, None)
            else:
                court = self.board.courts[at].id
                yield Fate(item.booking, "keeps" if court == origin else "moves", origin, court)


def _carried_out(day: Day, plan: Plan, item: Item) -> Day:
    """The day after a plan has seated one more booking."""
    targets = {move.booking: move.target for move in plan.moves}
    holdings = [replace(held, court=targets.get(held.booking, held.court)) for held in day.holdings]
    return replace(day, holdings=(*holdings, Holding(item.booking, plan.courts[0], item.starts, item.ends)))
