"""Editing places, zones and the calendar. Every edit is audited and gives the catalogue a new version."""

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select, update

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.errors import Denied
from booking.places.catalogue import PlaceNotFound, catalogue_changed
from booking.places.errors import BadCode, CodeReserved, StillInUse, TooManyZones, ZoneNotFound
from booking.places.models import CalendarDay, Place, Zone
from booking.places.schemas import CalendarDayRequest, Edited, PlaceRequest, ZoneRequest
from booking.web.facts import Named
from booking.web.principal import Principal

MOST_ZONES = 23
"""Zones 1 to 23: the pass token has a bit for each, and none is number 0."""
RESERVED = frozenset({"calendar", "categories", "members", "places", "policies", "retreats", "staff"})
"""The pages at /manage/…, where the code of a place would stand; a test compares them with the routes."""
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


def check_code(code: str, reserved: Collection[str] = ()) -> str:
    """A code that can stand in an address; `reserved` are the pages that have theirs in the same place.

    Raises:
        BadCode: it cannot.
        CodeReserved: a page of the console has this address.
    """
    if not _CODE.fullmatch(code):
        raise BadCode(given=code)
    if code in reserved:
        raise CodeReserved(given=code, instead=f"{code}-1")
    return code


def require_administrator(staff: Principal) -> None:
    """The actor administers the whole service.

    Raises:
        Denied: they do not.
    """
    if not staff.holds("administrator"):
        raise Denied(role=Named("系统管理员", "administrator"))


def require_manager(staff: Principal, place: int) -> None:
    """The actor manages this place.

    Raises:
        Denied: they do not.
    """
    if not staff.holds("venue_manager", place):
        raise Denied(role=Named("场馆管理员", "venue manager"))


def put_place(tx: WriteSession, now: datetime, staff: Principal, request: PlaceRequest) -> Edited:
    """Make a place, or change the one with this code; its manager may change it, an administrator make it.

    Raises:
        Denied: the actor may not.
        BadCode, CodeReserved: the code cannot stand in an address.
    """
    code = check_code(request.code, RESERVED)
    known = tx.scalar(select(Place.id).where(Place.code == code))
    if known is None:
        require_administrator(staff)
    else:
        require_manager(staff, known)
    place_id = int(known or tx.ids.next())
    values = {name: getattr(request, name) for name in request.__struct_fields__}
    row = insert(tx, Place).values(id=place_id, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["id"], set_=values | {"retired_at": None}))
    return note_edit(tx, now, staff, place_id, "place", Edited(place_id, code, known is None))


def put_zone(tx: WriteSession, now: datetime, staff: Principal, place_id: int, request: ZoneRequest) -> Edited:
    """Make a zone of a place, or change the one with this code.

    Raises:
        Denied: the actor does not manage this place.
        PlaceNotFound: there is no such place.
        BadCode: the code cannot stand in an address.
        TooManyZones: the place has 23 already.
    """
    require_manager(staff, place_id)
    if tx.get(Place, id=place_id) is None:
        raise PlaceNotFound
    code = check_code(request.code)
    known = tx.scalar(select(Zone.id).where(Zone.place_id == place_id, Zone.code == code))
    number = known or int(tx.scalar(select(func.coalesce(func.max(Zone.id), 0)).where(Zone.place_id == place_id))) + 1
    if number > MOST_ZONES:
        raise TooManyZones(limit=MOST_ZONES)
    values = {name: getattr(request, name) for name in request.__struct_fields__}
    row = insert(tx, Zone).values(place_id=place_id, id=number, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["place_id", "id"], set_=values | {"retired_at": None}))
    return note_edit(tx, now, staff, place_id, "zone", Edited(number, code, known is None))


def retire_place(tx: WriteSession, now: datetime, staff: Principal, place_id: int) -> Edited:
    """Take a place out of the catalogue; its zones must be retired first, so that nothing is dropped with it.

    Raises:
        Denied: the actor does not administer the service.
        PlaceNotFound: there is no such place, or it was retired.
        StillInUse: it has zones in use.
    """
    require_administrator(staff)
    zones = tx.scalar(
        select(func.count()).select_from(Zone).where(Zone.place_id == place_id, Zone.retired_at.is_(None))
    )
    if zones:
        raise StillInUse(count=zones, what=Named("区域", "zones"))
    mine = update(Place).where(Place.id == place_id, Place.retired_at.is_(None))
    code = tx.execute(mine.values(retired_at=now).returning(Place.code)).scalar()
    if code is None:
        raise PlaceNotFound
    return note_edit(tx, now, staff, place_id, "place.retired", Edited(place_id, code, created=False))


def retire_zone(tx: WriteSession, now: datetime, staff: Principal, place_id: int, zone_id: int, uses: int) -> Edited:
    """Take a zone out of the catalogue.

    Args:
        tx: the transaction.
        now: its time.
        staff: who asks.
        place_id: the place.
        zone_id: its zone.
        uses: how many facilities still stand in it, counted by the caller, who knows facilities.

    Raises:
        Denied: the actor does not manage this place.
        StillInUse: facilities stand in it.
        ZoneNotFound: there is no such zone, or it was retired.
    """
    require_manager(staff, place_id)
    if uses:
        raise StillInUse(count=uses, what=Named("场地", "facilities"))
    mine = update(Zone).where(Zone.place_id == place_id, Zone.id == zone_id, Zone.retired_at.is_(None))
    code = tx.execute(mine.values(retired_at=now).returning(Zone.code)).scalar()
    if code is None:
        raise ZoneNotFound
    return note_edit(tx, now, staff, place_id, "zone.retired", Edited(zone_id, code, created=False))


def mark_day(tx: WriteSession, now: datetime, staff: Principal, request: CalendarDayRequest) -> None:
    """Mark a day as a holiday or a working weekend, or take the mark away.

    Raises:
        Denied: the actor does not administer the service.
    """
    require_administrator(staff)
    tx.execute(delete(CalendarDay).where(CalendarDay.day == request.day))
    if request.kind != "none":
        marked = {"kind": request.kind, "name": request.name, "name_en": request.name_en}
        tx.execute(insert(tx, CalendarDay).values(day=request.day, **marked))
    day = request.day.isoformat()
    record(
        tx, now, actor=staff.actor, place_id=0, action="calendar", subject=f"day:{day}", detail={"kind": request.kind}
    )
    catalogue_changed(tx)


def note_edit(tx: WriteSession, now: datetime, staff: Principal, place_id: int, what: str, edited: Edited) -> Edited:
    """Audit an edit and give the catalogue a new version; answers what was edited."""
    detail = {"code": edited.code, "created": edited.created}
    subject = f"{what.partition('.')[0]}:{edited.id}"
    record(tx, now, actor=staff.actor, place_id=place_id, action=f"edited.{what}", subject=subject, detail=detail)
    catalogue_changed(tx)
    return edited
