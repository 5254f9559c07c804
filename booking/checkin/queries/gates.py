"""Gates of a place, what they scanned, and who is inside."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Row, and_, select

from booking.checkin.errors import NoSuchGate
from booking.checkin.models import Gate, Scan
from booking.checkin.queries.ledger import inside_now
from booking.checkin.schemas import GateView, Outcome, Presence, ScanLine, ScanPage, ZoneView
from booking.db import ReadSession
from booking.places.catalogue import Places, places
from booking.places.models import Zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def gates_of(tx: ReadSession, place_id: int) -> list[GateView]:
    """The gates of a place, those in use first.

    Raises:
        PlaceNotFound: there is no such place.
    """
    known = places(tx)
    known.place(place_id)
    rows = tx.all(select(Gate).where(Gate.place_id == place_id).order_by(Gate.revoked_at.is_not(None), Gate.code))
    return [gate_view(known, gate, _last_scan(tx, gate)) for gate in rows]


def gate_of(tx: ReadSession, place_id: int, gate_id: int) -> GateView:
    """One gate.

    Raises:
        NoSuchGate: the place has none with this id.
    """
    found = tx.get(Gate, place_id=place_id, id=gate_id)
    if found is None:
        raise NoSuchGate
    return gate_view(places(tx), found, _last_scan(tx, found))


def _last_scan(tx: ReadSession, gate: Gate) -> datetime | None:
    latest = select(Scan.received_at).where(Scan.place_id == gate.place_id, Scan.gate_id == gate.id)
    found: datetime | None = tx.scalar(latest.order_by(Scan.received_at.desc()).limit(1))
    return found


def gate_view(known: Places, gate: Gate, last_scan_at: datetime | None) -> GateView:
    """A gate with its zones by name; last seen when it last said so or scanned."""
    heard = [at for at in (gate.last_seen_at, last_scan_at) if at is not None]
    return GateView(
        place_id=gate.place_id,
        id=gate.id,
        code=gate.code,
        name=gate.name,
        name_en=gate.name_en,
        direction=gate.direction,
        zones=zones_named(known.zones, gate.place_id, gate.zones),
        heads_mode=gate.heads_mode,
        staffed=gate.staffed,
        locale=gate.locale,
        state=_state(gate),
        enrolled_at=gate.enrolled_at,
        last_seen_at=max(heard, default=None),
        software=gate.software,
    )


def _state(gate: Gate) -> Literal["new", "invited", "enrolled", "revoked"]:
    if gate.revoked_at is not None:
        return "revoked"
    if gate.api_key_hash is not None:
        return "enrolled"
    return "new" if gate.enrolment_hash is None else "invited"


def zones_named(known: Mapping[tuple[int, int], Zone], place_id: int, zones: Sequence[int]) -> list[ZoneView]:
    """Zones by name; one that was retired is left out."""
    found = [(number, known.get((place_id, number))) for number in zones]
    return [ZoneView(id=number, name=zone.name, name_en=zone.name_en) for number, zone in found if zone is not None]


def presence(tx: ReadSession, place_id: int, zones: Sequence[int], now: datetime) -> list[Presence]:
    """How many are inside these zones of a place now."""
    known = places(tx)
    counted = inside_now(tx, place_id, zones, now)
    return [
        Presence(zone=view, inside=counted.get(view.id, 0), capacity=known.zones[place_id, view.id].capacity)
        for view in zones_named(known.zones, place_id, zones)
    ]


def scans_of_gate(tx: ReadSession, place_id: int, gate_id: int, limit: int) -> list[ScanLine]:
    """What a gate scanned, the latest first."""
    return _scans(tx, and_(Scan.place_id == place_id, Scan.gate_id == gate_id), limit)


def scan_page(tx: ReadSession, place_id: int, gate_id: int, cursor: int, limit: int) -> ScanPage:
    """What a gate scanned before the cursor, a microsecond since 1970; the latest first."""
    before = Scan.received_at < _EPOCH + timedelta(microseconds=cursor)
    lines = _scans(tx, and_(Scan.place_id == place_id, Scan.gate_id == gate_id, before), limit + 1)
    more = len(lines) > limit
    return ScanPage(items=lines[:limit], next=(lines[limit - 1].received_at - _EPOCH) // _MICROSECOND if more else None)


def scans_of_pass(tx: ReadSession, place_id: int, pass_id: int, limit: int = 50) -> list[ScanLine]:
    """Where a pass was shown, the latest first."""
    return _scans(tx, and_(Scan.place_id == place_id, Scan.pass_id == pass_id), limit)


def _scans(tx: ReadSession, which: ColumnElement[bool], limit: int) -> list[ScanLine]:
    gate = and_(Gate.place_id == Scan.place_id, Gate.id == Scan.gate_id)
    rows = tx.execute(
        select(
            Scan.scan_id,
            Scan.gate_id,
            Gate.name.label("gate"),
            Gate.name_en.label("gate_en"),
            Scan.direction,
            Scan.medium,
            Scan.status,
            Scan.reason,
            Scan.zone_id,
            Scan.pass_id,
            Scan.verdict,
            Scan.heads,
            Scan.received_at,
            Scan.forced,
            Scan.annulled_at,
        )
        .join(Gate, gate)
        .where(which)
        .order_by(Scan.received_at.desc(), Scan.scan_id.desc())
        .limit(limit)
    )
    return [_line(row) for row in rows]


def _line(row: Row[*tuple[Any, ...]]) -> ScanLine:
    return ScanLine(
        scan_id=row.scan_id,
        gate_id=row.gate_id,
        gate=row.gate,
        gate_en=row.gate_en,
        direction=row.direction,
        medium=row.medium,
        status=row.status,
        reason=row.reason or None,
        zone_id=row.zone_id,
        pass_id=row.pass_id,
        holder=msgspec.convert(row.verdict, Outcome).holder,
        heads=row.heads,
        received_at=row.received_at,
        forced=row.forced,
        annulled=row.annulled_at is not None,
    )
