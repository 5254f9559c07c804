"""The one decision of a gate, for server, turnstile and browser alike: may these heads pass, now, here?

`decide` is a pure function of its facts, and total: every combination gets a verdict, and facts that contradict
each other admit nobody. An entry passes these checks, and the first that fails is the answer:

1.  *The gate.* A revoked device learns nothing. Offline, a clock that cannot be trusted makes every later
    check meaningless, and past its lease the manifest may hide a revocation.
2.  *What was presented.* Unreadable or forged is `invalid`; what only the server can look up, `needs_online`.
3.  *The state of the pass*, before the zone and the hour: whoever is sent to another door or told to come
    back later must not learn only there that the pass was cancelled.
4.  *The zone and the kind of pass*, then *the hours*: what the holder can still put right elsewhere or later.
5.  *The proof that it is the holder*: rotating digits, a static code where zone and pass allow it, a document.
    Before anything the gate remembers, so that a screenshot answers `code_expired` even if it was used.
6.  *What is left of the pass*, then *room in the zone*, and last the question how many go in: nobody is asked
    for a number that would be refused anyway.

**An exit** is checked for the device, for what was presented and for the zone, and never for state, hours,
code, clock or lease: no rule about entering may keep a person inside. Only a zone with anti-passback, seen
online, answers `rules` when nobody of that pass is inside.

**Heads.** A pass admits up to `party` heads, together or one by one. Left to enter are

    single-entry pass                    party - heads ever admitted
    no re-entry, not daily               party - heads ever admitted
    no re-entry, daily                   party - heads admitted in the present daily hours
    re-entry with anti-passback          party - heads inside
    re-entry without anti-passback       party

all counted in the zone of the gate. A scan that says no number means what `Gate.heads_mode` says.

**Forcing** (a person opens by hand) does not change a verdict; it is recorded beside it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from booking.checkin.codes import CodeCheck
from booking.checkin.facts import (
    NO_LIMIT,
    Direction,
    Gate,
    HeadsMode,
    History,
    Need,
    Pass,
    PassState,
    Presented,
    Reason,
    Scan,
    Status,
    Verdict,
    Zone,
)
from booking.checkin.hours import admission, daily_hours_fit, is_daily

_NAMES_A_PASS = (Presented.QR, Presented.MANUAL, Presented.CARD)


class _Case(NamedTuple):
    scan: Scan
    gate: Gate
    zone: Zone
    known: Pass
    past: History


def decide(scan: Scan, gate: Gate, zone: Zone, known: Pass | None, past: History) -> Verdict:
    """The verdict on one scan.

    Args:
        scan: what was presented, which way and when.
        gate: the device and how well it can see.
        zone: the rules of the zone behind the gate, and how many are in it.
        known: the pass, or None when what was presented names none.
        past: what the pass has done in this zone.
    """
    verdict = _refuse_gate(scan, gate) or _refuse_presented(scan, gate, known)
    if verdict is not None:
        return verdict
    if known is None:
        return _error(Reason.INVALID)
    case = _Case(scan, gate, zone, known, past)
    if scan.direction == Direction.EXIT:
        return _contradiction(case) or _elsewhere(case) or _let_out(case)
    for check in _ENTRY_CHECKS:
        verdict = check(case)
        if verdict is not None:
            return verdict
    return _let_in(case)


def zone_entered(zones_opened: Sequence[int], gate: Gate) -> int:
    """The zone whose rules and counts apply: the first of the gate's that the pass opens, else the gate's first.

    Raises:
        ValueError: the gate leads nowhere.
    """
    if not gate.zones:
        raise ValueError("a gate belongs to at least one zone")
    return next((zone for zone in gate.zones if zone in zones_opened), gate.zones[0])


def _refuse_gate(scan: Scan, gate: Gate) -> Verdict | None:
    if gate.revoked:
        return _error(Reason.DEVICE_REVOKED)
    if gate.online or scan.direction == Direction.EXIT:
        return None
    if not gate.clock_trusted or scan.at < gate.high_water:
        return _error(Reason.CLOCK_UNTRUSTED)
    if scan.at >= gate.lease_until:
        return _error(Reason.OFFLINE_LEASE_EXPIRED)
    return None


def _refuse_presented(scan: Scan, gate: Gate, known: Pass | None) -> Verdict | None:
    presented = scan.presented
    if presented == Presented.RETIRED_KEY:
        return _error(Reason.INVALID, "invalid.retired_key")
    if not gate.online and presented == Presented.CARD:
        return _error(Reason.NEEDS_ONLINE, "needs_online.card")
    if not gate.online and (presented == Presented.UNVERIFIABLE or (presented, known) == (Presented.MANUAL, None)):
        return _error(Reason.NEEDS_ONLINE)
    if presented not in _NAMES_A_PASS:
        return _error(Reason.INVALID)
    return _error(Reason.AMBIGUOUS) if scan.matches > 1 else None


def _contradiction(case: _Case) -> Verdict | None:
    """Facts that no honest ledger holds: let nobody in on them, and say that it is not the holder's doing."""
    scan, _, zone, known, past = case
    counts = (scan.heads, zone.early_minutes, zone.late_minutes, zone.inside, zone.unseen)
    sound = (
        min(*counts, past.admitted, past.admitted_in_hours, past.inside) >= 0
        and zone.capacity >= NO_LIMIT
        and known.party >= 1
        and known.opens < known.closes
        and daily_hours_fit(known.daily_from, known.daily_until)
    )
    return None if sound else _error(Reason.ERROR)


def _state(case: _Case) -> Verdict | None:
    state = case.known.state
    return None if state == PassState.ISSUED else _verdict(case, Status.ERROR, Reason(state))


