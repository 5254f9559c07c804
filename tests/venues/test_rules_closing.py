import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from msgspec.structs import replace

from booking.venues.rules.assignment import Block, Day, Fate, Holding, plan_closing
from booking.venues.rules.assignment.board import Board, Nodes
from booking.venues.rules.assignment.sweep import ask
from tests.venues.seating import (
    assert_fates,
    blocked_cells,
    cells_of,
    fewest_moves,
    halved,
    overlapping,
    players_of,
    random_day,
    random_range,
    singles,
    small_days,
)


class TestPlanClosing:
    def test_where_nobody_plays_everybody_keeps_their_court(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2), Holding(2, 2, 0, 2, pinned=True)))
        plan = plan_closing(day, [Block((1,), 2, 4)])
        assert plan.fates == (Fate(1, "keeps", 1, 1), Fate(2, "keeps", 2, 2))
        assert plan.fewest

    def test_a_booking_goes_to_an_equal_court_at_the_same_time(self) -> None:
        day = Day(0, 4, halved(2), (Holding(1, 11, 0, 2), Holding(2, 12, 0, 1)))
        plan = plan_closing(day, [Block((11, 12), 0, 4)])
        assert [fate.outcome for fate in plan.fates] == ["moves", "moves"]
        assert {fate.court for fate in plan.fates} == {21, 22}

    def test_someone_whose_court_stays_moves_only_to_make_room(self) -> None:
        day = Day(0, 4, singles(3), (Holding(1, 1, 0, 4), Holding(2, 2, 0, 2), Holding(3, 3, 2, 4)))
        plan = plan_closing(day, [Block((1,), 0, 4)])
        assert plan.displaced == ()
        assert Counter(fate.outcome for fate in plan.fates) == {"moves": 2, "keeps": 1}

    def test_someone_pinned_on_a_court_that_stays_never_moves(self) -> None:
        pins = (Holding(2, 2, 0, 2, pinned=True), Holding(3, 3, 2, 4, pinned=True))
        plan = plan_closing(Day(0, 4, singles(3), (Holding(1, 1, 0, 4), *pins)), [Block((1,), 0, 4)])
        assert plan.fates[0] == Fate(1, "displaced", 1, None)
        assert [fate.outcome for fate in plan.fates[1:]] == ["keeps", "keeps"]

    def test_someone_who_chose_the_court_that_closes_gets_another(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 4, pinned=True),))
        assert plan_closing(day, [Block((1,), 3, 4)]).fates == (Fate(1, "moves", 1, 2),)

    def test_nobody_whose_court_stays_is_displaced_for_others(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2), Holding(2, 1, 2, 4), Holding(3, 2, 0, 4)))
        assert plan_closing(day, [Block((1,), 0, 4)]).displaced == (1, 2)

    def test_the_earlier_booking_keeps_playing(self) -> None:
        day = Day(0, 2, singles(3), (Holding(7, 1, 0, 2), Holding(5, 2, 0, 2)))
        assert plan_closing(day, [Block((1, 2), 0, 2)]).displaced == (7,)

    def test_half_a_hall_that_closes_ends_its_full_court(self) -> None:
        day = Day(0, 2, halved(1), (Holding(1, 10, 0, 2),))
        assert plan_closing(day, [Block((12,), 1, 2)]).displaced == (1,)

    def test_a_booking_outside_the_opening_hours_is_seated_like_any_other(self) -> None:
        day = Day(2, 4, singles(2), (Holding(1, 1, 0, 2),))
        assert plan_closing(day, [Block((1,), 0, 4)]).fates == (Fate(1, "moves", 1, 2),)

    def test_fewest_is_claimed_only_when_it_is_proved(self) -> None:
        day, closing = Day(0, 4, overlapping(), (Holding(1, 10, 0, 4),)), [Block((2, 4), 0, 4)]
        ample, scant = plan_closing(day, closing), plan_closing(day, closing, nodes=0)
        assert ample.displaced == scant.displaced == (1,)
        assert ample.fewest
        assert not scant.fewest

    def test_it_displaces_as_few_and_the_same_as_trying_everything(self) -> None:
        dice = random.Random(1)
        displaced: Counter[int] = Counter()
        for day, _ in small_days(1500, seed=3):
            closing = random_closing(dice, day)
            plan = plan_closing(day, closing)
            assert_fates(day, closing, plan)
            assert plan.fewest
            assert plan.displaced == fewest_displaced(day, closing)
            displaced[len(plan.displaced)] += 1
        assert min(displaced[number] for number in range(3)) > 50

    def test_large_days_keep_everybody_apart_whatever_the_budget(self) -> None:
        for seed in range(12):
            dice = random.Random(seed)
            day = random_day(dice, dice.choice((singles(12), halved(6))), 30, 300, 0.3)
            closing = random_closing(dice, day)
            ample, scant = plan_closing(day, closing, nodes=10_000), plan_closing(day, closing, nodes=0)
            assert_fates(day, closing, ample)
            assert_fates(day, closing, scant)
            assert len(ample.displaced) == len(scant.displaced) if scant.fewest else ample.displaced
            assert len(ample.displaced) <= len(scant.displaced)


