from typing import Any

import pytest

from booking.payments.payables import Bill, Payable, is_own, register
from booking.payments.reconciliation import Difference, Record, Side, differences
from booking.payments.wire import OurReference, our_reference, read_reference
from booking.settings import SettingsError, read
from booking.web.facts import Named
from tests.payments.sandboxes import KEY, SECRET


class TestPayables:
    def test_two_features_cannot_have_one_subject(self) -> None:
        def bill(*_: Any) -> Bill:
            return Bill(Named("测试"), "/")

        first, second = (Payable("tests", bill, is_own, lambda *_: None) for _ in range(2))
        register(first)
        register(first)
        with pytest.raises(ValueError, match="tests"):
            register(second)


class TestSettings:
    GOOD: dict[str, str] = {  # noqa: RUF012 - never changed
        "BOOKING_PAYMENTS_URL": "https://pay.example.cn/",
        "BOOKING_PAYMENTS_KEY": KEY,
        "BOOKING_PAYMENTS_SECRET": SECRET,
    }

    def test_read(self) -> None:
        assert read(self.GOOD).payments_url == "https://pay.example.cn"
        assert read({}).payments_url == ""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"BOOKING_PAYMENTS_URL": "pay.example.cn"},
            {"BOOKING_PAYMENTS_KEY": ""},
            {"BOOKING_PAYMENTS_SECRET": "short"},
            {"BOOKING_PAYMENTS_URL": "http://pay.example.cn", "BOOKING_DEMO": "0", "BOOKING_SECRET": "s" * 40},
        ],
    )
    def test_refused(self, wrong: dict[str, str]) -> None:
        with pytest.raises(SettingsError, match="BOOKING_PAYMENTS"):
            read(self.GOOD | wrong)


def one(reference: str = "pay_1", fen: int = 100, status: str = "paid", side: Side = "payment") -> Record:
    return Record(side, "1-2", reference, fen, status in ("paid", "done"), status)


class TestDifferences:
    def test_none(self) -> None:
        assert differences([one()], [one()]) == []
        assert differences([one(status="expired")], [one(status="pending")]) == []
        assert differences([one(status="created")], []) == []

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (one(fen=99), one()),
            (one(reference="pay_2"), one()),
            (one(status="expired"), one()),
            (one(), one(status="pending")),
            (one(), None),
            (None, one()),
            (one(side="refund", status="done"), None),
        ],
    )
    def test_found_and_said(self, ours: Record | None, theirs: Record | None) -> None:
        found = differences([ours] if ours else [], [theirs] if theirs else [])
        known = ours or theirs
        assert known is not None
        assert found == [Difference(known.side, "1-2", ours, theirs)]
        assert f"{known.side} 1-2: ours " in str(found[0])

    def test_a_payment_that_the_provider_took_twice(self) -> None:
        assert [found.theirs for found in differences([one()], [one(), one("pay_2")])] == [one("pay_2")]


class TestReferences:
    def test_back_and_forth(self) -> None:
        assert read_reference(our_reference(3, 2**53 - 1)) == OurReference(3, 2**53 - 1)

    @pytest.mark.parametrize("text", ["", "1", "1-", "1-2-3", "-1-2", "1-x", f"1-{2**53}", "\uff11-2", "1-2\n"])
    def test_none_of_ours(self, text: str) -> None:
        assert read_reference(text) is None
