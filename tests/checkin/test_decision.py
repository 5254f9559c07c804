"""The promises of a gate hold, and each notices the faults that it is there for."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import strategies as st

from booking.checkin import decision, hours
from booking.checkin.decision import decide, zone_entered
from booking.checkin.facts import Gate
from tests.checkin import promises
from tests.checkin.cases import Case, Decide, Fault, entries, faulty, search, wild


class Promise(NamedTuple):
    holds: Callable[[Decide, Case], None]
    faults: tuple[Fault, ...]
    cases: st.SearchStrategy[Case] = entries()


def d(old: str, new: str) -> Fault:
    return Fault(decision, old, new)


def h(old: str, new: str) -> Fault:
    return Fault(hours, old, new)


PROMISES = [
    Promise(
        promises.only_issued_passes_let_in,
        (
            d("    _contradiction,\n    _state,\n", "    _contradiction,\n"),
            d("state == PassState.ISSUED else", "state in (PassState.ISSUED, PassState.UNPAID) else"),
            d("state == PassState.ISSUED else", "state != PassState.REVOKED else"),
        ),
    ),
    Promise(
        promises.single_entry_is_at_most_once,
        (
            d("known.single_entry or not case.zone.reentry:", "not case.zone.reentry:"),
            d("is_daily(known) and not known.single_entry", "is_daily(known)"),
            d("known.party - used)", "known.party - used + 1)"),
        ),
    ),
    Promise(
        promises.without_reentry_nobody_enters_twice,
        (
            d("if known.single_entry or not case.zone.reentry:", "if known.single_entry:"),
            d("else past.admitted\n", "else past.inside\n"),
            d("1 <= _wanted(case, left) <= left", "1 <= _wanted(case, left)"),
        ),
    ),
    Promise(
        promises.daily_passes_enter_once_in_each_of_their_hours,
        (
            d("used = past.admitted_in_hours if by_hours else past.admitted", "used = past.admitted"),
            d("past.admitted_in_hours if by_hours", "0 if by_hours"),
        ),
    ),
    Promise(
        promises.anti_passback_lets_nobody_in_twice,
        (
            d("past.inside if case.zone.anti_passback else 0", "0"),
            d("past.inside if case.zone.anti_passback else 0", "max(0, past.inside - 1)"),
        ),
    ),
    Promise(
        promises.a_zone_never_holds_more_than_its_capacity,
        (
            d("    _room,\n", ""),
            d("zone.inside + heads <= zone.capacity", "zone.inside <= zone.capacity"),
            d("zone.inside + heads <= zone.capacity", "zone.inside < zone.capacity"),
            d("zone.capacity == NO_LIMIT or", "zone.capacity <= 0 or"),
        ),
    ),
    Promise(
        promises.nobody_enters_outside_the_hours,
        (
            d("if opens <= at < closes:", "if opens <= at <= closes:"),
            d("if opens <= at < closes:", "if at < closes:"),
            h("max(start, first), min(start + length, last)", "start, min(start + length, last)"),
            h("max(start, first), min(start + length, last)", "max(start, first), start + length"),
            h("(moment + SHANGHAI_OFFSET) // _DAY * _DAY - SHANGHAI_OFFSET", "moment // _DAY * _DAY"),
            h("if not is_daily(known):", "if True:"),
        ),
    ),
    Promise(
        promises.nobody_enters_unproven,
        (
            d("    _proof,\n", ""),
            d("known.static_code and zone.static_code", "known.static_code"),
            d("known.static_code and zone.static_code", "zone.static_code"),
            d("scan.presented == Presented.QR and known.static_code", "known.static_code"),
            d("gate.staffed and scan.identity_seen", "scan.identity_seen"),
            d("scan.code == CodeCheck.CURRENT", "scan.code != CodeCheck.ABSENT"),
        ),
    ),
    Promise(
        promises.a_screenshot_is_expired_whatever_became_of_its_pass,
        (
            d("    _proof,\n    _used_up,\n", "    _used_up,\n    _proof,\n"),
            d("    _proof,\n    _used_up,\n    _room,\n", "    _room,\n    _proof,\n    _used_up,\n"),
        ),
    ),
    Promise(
        promises.a_pass_opens_only_its_own_zones,
        (
            d("    _elsewhere,\n", ""),
            d("or _elsewhere(case) or", "or"),
            d("if case.known.place_id != case.gate.place_id:", "if False:"),
            d("if set(case.known.zones).isdisjoint(case.gate.zones):", "if not case.known.zones:"),
        ),
    ),
    Promise(promises.a_zone_takes_only_its_kinds_of_passes, (d("    _product,\n", ""),)),
    Promise(
        promises.a_revoked_device_learns_nothing,
        (
            d("if gate.revoked:", "if gate.revoked and gate.online:"),
            d("if gate.revoked:", "if gate.revoked and scan.direction == Direction.ENTRY:"),
        ),
    ),
    Promise(
        promises.past_its_lease_a_gate_lets_nobody_in,
        (d("scan.at >= gate.lease_until", "scan.at > gate.lease_until"), d("scan.at >= gate.lease_until", "False")),
    ),
    Promise(
        promises.a_gate_that_cannot_trust_its_clock_lets_nobody_in,
        (
            d("not gate.clock_trusted or scan.at < gate.high_water", "not gate.clock_trusted"),
            d("not gate.clock_trusted or scan.at < gate.high_water", "scan.at < gate.high_water"),
            d("scan.at < gate.high_water", "scan.at + 1 < gate.high_water"),
        ),
    ),
    Promise(
        promises.a_gate_alone_is_no_more_lenient_than_the_server,
        (
            d("if scan.code == CodeCheck.UNCHECKED:", "if not gate.online:\n        return None\n    if False:"),
            d("if zone.capacity == NO_LIMIT or", "if not case.gate.online or zone.capacity == NO_LIMIT or"),
        ),
    ),
    Promise(
        promises.a_gate_alone_does_not_guess,
        (
            d("if not gate.online and presented == Presented.CARD:", "if False:"),
            d("presented == Presented.UNVERIFIABLE or (presented", "(presented"),
            d("or (presented, known) == (Presented.MANUAL, None)", ""),
        ),
    ),
    Promise(
        promises.what_nobody_vouches_for_opens_nothing,
        (
            d("if presented not in _NAMES_A_PASS:", "if presented == Presented.UNREADABLE:"),
            d("if presented not in _NAMES_A_PASS:", "if known is None and presented not in _NAMES_A_PASS:"),
        ),
    ),
    Promise(
        promises.no_rule_about_entering_keeps_a_person_inside,
        (
            d("if gate.online or scan.direction == Direction.EXIT:", "if gate.online:"),
            d("_contradiction(case) or _elsewhere(case) or _let_out", "_state(case) or _elsewhere(case) or _let_out"),
            d("_contradiction(case) or _elsewhere(case) or _let_out", "_hours(case) or _elsewhere(case) or _let_out"),
            d("_contradiction(case) or _elsewhere(case) or _let_out", "_proof(case) or _elsewhere(case) or _let_out"),
        ),
    ),
    Promise(
        promises.wider_hours_never_shut_anyone_out,
        (h("known.opens - early", "known.opens + early"), h("known.closes + late", "known.closes - late")),
    ),
    Promise(
        promises.the_hours_have_no_gaps,
        (d("if opens <= at < closes:", "if opens <= at < closes and not opens < at < case.known.opens:"),),
    ),
    Promise(
        promises.more_people_never_make_more_room,
        (
            d("zone.inside + heads <= zone.capacity", "heads - zone.inside <= zone.capacity"),
            d("max(0, known.party - used)", "abs(known.party - used)"),
        ),
    ),
    Promise(
        promises.every_verdict_is_well_formed,
        (
            d("min(*counts, past.admitted, past.admitted_in_hours, past.inside) >= 0", "True"),
            d("heads=heads, left=left - heads", "heads=heads, left=left"),
            d("sentence or reason.value", 'sentence or "unknown"'),
            d("max(0, inside - heads)", "inside - heads"),
            d("if heads == 0 or (counted", "if (counted"),
        ),
        wild(),
    ),
]


class TestPromises:
    @pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.holds.__name__)
    def test_holds(self, promise: Promise) -> None:
        search(promise.cases, partial(promise.holds, decide), examples=200, shrink=True)

    @pytest.mark.parametrize(
        ("promise", "fault"),
        [
            pytest.param(promise, fault, id=f"{promise.holds.__name__}-{number}")
            for promise in PROMISES
            for number, fault in enumerate(promise.faults)
        ],
    )
    def test_notices_a_fault(self, promise: Promise, fault: Fault) -> None:
        broken, _ = faulty(fault)
        with pytest.raises(AssertionError):
            search(promise.cases, partial(promise.holds, broken), examples=2_000, shrink=False)


class TestZoneEntered:
    def test_the_first_of_the_gates_zones_that_the_pass_opens(self) -> None:
        assert zone_entered((3, 2), Gate(7, (1, 2, 3))) == 2

    def test_the_gates_first_when_it_opens_none(self) -> None:
        assert zone_entered((9,), Gate(7, (1, 2, 3))) == 1

    def test_a_gate_that_leads_nowhere(self) -> None:
        with pytest.raises(ValueError, match="at least one zone"):
            zone_entered((1,), Gate(7, ()))
