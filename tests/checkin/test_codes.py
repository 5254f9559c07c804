"""Rotating digits and manual codes; the known answers are in fixtures/gates/vectors.json."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.checkin.codes import (
    STEP_SECONDS,
    CodeCheck,
    check_code,
    day_key,
    grouped,
    manual_code,
    pass_secret,
    read_manual_code,
    rotating_code,
    service_day,
)

ROOT = bytes(range(32))
PLACE = 7
PASS = 123_456_789

instants = st.integers(1_700_000_000, 1_900_000_000)
bodies = st.text("0123456789", min_size=10, max_size=10)


def shown(at: int, pass_id: int = PASS, place_id: int = PLACE) -> str:
    step = at // STEP_SECONDS
    secret = pass_secret(day_key(ROOT, place_id, service_day(step * STEP_SECONDS)), pass_id)
    return rotating_code(secret, step)


def keys(at: int) -> dict[int, bytes]:
    today = service_day(at)
    return {day: day_key(ROOT, PLACE, day) for day in (today - 1, today, today + 1)}


class TestRotatingCode:
    @given(instants, st.integers(-600, 600))
    def test_accepted_for_one_step_before_and_after(self, at: int, drift: int) -> None:
        steps = (at + drift) // STEP_SECONDS - at // STEP_SECONDS
        expected = CodeCheck.CURRENT if abs(steps) <= 1 else CodeCheck.EXPIRED
        assert check_code(shown(at), PASS, at + drift, keys(at)) == expected

    @given(instants)
    def test_of_another_pass_or_place_never_opens(self, at: int) -> None:
        assert check_code(shown(at, pass_id=PASS + 1), PASS, at, keys(at)) == CodeCheck.EXPIRED
        assert check_code(shown(at, place_id=PLACE + 1), PASS, at, keys(at)) == CodeCheck.EXPIRED

    @given(instants, st.text(max_size=12))
    def test_any_text_gets_an_answer(self, at: int, text: str) -> None:
        assert check_code(text, PASS, at, keys(at)) == (CodeCheck.EXPIRED if text else CodeCheck.ABSENT)

    @given(instants)
    def test_without_the_key_of_the_day_there_is_no_answer(self, at: int) -> None:
        assert check_code(shown(at), PASS, at, {}) == CodeCheck.UNCHECKED


class TestServiceDay:
    def test_begins_at_four_in_shanghai(self) -> None:
        four = 1_783_108_800  # 2026-07-04 04:00 in Shanghai
        assert service_day(four) == service_day(four - 1) + 1
        assert service_day(four + 86_399) == service_day(four)


class TestManualCode:
    @given(bodies)
    def test_round_trip_in_groups(self, body: str) -> None:
        code = manual_code(body)
        assert read_manual_code(f" {grouped(code)}\n") == code
        assert code.startswith(body)

    @given(bodies, st.integers(0, 11), st.integers(1, 9))
    def test_one_wrong_digit_is_noticed(self, body: str, place: int, by: int) -> None:
        code = manual_code(body)
        wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
        assert read_manual_code(wrong) is None

    @given(bodies, st.integers(0, 10))
    def test_two_neighbours_swapped_are_noticed(self, body: str, place: int) -> None:
        code = manual_code(body)
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or read_manual_code(swapped) is None

    @given(st.text(max_size=20))
    def test_any_text_gets_an_answer(self, text: str) -> None:
        code = read_manual_code(text)
        assert code is None or manual_code(code[:10]) == code

    @pytest.mark.parametrize("body", ["", "123456789", "12345678901", "12345 6789", "\uff11" * 10])
    def test_a_body_that_is_not_ten_digits(self, body: str) -> None:
        with pytest.raises(ValueError, match="ten digits"):
            manual_code(body)

    def test_groups_of_four(self) -> None:
        assert grouped("123456789012") == "1234 5678 9012"
        assert grouped("12345678") == "1234 5678"
