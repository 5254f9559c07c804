"""Search across all places: what is free at an hour, on a day, this evening. Two or three statements each."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from booking.clock import first_half_hour, half_hour_of, instant_of, local_date, local_instant
from booking.db import ReadSession
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.queries.days import open_spans_of, price_of
from booking.venues.queries.near import LatLon, metres_between, where_is
from booking.venues.queries.occupancy import Occupancy, occupancy, total_of
from booking.venues.queries.places import place_view
from booking.venues.rules import policy
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span, half_hours_into
from booking.venues.views import SearchHit, Tonight, TonightPlace, TonightSport

EVENING = (time(18), time(22))
TOO_LATE_FOR_TONIGHT = time(21)
"""From then on "tonight" is tomorrow's evening."""
A_GAME = 2
"""Half hours that somebody wants who has not said how long."""


class _Wish(NamedTuple):
    """A local day, the part of it that counts, the half hour wished (None: the first with room), and how long."""

    day: date
    earliest: int
    until: int
    starts: int | None
    half_hours: int
    near: LatLon | None
    categories: Collection[str]


def search(
    tx: ReadSession,
    now: datetime,
    *,
    day: date,
    sport: str = "",
    place: int | None = None,
    starts: time | None = None,
    half_hours: int = A_GAME,
    district: str = "",
    near: LatLon | None = None,
    categories: Collection[str] = (),
) -> list[SearchHit]:
    """The facilities of a sport, of a place or of both: those with room first, then the nearest first.

    Without an hour, what counts is the first on that day at which the length fits. A facility's own grid rounds the
    length up, its policy limits it. Those that are closed all day, or not for members of these categories, are left
    out.
    """
    known = venues(tx)
    of_sport = known.by_sport.get(sport, ()) if sport else known.facilities.values()
    facilities = [
        facts
        for facts in of_sport
        if (not district or facts.place.district == district) and place in (None, facts.place.id)
    ]
    first = first_half_hour(day)
    last = first + HALF_HOURS_A_DAY
    wished = None if starts is None else first + half_hours_into(starts)
    wish = _Wish(day, max(first, policy.earliest_start(now)), last, wished, half_hours, near, categories)
    taken = occupancy(tx, now, facilities, first, last, sport=sport or None, place=place)
    hits = [hit for facts in facilities for hit in _hits(known, facts, taken, wish, now)]
    return sorted(hits, key=lambda hit: (*_by_room(hit), hit.metres or 0, hit.place, hit.facility))


def tonight(
    tx: ReadSession,
    now: datetime,
    *,
    near: LatLon | None = None,
    categories: Collection[str] = (),
    most_places: int = 6,
) -> Tonight:
    """What is free this evening between 18:00 and 22:00, by sport and at the nearest places."""
    known = venues(tx)
    today = local_date(now)
    late = now >= local_instant(today, TOO_LATE_FOR_TONIGHT)
    day = today + timedelta(days=1) if late else today
    begins, ends = (half_hour_of(local_instant(day, wall)) for wall in EVENING)
    wish = _Wish(day, max(begins, policy.earliest_start(now)), ends, None, A_GAME, near, categories)
    facilities = list(known.facilities.values())
    taken = occupancy(tx, now, facilities, begins, ends)
    found: dict[int, list[SearchHit]] = defaultdict(list)
    for facts in facilities:
        best = min(_hits(known, facts, taken, wish, now), key=_by_room, default=None)
        if best is not None:
            found[facts.place.id].append(best)
    places = sorted(
        (
            TonightPlace(place=place_view(known, known.places.by_id[place], near), hits=hits)
            for place, hits in found.items()
        ),
        key=lambda shown: (shown.place.metres or 0, shown.place.id),
    )
    return Tonight(
        starts=instant_of(max(begins, half_hour_of(now))),
        ends=instant_of(ends),
        sports=_by_sport(known, [hit for hits in found.values() for hit in hits]),
        places=places[:most_places],
    )


def _by_sport(known: Venues, hits: Sequence[SearchHit]) -> list[TonightSport]:
    """Each sport with its places; what is played comes before what is read, watched or learnt."""
    everywhere: dict[str, set[int]] = defaultdict(set)
    free: dict[str, set[int]] = defaultdict(set)
    for hit in hits:
        everywhere[hit.sport].add(hit.place)
        if has_room(hit):
            free[hit.sport].add(hit.place)
    counted = [
        TonightSport(
            sport=sport,
            name=known.by_sport[sport][0].sport.name,
            name_en=known.by_sport[sport][0].sport.name_en,
            places=len(places),
            places_free=len(free[sport]),
        )
        for sport, places in everywhere.items()
    ]
    played = {one.sport: known.by_sport[one.sport][0].sport.programme == "health_sport" for one in counted}
    return sorted(counted, key=lambda one: (not played[one.sport], -one.places, one.sport))


def has_room(hit: SearchHit) -> bool:
    """Whether it could be booked at once."""
    return hit.free > 0 and hit.opens_for_booking is None


def _by_room(hit: SearchHit) -> tuple[bool, bool]:
    return not has_room(hit), hit.next_free is None


def _hits(known: Venues, facts: FacilityFacts, taken: Occupancy, wish: _Wish, now: datetime) -> Iterator[SearchHit]:
    """A hit for each kind of court of a facility that is open on the day."""
    terms = facts.policy
    length = _fitting_length(facts, wish.half_hours)
    starts = [
        start
        for span in open_spans_of(known, facts, wish.day)
        for start in range(span.starts, span.ends - length + 1, facts.facility.slot_half_hours)
        if start >= wish.earliest and start + length <= wish.until
    ]
    if not starts or not policy.is_eligible(terms, wish.categories or terms.eligible):
        return
    opens = policy.opens_for_booking(terms, wish.day)
    for kind in facts.kinds or (None,):
        wished = starts if wish.starts is None else [start for start in starts if start >= wish.starts]
        at = next((start for start in wished if taken.free(facts, kind, start, start + length)), None)
        asked = at if wish.starts is None else wish.starts if wish.starts in starts else None
        priced = next(start for start in (asked, at, starts[0]) if start is not None)
        yield SearchHit(
            place=facts.place.id,
            place_code=facts.place.code,
            place_name=facts.place.name,
            place_name_en=facts.place.name_en,
            district=facts.place.district,
            facility=facts.facility.id,
            facility_code=facts.facility.code,
            facility_name=facts.facility.name,
            facility_name_en=facts.facility.name_en,
            sport=facts.facility.sport,
            court_kind=kind,
            metres=None if wish.near is None else metres_between(wish.near, where_is(facts.place)),
            free=0 if asked is None else taken.free(facts, kind, asked, asked + length),
            total=total_of(facts, kind),
            from_fen=price_of(known, facts, Span(priced, priced + length), wish.categories),
            next_free=None if at is None else instant_of(at),
            next_count=0 if at is None else taken.free(facts, kind, at, at + length),
            opens_for_booking=opens if opens > now else None,
        )


def _fitting_length(facts: FacilityFacts, half_hours: int) -> int:
    grid, terms = facts.facility.slot_half_hours, facts.policy
    within = min(max(half_hours, terms.least_half_hours), terms.most_half_hours)
    return max(grid, -(-within // grid) * grid)
