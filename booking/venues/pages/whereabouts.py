"""Where the reader is and what they last looked for: from the address, else from a cookie that remembers it."""

import math
from typing import Any, NamedTuple, TypeVar

from litestar import Request, Response
from litestar.datastructures import Cookie

from booking.db import ReadSession
from booking.venues.catalogue import Venues, venues
from booking.venues.queries.near import LatLon, where_is
from booking.web.pages import YEAR_SECONDS

COOKIE = "looking"
_SEPARATOR = "!"
Answer = TypeVar("Answer", bound=Response[Any])


class Looking(NamedTuple):
    """A sport, a district, and perhaps the point where the reader is (to some hundred metres)."""

    sport: str = ""
    district: str = ""
    point: LatLon | None = None


def looking(request: Request[Any, Any, Any], known: Venues) -> Looking:
    """What the reader looks for: each part as the address says, else as the cookie remembers.

    A district in the address forgets the point, and the other way round: whichever was said last counts.
    """
    asked, kept = request.query_params, _kept(request)
    sport = asked.get("sport", kept.sport)
    district = asked.get("district", kept.district)
    point = _point(asked.get("lat", ""), asked.get("lon", ""))
    if point is not None:
        district = ""
    elif "district" not in asked:
        point = kept.point
    return Looking(
        sport if sport in known.by_sport else "",
        district if district in {place.district for place in known.places.by_id.values()} else "",
        point,
    )


def remember(request: Request[Any, Any, Any], answer: Answer, now_looking: Looking) -> Answer:
    """Keep it in the reader's browser, for the next visit."""
    point = now_looking.point
    parts = [now_looking.sport, now_looking.district]
    parts += ["", ""] if point is None else [f"{point.latitude:.3f}", f"{point.longitude:.3f}"]
    value = _SEPARATOR.join(parts)
    if request.cookies.get(COOKIE) != value:
        secure = request.app.state.settings.secure
        answer.set_cookie(
            Cookie(COOKIE, value=value, max_age=YEAR_SECONDS, samesite="lax", secure=secure, httponly=True)
        )
    return answer


def near(tx: ReadSession, now_looking: Looking) -> LatLon | None:
    """The point from which distances are told: the reader's, else the middle of their district's places."""
    if now_looking.point is not None or not now_looking.district:
        return now_looking.point
    places = venues(tx).places.by_id.values()
    points = [where_is(place) for place in places if place.district == now_looking.district]
    return LatLon(
        sum(point.latitude for point in points) / len(points), sum(point.longitude for point in points) / len(points)
    )


def _kept(request: Request[Any, Any, Any]) -> Looking:
    parts = request.cookies.get(COOKIE, "").split(_SEPARATOR)
    if len(parts) != 4:
        return Looking()
    return Looking(parts[0], parts[1], _point(parts[2], parts[3]))


def _point(latitude: str, longitude: str) -> LatLon | None:
    try:
        point = LatLon(float(latitude), float(longitude))
    except ValueError:
        return None
    inside = all(math.isfinite(part) for part in point) and abs(point.latitude) <= 90 and abs(point.longitude) <= 180
    return point if inside else None
