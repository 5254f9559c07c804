"""Places and facilities as they are listed: from the catalogue in memory, without another statement."""

from collections.abc import Mapping

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.models import Organisation
from booking.places.models import Place
from booking.venues.catalogue import FacilityFacts, FacilityNotFound, Venues, venues
from booking.venues.queries.near import LatLon, metres_between, where_is
from booking.venues.views import FacilityView, PlaceView, SportView
from booking.web.facts import Named


def places_list(tx: ReadSession, near: LatLon | None = None, district: str = "") -> list[PlaceView]:
    """Every place (of a district), the nearest first when a point is given."""
    known = venues(tx)
    found = [
        place_view(known, place, near)
        for place in known.places.by_id.values()
        if not district or place.district == district
    ]
    return sorted(found, key=lambda place: (place.metres or 0, place.id))


def sports(tx: ReadSession) -> list[SportView]:
    """Every sport that there is a facility for, the most common first."""
    known = venues(tx)
    found = [
        SportView(
            code=code,
            name=them[0].sport.name,
            name_en=them[0].sport.name_en,
            places=len({facts.place.id for facts in them}),
        )
        for code, them in known.by_sport.items()
    ]
    return sorted(found, key=lambda sport: (-sport.places, sport.code))


def place_coded(tx: ReadSession, code: str) -> PlaceView:
    """One place.

    Raises:
        PlaceNotFound: there is none.
    """
    known = venues(tx)
    return place_view(known, known.places.coded(code))


def facilities_of(tx: ReadSession, code: str) -> list[FacilityView]:
    """The facilities of a place.

    Raises:
        PlaceNotFound: there is none.
    """
    known = venues(tx)
    return [facility_view(facts) for facts in known.by_place.get(known.places.coded(code).id, ())]


def facility_coded(known: Venues, place: str, facility: str) -> FacilityFacts:
    """A facility by the two codes in its address.

    Raises:
        PlaceNotFound, FacilityNotFound: there is none.
    """
    for facts in known.by_place.get(known.places.coded(place).id, ()):
        if facts.facility.code == facility:
            return facts
    raise FacilityNotFound


def district_names(tx: ReadSession) -> Mapping[str, Named]:
    """The names of the districts in which there are places, by their code."""
    known = venues(tx).places

    def load() -> dict[str, Named]:
        codes = sorted({place.district for place in known.by_id.values()})
        named = select(Organisation.code, Organisation.name, Organisation.name_en).where(Organisation.code.in_(codes))
        return {code: Named(name, name_en) for code, name, name_en in tx.execute(named.order_by(Organisation.code))}

    return tx.remembered("districts", known.version, load)


def place_view(known: Venues, place: Place, near: LatLon | None = None) -> PlaceView:
    """A place as it is listed."""
    sports = dict.fromkeys(facts.facility.sport for facts in known.by_place.get(place.id, ()))
    return PlaceView(
        id=place.id,
        code=place.code,
        kind=place.kind,
        name=place.name,
        name_en=place.name_en,
        district=place.district,
        address=place.address,
        address_en=place.address_en,
        latitude=place.latitude,
        longitude=place.longitude,
        phone=place.phone,
        metres=None if near is None else metres_between(near, where_is(place)),
        sports=list(sports),
    )


def facility_view(facts: FacilityFacts) -> FacilityView:
    """A facility as it is listed."""
    facility = facts.facility
    return FacilityView(
        place=facility.place_id,
        id=facility.id,
        code=facility.code,
        name=facility.name,
        name_en=facility.name_en,
        sport=facility.sport,
        pooled=facts.pooled,
        slot_minutes=30 * facility.slot_half_hours,
        capacity=facility.capacity,
        court_kinds={kind: len(courts) for kind, courts in facts.kinds.items()},
    )
