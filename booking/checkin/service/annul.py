"""Taking a scan back, because the turnstile did not turn."""

from datetime import UTC, datetime

import msgspec
from sqlalchemy import update

from booking.checkin import annulment
from booking.checkin.annulment import PastScan
from booking.checkin.errors import NoSuchScan
from booking.checkin.facts import Direction, Reason, Status, Verdict
from booking.checkin.models import PassUse, Scan
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.queries.ledger import service_date
from booking.checkin.schemas import Outcome
from booking.checkin.service import effects
from booking.checkin.service.effects import Passage
from booking.db import WriteSession


def annul_scan(tx: WriteSession, now: datetime, gate: GatePrincipal, scan_id: str) -> Verdict:
    """Take back what this device let through, within 15 minutes and while the heads have not moved on.

    Raises:
        NoSuchScan: this device sent no such scan.
    """
    stored = tx.get(Scan, place_id=gate.place_id, gate_id=gate.gate_id, scan_id=scan_id)
    if stored is None:
        raise NoSuchScan(scan_id=scan_id)
    verdict = annulment.annul(_past(tx, stored), gate.gate_id, int(now.timestamp()))
    if verdict.status != Status.OK:
        return verdict
    mine = (Scan.place_id == stored.place_id) & (Scan.gate_id == stored.gate_id) & (Scan.scan_id == scan_id)
    annulled = update(Scan).where(mine, Scan.annulled_at.is_(None)).values(annulled_at=now)
    if tx.execute(annulled).rowcount == 0:
        return verdict  # it was taken back before, and the repeat is told the same
    if not _take_back(tx, stored):
        tx.execute(update(Scan).where(mine).values(annulled_at=None))
        return Verdict(Status.ERROR, Reason.RULES, "annul.moved_on")
    tx.touch(f"gate:{stored.place_id}:{stored.gate_id}")
    tx.touch(f"zone:{stored.place_id}:{stored.zone_id}")
    tx.touch(f"pass:{stored.place_id}:{stored.pass_id}")
    return verdict


def _past(tx: WriteSession, stored: Scan) -> PastScan:
    use = tx.get(PassUse, place_id=stored.place_id, pass_id=stored.pass_id, zone_id=stored.zone_id)
    counted = use is not None and use.service_day == service_date(stored.received_at)
    return PastScan(
        device_id=stored.gate_id,
        status=Status(stored.status),
        direction=Direction(stored.direction),
        at=int(stored.received_at.timestamp()),
        heads=stored.heads,
        annulled=stored.annulled_at is not None,
        party=msgspec.convert(stored.verdict, Outcome).party,
        inside=use.inside if use is not None and counted else 0,
    )


def _take_back(tx: WriteSession, stored: Scan) -> bool:
    if stored.pass_id is None or stored.zone_id is None:
        return True
    passage = Passage(
        place_id=stored.place_id,
        pass_id=stored.pass_id,
        zone_id=stored.zone_id,
        heads=stored.heads,
        hours_from=datetime.fromtimestamp(msgspec.convert(stored.verdict, Outcome).hours_from, UTC),
        service_day=service_date(stored.received_at),
    )
    if stored.direction == Direction.EXIT:
        effects.take_back_exit(tx, passage)
        return True
    return effects.take_back_entry(tx, passage)
