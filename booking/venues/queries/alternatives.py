"""What else would do: for every refusal, the nearest hours and places that are free now."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from booking.clock import first_half_hour, half_hour_of, instant_of, local_date
from booking.db import ReadSession
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.queries.days import open_spans_of
from booking.venues.queries.near import LatLon, metres_between, where_is
from booking.venues.queries.occupancy import occupancy
from booking.venues.rules import opening, policy
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span
from booking.venues.views import Alternative

MOST = 5
FURTHEST_SHIFT = 6
"""Half hours that a shift may lie from the wish: three hours."""
FURTHEST_DAYS = 7
"""Days after the wish's that are looked at, one statement each, when its own has nothing."""
MOST_DAYS = 2


class _Offer(NamedTuple):
    kind: str
    facts: FacilityFacts
    court_kind: str | None
    span: Span
    metres: int | None = None


def nearest(
    tx: ReadSession,
    now: datetime,
    facts: FacilityFacts,
    *,
    court_kind: str | None,
    starts: datetime,
    ends: datetime,
    heads: int = 1,
    near: LatLon | None = None,
) -> list[Alternative]:
    """What is free near a wish that was refused, the smallest change first; each would succeed as things stand.

    Another court at the same hours, other hours of the day, a shorter booking, the same hours at the next place,
    another kind of court. Where the facility has nothing near on that day, the next days at about the same hours.
    """
    known = venues(tx)
    wish = Span(half_hour_of(starts), half_hour_of(ends))
    of_sport = known.by_sport.get(facts.facility.sport, (facts,))
    first = first_half_hour(local_date(starts))
    last = max(first + HALF_HOURS_A_DAY, wish.ends)
    taken = occupancy(tx, now, of_sport, first, last, sport=facts.facility.sport)

    def with_room(offers: Iterable[_Offer]) -> Iterator[Alternative]:
        for offer in offers:
            free = taken.whole(offer.facts, offer.court_kind, *offer.span)
            if free >= (heads if facts.pooled else 1) and _may_be_booked(known, offer, now):
                yield _alternative(offer, free)

    around = near or where_is(facts.place)
    later, earlier = _shifts(known, facts, court_kind, wish)
    shifts = [*islice(with_room(later), 1), *islice(with_room(earlier), 1)]
    shifts.sort(key=lambda shift: abs(shift.starts - starts))
    places = list(islice(with_room(_elsewhere(of_sport, facts, court_kind, wish, around)), 2))
    chosen = [
        *islice(with_room([_Offer("same_hour", facts, court_kind, wish)]), 1),
        *shifts[:1],
        *places[:1],
        *islice(with_room(_shorter(facts, court_kind, wish)), 1),
        *shifts[1:],
        *places[1:],
        *islice(with_room(_other_kinds(facts, court_kind, wish)), 1),
    ]
    if not any(one.place == facts.facility.place_id for one in chosen):
        chosen += _later_days(tx, now, known, facts, court_kind, wish, heads)
    return chosen[:MOST]


def _later_days(
    tx: ReadSession, now: datetime, known: Venues, facts: FacilityFacts, court_kind: str | None, wish: Span, heads: int
) -> list[Alternative]:
    """The first days after the wish's with room for it, each at the hours nearest to it."""
    found: list[Alternative] = []
    for days in range(1, FURTHEST_DAYS + 1):
        then = Span(*(half_hour + days * HALF_HOURS_A_DAY for half_hour in wish))
        day = local_date(instant_of(then.starts))
        if len(found) == MOST_DAYS or policy.opens_for_booking(facts.policy, day) > now:
            break
        first = first_half_hour(day)
        last = max(first + HALF_HOURS_A_DAY, then.ends)
        place, facility = facts.key
        taken = occupancy(tx, now, [facts], first, last, place=place, facility=facility)
        later, earlier = _shifts(known, facts, court_kind, then)
        offers = [
            _Offer("next_day", facts, court_kind, then),
            *(one._replace(kind="next_day") for one in later + earlier),
        ]
        offers.sort(key=lambda offer: abs(offer.span.starts - then.starts))
        for offer in offers:
            free = taken.whole(facts, court_kind, *offer.span)
            if free >= (heads if facts.pooled else 1) and _may_be_booked(known, offer, now):
                found.append(_alternative(offer, free))
                break
    return found


def _shifts(
    known: Venues, facts: FacilityFacts, court_kind: str | None, wish: Span
) -> tuple[list[_Offer], list[_Offer]]:
    """The same length later and earlier on the day, the smaller shift first."""
    length = wish.ends - wish.starts
    grid = facts.facility.slot_half_hours
    offers = [
        _Offer("shift", facts, court_kind, Span(start, start + length))
        for span in open_spans_of(known, facts, local_date(instant_of(wish.starts)))
        for start in range(span.starts, span.ends - length + 1, grid)
        if abs(start - wish.starts) <= FURTHEST_SHIFT
    ]
    later = [offer for offer in offers if offer.span.starts > wish.starts]
    earlier = [offer for offer in reversed(offers) if offer.span.starts < wish.starts]
    return later, earlier


def _shorter(facts: FacilityFacts, court_kind: str | None, wish: Span) -> Iterator[_Offer]:
    grid = facts.facility.slot_half_hours
    shortest = max(grid, facts.policy.least_half_hours)
    for length in range(wish.ends - wish.starts - grid, shortest - 1, -grid):
        yield _Offer("shorten", facts, court_kind, Span(wish.starts, wish.starts + length))
        yield _Offer("shorten", facts, court_kind, Span(wish.ends - length, wish.ends))


def _elsewhere(
    of_sport: Iterable[FacilityFacts], facts: FacilityFacts, court_kind: str | None, wish: Span, around: LatLon
) -> list[_Offer]:
    others = [other for other in of_sport if other.key != facts.key and other.pooled == facts.pooled]
    offers = [
        _Offer("next_place", other, kind, wish, metres_between(around, where_is(other.place)))
        for other in others
        for kind in ([None] if other.pooled else [kind for kind in other.kinds if kind == court_kind])
        if not other.policy.eligible or other.policy.eligible == facts.policy.eligible
    ]
    return sorted(offers, key=lambda offer: (offer.metres or 0, offer.facts.key))


def _other_kinds(facts: FacilityFacts, court_kind: str | None, wish: Span) -> list[_Offer]:
    return [_Offer("other_kind", facts, kind, wish) for kind in facts.kinds if kind != court_kind]


def _may_be_booked(known: Venues, offer: _Offer, now: datetime) -> bool:
    terms, span = offer.facts.policy, offer.span
    day = local_date(instant_of(span.starts))
    spans = open_spans_of(known, offer.facts, day)
    return (
        not policy.has_begun(span.starts, now)
        and policy.opens_for_booking(terms, day) <= now
        and policy.right_length(terms, *span)
        and opening.on_grid(spans, offer.facts.facility.slot_half_hours, *span)
    )


def _alternative(offer: _Offer, free: int) -> Alternative:
    place, facility = offer.facts.place, offer.facts.facility
    return Alternative(
        kind=offer.kind,
        place=place.id,
        place_code=place.code,
        place_name=place.name,
        place_name_en=place.name_en,
        facility=facility.id,
        facility_code=facility.code,
        facility_name=facility.name,
        facility_name_en=facility.name_en,
        court_kind=offer.court_kind,
        starts=instant_of(offer.span.starts),
        ends=instant_of(offer.span.ends),
        metres=offer.metres,
        free=free,
    )
