"""The properties of the draw, over many small seasons; and that each would notice a draw without it."""

from contextlib import nullcontext

import pytest

from tests.draws.mechanism import FAST, REAL
from tests.draws.mutants import MUTANTS
from tests.draws.properties import judge

INSTANCES = 250
MANY = 3200
ENOUGH = 1500
"""Instances within which every mutant must be caught."""


class TestProperties:
    def test_hold(self) -> None:
        for number in range(INSTANCES):
            judge(REAL, number)

    @pytest.mark.drill
    def test_hold_over_thousands(self) -> None:
        for number in range(INSTANCES, INSTANCES + MANY):
            judge(REAL, number)

    @pytest.mark.drill
    def test_hold_on_the_fast_path(self) -> None:
        for number in range(INSTANCES):
            judge(FAST, number)


class TestMutants:
    @pytest.mark.parametrize("name", MUTANTS)
    def test_each_is_caught_by_its_property(self, name: str) -> None:
        mutant = MUTANTS[name]
        with mutant.patched() if mutant.patched else nullcontext():
            for number in range(ENOUGH):
                try:
                    judge(mutant.mechanism, number, mutant.caught_by)
                except AssertionError:
                    return
        pytest.fail(f"{name}: not caught by {mutant.caught_by.__name__}")
