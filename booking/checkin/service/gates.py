"""Gates: made and edited by managers, enrolled once by a code, then known by a key of their own until revoked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from booking.audit.service import record
from booking.checkin import enrolment
from booking.checkin.errors import EnrolmentRefused, GateCodeTaken, GateRevoked, NoSuchGate, UnknownZone
from booking.checkin.models import Gate
from booking.checkin.queries.devices import VERSION, GatePrincipal
from booking.checkin.queries.gates import gate_of
from booking.checkin.schemas import Enrolled, Enrolment, GateRequest, GateView
from booking.db import WriteSession, insert
from booking.places.catalogue import places
from booking.places.service import require_manager
from booking.web.models import Counter
from booking.web.principal import Principal

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a gate was last heard of: a write each minute, not each scan."""


def create_gate(tx: WriteSession, now: datetime, staff: Principal, place_id: int, request: GateRequest) -> GateView:
    """Make a gate; it opens nothing until it is enrolled.

    Raises:
        Denied: the actor does not manage this place.
        PlaceNotFound: there is no such place.
        UnknownZone: it leads into a zone that the place has not.
        GateCodeTaken: another gate of the place has this code.
    """
    require_manager(staff, place_id)
    _check_zones(tx, place_id, request.zones)
    row = _described(request) | {"place_id": place_id, "id": tx.ids.next()}
    made = insert(tx, Gate).values(row).on_conflict_do_nothing(index_elements=["place_id", "code"])
    if tx.execute(made).rowcount == 0:
        raise GateCodeTaken(code=request.code)
    return _edited(tx, now, staff, place_id, row["id"], "gate.created", {"code": request.code})


def edit_gate(
    tx: WriteSession, now: datetime, staff: Principal, place_id: int, gate_id: int, request: GateRequest
) -> GateView:
    """Change what a gate is called, where it leads and how it asks; its key stays.

    Raises:
        Denied: the actor does not manage this place.
        NoSuchGate, GateRevoked: there is none to change.
        UnknownZone: it leads into a zone that the place has not.
        GateCodeTaken: another gate of the place has this code.
    """
    require_manager(staff, place_id)
    _check_zones(tx, place_id, request.zones)
    same_code = select(Gate.id).where(Gate.place_id == place_id, Gate.code == request.code, Gate.id != gate_id)
    if tx.scalar(same_code) is not None:
        raise GateCodeTaken(code=request.code)
    _change(tx, place_id, gate_id, _described(request))
    return _edited(tx, now, staff, place_id, gate_id, "gate.edited", {"code": request.code})


def invite_gate(tx: WriteSession, now: datetime, staff: Principal, place_id: int, gate_id: int) -> Enrolment:
    """Make the one-time code with which a device becomes this gate; an earlier one no longer works.

    The device that is the gate now stays so until the code is used.

    Raises:
        Denied: the actor does not manage this place.
        NoSuchGate, GateRevoked: there is none to enrol.
    """
    require_manager(staff, place_id)
    code = enrolment.code_of(tx.tokens.bytes(enrolment.CODE_BYTES))
    expires_at = now + enrolment.CODE_LIVES
    _change(tx, place_id, gate_id, {"enrolment_hash": enrolment.code_hash(code), "enrolment_expires_at": expires_at})
    _edited(tx, now, staff, place_id, gate_id, "gate.invited")
    return Enrolment(gate_id=gate_id, code=code, expires_at=expires_at)


def enrol(tx: WriteSession, now: datetime, code: str, software: str = "") -> Enrolled:
    """Turn an enrolment code into the key of its gate, once.

    Raises:
        EnrolmentRefused: the code is wrong, used or too old.
    """
    key = _new_key(tx)
    becomes = (
        update(Gate)
        .where(
            Gate.enrolment_hash == enrolment.code_hash(code),
            Gate.enrolment_expires_at > now,
            Gate.revoked_at.is_(None),
        )
        .values(
            api_key_hash=enrolment.key_hash(key),
            enrolment_hash=None,
            enrolment_expires_at=None,
            enrolled_at=now,
            last_seen_at=now,
            software=software,
        )
    )
    won = tx.execute(becomes.returning(Gate.place_id, Gate.id)).first()
    if won is None:
        raise EnrolmentRefused
    _note(tx, now, f"gate:{won.place_id}:{won.id}", won.place_id, won.id, "gate.enrolled", {"software": software})
    return Enrolled(key=key, gate=gate_of(tx, won.place_id, won.id))


