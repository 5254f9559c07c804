"""Tickets: one more for each season lost, up to four, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.draws.weights import LEAST_RANKED, SeasonPast
from booking.retreats.rules.weights import BEGAN_AGAIN, FIRST_TIME, Effect, effect, tickets, weight_of_group

pasts = st.builds(
    SeasonPast,
    ranked=st.integers(0, 6),
    won=st.booleans(),
    declined=st.booleans(),
    declined_late=st.booleans(),
    did_not_come=st.booleans(),
)
histories = st.lists(pasts, max_size=8)
LOST = SeasonPast(ranked=3)


class TestTickets:
    @pytest.mark.parametrize(("seasons", "weight"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 4), (9, 4)])
    def test_one_more_for_each_season_lost_up_to_four(self, seasons: int, weight: int) -> None:
        found = tickets([LOST] * seasons)
        assert (found.losses, found.weight) == (seasons, weight)

    def test_whoever_never_applied_has_one(self) -> None:
        assert tickets([]) == FIRST_TIME
        assert (FIRST_TIME.weight, FIRST_TIME.began_again) == (1, None)

    @pytest.mark.parametrize(
        ("past", "expected"),
        [
            (LOST, Effect.LOST),
            (SeasonPast(ranked=2), Effect.TOO_SHORT),
            (SeasonPast(ranked=3, declined=True), Effect.WITHDREW),
            (SeasonPast(ranked=3, won=True), Effect.WON),
            (SeasonPast(ranked=3, won=True, did_not_come=True), Effect.ABSENT),
            (SeasonPast(ranked=3, won=True, declined_late=True), Effect.DECLINED_LATE),
            (SeasonPast(ranked=2, declined_late=True), Effect.DECLINED_LATE),
        ],
    )
    def test_each_season_says_what_it_did(self, past: SeasonPast, expected: Effect) -> None:
        found = tickets([LOST, LOST, past])
        assert found.effects == (Effect.LOST, Effect.LOST, expected)
        assert found.losses == (3 if expected is Effect.LOST else 0 if expected in BEGAN_AGAIN else 2)
        assert found.began_again == (2 if expected in BEGAN_AGAIN else None)

    @given(histories)
    def test_they_are_one_to_four(self, history: list[SeasonPast]) -> None:
        assert 1 <= tickets(history).weight <= 4

    @given(histories)
    def test_what_is_shown_adds_up(self, history: list[SeasonPast]) -> None:
        """The losses are those after the season that began the count again: the page can be counted by hand."""
        found = tickets(history)
        counted = found.effects[0 if found.began_again is None else found.began_again + 1 :]
        assert found.losses == counted.count(Effect.LOST)
        assert not BEGAN_AGAIN.intersection(counted)

    @given(histories, histories, pasts)
    def test_what_was_before_the_count_began_again_no_longer_matters(
        self, before: list[SeasonPast], after: list[SeasonPast], past: SeasonPast
    ) -> None:
        if effect(past) in BEGAN_AGAIN:
            assert tickets([*before, past, *after]).losses == tickets(after).losses

    @given(histories, st.integers(LEAST_RANKED, 6))
    def test_a_season_lost_is_never_to_ones_harm(self, history: list[SeasonPast], ranked: int) -> None:
        assert tickets([*history, SeasonPast(ranked=ranked)]).losses == tickets(history).losses + 1

    @given(histories, st.integers(0, LEAST_RANKED - 1))
    def test_nobody_gains_by_a_short_list(self, history: list[SeasonPast], ranked: int) -> None:
        assert tickets([*history, SeasonPast(ranked=ranked)]).losses == tickets(history).losses


class TestGroup:
    @given(st.lists(histories, min_size=1, max_size=4))
    def test_it_has_as_many_as_the_member_with_fewest(self, histories: list[list[SeasonPast]]) -> None:
        each = [tickets(history) for history in histories]
        assert weight_of_group(each) == min(one.weight for one in each)

    def test_nobody_has_one(self) -> None:
        assert weight_of_group([]) == 1
