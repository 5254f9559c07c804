import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.payments.rules import (
    METHODS,
    Entry,
    Line,
    Unbalanced,
    balance_of,
    charging,
    checked,
    paying,
    refunding,
    reversing,
    ways_back,
)

fen = st.integers(1, 10**9)
methods = st.sampled_from(list(METHODS))
lines = st.lists(st.builds(Line, st.sampled_from(["court", "room", "meals"]), fen), min_size=1, max_size=5)


def total(entries: list[Entry]) -> int:
    return sum(entry.fen for entry in entries)


class TestPostings:
    @given(lines, methods, fen)
    def test_always_add_up_to_nothing(self, charged: list[Line], method: object, paid: int) -> None:
        for entries in (charging(charged), paying(method, paid), refunding(method, paid)):  # type: ignore[arg-type]
            assert total(entries) == 0
            assert total(reversing(entries)) == 0
            assert reversing(reversing(entries)) == entries

    @pytest.mark.parametrize(
        "entries", [[], [Entry("guest", 0)], [Entry("guest", 1)], [Entry("guest", 1), Entry("revenue:a", -2)]]
    )
    def test_lopsided_ones_are_a_mistake_of_the_program(self, entries: list[Entry]) -> None:
        with pytest.raises(Unbalanced):
            checked(entries)


class TestBalanceOf:
    def test_owed_is_charged_less_paid(self) -> None:
        standing = balance_of({"guest": 500, "revenue:court": -2000, "tender:cash": 1500, "tender:card": 0})
        assert (standing.charged, standing.paid, standing.owed) == (2000, {"cash": 1500}, 500)
        assert standing.paid_in_all == 1500


class TestWaysBack:
    @given(st.integers(-(10**6), 10**6), st.dictionaries(methods, st.integers(0, 10**6)))
    def test_never_more_than_came_each_way_nor_than_is_due(self, credit: int, paid: dict[str, int]) -> None:
        back = ways_back(credit, paid)
        assert all(0 < back[method] <= paid[method] for method in back)
        assert sum(back.values()) == max(0, min(credit, sum(paid.values())))
