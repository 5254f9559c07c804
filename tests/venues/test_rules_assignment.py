import random
from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.venues.rules import assignment
from booking.venues.rules.assignment import (
    Block,
    Day,
    Held,
    Holding,
    Impossible,
    Move,
    NotOpen,
    OutOfTime,
    Overfull,
    Plan,
    Taken,
    Wish,
    choose_court,
    rearrange,
)
from tests.venues.seating import (
    assert_carries_out,
    assert_judges_agree,
    blocked_cells,
    cells_of,
    halved,
    players_of,
    random_day,
    random_wish,
    singles,
    small_days,
    solved_by_cp_sat,
)

PINNED_AT_1_AND_3 = Day(
    0, 4, singles(2), (Holding(1, 1, 1, 2, pinned=True), Holding(2, 1, 3, 4, pinned=True), Holding(3, 2, 1, 3))
)
"""Two courts, court 1 pinned at slots 1 and 3; a wish for 1-2 has been met on court 2."""


class TestChooseCourt:
    def test_nothing_is_chosen_where_nothing_is_free(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2), Holding(2, 2, 1, 3)))
        assert choose_court(day, Wish("court", 1, 2)) is None
        assert choose_court(day, Wish("court", 3, 5)) is None
        assert choose_court(day, Wish("table", 3, 4)) is None

    def test_a_chosen_court_is_given_only_if_it_is_free(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2),))
        assert choose_court(day, Wish("court", 0, 2, court=1)) is None
        assert choose_court(day, Wish("court", 2, 4, court=1)) == 1

    def test_a_gap_of_the_right_length_is_filled_before_an_empty_court_is_broken(self) -> None:
        day = Day(0, 12, singles(2), (Holding(1, 2, 0, 4), Holding(2, 2, 6, 10)))
        assert choose_court(day, Wish("court", 4, 6)) == 2

    def test_no_half_hour_is_left_over_where_another_court_leaves_none(self) -> None:
        day = Day(
            0, 12, singles(2), (Holding(1, 1, 0, 3), Holding(2, 1, 6, 12), Holding(3, 2, 0, 4), Holding(4, 2, 6, 12))
        )
        assert choose_court(day, Wish("court", 4, 6)) == 2

    def test_half_a_hall_is_filled_before_a_full_court_is_broken(self) -> None:
        day = Day(0, 8, halved(2), (Holding(1, 21, 0, 8),))
        assert choose_court(day, Wish("half", 2, 6)) == 22

    def test_of_equal_courts_the_first_is_taken(self) -> None:
        assert choose_court(Day(0, 8, singles(3)), Wish("court", 0, 4)) == 1

    @given(st.integers(0, 10**6))
    @settings(deadline=None, max_examples=200)
    def test_the_court_is_free_and_no_other_costs_fewer_two_hour_starts(self, seed: int) -> None:
        dice = random.Random(seed)
        courts = dice.choice((singles(4), halved(2)))
        day = random_day(dice, courts, 12, 10, 0.3)
        wish = random_wish(dice, day)
        free = [
            court
            for court in courts
            if court.kind == wish.kind
            and wish.court in (None, court.id)
            and not cells_of(court, wish.starts, wish.ends) & taken_cells(day)
        ]
        chosen = choose_court(day, wish)
        assert (chosen is None) == (not free)
        if wish.court is None and free:
            left = {court.id: two_hour_starts(day, cells_of(court, wish.starts, wish.ends)) for court in free}
            assert left[chosen or 0] == max(left.values())


