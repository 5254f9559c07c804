"""What a gate promises, each a check of one `decide` on one case."""

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

from booking.checkin.codes import CodeCheck
from booking.checkin.facts import NO_LIMIT, Direction, HeadsMode, PassState, Presented, Reason, Status
from booking.checkin.sentences import SENTENCES
from tests.checkin.cases import CLOSES, NOON_AFTER, OPENS, Case, Decide, admits

SHANGHAI = ZoneInfo("Asia/Shanghai")


def only_issued_passes_let_in(decide: Decide, case: Case) -> None:
    for state in PassState:
        if state != PassState.ISSUED:
            assert not admits(decide(*case.but(known={"state": state})))


def single_entry_is_at_most_once(decide: Decide, case: Case) -> None:
    case = case.but(known={"single_entry": True})
    verdict = decide(*case)
    if admits(verdict):
        assert case.past.admitted + verdict.heads <= case.known.party


def without_reentry_nobody_enters_twice(decide: Decide, case: Case) -> None:
    case = case.but(zone={"reentry": False}, known={"daily_from": 0, "daily_until": 0})
    verdict = decide(*case)
    if admits(verdict):
        assert case.past.admitted + verdict.heads <= case.known.party


def daily_passes_enter_once_in_each_of_their_hours(decide: Decide, case: Case) -> None:
    case = case.but(
        zone={"reentry": False}, known={"daily_from": 6 * 3600, "daily_until": 23 * 3600, "single_entry": False}
    )
    verdict = decide(*case)
    if admits(verdict):
        assert case.past.admitted_in_hours + verdict.heads <= case.known.party
    if verdict.reason == Reason.ALREADY_REDEEMED:
        assert case.past.admitted_in_hours >= case.known.party


def anti_passback_lets_nobody_in_twice(decide: Decide, case: Case) -> None:
    case = case.but(zone={"reentry": True, "anti_passback": True}, known={"single_entry": False})
    verdict = decide(*case)
    if admits(verdict):
        assert case.past.inside + verdict.heads <= case.known.party


def a_zone_never_holds_more_than_its_capacity(decide: Decide, case: Case) -> None:
    for capacity, inside, mode in product((0, 5), (0, 4, 5, 6), HeadsMode):
        zone = {"capacity": capacity, "inside": inside}
        verdict = decide(*case.but(zone=zone, gate={"heads_mode": mode}, known={"party": 2}))
        if admits(verdict):
            assert inside + verdict.heads <= capacity


def nobody_enters_outside_the_hours(decide: Decide, case: Case) -> None:
    scan, _, zone, known, _ = case
    if not admits(decide(*case)):
        return
    early, late = zone.early_minutes * 60, zone.late_minutes * 60
    assert known.opens - early <= scan.at < known.closes + late
    if known.daily_until:
        local = datetime.fromtimestamp(scan.at, UTC).astimezone(SHANGHAI)
        second = local.hour * 3600 + local.minute * 60 + local.second
        span = range(known.daily_from - early, known.daily_until + late)
        assert any(second + day * 86_400 in span for day in (-1, 0, 1))


def nobody_enters_unproven(decide: Decide, case: Case) -> None:
    online = case.gate.online
    choices = (False, True)
    for shown, code, token_static, zone_static, staffed, seen in product(
        (Presented.QR, Presented.MANUAL, Presented.CARD), CodeCheck, choices, choices, choices, choices
    ):
        verdict = decide(
            *case.but(
                scan={"presented": shown, "code": code, "identity_seen": seen},
                gate={"staffed": staffed},
                zone={"static_code": zone_static},
                known={"static_code": token_static},
            )
        )
        if admits(verdict):
            assert (
                code == CodeCheck.CURRENT
                or (shown == Presented.CARD and online)
                or (shown == Presented.QR and token_static and zone_static)
                or (seen and staffed)
            )


def a_screenshot_is_expired_whatever_became_of_its_pass(decide: Decide, case: Case) -> None:
    case = case.but(
        scan={
            "presented": Presented.QR,
            "code": CodeCheck.EXPIRED,
            "identity_seen": False,
            "at": NOON_AFTER,
            "matches": 1,
        },
        gate={"online": True, "revoked": False, "place_id": 7, "zones": (1,)},
        zone={"products": (), "static_code": False},
        known={"state": PassState.ISSUED, "place_id": 7, "zones": (1,), "daily_from": 0, "daily_until": 0},
    )
    assert decide(*case).reason == Reason.CODE_EXPIRED


def a_pass_opens_only_its_own_zones(decide: Decide, case: Case) -> None:
    foreign_place = case.but(known={"place_id": 8}, gate={"place_id": 7})
    foreign_zone = case.but(known={"zones": (2, 3)}, gate={"zones": (0, 1)})
    for away in (foreign_place, foreign_zone):
        for direction in Direction:
            assert not admits(decide(*away.but(scan={"direction": direction})))


def a_zone_takes_only_its_kinds_of_passes(decide: Decide, case: Case) -> None:
    assert not admits(decide(*case.but(zone={"products": (1, 2)}, known={"product": 3})))


