from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.clock import first_half_hour, instant_of, local_date
from booking.venues.rules import policy, settling
from booking.venues.rules.policy import Limit

DAY = date(2026, 11, 28)
SIX_PM = first_half_hour(DAY) + 36
INSTANTS = st.integers(0, 10**9).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


@dataclass
class Terms:
    document: str = "职工文体场馆预约办法"
    clause: str = "第6条"
    opens_days_ahead: int = 7
    opens_at: time = time(8)
    least_half_hours: int = 2
    most_half_hours: int = 4
    day_limit_half_hours: int = 4
    week_limit_bookings: int = 3
    cancel_cutoff_minutes: int = 120
    most_no_show_points: int = 3
    eligible: list[str] = field(default_factory=list)


TERMS = Terms()


class TestWindow:
    def test_a_day_opens_so_many_days_ahead_at_the_wall_time(self) -> None:
        assert policy.opens_for_booking(TERMS, DAY) == datetime(2026, 11, 21, 0, tzinfo=UTC)

    def test_the_last_bookable_day_moves_on_at_the_hour(self) -> None:
        at_eight = datetime(2026, 11, 21, 0, tzinfo=UTC)
        assert policy.last_bookable_day(TERMS, at_eight) == DAY
        assert policy.last_bookable_day(TERMS, at_eight - timedelta(seconds=1)) == DAY - timedelta(days=1)

    @given(INSTANTS, st.integers(0, 30), st.integers(0, 23))
    def test_the_last_bookable_day_has_opened_and_the_next_has_not(self, now: datetime, ahead: int, hour: int) -> None:
        terms = replace(TERMS, opens_days_ahead=ahead, opens_at=time(hour))
        last = policy.last_bookable_day(terms, now)
        assert policy.opens_for_booking(terms, last) <= now < policy.opens_for_booking(terms, last + timedelta(days=1))

    def test_a_slot_can_be_taken_until_its_first_half_hour_is_over(self) -> None:
        assert not policy.has_begun(SIX_PM, instant_of(SIX_PM + 1) - timedelta(microseconds=1))
        assert policy.has_begun(SIX_PM, instant_of(SIX_PM + 1))


class TestWho:
    def test_a_policy_without_categories_is_for_everyone(self) -> None:
        assert policy.is_eligible(TERMS, [])
        assert not policy.is_eligible(replace(TERMS, eligible=["frontline"]), ["hardship"])
        assert policy.is_eligible(replace(TERMS, eligible=["frontline"]), ["hardship", "frontline"])

    def test_the_barrier_stands_at_so_many_points(self) -> None:
        assert policy.in_good_standing(TERMS, 2)
        assert not policy.in_good_standing(TERMS, 3)
        assert policy.in_good_standing(replace(TERMS, most_no_show_points=0), 99)

    @pytest.mark.parametrize(("half_hours", "right"), [(1, False), (2, True), (4, True), (5, False)])
    def test_a_booking_may_be_so_long(self, half_hours: int, right: bool) -> None:
        assert policy.right_length(TERMS, SIX_PM, SIX_PM + half_hours) == right


class TestLimits:
    def test_a_booking_takes_its_half_hours_of_the_day_and_one_of_the_week(self) -> None:
        assert policy.limits(TERMS, "badminton", SIX_PM, SIX_PM + 3) == (
            Limit("badminton:day", "2026-11-28", 3, 4),
            Limit("badminton:week", "2026-W48", 1, 3),
        )

    def test_no_limit_is_no_counter(self) -> None:
        assert policy.limits(replace(TERMS, day_limit_half_hours=0, week_limit_bookings=0), "x", 0, 1) == ()

    def test_the_week_is_the_iso_week_of_the_local_day(self) -> None:
        sunday_night = first_half_hour(date(2027, 1, 4)) - 1  # Sunday 23:30 in Ningbo, still 2026's last week
        periods = [policy.limits(TERMS, "x", at, at + 1)[1].period for at in (sunday_night, sunday_night + 1)]
        assert periods == ["2026-W53", "2027-W01"]


class TestCancelling:
    def test_it_is_free_up_to_and_with_the_cut_off(self) -> None:
        cut_off = instant_of(SIX_PM) - timedelta(hours=2)
        assert policy.free_until(TERMS, SIX_PM) == cut_off
        assert not policy.cancels_late(TERMS, SIX_PM, cut_off)
        assert policy.cancels_late(TERMS, SIX_PM, cut_off + timedelta(microseconds=1))

    def test_it_can_be_taken_back_for_a_while_and_not_once_begun(self) -> None:
        cancelled = instant_of(SIX_PM)
        assert policy.can_be_restored(cancelled, SIX_PM, cancelled + policy.RESTORE_WITHIN)
        assert not policy.can_be_restored(
            cancelled, SIX_PM + 48, cancelled + policy.RESTORE_WITHIN + timedelta(seconds=1)
        )
        assert not policy.can_be_restored(cancelled + timedelta(minutes=29), SIX_PM, instant_of(SIX_PM + 1))


@dataclass
class Seated:
    status: str = "confirmed"
    starts: int = SIX_PM
    pinned: bool = False
    hold_expires_at: datetime | None = None


class TestSettling:
    def test_a_court_may_change_until_it_is_told(self) -> None:
        told = instant_of(SIX_PM) - settling.SETTLED_BEFORE
        assert settling.may_move(Seated(), told - timedelta(microseconds=1))
        assert not settling.may_move(Seated(), told)
        assert not settling.may_move(Seated(pinned=True), told - timedelta(days=1))

    def test_a_hold_ends_at_its_instant_and_a_booking_never(self) -> None:
        ends = instant_of(SIX_PM)
        assert settling.has_expired(Seated("held", hold_expires_at=ends), ends)
        assert not settling.has_expired(Seated("held", hold_expires_at=ends), ends - timedelta(microseconds=1))
        assert not settling.has_expired(Seated("confirmed", hold_expires_at=ends), ends)

    def test_local_days_are_ningbos(self) -> None:
        assert local_date(instant_of(SIX_PM)) == DAY
