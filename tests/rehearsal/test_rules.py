from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.rehearsal.rules import OUTCOMES, Effect, Headline, Outcome, Plan, fingerprint, headline, stored
from booking.web.facts import Money, Named


def effect(number: int, outcome: Outcome = "moved", **more: Any) -> Effect:
    facts: dict[str, Any] = {"before": {"court": Named("1 号场")}, "party": 2, "name": "王*", "member_id": number}
    return Effect(subject=f"booking:{number}", outcome=outcome, **(facts | more))


class TestHeadline:
    def test_counts_each_outcome_and_the_money(self) -> None:
        outcomes: list[Outcome] = ["moved", "moved", "offered", "refunded", "kept"]
        plan = Plan(effects=tuple(effect(n, outcome, refund_fen=n) for n, outcome in enumerate(outcomes)))
        assert headline(plan) == Headline(
            affected=4, people=8, displaced=2, moved=2, offered=1, refunded=1, kept=1, refund_fen=10
        )

    @given(st.lists(st.sampled_from(list(OUTCOMES))))
    def test_everyone_is_counted_once(self, outcomes: list[Outcome]) -> None:
        counts = headline(Plan(effects=tuple(effect(n, outcome) for n, outcome in enumerate(outcomes))))
        assert counts.affected == counts.moved + counts.displaced
        assert counts.affected + counts.kept == len(outcomes)


class TestFingerprint:
    plan = Plan(effects=(effect(1), effect(2)), steps=[{"a": 1, "b": 2}])

    @pytest.mark.parametrize(
        "other",
        [
            Plan(effects=(effect(2), effect(1)), steps=[{"a": 1, "b": 2}]),
            Plan(effects=(effect(1), effect(2)), steps=[{"b": 2, "a": 1}]),
            Plan(effects=(effect(1), effect(2)), steps=[{"a": 1, "b": 2}], search="optimal", trace=[9]),
        ],
    )
    def test_same_for_what_does_the_same(self, other: Plan) -> None:
        assert fingerprint(other) == fingerprint(self.plan)

    @pytest.mark.parametrize(
        "other",
        [
            Plan(effects=(effect(1),), steps=[{"a": 1, "b": 2}]),
            Plan(effects=(effect(1), effect(2)), steps=[{"a": 1, "b": 3}]),
            Plan(effects=(effect(1), effect(2, "refunded")), steps=[{"a": 1, "b": 2}]),
            Plan(effects=(effect(1), effect(2, refund_fen=1)), steps=[{"a": 1, "b": 2}]),
            Plan(effects=(effect(1), effect(2, after={"court": Named("2 号场")})), steps=[{"a": 1, "b": 2}]),
        ],
    )
    def test_another_for_whatever_somebody_would_notice(self, other: Plan) -> None:
        assert fingerprint(other) != fingerprint(self.plan)

    def test_survives_storage(self) -> None:
        plan = Plan(effects=(effect(1, params={"fen": Money(5), "n": 3, "word": "字"}),), steps=[1, None])
        back = stored(msgspec.json.decode(msgspec.json.encode(plan)))
        assert back == plan
        assert fingerprint(back) == fingerprint(plan)