class TestRearrange:
    def test_a_free_court_moves_nobody(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2),))
        assert rearrange(day, [Wish("court", 0, 2)]) == Plan((2,), (), fewest=True)

    def test_one_move_makes_one_long_gap_of_two_short_ones(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2), Holding(2, 2, 2, 4)))
        outcome = rearrange(day, [Wish("court", 0, 4)])
        assert outcome == Plan((1,), (Move(1, origin=1, target=2),), fewest=True)

    def test_a_pinned_booking_is_left_and_the_movable_one_goes(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 2, pinned=True), Holding(2, 2, 2, 4)))
        assert rearrange(day, [Wish("court", 0, 4)]) == Plan((2,), (Move(2, 2, 1),), fewest=True)

    def test_a_chosen_court_is_cleared(self) -> None:
        day = Day(0, 4, singles(3), (Holding(1, 1, 0, 2), Holding(2, 1, 2, 4), Holding(3, 2, 1, 3)))
        outcome = rearrange(day, [Wish("court", 1, 3, court=1)])
        assert isinstance(outcome, Plan)
        assert outcome.courts == (1,)
        assert {move.booking for move in outcome.moves} == {1, 2}
        assert_carries_out(day, [Wish("court", 1, 3, court=1)], outcome)

    def test_a_full_court_gets_both_halves_of_one_hall(self) -> None:
        day = Day(0, 2, halved(2), (Holding(1, 11, 0, 2), Holding(2, 21, 0, 2)))
        outcome = rearrange(day, [Wish("full", 0, 2)])
        assert isinstance(outcome, Plan)
        assert len(outcome.moves) == 1
        assert_carries_out(day, [Wish("full", 0, 2)], outcome)

    def test_someone_who_was_put_out_is_not_counted_as_put_out_again(self) -> None:
        holdings = ((1, 20, 2, 3), (2, 32, 2, 6), (3, 12, 0, 4), (6, 31, 3, 5), (9, 11, 1, 5), (12, 21, 0, 1))
        day = Day(0, 6, halved(3), tuple(Holding(*holding) for holding in holdings))
        wish = Wish("full", 3, 6, court=10)
        outcome = rearrange(day, [wish])
        assert_judges_agree(day, wish, outcome)
        assert isinstance(outcome, Plan)
        assert outcome.fewest
        assert len(outcome.moves) == 3

    def test_several_wishes_are_met_together_or_not_at_all(self) -> None:
        day = Day(0, 2, halved(2), (Holding(1, 11, 0, 2),))
        wishes = [Wish("half", 0, 2), Wish("full", 0, 2)]
        outcome = rearrange(day, wishes)
        assert isinstance(outcome, Plan)
        assert_carries_out(day, wishes, outcome)
        assert isinstance(rearrange(day, [*wishes, Wish("half", 0, 1)]), Impossible)

    def test_counts_fit_but_no_plan_exists(self) -> None:
        wish = Wish("court", 2, 4)
        for hour in range(4):
            playing = [held for held in PINNED_AT_1_AND_3.holdings if held.starts <= hour < held.ends]
            assert len(playing) + (wish.starts <= hour < wish.ends) <= 2
        outcome = rearrange(PINNED_AT_1_AND_3, [wish])
        assert outcome == Impossible(Held(1, 4, bookings=(1, 2), blocks=(), least=True))

    def test_a_block_is_named_among_what_cuts_the_day_up(self) -> None:
        block = Block((1,), 1, 2)
        day = Day(0, 4, singles(2), (PINNED_AT_1_AND_3.holdings[1], PINNED_AT_1_AND_3.holdings[2]), (block,))
        outcome = rearrange(day, [Wish("court", 2, 4)])
        assert outcome == Impossible(Held(1, 4, bookings=(2,), blocks=(block,), least=True))

    def test_too_many_at_an_hour_is_told_with_the_hours_and_the_counts(self) -> None:
        day = Day(0, 4, singles(2), (Holding(1, 1, 0, 3), Holding(2, 2, 1, 4, pinned=True)))
        outcome = rearrange(day, [Wish("court", 0, 4)])
        assert outcome == Impossible(Overfull("court", (1, 2), wanted=3, possible=2))

    def test_two_halves_in_two_halls_leave_no_full_court_when_both_are_pinned(self) -> None:
        day = Day(0, 2, halved(2), (Holding(1, 11, 0, 2, pinned=True), Holding(2, 21, 0, 1, pinned=True)))
        outcome = rearrange(day, [Wish("full", 0, 2)])
        assert outcome == Impossible(Overfull("full", (0,), wanted=1, possible=0))

    def test_a_chosen_court_with_a_pinned_booking_is_taken(self) -> None:
        block = Block((11,), 3, 4)
        day = Day(0, 4, halved(1), (Holding(1, 12, 0, 1, pinned=True), Holding(2, 11, 1, 2)), (block,))
        assert rearrange(day, [Wish("full", 0, 4, court=10)]) == Impossible(Taken(10, (1,), (block,)))

    def test_a_chosen_court_that_would_put_others_out_is_overfull(self) -> None:
        day = Day(0, 2, halved(1), (Holding(1, 11, 0, 2),))
        outcome = rearrange(day, [Wish("full", 0, 2, court=10)])
        assert outcome == Impossible(Overfull("half", (0, 1), wanted=1, possible=0))

    def test_a_kind_without_courts_has_no_room(self) -> None:
        outcome = rearrange(Day(0, 2, singles(1)), [Wish("table", 0, 2)])
        assert outcome == Impossible(Overfull("table", (0, 1), wanted=1, possible=0))

    @pytest.mark.parametrize(("starts", "ends"), [(-1, 1), (3, 5), (2, 2)])
    def test_hours_outside_the_day_are_not_open(self, starts: int, ends: int) -> None:
        assert rearrange(Day(0, 4, singles(1)), [Wish("court", starts, ends)]) == Impossible(NotOpen(0, 4))

    def test_without_a_budget_the_answer_is_pending_and_not_no(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(assignment.rearrangement, "GREEDY_NODES", 0)
        assert rearrange(PINNED_AT_1_AND_3, [Wish("court", 2, 4)], nodes=0) == OutOfTime(0)

    def test_the_order_of_bookings_changes_nothing(self) -> None:
        for day, wish in small_days(200, seed=5):
            turned = Day(day.opens, day.closes, day.courts, day.holdings[::-1], day.blocks)
            assert rearrange(turned, [wish]) == rearrange(day, [wish])


class TestAgainstJudges:
    """The promise: a plan is one, and a refusal is a proof."""

    def test_greedy_and_exact_together_decide_as_brute_force_does(self) -> None:
        answers: Counter[str] = Counter()
        for day, wish in small_days(4000):
            outcome = rearrange(day, [wish])
            assert_judges_agree(day, wish, outcome)
            answers[kind_of(outcome)] += 1
        assert answers["moves"] > 200
        assert answers["Held"] > 20
        assert answers["Overfull"] > 500
        assert answers["Taken"] > 50

    def test_the_exact_search_alone_decides_as_brute_force_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(assignment.rearrangement, "GREEDY_NODES", 0)
        answers: Counter[str] = Counter()
        for day, wish in small_days(4000, seed=2):
            outcome = rearrange(day, [wish])
            assert_judges_agree(day, wish, outcome)
            answers[kind_of(outcome)] += 1
        assert answers["moves"] > 200
        assert answers["Held"] > 20

    def test_middling_days_are_decided_as_cp_sat_decides_them(self) -> None:
        pytest.importorskip("ortools")
        answers = Counter(decided_alike(*crowded_day(seed, hours=14)) for seed in range(40))
        assert answers["moves"] > 5
        assert answers["Held"] > 2

    @pytest.mark.drill
    def test_whole_days_are_decided_as_cp_sat_decides_them(self) -> None:
        pytest.importorskip("ortools")
        answers = Counter(decided_alike(*crowded_day(seed, hours=30)) for seed in range(1000))
        assert answers["moves"] > 40
        assert answers["Held"] > 10
        assert answers["OutOfTime"] < 20


def decided_alike(day: Day, wish: Wish) -> str:
    outcome = rearrange(day, [wish])
    if isinstance(outcome, Plan):
        assert_carries_out(day, [wish], outcome)
    elif isinstance(outcome, Impossible):
        assert solved_by_cp_sat(players_of(day, wish), blocked_cells(day.blocks)) is not True
    return kind_of(outcome)


def crowded_day(seed: int, hours: int) -> tuple[Day, Wish]:
    """A day and a wish that no court is free for, though every half hour has room."""
    dice = random.Random(seed)
    while True:
        courts = dice.choice((singles(8), halved(4)))
        day = random_day(dice, courts, hours, 12 * hours, dice.choice((0.1, 0.3)))
        for wish in (random_wish(dice, day) for _ in range(200)):
            if wish.court is None and kind_of(rearrange(day, [wish], nodes=0)) in {"OutOfTime", "moves"}:
                return day, wish


def kind_of(outcome: assignment.Outcome) -> str:
    if isinstance(outcome, Plan):
        return "moves" if outcome.moves else "free"
    return type(outcome.reason).__name__ if isinstance(outcome, Impossible) else "OutOfTime"


def taken_cells(day: Day) -> set[tuple[int, int]]:
    courts = {court.id: court for court in day.courts}
    held = [cells_of(courts[holding.court], holding.starts, holding.ends) for holding in day.holdings]
    return set().union(*held, blocked_cells(day.blocks))


def two_hour_starts(day: Day, taken: set[tuple[int, int]]) -> int:
    """How many two-hour games could begin, over all courts and half hours, beside what is taken."""
    occupied = taken_cells(day) | taken
    return sum(
        not cells_of(court, start, start + 4) & occupied
        for court, start in product(day.courts, range(day.opens, day.closes - 3))
    )