def _elsewhere(case: _Case) -> Verdict | None:
    if case.known.place_id != case.gate.place_id:
        return _verdict(case, Status.ERROR, Reason.WRONG_ZONE, "wrong_zone.place")
    if set(case.known.zones).isdisjoint(case.gate.zones):
        return _verdict(case, Status.ERROR, Reason.WRONG_ZONE)
    return None


def _product(case: _Case) -> Verdict | None:
    admitted = case.zone.products
    if not admitted or case.known.product in admitted:
        return None
    return _verdict(case, Status.ERROR, Reason.PRODUCT)


def _hours(case: _Case) -> Verdict | None:
    at = case.scan.at
    opens, closes = admission(case.known, case.zone, at)
    if opens <= at < closes:
        return None
    if at >= opens:
        sentence = "invalid_time.late"
    elif at < case.known.opens - case.zone.early_minutes * 60:
        sentence = "invalid_time.early"
    else:
        sentence = "invalid_time.hours"
    return _verdict(case, Status.ERROR, Reason.INVALID_TIME, sentence)


def _proof(case: _Case) -> Verdict | None:
    """Whether it is the holder who stands here; a card that only the server can look up proves itself."""
    scan, gate, zone, known, _ = case
    static = scan.presented == Presented.QR and known.static_code and zone.static_code
    seen = gate.staffed and scan.identity_seen
    if scan.presented == Presented.CARD or scan.code == CodeCheck.CURRENT or static or seen:
        return None
    if scan.code == CodeCheck.EXPIRED:
        return _verdict(case, Status.ERROR, Reason.CODE_EXPIRED)
    if scan.code == CodeCheck.UNCHECKED:
        return _verdict(case, Status.ERROR, Reason.NEEDS_ONLINE)
    if gate.staffed:
        return _incomplete(case, "incomplete.code_or_identity", (Need.CODE, Need.IDENTITY))
    return _incomplete(case, "incomplete.code", (Need.CODE,))


def _used_up(case: _Case) -> Verdict | None:
    if _left(case) > 0:
        return None
    known, zone = case.known, case.zone
    sentence = "already_redeemed" if known.party == 1 else "already_redeemed.party"
    if not known.single_entry and zone.reentry:
        sentence = "already_redeemed.inside"
    elif not known.single_entry and is_daily(known):
        sentence = "already_redeemed.hours"
    return _verdict(case, Status.ERROR, Reason.ALREADY_REDEEMED, sentence)


def _room(case: _Case) -> Verdict | None:
    zone = case.zone
    heads = min(max(_wanted(case, _left(case)), 1), _left(case))
    if zone.capacity == NO_LIMIT or zone.inside + heads <= zone.capacity:
        return None
    sentence = "zone_full.unseen" if zone.unseen else "zone_full"
    return _verdict(case, Status.ERROR, Reason.ZONE_FULL, sentence)


def _count(case: _Case) -> Verdict | None:
    left = _left(case)
    if 1 <= _wanted(case, left) <= left:
        return None
    return _incomplete(case, "incomplete.heads", (Need.HEADS,), left)


_ENTRY_CHECKS: tuple[Callable[[_Case], Verdict | None], ...] = (
    _contradiction,
    _state,
    _elsewhere,
    _product,
    _hours,
    _proof,
    _used_up,
    _room,
    _count,
)


def _let_in(case: _Case) -> Verdict:
    left = _left(case)
    heads = _wanted(case, left)
    sentence = "ok.entry" if case.known.party == 1 else "ok.entry_party"
    return _verdict(case, Status.OK, None, sentence, heads=heads, left=left - heads)


def _let_out(case: _Case) -> Verdict:
    inside = case.past.inside
    counted = case.gate.online and case.zone.anti_passback
    if counted and inside == 0:
        return _verdict(case, Status.ERROR, Reason.RULES, "rules.no_entry")
    heads = _wanted(case, inside)
    if heads == 0 or (counted and heads > inside):
        return _incomplete(case, "incomplete.heads_out", (Need.HEADS,), inside)
    return _verdict(case, Status.OK, None, "ok.exit", heads=heads, left=max(0, inside - heads))


def _left(case: _Case) -> int:
    """Heads that may still enter; see the table above."""
    known, past = case.known, case.past
    if known.single_entry or not case.zone.reentry:
        by_hours = is_daily(known) and not known.single_entry
        used = past.admitted_in_hours if by_hours else past.admitted
    else:
        used = past.inside if case.zone.anti_passback else 0
    return max(0, known.party - used)


def _wanted(case: _Case, possible: int) -> int:
    """Heads that this scan means, or 0 when they must be asked for."""
    if case.scan.heads:
        return case.scan.heads
    if case.gate.heads_mode == HeadsMode.ALL:
        return max(1, possible)
    return 0 if case.gate.heads_mode == HeadsMode.ASK and possible > 1 else 1


def _error(reason: Reason, sentence: str = "") -> Verdict:
    return Verdict(Status.ERROR, reason, sentence or reason.value)


def _incomplete(case: _Case, sentence: str, needs: tuple[Need, ...], left: int = 0) -> Verdict:
    return _verdict(case, Status.INCOMPLETE, None, sentence)._replace(needs=needs, left=left)


def _verdict(
    case: _Case,
    status: Status,
    reason: Reason | None,
    sentence: str = "",
    heads: int = 0,
    left: int = 0,
) -> Verdict:
    opens, closes = admission(case.known, case.zone, case.scan.at)
    return Verdict(
        status=status,
        reason=reason,
        sentence=sentence or str(reason),
        heads=heads,
        left=left,
        party=case.known.party,
        first_at=case.past.first_at,
        opens=opens,
        closes=closes,
        inside=case.zone.inside,
        capacity=case.zone.capacity,
        unseen=case.zone.unseen,
    )
