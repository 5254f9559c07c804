"""What a stay costs and which stays the calendar allows."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.rooms.rules import pricing
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.rules.pricing import NightPrice, NoRate
from booking.rooms.rules.restrictions import Broken, broken

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
KINDS = st.sampled_from(["weekday", "workday", "weekend", "holiday"])
SUMMER = (date(2026, 7, 1), date(2026, 8, 31))


@dataclass
class Rate:
    category: str
    days: str
    from_day: date | None
    until_day: date | None
    fen: int


@dataclass
class Extra:
    per: str
    member_fen: int = 100
    guest_fen: int = 150


@dataclass
class Limits:
    night: int
    least_nights: int | None = None
    most_nights: int | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False


def card(*rates: Rate) -> pricing.Card:
    return {category: [rate for rate in rates if rate.category == category] for category in {r.category for r in rates}}


def whole_year(category: str, days: str, fen: int) -> Rate:
    return Rate(category, days, None, None, fen)


EVERYONE = whole_year("member", "any", 200)


class TestPriceOfNight:
    def price(self, *rates: Rate, day: date = date(2026, 7, 15), kind: str = "weekday", member: bool = True) -> int:
        own = ["model_worker"]
        return pricing.price_of_night(card(EVERYONE, *rates), day, kind, own, member=member).fen

    def test_an_own_category_goes_before_every_member_even_if_dearer(self) -> None:
        assert self.price(whole_year("model_worker", "any", 300)) == 300

    def test_the_cheapest_of_several_own_categories(self) -> None:
        rates = card(EVERYONE, whole_year("hardship", "any", 90), whole_year("frontline", "any", 80))
        found = pricing.price_of_night(rates, SUMMER[0], "weekday", ["hardship", "frontline"], member=True)
        assert found == NightPrice(80, "frontline")

    @pytest.mark.parametrize(("day", "fen"), [(SUMMER[0], 500), (SUMMER[1], 500), (date(2026, 9, 1), 200)])
    def test_a_season_goes_before_the_rest_of_the_year_on_its_first_and_last_day_too(self, day: date, fen: int) -> None:
        assert self.price(Rate("member", "any", *SUMMER, 500), day=day) == fen

    @pytest.mark.parametrize(
        ("priced", "kind", "fen"),
        [
            ("holiday", "holiday", 900),
            ("weekend", "holiday", 900),
            ("weekday", "holiday", 900),
            ("weekday", "weekend", 900),
            ("weekday", "workday", 900),
            ("weekend", "weekday", 200),
            ("holiday", "weekend", 200),
        ],
    )
    def test_a_holiday_falls_back_to_the_weekend_and_that_to_the_weekday(
        self, priced: str, kind: str, fen: int
    ) -> None:
        assert self.price(whole_year("member", priced, 900), kind=kind) == fen

    def test_a_guest_has_no_part_in_the_members_prices(self) -> None:
        assert self.price(whole_year("guest", "any", 700), member=False) == 700
        with pytest.raises(NoRate):
            self.price(member=False)

    @given(DAYS, KINDS, st.lists(st.integers(1, 999), min_size=1, max_size=4))
    def test_rates_in_any_order_make_one_price(self, day: date, kind: str, fens: list[int]) -> None:
        rates = [
            whole_year("member", days, fen) for days, fen in zip(["any", "weekday", "weekend"], fens, strict=False)
        ]
        there = pricing.price_of_night(card(*rates), day, kind, (), member=True)
        back = pricing.price_of_night(card(*rates[::-1]), day, kind, (), member=True)
        assert there == back
        assert there.fen in fens


class TestExtras:
    @pytest.mark.parametrize(("per", "fen"), [("stay", 100), ("night", 500), ("guest", 300), ("guest_night", 800)])
    def test_counts_what_it_says(self, per: str, fen: int) -> None:
        rooms = [pricing.Room(2, 1), pricing.Room(3, 2)]
        assert pricing.extra_fen(Extra(per), rooms, member=True) == fen
        assert pricing.extra_fen(Extra(per), rooms, member=False) == fen * 3 // 2

    @given(st.sampled_from(["stay", "night", "guest", "guest_night"]))
    def test_without_rooms_there_is_nothing_to_have(self, per: str) -> None:
        assert pricing.extra_fen(Extra(per), [], member=True) == 0


class TestFees:
    LADDER = ([7, 100], [3, 300], [1, 500])

    @pytest.mark.parametrize(
        ("before", "permille"), [(30, 0), (8, 0), (7, 100), (4, 100), (3, 300), (2, 300), (1, 500), (0, 500), (-2, 500)]
    )
    def test_each_step_holds_until_the_next(self, before: int, permille: int) -> None:
        assert pricing.cancel_permille(self.LADDER, before) == permille

    def test_the_last_free_day(self) -> None:
        free = pricing.free_days_before(self.LADDER)
        assert pricing.cancel_permille(self.LADDER, free) == 0
        assert pricing.cancel_permille(self.LADDER, free - 1) > 0
        assert pricing.free_days_before([]) == 0

    @given(st.integers(0, 10**9), st.integers(0, 1000))
    def test_a_part_is_never_more_than_the_whole(self, fen: int, permille: int) -> None:
        assert 0 <= pricing.permille_of(fen, permille) <= fen


class TestRestrictions:
    def test_nothing_is_restricted_without_rows(self) -> None:
        assert broken([], 10, 13) is None

    @pytest.mark.parametrize(
        ("limits", "expected"),
        [
            (Limits(10, closed_to_arrival=True), Broken("closed_to_arrival", 10)),
            (Limits(13, closed_to_departure=True), Broken("closed_to_departure", 13)),
            (Limits(10, least_nights=4), Broken("least_nights", 10, 4)),
            (Limits(10, least_nights=3), None),
            (Limits(10, most_nights=2), Broken("most_nights", 10, 2)),
            (Limits(10, most_nights=3), None),
            (Limits(11, closed_to_arrival=True, least_nights=9, most_nights=1, closed_to_departure=True), None),
            (Limits(13, closed_to_arrival=True, least_nights=9), None),
        ],
    )
    def test_only_the_day_of_arrival_and_that_of_departure_count(self, limits: Limits, expected: Broken | None) -> None:
        assert broken([limits], 10, 13) == expected

    @given(
        st.lists(st.builds(Limits, st.integers(9, 14), st.none() | st.integers(1, 5), st.none() | st.integers(1, 5)))
    )
    def test_rows_hold_together(self, rows: list[Limits]) -> None:
        assert (broken(rows, 10, 12) is None) == all(broken([row], 10, 12) is None for row in rows)


class TestNights:
    @given(DAYS, st.integers(0, 90))
    def test_a_stay_is_half_open(self, arrival: date, length: int) -> None:
        nights = Nights(night_of(arrival), night_of(arrival + timedelta(days=length)))
        assert len(nights) == length
        assert [date_of(night) for night in nights] == [arrival + timedelta(days=n) for n in range(length)]
