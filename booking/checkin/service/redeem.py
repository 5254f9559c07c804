"""Redeeming a pass at a gate: one decision, its effects and its record in one transaction.

Signatures are verified before. The scan's row comes first, so that a repeat of the same scan (a second tap, a
retry after a lost answer) changes nothing and is told what the first was told. Refusals are recorded as well.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import update

from booking.checkin import facts
from booking.checkin.codes import CodeCheck, check_code
from booking.checkin.decision import decide, zone_entered
from booking.checkin.errors import WrongWay
from booking.checkin.facts import Direction, History, Presented, Reason, Status, Verdict
from booking.checkin.models import Scan
from booking.checkin.presented import Reading, pass_of
from booking.checkin.queries import ledger
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.queries.ledger import Held
from booking.checkin.schemas import Choice, Outcome, ScanRequest, ZoneView
from booking.checkin.service import effects
from booking.checkin.service.effects import Passage
from booking.db import WriteSession, insert
from booking.errors import Busy
from booking.places.catalogue import Places, places
from booking.web.formatting import masked_name

MOST_TRIES = 10
"""Each lost try means that another scan won: with heads and room limited, a second look almost always settles it."""
_MEDIA = {Presented.MANUAL: "manual", Presented.CARD: "card"}


class Redeemed(NamedTuple):
    """A stored scan and its verdict."""

    scan_id: str
    direction: Direction
    outcome: Outcome
    received_at: datetime
    annulled: bool
    replayed: bool


class _Case(NamedTuple):
    """A pass that may be meant, and what the gate says to it."""

    presented: Presented
    held: Held | None
    door: ZoneView
    zone: facts.Zone
    known: facts.Pass | None
    hours_from: int
    verdict: Verdict


class _Scene(NamedTuple):
    """What does not depend on the pass."""

    gate: GatePrincipal
    request: ScanRequest
    reading: Reading
    day_keys: Mapping[int, bytes]
    direction: Direction
    now: datetime

    @property
    def at(self) -> int:
        return int(self.now.timestamp())


def redeem(
    tx: WriteSession,
    now: datetime,
    gate: GatePrincipal,
    request: ScanRequest,
    reading: Reading,
    day_keys: Mapping[int, bytes],
) -> Redeemed:
    """Decide on one scan, carry it out and record it; a repeat of a scan is answered as it was the first time.

    Args:
        tx: the transaction.
        now: the server's time.
        gate: the device that scanned.
        request: the scan as the device sent it.
        reading: what its code is, signature verified.
        day_keys: the keys of the place for the rotating digits of today.

    Raises:
        WrongWay: the gate does not turn that way.
        Busy: too many scans of one pass at once; the device sends the same scan again.
    """
    scene = _Scene(gate, request, reading, day_keys, _direction(gate, request), now)
    case, choices = _look(tx, scene)
    outcome = _outcome(case, choices)
    if not _record(tx, scene, case, outcome):
        return _replay(tx, scene)
    for _ in range(MOST_TRIES):
        if _carry_out(tx, scene, case):
            break
        # Others were faster since this transaction looked (PostgreSQL alone): look again, and say what is so now.
        case, choices = _look(tx, scene)
        outcome = _outcome(case, choices)
        _correct(tx, scene, outcome)
    else:
        raise Busy(retry_after=1)
    _announce(tx, scene, case, outcome)
    return Redeemed(request.scan_id, scene.direction, outcome, now, annulled=False, replayed=False)


def _direction(gate: GatePrincipal, request: ScanRequest) -> Direction:
    own = "entry" if gate.direction == "both" else gate.direction
    asked = request.direction or own
    if gate.direction not in ("both", asked):
        raise WrongWay(direction=asked)
    return Direction(asked)


def _look(tx: WriteSession, scene: _Scene) -> tuple[_Case, list[Choice]]:
    """The pass that is meant and the verdict on it; with what to choose from when a card may mean several."""
    known = places(tx)
    presented, found = _found(tx, scene)
    scene = scene._replace(reading=scene.reading._replace(presented=presented))
    cases = [_decide(tx, scene, known, held) for held in found]
    if len(cases) <= 1:
        return (cases[0] if cases else _decide(tx, scene, known, None)), []
    if scene.request.pass_id is not None:
        cases = [case for case in cases if case.held and case.held.id == scene.request.pass_id] or cases
    welcome = [case for case in cases if case.verdict.status != Status.ERROR]
    if len(welcome) <= 1 or len(cases) == 1:
        return min(welcome or cases, key=lambda case: _remoteness(scene, case)), []
    several = _decide(tx, scene, known, welcome[0].held, matches=len(welcome))
    return several._replace(held=None), [_choice(case.held) for case in welcome if case.held]


def _found(tx: WriteSession, scene: _Scene) -> tuple[Presented, Sequence[Held]]:
    """The passes that what was presented may mean; digits that no manual code knows are tried as a card."""
    reading, gate = scene.reading, scene.gate
    if gate.revoked:
        return reading.presented, ()
    if reading.token is not None:
        here = reading.token.place_id == gate.place_id
        return reading.presented, ledger.held_by_id(tx, gate, reading.token.pass_id) if here else ()
    if reading.manual_code and (found := ledger.held_by_manual_code(tx, gate, reading.manual_code)):
        return Presented.MANUAL, found
    if reading.card and (found := ledger.held_by_card(tx, gate, reading.card, scene.now)):
        return Presented.CARD, found
    return reading.presented, ()


def _decide(tx: WriteSession, scene: _Scene, known: Places, held: Held | None, matches: int = 1) -> _Case:
    """The verdict on one pass; without one, on a token of another place or on nothing at all."""
    gate, reading = scene.gate, scene.reading
    checker = facts.Gate(
        place_id=gate.place_id,
        zones=gate.zones,
        heads_mode=facts.HeadsMode(gate.heads_mode),
        staffed=gate.staffed,
        revoked=gate.revoked,
    )
    zone_id = zone_entered(held.zones if held else (), checker)
    zone_row = known.zones.get((gate.place_id, zone_id))
    counted = held is not None and (zone_row is None or zone_row.capacity is not None)
    inside = ledger.inside_now(tx, gate.place_id, [zone_id], scene.now).get(zone_id, 0) if counted else 0
    zone = ledger.zone_facts(zone_row, inside)
    door = ZoneView(id=zone_id, name=zone_row.name if zone_row else "", name_en=zone_row.name_en if zone_row else "")
    code = CodeCheck.ABSENT
    if held is None:
        elsewhere = reading.token is not None and reading.token.place_id != gate.place_id
        of_pass = pass_of(reading.token) if reading.token is not None and elsewhere else None
        began, past = 0, History()
    else:
        static = reading.token is not None and reading.token.static_code
        of_pass = ledger.pass_facts(gate.place_id, held, static_code=static)
        began = ledger.hours_from(of_pass, zone, scene.at)
        past = ledger.history(held.uses.get(zone_id), scene.now, began)
        code = check_code(reading.rotating, held.id, scene.at, scene.day_keys)
    scan = facts.Scan(
        presented=reading.presented,
        at=scene.at,
        code=code,
        direction=scene.direction,
        heads=scene.request.heads,
        identity_seen=scene.request.identity_seen,
        matches=matches,
    )
    return _Case(reading.presented, held, door, zone, of_pass, began, decide(scan, checker, zone, of_pass, past))


def _remoteness(scene: _Scene, case: _Case) -> tuple[bool, float]:
    """Of passes that are all refused, the one whose hours are nearest says most."""
    opens = case.held.valid_from.timestamp() if case.held else 0.0
    return case.verdict.reason == Reason.INVALID_TIME, abs(opens - scene.at)


def _choice(held: Held) -> Choice:
    return Choice(
        pass_id=held.id,
        title=held.title,
        title_en=held.title_en,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
        party=held.party,
    )


def _outcome(case: _Case, choices: list[Choice]) -> Outcome:
    verdict, held = case.verdict, case.held
    return Outcome(
        status=verdict.status.value,
        reason=None if verdict.reason is None else verdict.reason.value,
        sentence=verdict.sentence,
        needs=[need.value for need in verdict.needs],
        zone=case.door,
        pass_id=None if held is None else held.id,
        holder="" if held is None else masked_name(held.holder),
        title="" if held is None else held.title,
        title_en="" if held is None else held.title_en,
        heads=verdict.heads,
        left=verdict.left,
        party=verdict.party,
        first_at=verdict.first_at,
        opens=verdict.opens,
        closes=verdict.closes,
        inside=verdict.inside,
        capacity=verdict.capacity,
        hours_from=case.hours_from,
        choices=choices,
    )


def _record(tx: WriteSession, scene: _Scene, case: _Case, outcome: Outcome) -> bool:
    """Insert the scan; False when this device has sent it before."""
    request = scene.request
    row = {
        "place_id": scene.gate.place_id,
        "gate_id": scene.gate.gate_id,
        "scan_id": request.scan_id,
        "pass_id": outcome.pass_id,
        "zone_id": case.door.id,
        "direction": scene.direction.value,
        "medium": _MEDIA.get(case.presented, "qr"),
        "scanned_at": request.scanned_at or scene.now,
        "received_at": scene.now,
        "forced": request.forced,
    }
    stored = insert(tx, Scan).values(row | _verdict_columns(outcome)).on_conflict_do_nothing()
    return tx.execute(stored).rowcount == 1


def _correct(tx: WriteSession, scene: _Scene, outcome: Outcome) -> None:
    mine = (
        (Scan.place_id == scene.gate.place_id)
        & (Scan.gate_id == scene.gate.gate_id)
        & (Scan.scan_id == scene.request.scan_id)
    )
    tx.execute(update(Scan).where(mine).values(_verdict_columns(outcome)))


def _verdict_columns(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "reason": outcome.reason or "",
        "heads": outcome.heads,
        "verdict": msgspec.to_builtins(outcome),
    }


def _carry_out(tx: WriteSession, scene: _Scene, case: _Case) -> bool:
    """What the verdict changes; False when it could not any more."""
    if case.verdict.status != Status.OK or case.held is None or case.known is None:
        return True
    passage = Passage(
        place_id=scene.gate.place_id,
        pass_id=case.held.id,
        zone_id=case.door.id,
        heads=case.verdict.heads,
        hours_from=datetime.fromtimestamp(case.hours_from, UTC),
        service_day=ledger.service_date(scene.now),
    )
    if scene.direction == Direction.EXIT:
        return effects.leave(tx, passage, case.zone)
    return effects.enter(tx, scene.now, passage, case.known, case.zone)


def _announce(tx: WriteSession, scene: _Scene, case: _Case, outcome: Outcome) -> None:
    place = scene.gate.place_id
    tx.touch(f"gate:{place}:{scene.gate.gate_id}")
    if outcome.status == "ok":
        tx.touch(f"zone:{place}:{case.door.id}")
        tx.touch(f"pass:{place}:{outcome.pass_id}")


def _replay(tx: WriteSession, scene: _Scene) -> Redeemed:
    gate, scan_id = scene.gate, scene.request.scan_id
    stored = tx.get(Scan, place_id=gate.place_id, gate_id=gate.gate_id, scan_id=scan_id)
    if stored is None:
        raise RuntimeError("a scan that was in the way is gone: scans are never deleted")
    outcome = msgspec.convert(stored.verdict, Outcome)
    annulled = stored.annulled_at is not None
    return Redeemed(scan_id, Direction(stored.direction), outcome, stored.received_at, annulled, replayed=True)
