"""How far it is."""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from booking.places.models import Place

_EARTH_METRES = 6_371_009.0


class LatLon(NamedTuple):
    """A point on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


def where_is(place: Place) -> LatLon:
    """The point of a place."""
    return LatLon(place.latitude, place.longitude)


def metres_between(one: LatLon, other: LatLon) -> int:
    """The distance along the great circle (haversine formula), as the crow flies."""
    lat, lat2 = radians(one.latitude), radians(other.latitude)
    across = sin((lat2 - lat) / 2) ** 2
    along = cos(lat) * cos(lat2) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return round(2 * _EARTH_METRES * asin(sqrt(across + along)))
