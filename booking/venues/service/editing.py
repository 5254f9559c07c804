"""Editing facilities, courts and opening hours: by page, API or command line, never by SQL.

What would take a place from someone is refused and named: a closure is rehearsed first (`rehearsal`).
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from booking.clock import half_hour_of, instant_of
from booking.db import WriteSession, insert
from booking.places.models import Zone
from booking.places.schemas import Edited
from booking.places.service import check_code, note_edit, require_manager
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.errors import BookingsAhead, HoursCross, UnknownCode
from booking.venues.models import Booking, Claim, Court, Facility, OpeningRule, Policy, Sport, Unit
from booking.venues.rules import opening
from booking.venues.schemas import CourtRequest, FacilityRequest, HoursRequest, OpeningRequest
from booking.venues.service.hours import refuse_if_cut
from booking.web.facts import Instant, Named
from booking.web.principal import Principal

RESERVED = frozenset({"audit", "blocks", "bookings", "changes", "edit", "gates", "rooms", "takings"})
"""The pages at /manage/{place}/…, where the code of a facility would stand; a test compares them with the routes."""
LIVE = ("held", "confirmed")


def put_facility(tx: WriteSession, now: datetime, staff: Principal, place_id: int, request: FacilityRequest) -> Edited:
    """Make a facility of a place, or change the one with this code.

    Raises:
        Denied: the actor does not manage this place.
        BadCode, CodeReserved: the code cannot stand in an address.
        UnknownCode: the zone, sport or policy is not known.
        BookingsAhead: its kind, grid or capacity would change under bookings.
    """
    require_manager(staff, place_id)
    code = check_code(request.code, RESERVED)
    capacity = request.capacity if request.kind == "pooled" else 0
    values = {
        "code": code,
        "zone_id": _zone(tx, place_id, request.zone),
        "name": request.name,
        "name_en": request.name_en,
        "sport": _sport(tx, request.sport),
        "kind": request.kind,
        "slot_half_hours": request.slot_minutes // 30,
        "capacity": capacity,
        "policy_id": _policy(tx, request.policy),
    }
    known = tx.get(Facility, place_id=place_id, code=code)
    if known is not None and (
        (known.kind, known.slot_half_hours) != (values["kind"], values["slot_half_hours"]) or capacity < known.capacity
    ):
        _refuse_if_booked(tx, now, place_id, known.id)
    facility_id = known.id if known else tx.ids.next()
    row = insert(tx, Facility).values(place_id=place_id, id=facility_id, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["place_id", "id"], set_=values | {"retired_at": None}))
    return note_edit(tx, now, staff, place_id, "facility", Edited(facility_id, code, known is None))


def _zone(tx: WriteSession, place_id: int, code: str) -> int:
    zones = {
        str(row.code): int(row.id)
        for row in tx.execute(select(Zone.code, Zone.id).where(Zone.place_id == place_id, Zone.retired_at.is_(None)))
    }
    if code not in zones:
        raise UnknownCode(given=code, what=Named("区域", "zone"), known=sorted(zones))
    return zones[code]


def _sport(tx: WriteSession, code: str) -> str:
    sports = list(tx.execute(select(Sport.code).order_by(Sport.code)).scalars())
    if code not in sports:
        raise UnknownCode(given=code, what=Named("项目", "sport"), known=sports)
    return code


def _policy(tx: WriteSession, code: str) -> int:
    policies = {str(row.code): int(row.id) for row in tx.execute(select(Policy.code, Policy.id))}
    if code not in policies:
        raise UnknownCode(given=code, what=Named("规则", "policy"), known=sorted(policies))
    return policies[code]


def put_court(
    tx: WriteSession, now: datetime, staff: Principal, place_id: int, facility_id: int, request: CourtRequest
) -> Edited:
    """Make a court, or change the one with this code; units that no court named before come into being.

    Raises:
        Denied: the actor does not manage this place.
        FacilityNotFound: there is no such facility.
        BookingsAhead: its units or kind would change under bookings.
    """
    require_manager(staff, place_id)
    _facility(tx, place_id, facility_id)
    known = tx.get(Court, place_id=place_id, facility_id=facility_id, code=request.code)
    units = _units(tx, place_id, facility_id, request.units)
    if known is not None and (sorted(known.units), known.kind) != (units, request.kind):
        _refuse_if_booked(tx, now, place_id, facility_id, court_id=known.id)
    most = tx.scalar(select(func.coalesce(func.max(Court.id), 0)).where(*_of(Court, place_id, facility_id)))
    court_id = known.id if known else int(most) + 1
    values = {
        "code": request.code,
        "name": request.name,
        "name_en": request.name_en,
        "kind": request.kind,
        "units": units,
        "accessible": request.accessible,
        "features": request.features,
    }
    row = insert(tx, Court).values(place_id=place_id, facility_id=facility_id, id=court_id, **values)
    key = ["place_id", "facility_id", "id"]
    tx.execute(row.on_conflict_do_update(index_elements=key, set_=values | {"retired_at": None}))
    return note_edit(tx, now, staff, place_id, "court", Edited(court_id, request.code, known is None))


def _of(table: type[Court] | type[Unit], place_id: int, facility_id: int) -> tuple[ColumnElement[bool], ...]:
    return table.place_id == place_id, table.facility_id == facility_id


def _units(tx: WriteSession, place_id: int, facility_id: int, codes: Iterable[str]) -> list[int]:
    """The numbers of a facility's units by code; new codes get the next numbers."""
    stored = tx.execute(select(Unit.code, Unit.id).where(*_of(Unit, place_id, facility_id)))
    known = {str(row.code): int(row.id) for row in stored}
    for code in codes:
        if code not in known:
            known[code] = max(known.values(), default=0) + 1
            new = {"place_id": place_id, "facility_id": facility_id, "id": known[code], "code": code}
            tx.execute(insert(tx, Unit).values(new))
    return sorted(known[code] for code in set(codes))


