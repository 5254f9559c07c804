from dataclasses import dataclass
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.clock import first_half_hour
from booking.venues.rules.pricing import Line, NoPrice, quote

FIRST = first_half_hour(date(2026, 11, 23))
FIVE_PM = FIRST + 34
CATEGORIES = ("frontline", "hardship", "model_worker")


@dataclass
class Rate:
    category: str
    days: str
    from_time: time
    until_time: time
    fen: int


DAYTIME = Rate("member", "any", time(0), time(18), 1000)
EVENING = Rate("member", "weekday", time(18), time(0), 1500)
DEAR_EVENING = Rate("member", "weekend", time(18), time(0), 2000)
HOLIDAY = Rate("member", "holiday", time(18), time(0), 2500)
FRONTLINE = Rate("frontline", "any", time(0), time(0), 800)
HARDSHIP = Rate("hardship", "weekday", time(18), time(0), 0)
RATES = [DAYTIME, EVENING, DEAR_EVENING, HOLIDAY, FRONTLINE, HARDSHIP]


class TestQuote:
    def test_each_half_hour_has_its_price_and_equal_ones_make_a_line(self) -> None:
        priced = quote(RATES, "weekday", FIVE_PM, FIVE_PM + 4, [])
        assert priced.lines == (Line(2, 1000, "member"), Line(2, 1500, "member"))
        assert priced.fen == priced.usual_fen == 5000

    def test_the_best_price_of_the_categories_wins_hour_by_hour(self) -> None:
        priced = quote(RATES, "weekday", FIVE_PM, FIVE_PM + 4, ["frontline", "hardship"])
        assert priced.lines == (Line(2, 800, "frontline"), Line(2, 0, "hardship"))
        assert (priced.fen, priced.usual_fen) == (1600, 5000)

    @pytest.mark.parametrize(
        ("kind", "fen"), [("weekday", 1500), ("workday", 1500), ("weekend", 2000), ("holiday", 2500)]
    )
    def test_the_kind_of_day_has_its_price_and_a_worked_weekend_day_is_a_weekday(self, kind: str, fen: int) -> None:
        assert quote(RATES, kind, FIRST + 40, FIRST + 41, []).fen == fen

    @pytest.mark.parametrize(("rates", "fen"), [([EVENING, DEAR_EVENING], 2000), ([EVENING], 1500)])
    def test_a_holiday_without_a_price_costs_what_a_weekend_does_or_a_weekday(
        self, rates: list[Rate], fen: int
    ) -> None:
        assert quote(rates, "holiday", FIRST + 40, FIRST + 41, []).fen == fen

    def test_a_category_of_the_holiday_does_not_make_it_a_price_for_everyone(self) -> None:
        rates = [EVENING, Rate("frontline", "holiday", time(0), time(0), 1)]
        priced = quote(rates, "holiday", FIRST + 40, FIRST + 41, ["frontline"])
        assert (priced.fen, priced.usual_fen) == (1500, 1500)

    def test_a_weekend_has_to_have_its_own_price(self) -> None:
        with pytest.raises(NoPrice):
            quote([EVENING], "weekend", FIRST + 40, FIRST + 41, [])

    def test_each_head_pays(self) -> None:
        assert quote(RATES, "weekday", FIVE_PM, FIVE_PM + 4, ["frontline"], heads=3).fen == 3 * 4 * 800

    def test_an_hour_without_a_price_for_everyone_is_a_mistake_of_the_table(self) -> None:
        with pytest.raises(NoPrice):
            quote([FRONTLINE], "weekday", FIVE_PM, FIVE_PM + 1, ["frontline"])

    @given(
        st.lists(st.tuples(st.sampled_from(CATEGORIES), st.integers(0, 3000)), max_size=6),
        st.sets(st.sampled_from(CATEGORIES)),
        st.integers(0, 44),
        st.integers(1, 4),
    )
    def test_a_category_never_pays_more_and_lines_add_up(
        self, special: list[tuple[str, int]], mine: set[str], starts: int, length: int
    ) -> None:
        rates = [*RATES[:4], *(Rate(category, "any", time(0), time(0), fen) for category, fen in special)]
        ends = FIRST + starts + length
        priced = quote(rates, "weekend", FIRST + starts, ends, mine)
        assert priced.fen == sum(line.half_hours * line.fen for line in priced.lines) <= priced.usual_fen
        assert sum(line.half_hours for line in priced.lines) == length
        assert priced.usual_fen == quote(rates, "weekend", FIRST + starts, ends, ()).fen
