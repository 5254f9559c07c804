"""Things as they stand, in the words of the request that would make them so.

Forms are filled from it, the command line changes parts of it, and what was retired is put back with it.
"""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import select

from booking.db import Base, ReadSession
from booking.places.catalogue import PlaceNotFound
from booking.places.errors import ZoneNotFound
from booking.places.models import CalendarDay, Place, Zone
from booking.places.schemas import CalendarDayRequest, PlaceRequest, ZoneRequest
from booking.portal.manage.errors import PolicyNotFound
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.models import Court, Facility, OpeningRule, Policy, Price, Unit
from booking.venues.schemas import (
    CourtRequest,
    FacilityRequest,
    HoursRequest,
    OpeningRequest,
    PolicyRequest,
    PriceRequest,
)

S = TypeVar("S", bound=msgspec.Struct)


def _filled(struct: type[S], row: Base, **others: Any) -> S:
    """A request with the columns of a row that have its fields' names."""
    names = [name for name in struct.__struct_fields__ if name not in others]
    return struct(**{name: getattr(row, name) for name in names}, **others)


def place_request(tx: ReadSession, place_id: int) -> PlaceRequest:
    """A place as it stands, retired or not.

    Raises:
        PlaceNotFound: there is none.
    """
    found = tx.get(Place, id=place_id)
    if found is None:
        raise PlaceNotFound
    return _filled(PlaceRequest, found)


def zone_request(tx: ReadSession, place_id: int, zone_id: int) -> ZoneRequest:
    """A zone as it stands, retired or not.

    Raises:
        ZoneNotFound: there is none.
    """
    found = tx.get(Zone, place_id=place_id, id=zone_id)
    if found is None:
        raise ZoneNotFound
    return _filled(ZoneRequest, found)


def facility_request(tx: ReadSession, place_id: int, facility_id: int) -> FacilityRequest:
    """A facility as it stands, retired or not.

    Raises:
        FacilityNotFound: there is none.
    """
    found = tx.get(Facility, place_id=place_id, id=facility_id)
    if found is None:
        raise FacilityNotFound
    return _filled(
        FacilityRequest,
        found,
        zone=tx.scalar(select(Zone.code).where(Zone.place_id == place_id, Zone.id == found.zone_id)),
        policy=tx.scalar(select(Policy.code).where(Policy.id == found.policy_id)),
        slot_minutes=30 * found.slot_half_hours,
    )


def court_request(tx: ReadSession, place_id: int, facility_id: int, court_id: int) -> CourtRequest:
    """A court as it stands, retired or not; its units by their codes.

    Raises:
        CourtNotFound: there is none.
    """
    found = tx.get(Court, place_id=place_id, facility_id=facility_id, id=court_id)
    if found is None:
        raise CourtNotFound
    codes = unit_codes(tx, place_id, facility_id)
    return _filled(CourtRequest, found, units=[codes[unit] for unit in found.units])


def unit_codes(tx: ReadSession, place_id: int, facility_id: int) -> dict[int, str]:
    """The codes of a facility's units by their numbers."""
    rows = tx.execute(select(Unit.id, Unit.code).where(Unit.place_id == place_id, Unit.facility_id == facility_id))
    return {int(row.id): str(row.code) for row in rows}


def opening_request(tx: ReadSession, place_id: int, facility_id: int) -> OpeningRequest:
    """A facility's opening hours, line by line; none for a new one."""
    mine = select(OpeningRule).where(OpeningRule.place_id == place_id, OpeningRule.facility_id == facility_id)
    return OpeningRequest(hours=[_filled(HoursRequest, rule) for rule in tx.all(mine.order_by(OpeningRule.id))])


def policy_request(tx: ReadSession, code: str) -> PolicyRequest:
    """A policy with its prices.

    Raises:
        PolicyNotFound: none has this code.
    """
    found = tx.get(Policy, code=code)
    if found is None:
        raise PolicyNotFound
    prices = tx.all(select(Price).where(Price.policy_id == found.id).order_by(Price.id))
    return _filled(PolicyRequest, found, prices=[_filled(PriceRequest, price) for price in prices])


def policies(tx: ReadSession) -> list[Policy]:
    """Every policy, by code."""
    return tx.all(select(Policy).order_by(Policy.code))


def calendar_request(day: CalendarDay) -> CalendarDayRequest:
    """A marked day of the calendar."""
    return _filled(CalendarDayRequest, day)
