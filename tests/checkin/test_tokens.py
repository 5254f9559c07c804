"""What a token says survives the trip through its digits, and nothing else is believed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from booking.checkin.codes import CODE_DIGITS
from booking.checkin.drawing import MOST_DIGITS
from booking.checkin.facts import Presented
from booking.checkin.presented import Reading, pass_of, read
from booking.checkin.tokens import MAX_ID, TOKEN_DIGITS, Fault, PassKey, Token, sign, verify

NOW = 1_783_072_800
KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(range(1, 33)))
RING = {
    3: PassKey(KEY.verify_key.encode(), 0, NOW + 86_400),
    4: PassKey(OTHER.verify_key.encode(), NOW, NOW + 86_400),
}
TOKEN = Token(key_id=3, place_id=7, pass_id=123_456_789, opens=NOW, closes=NOW + 3600, party=2, zones=(1, 4))
TEXT = sign(TOKEN, KEY)

ids = st.integers(1, MAX_ID)
hours = st.just((0, 0)) | st.tuples(st.integers(0, 95), st.integers(1, 96)).map(
    lambda quarters: (quarters[0] * 900, (quarters[0] + quarters[1]) * 900)
)


@st.composite
def tokens(draw: st.DrawFn) -> Token:
    opens = draw(st.integers(0, 2**32 - 1)) * 60
    daily_from, daily_until = draw(hours)
    return Token(
        key_id=3,
        place_id=draw(ids),
        pass_id=draw(ids),
        opens=opens,
        closes=opens + draw(st.integers(1, 2**24 - 1)) * 60,
        party=draw(st.integers(1, 255)),
        zones=tuple(sorted(draw(st.sets(st.integers(0, 23), min_size=1)))),
        daily_from=daily_from,
        daily_until=daily_until,
        product=draw(st.integers(0, 15)),
        static_code=draw(st.booleans()),
        single_entry=draw(st.booleans()),
    )


class TestRoundTrip:
    @given(tokens())
    def test_what_is_signed_is_what_is_read(self, token: Token) -> None:
        text = sign(token, KEY)
        assert len(text) == TOKEN_DIGITS
        assert verify(text, RING, NOW) == token

    @given(tokens(), st.integers(1, 9))
    def test_white_space_dashes_and_full_width_digits_are_forgiven(self, token: Token, size: int) -> None:
        text = sign(token, KEY)
        groups = [text[start : start + size] for start in range(0, len(text), size)]
        wide = text.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
        for typed in (" ".join(groups), "-".join(groups), f"\t{text}\r\n", f"\u3000{wide}"):
            assert verify(typed, RING, NOW) == token

    @pytest.mark.parametrize("dash", ["-", "\u2010", "\u2011", "\u2013", "\uff0d"])
    def test_grouped_by_any_dash(self, dash: str) -> None:
        assert verify(TEXT[:4] + dash + TEXT[4:], RING, NOW) == TOKEN

    def test_the_same_pass_always_has_the_same_digits(self) -> None:
        assert sign(TOKEN, KEY) == TEXT

    def test_it_fits_the_picture_with_its_rotating_digits(self) -> None:
        assert TOKEN_DIGITS + CODE_DIGITS <= MOST_DIGITS

    def test_a_gate_that_never_heard_of_the_pass_learns_all_of_it(self) -> None:
        known = pass_of(TOKEN)
        for field in set(Token._fields) & set(type(known)._fields):
            assert getattr(known, field) == getattr(TOKEN, field)


class TestSign:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"key_id": -1},
            {"key_id": 256},
            {"place_id": 0},
            {"place_id": 2**53},
            {"pass_id": 0},
            {"pass_id": 2**53},
            {"opens": NOW + 1},
            {"opens": -60},
            {"opens": 2**32 * 60, "closes": 2**32 * 60 + 60},
            {"closes": NOW + 61},
            {"closes": NOW},
            {"closes": NOW + 2**24 * 60},
            {"party": 0},
            {"party": 256},
            {"product": -1},
            {"product": 16},
            {"zones": ()},
            {"zones": (4, 1)},
            {"zones": (1, 1)},
            {"zones": (24,)},
            {"zones": (-1,)},
            {"daily_from": 900},
            {"daily_until": 901},
            {"daily_from": 1, "daily_until": 901},
            {"daily_from": 900, "daily_until": 900},
            {"daily_from": 86_400, "daily_until": 87_300},
            {"daily_from": 900, "daily_until": 88_200},
            {"daily_from": -900, "daily_until": 900},
        ],
        ids=str,
    )
    def test_a_field_out_of_its_range_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"^(\w+_id|opens|closes|party|product|zones|daily hours) "):
            sign(TOKEN._replace(**wrong), KEY)


class TestVerify:
    @pytest.mark.parametrize("position", range(TOKEN_DIGITS))
    def test_any_changed_digit_is_refused(self, position: int) -> None:
        for digit in set("0123456789") - {TEXT[position]}:
            changed = TEXT[:position] + digit + TEXT[position + 1 :]
            assert isinstance(verify(changed, RING, NOW), Fault)

    @given(tokens(), st.data())
    def test_any_digits_swapped_or_replaced_are_refused(self, token: Token, data: st.DataObject) -> None:
        text = sign(token, KEY)
        start = data.draw(st.integers(0, TOKEN_DIGITS - 1))
        piece = data.draw(st.text("0123456789", min_size=1, max_size=TOKEN_DIGITS - start))
        changed = text[:start] + piece + text[start + len(piece) :]
        assert changed == text or isinstance(verify(changed, RING, NOW), Fault)

    @settings(max_examples=300)
    @given(st.text() | st.text("0123456789", max_size=300) | st.text("\uff10\uff11 3٣²\u200b\ud800-", max_size=300))
    def test_no_text_is_believed_and_none_crashes(self, text: str) -> None:
        assert isinstance(verify(text, RING, NOW), Fault)

    @given(st.text("0123456789", min_size=TOKEN_DIGITS, max_size=TOKEN_DIGITS))
    def test_no_number_is_believed_and_none_crashes(self, text: str) -> None:
        assert isinstance(verify(text, RING, NOW), Fault)

    @pytest.mark.parametrize("text", ["x" * TOKEN_DIGITS, "٣" * TOKEN_DIGITS, "9" * TOKEN_DIGITS, " " * 2000 + TEXT])
    def test_what_only_looks_like_a_token(self, text: str) -> None:
        assert verify(text, RING, NOW) == Fault.NOT_A_TOKEN

    @pytest.mark.parametrize("key_id", [0, 255])
    def test_key_ids_are_any_byte(self, key_id: int) -> None:
        ring = {key_id: RING[3]}
        assert verify(sign(TOKEN._replace(key_id=key_id), KEY), ring, NOW) == TOKEN._replace(key_id=key_id)

    def test_a_key_is_accepted_in_its_time_only(self) -> None:
        later = sign(TOKEN._replace(key_id=4), OTHER)
        assert verify(later, RING, NOW - 1) == Fault.RETIRED_KEY
        assert isinstance(verify(later, RING, NOW), Token)
        assert isinstance(verify(later, RING, NOW + 86_399), Token)
        assert verify(later, RING, NOW + 86_400) == Fault.RETIRED_KEY

    def test_a_key_speaks_only_under_its_own_id(self) -> None:
        assert verify(sign(TOKEN._replace(key_id=4), KEY), RING, NOW) == Fault.FORGED

    def test_a_key_that_is_not_in_the_ring(self) -> None:
        assert verify(TEXT, {}, NOW) == Fault.UNKNOWN_KEY

    def test_a_ring_refuses_what_is_no_key(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            PassKey(b"short", 0, 1)


class TestRead:
    @settings(max_examples=300)
    @given(st.text() | st.text("0123456789 -", max_size=300))
    def test_any_text_is_something(self, text: str) -> None:
        reading = read(text, RING, NOW)
        assert isinstance(reading, Reading)
        assert reading.token is None
        assert (reading.presented == Presented.MANUAL) == bool(reading.manual_code)

    @given(st.text("0123456789", min_size=8, max_size=8))
    def test_rotating_digits_come_after_the_token(self, digits: str) -> None:
        assert read(TEXT + digits, RING, NOW) == Reading(Presented.QR, TOKEN, rotating=digits)


class TestPackage:
    def test_a_turnstile_needs_nothing_but_pynacl(self) -> None:
        modules = ("facts", "tokens", "codes", "presented", "hours", "decision", "annulment", "sentences")
        program = f"""
import sys
import {", ".join(f"booking.checkin.{name}" for name in modules)}
outside = {{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names
print(*sorted(name for name in outside if not name.startswith("_")))
"""
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {[str(root), *sys.path]!r}\n{program}"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["booking", "nacl"]
