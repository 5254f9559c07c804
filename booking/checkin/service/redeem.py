"""Redeeming a pass at a gate: one decision, its effects and its record in one transaction.

Signatures are verified before. The scan's row comes first, so that a repeat of the same scan (a second tap, a
retry after a lost answer) changes nothing and is told what the first was told. Refusals are recorded as well.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Insert, update

from booking.checkin.errors import WrongWay
from booking.checkin.facts import Direction, Presented, Status
from booking.checkin.models import Scan
from booking.checkin.presented import Reading
from booking.checkin.queries import ledger
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.schemas import Outcome, ScanRequest
from booking.checkin.service import effects
from booking.checkin.service.effects import Passage
from booking.checkin.service.judging import Case, Scene, look, outcome_of
from booking.db import ReadSession, WriteSession, insert, prepared
from booking.errors import Busy

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
    scene = Scene(gate, request, reading, day_keys, _direction(gate, request), now)
    case, choices = look(tx, scene)
    outcome = outcome_of(case, choices)
    if not _record(tx, scene, case, outcome):
        return _replay(tx, scene)
    for _ in range(MOST_TRIES):
        if _carry_out(tx, scene, case):
            break
        # Others were faster since this transaction looked (PostgreSQL alone): look again, and say what is so now.
        case, choices = look(tx, scene)
        outcome = outcome_of(case, choices)
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


def _record(tx: WriteSession, scene: Scene, case: Case, outcome: Outcome) -> bool:
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
    return tx.execute(_scan_stored(tx), row | _verdict_columns(outcome)).rowcount == 1


@prepared
def _scan_stored(tx: ReadSession) -> Insert:
    return insert(tx, Scan).on_conflict_do_nothing()


def _correct(tx: WriteSession, scene: Scene, outcome: Outcome) -> None:
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


def _carry_out(tx: WriteSession, scene: Scene, case: Case) -> bool:
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


def _announce(tx: WriteSession, scene: Scene, case: Case, outcome: Outcome) -> None:
    place = scene.gate.place_id
    tx.touch(f"gate:{place}:{scene.gate.gate_id}")
    if outcome.status == "ok":
        tx.touch(f"zone:{place}:{case.door.id}")
        tx.touch(f"pass:{place}:{outcome.pass_id}")


def _replay(tx: WriteSession, scene: Scene) -> Redeemed:
    gate, scan_id = scene.gate, scene.request.scan_id
    stored = tx.get(Scan, place_id=gate.place_id, gate_id=gate.gate_id, scan_id=scan_id)
    if stored is None:
        raise RuntimeError("a scan that was in the way is gone: scans are never deleted")
    outcome = msgspec.convert(stored.verdict, Outcome)
    annulled = stored.annulled_at is not None
    return Redeemed(scan_id, Direction(stored.direction), outcome, stored.received_at, annulled, replayed=True)