def roll_key(tx: WriteSession, now: datetime, gate: GatePrincipal) -> Enrolled:
    """Replace the key of a gate by a new one; the old one is worth nothing from now on.

    Raises:
        GateRevoked: the gate was revoked.
    """
    key = _new_key(tx)
    _change(tx, gate.place_id, gate.gate_id, {"api_key_hash": enrolment.key_hash(key)})
    _note(tx, now, gate.actor, gate.place_id, gate.gate_id, "gate.key_rolled")
    return Enrolled(key=key, gate=gate_of(tx, gate.place_id, gate.gate_id))


def revoke_gate(tx: WriteSession, now: datetime, staff: Principal, place_id: int, gate_id: int) -> GateView:
    """Take a gate's key back for good; whoever holds the device is told so at its next scan.

    Raises:
        Denied: the actor does not manage this place.
        NoSuchGate: the place has none with this id.
        GateRevoked: it was revoked before.
    """
    require_manager(staff, place_id)
    changes = {"revoked_at": now, "enrolment_hash": None, "enrolment_expires_at": None}
    _change(tx, place_id, gate_id, changes)
    return _edited(tx, now, staff, place_id, gate_id, "gate.revoked")


def see_gate(tx: WriteSession, now: datetime, gate: GatePrincipal) -> None:
    """Note that a gate was heard of, unless that was noted within the minute."""
    mine = update(Gate).where(Gate.place_id == gate.place_id, Gate.id == gate.gate_id)
    long_ago = Gate.last_seen_at.is_(None) | (Gate.last_seen_at <= now - SEEN_EVERY)
    tx.execute(mine.where(long_ago).values(last_seen_at=now))


def _described(request: GateRequest) -> dict[str, Any]:
    described = {name: getattr(request, name) for name in request.__struct_fields__}
    return described | {"zones": list(dict.fromkeys(request.zones))}


def _check_zones(tx: WriteSession, place_id: int, zones: Sequence[int]) -> None:
    known = places(tx)
    known.place(place_id)
    for zone in zones:
        if (place_id, zone) not in known.zones:
            raise UnknownZone(zone=zone)


def _change(tx: WriteSession, place_id: int, gate_id: int, changes: dict[str, Any]) -> None:
    mine = update(Gate).where(Gate.place_id == place_id, Gate.id == gate_id, Gate.revoked_at.is_(None))
    if tx.execute(mine.values(changes)).rowcount == 0:
        raise NoSuchGate if tx.get(Gate, place_id=place_id, id=gate_id) is None else GateRevoked


def _new_key(tx: WriteSession) -> str:
    return enrolment.KEY_PREFIX + tx.tokens.url_safe(enrolment.KEY_BYTES)


def _edited(
    tx: WriteSession,
    now: datetime,
    staff: Principal,
    place_id: int,
    gate_id: int,
    action: str,
    detail: dict[str, Any] | None = None,
) -> GateView:
    _note(tx, now, staff.actor, place_id, gate_id, action, detail)
    return gate_of(tx, place_id, gate_id)


def _note(
    tx: WriteSession,
    now: datetime,
    actor: str,
    place_id: int,
    gate_id: int,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Audit a change of a gate, and let every process forget the gates that it remembers."""
    record(tx, now, actor=actor, place_id=place_id, action=action, subject=f"gate:{gate_id}", detail=detail)
    version = tx.ids.next()
    row = insert(tx, Counter).values(name=VERSION, value=version)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": version}))
    tx.touch(f"gates:{place_id}")