def put_opening(
    tx: WriteSession, now: datetime, staff: Principal, place_id: int, facility_id: int, request: OpeningRequest
) -> Edited:
    """Replace a facility's opening hours.

    Raises:
        Denied: the actor does not manage this place.
        FacilityNotFound: there is no such facility.
        HoursCross: a line ends before it begins, or lies off the half hours.
        BookedWhenClosed: somebody has booked an hour that would be closed.
    """
    require_manager(staff, place_id)
    facility = _facility(tx, place_id, facility_id)
    for line in request.hours:
        _check_hours(line)
    rows = [
        {
            "place_id": place_id,
            "facility_id": facility_id,
            "id": number,
            "days": line.days,
            "opens": line.opens,
            "closes": line.closes,
            "from_day": line.from_day,
            "until_day": line.until_day,
        }
        for number, line in enumerate(request.hours, 1)
    ]
    refuse_if_cut(tx, now, place_id, facility_id, [OpeningRule(**row) for row in rows])
    tx.execute(delete(OpeningRule).where(OpeningRule.place_id == place_id, OpeningRule.facility_id == facility_id))
    tx.execute(insert(tx, OpeningRule).values(rows))
    return note_edit(tx, now, staff, place_id, "opening", Edited(facility_id, facility.code, created=False))


def _check_hours(line: HoursRequest) -> None:
    exact = all(wall.minute % 30 == 0 and wall.second == 0 for wall in (line.opens, line.closes))
    ends = opening.half_hours_into(line.closes, as_end=True)
    if not exact or ends <= opening.half_hours_into(line.opens):
        raise HoursCross(opens=f"{line.opens:%H:%M}", closes=f"{line.closes:%H:%M}")


def retire_facility(tx: WriteSession, now: datetime, staff: Principal, place_id: int, facility_id: int) -> Edited:
    """Take a facility out of use, once nobody has a place in it any more.

    Raises:
        Denied: the actor does not manage this place.
        FacilityNotFound: there is no such facility in use.
        BookingsAhead: somebody has booked it.
    """
    require_manager(staff, place_id)
    facility = _facility(tx, place_id, facility_id)
    _refuse_if_booked(tx, now, place_id, facility_id)
    mine = update(Facility).where(Facility.place_id == place_id, Facility.id == facility_id)
    tx.execute(mine.values(retired_at=now))
    return note_edit(tx, now, staff, place_id, "facility.retired", Edited(facility_id, facility.code, created=False))


def retire_court(
    tx: WriteSession, now: datetime, staff: Principal, place_id: int, facility_id: int, court_id: int
) -> Edited:
    """Take a court out of use, once nobody sits on it any more.

    Raises:
        Denied: the actor does not manage this place.
        CourtNotFound: there is no such court in use.
        BookingsAhead: somebody has booked it.
    """
    require_manager(staff, place_id)
    _refuse_if_booked(tx, now, place_id, facility_id, court_id=court_id)
    mine = update(Court).where(*_of(Court, place_id, facility_id), Court.id == court_id, Court.retired_at.is_(None))
    code = tx.execute(mine.values(retired_at=now).returning(Court.code)).scalar()
    if code is None:
        raise CourtNotFound
    return note_edit(tx, now, staff, place_id, "court.retired", Edited(court_id, code, created=False))


def _facility(tx: WriteSession, place_id: int, facility_id: int) -> Facility:
    found = tx.get(Facility, place_id=place_id, id=facility_id)
    if found is None or found.retired_at is not None:
        raise FacilityNotFound
    return found


def _refuse_if_booked(
    tx: WriteSession, now: datetime, place_id: int, facility_id: int, *, court_id: int | None = None
) -> None:
    ahead = select(func.count(), func.min(Booking.starts)).where(
        Booking.place_id == place_id,
        Booking.facility_id == facility_id,
        Booking.status.in_(LIVE),
        Booking.ends > half_hour_of(now),
    )
    if court_id is not None:
        ahead = ahead.where(Booking.court_id == court_id)
    count, first = tx.execute(ahead).one()
    if not count and court_id is None:
        blocks = select(func.count(), func.min(Claim.half_hour)).where(
            Claim.place_id == place_id, Claim.facility_id == facility_id, Claim.half_hour >= half_hour_of(now)
        )
        count, first = tx.execute(blocks).one()
    if count:
        raise BookingsAhead(when=Instant(instant_of(first)), count=count)