class TestAsk:
    def test_a_situation_that_failed_with_none_to_spare_is_tried_again_with_one(self) -> None:
        hour_3 = tuple(Holding(court + 2, court, 3, 4) for court in (1, 2, 3))
        day = Day(0, 4, singles(3), (Holding(1, 1, 0, 2), Holding(2, 3, 1, 3), *hour_3))
        closing = [Block((3,), 0, 4), Block((2,), 2, 3)]
        assert seats_without(day, closing, 1)
        assert not seats_without(day, closing, 0)

    def test_the_fewest_left_out_are_found_from_scratch(self) -> None:
        dice = random.Random(2)
        left_out: Counter[int] = Counter()
        for day, _ in small_days(800, seed=4):
            loose = replace(day, holdings=tuple(replace(held, pinned=False) for held in day.holdings))
            closing = [*random_closing(dice, day), *random_closing(dice, day), *day.blocks]
            everybody = [held.booking for held in day.holdings]
            number = len(fewest_left_out(loose, everybody, blocked_cells(closing)))
            assert seats_without(loose, closing, number)
            assert number == 0 or not seats_without(loose, closing, number - 1)
            left_out[number] += 1
        assert min(left_out[number] for number in range(4)) > 20


def seats_without(day: Day, closing: Sequence[Block], number: int) -> bool:
    board = Board(replace(day, blocks=tuple(closing)))
    nodes = Nodes(10_000)
    return ask(board, board.items, board.kept_back, nodes, nodes.left, frozenset(board.items), number) is not None


def random_closing(dice: random.Random, day: Day) -> list[Block]:
    units = sorted({unit for court in day.courts for unit in court.units})
    gone = dice.sample(units, dice.randint(1, len(units) // 2 or 1))
    return [Block(tuple(gone), *random_range(dice, day.closes))]


def fewest_displaced(day: Day, closing: Sequence[Block]) -> tuple[int, ...]:
    courts = {court.id: court for court in day.courts}
    closed = blocked_cells(closing)
    hit = [held for held in day.holdings if cells_of(courts[held.court], held.starts, held.ends) & closed]
    let_go = tuple(replace(held, pinned=held.pinned and held not in hit) for held in day.holdings)
    affected = [held.booking for held in hit]
    return fewest_left_out(replace(day, holdings=let_go), affected, closed | blocked_cells(day.blocks))


def fewest_left_out(day: Day, affected: Sequence[int], taken: set[tuple[int, int]]) -> tuple[int, ...]:
    """By trying every set: the smallest that must go, and of those the one that keeps the earliest bookings."""
    for number in range(len(affected) + 1):
        for gone in sorted(combinations(sorted(affected), number), reverse=True):
            if fewest_moves(players_of(day, None, leave_out=gone), taken) is not None:
                return gone
    raise AssertionError