def a_revoked_device_learns_nothing(decide: Decide, case: Case) -> None:
    for direction in Direction:
        verdict = decide(*case.but(gate={"revoked": True}, scan={"direction": direction}))
        assert verdict.reason == Reason.DEVICE_REVOKED
        assert verdict[3:] == ((), 0, 0, 0, 0, 0, 0, 0, NO_LIMIT, 0)


def past_its_lease_a_gate_lets_nobody_in(decide: Decide, case: Case) -> None:
    for over in (0, 1, 86_400):
        assert not admits(decide(*case.but(gate={"online": False, "lease_until": case.scan.at - over})))


def a_gate_that_cannot_trust_its_clock_lets_nobody_in(decide: Decide, case: Case) -> None:
    assert not admits(decide(*case.but(gate={"online": False, "clock_trusted": False})))
    assert not admits(decide(*case.but(gate={"online": False, "high_water": case.scan.at + 1})))


def a_gate_alone_is_no_more_lenient_than_the_server(decide: Decide, case: Case) -> None:
    if admits(decide(*case.but(gate={"online": False}))):
        assert admits(decide(*case.but(gate={"online": True})))


def a_gate_alone_does_not_guess(decide: Decide, case: Case) -> None:
    able = case.but(
        gate={"online": False, "revoked": False, "clock_trusted": True, "high_water": 0, "lease_until": CLOSES + 90_001}
    )
    for presented in (Presented.CARD, Presented.UNVERIFIABLE):
        assert decide(*able.but(scan={"presented": presented})).reason == Reason.NEEDS_ONLINE
    manual = able.but(scan={"presented": Presented.MANUAL})
    assert decide(manual.scan, manual.gate, manual.zone, None, manual.past).reason == Reason.NEEDS_ONLINE


def what_nobody_vouches_for_opens_nothing(decide: Decide, case: Case) -> None:
    for presented in (Presented.FORGED, Presented.RETIRED_KEY, Presented.UNREADABLE, Presented.UNVERIFIABLE):
        for direction in Direction:
            assert not admits(decide(*case.but(scan={"presented": presented, "direction": direction})))
    assert not admits(decide(case.scan, case.gate, case.zone, None, case.past))


def no_rule_about_entering_keeps_a_person_inside(decide: Decide, case: Case) -> None:
    leaving = case.but(
        scan={"direction": Direction.EXIT, "presented": Presented.QR, "matches": 1, "heads": 1},
        gate={"revoked": False, "place_id": 7, "zones": (1,)},
        known={"place_id": 7, "zones": (1,)},
        past={"inside": max(1, case.past.inside)},
    )
    assert admits(decide(*leaving))


def wider_hours_never_shut_anyone_out(decide: Decide, case: Case) -> None:
    edges = (OPENS - case.zone.early_minutes * 60, OPENS + case.zone.early_minutes * 60, case.scan.at, CLOSES - 1)
    for at, field in product(edges, ("early_minutes", "late_minutes")):
        then = case.but(known={"daily_from": 0, "daily_until": 0}, scan={"at": at})
        if admits(decide(*then)):
            assert admits(decide(*then.but(zone={field: getattr(case.zone, field) + 7})))


def the_hours_have_no_gaps(decide: Decide, case: Case) -> None:
    case = case.but(known={"daily_from": 0, "daily_until": 0}, gate={"online": True})
    first = case.known.opens - case.zone.early_minutes * 60
    if admits(decide(*case)):
        for at in (first, max(first, OPENS - 1), (first + case.scan.at) // 2, case.known.closes - 1):
            assert admits(decide(*case.but(scan={"at": at})))


def more_people_never_make_more_room(decide: Decide, case: Case) -> None:
    case = case.but(scan={"heads": max(1, case.scan.heads)})
    if not admits(decide(*case)):
        for group, field in (
            ("zone", "inside"),
            ("past", "inside"),
            ("past", "admitted"),
            ("past", "admitted_in_hours"),
        ):
            more = getattr(getattr(case, group), field) + 1
            assert not admits(decide(*case.but(**{group: {field: more}})))


def every_verdict_is_well_formed(decide: Decide, case: Case) -> None:
    for mode, online, inside in product(HeadsMode, (False, True), (case.past.inside, 2)):
        seen = case.but(gate={"heads_mode": mode, "online": online}, past={"inside": inside})
        verdict = decide(*seen)
        assert (verdict.reason is not None) == (verdict.status == Status.ERROR)
        assert bool(verdict.needs) == (verdict.status == Status.INCOMPLETE)
        assert (verdict.heads >= 1) == (verdict.status == Status.OK)
        assert verdict.heads >= 0
        assert verdict.left >= 0
        assert verdict.sentence in SENTENCES
        if verdict.reason is not None:
            assert verdict.sentence.split(".")[0] == verdict.reason
        if case.scan.direction == Direction.ENTRY and admits(verdict):
            assert verdict.heads + verdict.left <= verdict.party
            assert verdict.opens <= case.scan.at < verdict.closes
        if verdict.sentence == "incomplete.heads":
            assert 1 <= verdict.left <= verdict.party
