from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.clock import first_half_hour
from booking.venues.rules.opening import Span, half_hours_into, is_open, on_grid, open_spans, slots

MONDAY = date(2026, 11, 23)
SATURDAY = MONDAY + timedelta(days=5)


@dataclass
class Rule:
    days: str
    opens: time
    closes: time
    from_day: date | None = None
    until_day: date | None = None


WEEKDAYS = Rule("12345", time(9), time(21))
WEEKEND = Rule("67", time(8), time(22))
HOLIDAYS = Rule("holiday", time(13), time(17))


def wall(day: date, *spans: tuple[float, float]) -> list[Span]:
    """Spans given as hours of the local day."""
    first = first_half_hour(day)
    return [Span(first + int(begins * 2), first + int(ends * 2)) for begins, ends in spans]


class TestHalfHoursInto:
    def test_midnight_is_the_first_half_hour_as_a_start_and_the_48th_as_an_end(self) -> None:
        assert half_hours_into(time()) == 0
        assert half_hours_into(time(), as_end=True) == 48
        assert half_hours_into(time(8, 30), as_end=True) == 17


class TestOpenSpans:
    def test_a_local_day_begins_eight_hours_before_utcs(self) -> None:
        assert first_half_hour(date(1970, 1, 2)) == 48 - 16
        assert open_spans([WEEKDAYS], MONDAY, "weekday") == wall(MONDAY, (9, 21))

    @pytest.mark.parametrize(
        ("day", "kind", "hours"),
        [
            (MONDAY, "weekday", (9, 21)),
            (SATURDAY, "weekend", (8, 22)),
            (SATURDAY, "workday", (9, 21)),
            (MONDAY, "holiday", (13, 17)),
            (SATURDAY, "holiday", (13, 17)),
        ],
    )
    def test_the_kind_of_day_decides(self, day: date, kind: str, hours: tuple[int, int]) -> None:
        assert open_spans([WEEKDAYS, WEEKEND, HOLIDAYS], day, kind) == wall(day, hours)

    def test_a_holiday_without_a_rule_keeps_its_weekdays_hours(self) -> None:
        assert open_spans([WEEKDAYS, WEEKEND], SATURDAY, "holiday") == wall(SATURDAY, (8, 22))

    def test_a_day_without_a_rule_is_closed(self) -> None:
        assert open_spans([WEEKDAYS], SATURDAY, "weekend") == []

    def test_rules_of_other_seasons_are_passed_over_and_ends_are_included(self) -> None:
        summer = Rule("1", time(6), time(8), MONDAY, MONDAY)
        assert open_spans([summer], MONDAY, "weekday") == wall(MONDAY, (6, 8))
        assert open_spans([summer], MONDAY + timedelta(days=7), "weekday") == []
        assert open_spans([summer], MONDAY - timedelta(days=7), "weekday") == []

    def test_several_rules_add_up_and_touching_ones_become_one(self) -> None:
        rules = [Rule("1", time(18), time()), Rule("1", time(9), time(12)), Rule("1", time(12), time(13))]
        assert open_spans(rules, MONDAY, "weekday") == wall(MONDAY, (9, 13), (18, 24))

    @given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=5))
    def test_a_half_hour_is_open_exactly_if_a_rule_opens_it(self, hours: list[tuple[int, int]]) -> None:
        rules = [Rule("1", time(begins), time(ends)) for begins, ends in hours]
        spans = open_spans(rules, MONDAY, "weekday")
        first = first_half_hour(MONDAY)
        for at in range(48):
            opened = any(begins * 2 <= at < (ends * 2 or 48) for begins, ends in hours)
            assert is_open(spans, first + at, first + at + 1) == opened
        assert all(one.ends < other.starts for one, other in pairwise(spans))


class TestSlots:
    def test_the_grid_begins_where_the_facility_opens_and_drops_what_is_left_over(self) -> None:
        spans = wall(MONDAY, (8.5, 11), (14, 14.5))
        assert slots(spans, 2) == wall(MONDAY, (8.5, 9.5), (9.5, 10.5))
        assert slots(spans, 1)[-1:] == wall(MONDAY, (14, 14.5))

    @given(st.integers(0, 47), st.integers(1, 10), st.sampled_from([1, 2]))
    def test_a_range_is_on_the_grid_exactly_if_it_is_made_of_slots(self, starts: int, length: int, slot: int) -> None:
        spans = [Span(3, 14), Span(20, 31)]
        covered = {hour for span in slots(spans, slot) for hour in range(*span)}
        edges = {edge for span in slots(spans, slot) for edge in span}
        made = set(range(starts, starts + length)) <= covered and {starts, starts + length} <= edges
        assert on_grid(spans, slot, starts, starts + length) == made
