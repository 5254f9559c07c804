"""The seed: RFC 3797's own example, and the lotteries that it may come from."""

import hashlib
import math

import pytest

from booking.draws.errors import BadResult, TooLittleEntropy, WrongSource
from booking.draws.publishing import check_sources
from booking.draws.rules import Choice, Rules
from booking.draws.sources import LOTTERIES, DrawnNumbers, Source, bits, check_entropy, key_of, rfc3797_key, seed_of

KL8 = tuple(range(20, 0, -1))


def selections(key: str, pool: int, number: int) -> list[int]:
    """RFC 3797, section 4.2: MD5 of the index, the key and the index picks one of those who are left."""
    left, found = list(range(1, pool + 1)), []
    for index in range(number):
        edge = index.to_bytes(2, "big")
        digest = hashlib.md5(edge + key.encode() + edge, usedforsecurity=False).digest()
        found.append(left.pop(int.from_bytes(digest, "big") % len(left)))
    return found


class TestKey:
    def test_is_that_of_the_published_example(self) -> None:
        key = rfc3797_key([[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]])
        assert key == "9319./2.5.8.10.12./9.18.26.34.41.45./"
        assert selections(key, 25, 16) == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4]

    def test_sorts_balls_and_keeps_the_order_of_digits(self) -> None:
        double = DrawnNumbers("ssq", "1", (33, 2, 10, 7, 21, 9, 16))
        assert key_of([double]) == "2.7.9.10.21.33./16./"
        assert key_of([DrawnNumbers("3d", "1", (0, 4, 2)), DrawnNumbers("pl5", "1", (9, 0, 0, 0, 1))]) == "42./90001./"

    @pytest.mark.parametrize(
        ("lottery", "numbers"),
        [
            ("3d", (1, 2)),
            ("3d", (1, 2, 10)),
            ("ssq", (1, 2, 3, 4, 5, 5, 6)),
            ("ssq", (1, 2, 3, 4, 5, 34, 6)),
            ("kl8", (0, *KL8[1:])),
        ],
    )
    def test_refuses_what_cannot_have_been_drawn(self, lottery: str, numbers: tuple[int, ...]) -> None:
        with pytest.raises(BadResult) as refused:
            key_of([DrawnNumbers(lottery, "2026001", numbers)])
        assert refused.value.params["numbers"] == " ".join(map(str, numbers))


class TestSeed:
    def test_is_the_hash_of_one_line_of_text(self) -> None:
        line = f"RETREAT1|SHA-256|{'11' * 32}|{'22' * 32}|42./"
        assert seed_of(b"\x11" * 32, b"\x22" * 32, "42./") == hashlib.sha256(line.encode()).digest()


class TestEntropy:
    def test_of_the_lotteries(self) -> None:
        assert {name: round(bits(name), 1) for name in LOTTERIES} == {
            "kl8": 61.6,
            "ssq": 24.1,
            "dlt": 24.4,
            "3d": 10.0,
            "pl5": 16.6,
        }

    def test_of_three_together_is_enough_and_of_small_ones_is_refused_with_the_numbers(self) -> None:
        check_entropy([Source(name, "1", "2026-11-08") for name in ("kl8", "ssq", "dlt")], 110)
        with pytest.raises(TooLittleEntropy) as refused:
            check_entropy([Source("3d", "1", "2026-11-08"), Source("pl5", "1", "2026-11-08")], 80)
        assert refused.value.params == {"each": "福彩3D 10.0、排列5 16.6", "found": "26.6", "needed": 80}
        assert math.isclose(float(refused.value.params["found"]), bits("3d") + bits("pl5"), abs_tol=0.05)


class TestNamedDraws:
    RULES = Rules("any", (Choice("b", "t", 1),), sources=(Source("kl8", "301", "2026-11-08", "302"),), bits=60)

    @pytest.mark.parametrize("issue", ["301", "302"])
    def test_the_issue_and_its_fallback_count(self, issue: str) -> None:
        check_sources(self.RULES, [DrawnNumbers("kl8", issue, KL8)])

    @pytest.mark.parametrize("results", [[], [DrawnNumbers("kl8", "303", KL8)], [DrawnNumbers("kl8", "", KL8)]])
    def test_no_other_draw_counts(self, results: list[DrawnNumbers]) -> None:
        with pytest.raises(WrongSource):
            check_sources(self.RULES, results)
