"""Whole histories of scans and annulments: what holds after each step, and the faults that this notices."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import strategies as st

from booking.checkin import annulment, decision
from booking.checkin.annulment import ANNUL_SECONDS, annul
from booking.checkin.decision import decide
from booking.checkin.facts import Direction, Zone
from tests.checkin.cases import Annul, Decide, Fault, faulty, search
from tests.checkin.ledger import CAPACITY, PARTY, Ledger, Step

GATES = 3

steps = st.lists(
    st.builds(
        Step,
        gate=st.integers(0, GATES - 1),
        pass_id=st.integers(1, 2),
        direction=st.sampled_from([Direction.ENTRY, Direction.ENTRY, Direction.EXIT]),
        heads=st.sampled_from([0, 1, 2]),
        wait=st.sampled_from([0, 5, ANNUL_SECONDS, ANNUL_SECONDS + 1]),
        back=st.sampled_from([0, 0, 0, 1, 2]),
    ),
    max_size=14,
)


def single_entry_at_most_once(decide: Decide, annul: Annul, history: list[Step]) -> None:
    ledger = Ledger(decide, annul, Zone(reentry=True), single_entry=True, online=True)
    for step in history:
        ledger.take(step)
        assert ledger.admitted(step.pass_id) <= PARTY


def inside_is_never_more_than_the_party_nor_less_than_none(decide: Decide, annul: Annul, history: list[Step]) -> None:
    ledger = Ledger(decide, annul, Zone(reentry=True), single_entry=False, online=True)
    for step in history:
        ledger.take(step)
        assert 0 <= ledger.inside(step.pass_id) <= PARTY


def the_zone_never_holds_more_than_its_capacity(decide: Decide, annul: Annul, history: list[Step]) -> None:
    ledger = Ledger(decide, annul, Zone(reentry=True, capacity=CAPACITY), single_entry=False, online=True)
    for step in history:
        if not step.back:  # taking an exit back may find the place given away; someone is really there
            ledger.take(step)
            assert ledger.inside(None) <= CAPACITY


def apart_each_gate_adds_one_party_at_most(decide: Decide, annul: Annul, history: list[Step]) -> None:
    ledger = Ledger(decide, annul, Zone(), single_entry=True, online=False)
    for step in history:
        ledger.take(step)
        assert ledger.admitted(step.pass_id) <= PARTY * GATES


def only_its_own_gate_takes_a_scan_back_and_in_time(decide: Decide, annul: Annul, history: list[Step]) -> None:
    ledger = Ledger(decide, annul, Zone(reentry=True), single_entry=False, online=True)
    for step in history:
        before = [row.annulled for row in ledger.rows]
        ledger.take(step)
        for row, was in zip(ledger.rows, before, strict=False):
            if row.annulled != was:
                assert row.gate == step.gate
                assert ledger.now - row.at <= ANNUL_SECONDS


class Promise(NamedTuple):
    holds: Callable[[Decide, Annul, list[Step]], None]
    faults: tuple[Fault, ...]


PROMISES = [
    Promise(
        single_entry_at_most_once,
        (
            Fault(decision, "known.single_entry or not case.zone.reentry:", "not case.zone.reentry:"),
            Fault(decision, "1 <= _wanted(case, left) <= left", "1 <= _wanted(case, left)"),
        ),
    ),
    Promise(
        inside_is_never_more_than_the_party_nor_less_than_none,
        (
            Fault(decision, "used = past.inside if case.zone.anti_passback else 0", "used = 0"),
            Fault(decision, "counted and heads > inside", "False"),
            Fault(annulment, "scan.heads > there", "False"),
            Fault(annulment, "scan.party - scan.inside", "scan.party"),
        ),
    ),
    Promise(
        the_zone_never_holds_more_than_its_capacity,
        (Fault(decision, "zone.inside + heads <= zone.capacity", "zone.inside < zone.capacity"),),
    ),
    Promise(
        apart_each_gate_adds_one_party_at_most,
        (Fault(decision, "if by_hours else past.admitted", "if by_hours else 0"),),
    ),
    Promise(
        only_its_own_gate_takes_a_scan_back_and_in_time,
        (
            Fault(annulment, "if scan.device_id != device_id:", "if False:"),
            Fault(annulment, "at - scan.at > ANNUL_SECONDS", "False"),
            Fault(annulment, "ANNUL_SECONDS = 15 * 60", "ANNUL_SECONDS = 16 * 60"),
        ),
    ),
]


class TestHistories:
    @pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.holds.__name__)
    def test_holds(self, promise: Promise) -> None:
        search(steps, partial(promise.holds, decide, annul), examples=200, shrink=True)

    @pytest.mark.parametrize(
        ("promise", "fault"),
        [
            pytest.param(promise, fault, id=f"{promise.holds.__name__}-{number}")
            for promise in PROMISES
            for number, fault in enumerate(promise.faults)
        ],
    )
    def test_notices_a_fault(self, promise: Promise, fault: Fault) -> None:
        with pytest.raises(AssertionError):
            search(steps, partial(promise.holds, *faulty(fault)), examples=2_000, shrink=False)
