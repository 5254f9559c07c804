"""What a gate says to what was presented: which pass is meant, and the one decision on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from booking.checkin import facts
from booking.checkin.codes import CodeCheck, check_code
from booking.checkin.decision import decide, zone_entered
from booking.checkin.facts import Direction, History, Presented, Reason, Status, Verdict
from booking.checkin.presented import Reading, pass_of
from booking.checkin.queries import ledger
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.queries.ledger import Held
from booking.checkin.schemas import Choice, Outcome, ScanRequest, ZoneView
from booking.db import WriteSession
from booking.places.catalogue import Places, places
from booking.web.formatting import masked_name


class Case(NamedTuple):
    """A pass that may be meant, and what the gate says to it."""

    presented: Presented
    held: Held | None
    door: ZoneView
    zone: facts.Zone
    known: facts.Pass | None
    hours_from: int
    verdict: Verdict


class Scene(NamedTuple):
    """What does not depend on the pass."""

    gate: GatePrincipal
    request: ScanRequest
    reading: Reading
    day_keys: Mapping[int, bytes]
    direction: Direction
    now: datetime

    @property
    def at(self) -> int:
        """`now` as a Unix second."""
        return int(self.now.timestamp())


def look(tx: WriteSession, scene: Scene) -> tuple[Case, list[Choice]]:
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


def _found(tx: WriteSession, scene: Scene) -> tuple[Presented, Sequence[Held]]:
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


def _decide(tx: WriteSession, scene: Scene, known: Places, held: Held | None, matches: int = 1) -> Case:
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
    return Case(reading.presented, held, door, zone, of_pass, began, decide(scan, checker, zone, of_pass, past))


def _remoteness(scene: Scene, case: Case) -> tuple[bool, float]:
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


def outcome_of(case: Case, choices: list[Choice]) -> Outcome:
    """The verdict as it is stored and told."""
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
