"""Ways to get assignment wrong that look right: each must be caught by the judges, or the judges are asleep."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from booking.venues.rules.assignment import (
    Day,
    Impossible,
    Move,
    Outcome,
    OutOfTime,
    Overfull,
    Plan,
    Wish,
    rearrange,
)
from tests.venues.seating import Rearrange, assert_judges_agree, small_days


def judge(decide: Rearrange) -> None:
    for day, wish in small_days(1500):
        assert_judges_agree(day, wish, decide(day, [wish]))


def never_moves_a_claim(day: Day, wishes: Sequence[Wish]) -> Outcome:
    outcome = rearrange(day, wishes)
    return refused(wishes[0]) if isinstance(outcome, Plan) and outcome.moves else outcome


def refused(wish: Wish) -> Impossible:
    return Impossible(Overfull(wish.kind, tuple(range(wish.starts, wish.ends)), 1, 0))


def only_counts(day: Day, wishes: Sequence[Wish]) -> Outcome:
    """Compares units wanted with units there at each half hour, and believes that this is enough."""
    wish = wishes[0]
    courts = {court.id: court for court in day.courts}
    asked = next(court for court in day.courts if court.kind == wish.kind and wish.court in (None, court.id))
    units = {unit for court in day.courts for unit in court.units}
    for hour in range(wish.starts, wish.ends):
        held = sum(len(courts[one.court].units) for one in day.holdings if one.starts <= hour < one.ends)
        blocked = sum(len(block.units) for block in day.blocks if block.starts <= hour < block.ends)
        if held + blocked + len(asked.units) > len(units):
            return rearrange(day, wishes)
    outcome = rearrange(day, wishes)
    return outcome if isinstance(outcome, Plan) else Plan((asked.id,), (), fewest=False)


def ignores_pins(day: Day, wishes: Sequence[Wish]) -> Outcome:
    return rearrange(replace(day, holdings=tuple(replace(held, pinned=False) for held in day.holdings)), wishes)


def ignores_blocks(day: Day, wishes: Sequence[Wish]) -> Outcome:
    return rearrange(replace(day, blocks=()), wishes)


def forgets_the_second_unit(day: Day, wishes: Sequence[Wish]) -> Outcome:
    return rearrange(replace(day, courts=tuple(replace(court, units=court.units[:1]) for court in day.courts)), wishes)


def mixes_up_the_kinds(day: Day, wishes: Sequence[Wish]) -> Outcome:
    courts = tuple(replace(court, kind="any") for court in day.courts)
    return rearrange(replace(day, courts=courts), [replace(wish, kind="any") for wish in wishes])


def ends_a_half_hour_early(day: Day, wishes: Sequence[Wish]) -> Outcome:
    short = tuple(held for held in day.holdings if held.ends - held.starts > 1)
    return rearrange(replace(day, holdings=tuple(replace(held, ends=held.ends - 1) for held in short)), wishes)


def says_no_when_out_of_time(day: Day, wishes: Sequence[Wish]) -> Outcome:
    outcome = rearrange(day, wishes)
    if isinstance(outcome, Plan) and len(outcome.moves) > 1:
        outcome = OutOfTime(0)  # as if the budget had been too small
    return refused(wishes[0]) if isinstance(outcome, OutOfTime) else outcome


def forgets_the_last_move(day: Day, wishes: Sequence[Wish]) -> Outcome:
    outcome = rearrange(day, wishes)
    return replace(outcome, moves=outcome.moves[:-1]) if isinstance(outcome, Plan) else outcome


def claims_too_few_moves(day: Day, wishes: Sequence[Wish]) -> Outcome:
    """A valid plan that takes a detour: two bookings at equal hours swap courts for nothing."""
    outcome = rearrange(day, wishes)
    if not isinstance(outcome, Plan) or outcome.moves:
        return outcome
    courts = {court.id: court for court in day.courts}
    free = [held for held in day.holdings if not held.pinned]
    for one in free:
        for other in free:
            same_hours = (one.starts, one.ends) == (other.starts, other.ends)
            if same_hours and one.court < other.court and courts[one.court].kind == courts[other.court].kind:
                swap = (Move(one.booking, one.court, other.court), Move(other.booking, other.court, one.court))
                return replace(outcome, moves=swap)
    return outcome


class TestMutants:
    def test_the_rule_itself_passes(self) -> None:
        judge(rearrange)

    def test_never_moving_a_claim_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(never_moves_a_claim)

    def test_only_counting_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(only_counts)

    def test_ignoring_pins_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(ignores_pins)

    def test_ignoring_blocks_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(ignores_blocks)

    def test_forgetting_the_second_unit_of_a_full_court_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(forgets_the_second_unit)

    def test_mixing_up_the_kinds_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(mixes_up_the_kinds)

    def test_ending_a_half_hour_early_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(ends_a_half_hour_early)

    def test_saying_no_when_out_of_time_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(says_no_when_out_of_time)

    def test_forgetting_the_last_move_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(forgets_the_last_move)

    def test_claiming_too_few_moves_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(claims_too_few_moves)
