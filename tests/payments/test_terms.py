from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.payments.terms import Charged, FeeStep, Per, Subsidy, borne, cancellation_fee

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
kinds = st.sampled_from(["room", "meal_plan", "shuttle"])
nights = st.sampled_from([None, MONDAY, TUESDAY])
charges = st.lists(st.builds(Charged, kinds, nights, st.integers(0, 100_000)), max_size=8)
STEPS = (FeeStep(timedelta(days=3), 30), FeeStep(timedelta(days=1), 50), FeeStep(timedelta(0), 100))


def subsidy(cap: int, per: Per) -> Subsidy:
    return Subsidy(cap_fen=cap, per=per, document="疗养补贴办法", clause="第五条")


class TestBorne:
    @pytest.mark.parametrize(("per", "fen"), [("stay", 30_000), ("night", 50_000)])
    def test_each_night_is_capped_by_itself(self, per: Per, fen: int) -> None:
        stay = [Charged("room", MONDAY, 40_000), Charged("room", TUESDAY, 20_000), Charged("shuttle", MONDAY, 9_000)]
        assert borne(subsidy(30_000, per), stay) == fen

    def test_a_charge_without_a_night_counts_for_the_stay_alone(self) -> None:
        package = [Charged("checkup_package", None, 50_000)]
        assert borne(subsidy(30_000, "stay"), package) == 30_000
        assert borne(subsidy(30_000, "night"), package) == 0

    @given(st.integers(1, 100_000), st.sampled_from(["stay", "night"]), charges)
    def test_never_above_the_cap_nor_what_is_covered(self, cap: int, per: Per, charged: list[Charged]) -> None:
        share = borne(subsidy(cap, per), charged)
        times = len({one.night for one in charged} - {None}) if per == "night" else 1
        assert 0 <= share <= cap * times
        assert share <= sum(one.fen for one in charged if one.what != "shuttle")


class TestCancellationFee:
    @pytest.mark.parametrize(
        ("left", "fee"),
        [
            (timedelta(days=3), 0),
            (timedelta(days=3) - timedelta(seconds=1), 300),
            (timedelta(days=1), 300),
            (timedelta(hours=23), 500),
            (timedelta(0), 500),
            (timedelta(seconds=-1), 1001),
        ],
    )
    def test_the_step_nearest_to_the_start_counts(self, left: timedelta, fee: int) -> None:
        assert cancellation_fee(STEPS, left, 1001) == fee

    def test_without_steps_it_is_free(self) -> None:
        assert cancellation_fee((), timedelta(0), 1000) == 0
