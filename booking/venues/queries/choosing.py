"""What can be chosen once the hour is: how long, and which court."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from booking.clock import first_half_hour, half_hour_of, instant_of, local_date
from booking.db import ReadSession
from booking.places.catalogue import kind_of_day
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.models import Court
from booking.venues.queries.availability import kind_of
from booking.venues.queries.days import open_spans_of
from booking.venues.queries.occupancy import Occupancy, occupancy
from booking.venues.queries.places import facility_coded
from booking.venues.rules import policy, pricing
from booking.venues.rules.opening import HALF_HOURS_A_DAY, Span

AN_HOUR = 2


class Length(NamedTuple):
    """A length on offer: until when, what it costs the asker and everyone, how much is free throughout."""

    half_hours: int
    ends: datetime
    fen: int
    usual_fen: int
    free: int


class CourtFree(NamedTuple):
    """A court that is free at the hour, and until when."""

    court: Court
    until: datetime


class Choices(NamedTuple):
    """What can be chosen at an hour of a facility.

    Attributes:
        opens: when the day can be booked.
        begun: whether the hour is over.
        open_then: whether the hour lies on the grid of an open day.
    """

    facts: FacilityFacts
    kind: str | None
    starts: datetime
    opens: datetime
    begun: bool
    open_then: bool
    lengths: list[Length]
    courts: list[CourtFree]

    @property
    def full(self) -> bool:
        """Whether nothing is free, however short."""
        return not any(length.free for length in self.lengths)

    def length(self, half_hours: int | None) -> Length | None:
        """The length of so many half hours; else an hour if that is free, else the longest that is, else any."""
        wanted = next((length for length in self.lengths if length.half_hours == half_hours), None)
        usual = next((length for length in self.lengths if length.half_hours == AN_HOUR), None)
        free = [length for length in self.lengths if length.free]
        if wanted is not None:
            return wanted
        if usual is not None and (usual.free or not free):
            return usual
        return next(iter([*reversed(free), *self.lengths]), None)


def choices(
    tx: ReadSession,
    now: datetime,
    place: str,
    facility: str,
    starts: datetime,
    *,
    court_kind: str | None = None,
    categories: Collection[str] = (),
) -> Choices:
    """What can be chosen at an hour of a facility, by the codes in its address. Two statements.

    Raises:
        PlaceNotFound, FacilityNotFound, CourtNotFound: there is no such place, facility or kind of court.
    """
    known = venues(tx)
    facts = facility_coded(known, place, facility)
    kind = kind_of(facts, court_kind)
    day = local_date(starts)
    first, wished = first_half_hour(day), half_hour_of(starts)
    taken = occupancy(tx, now, [facts], first, first + HALF_HOURS_A_DAY, place=facts.place.id, facility=facts.key[1])
    grid = facts.facility.slot_half_hours
    span = next((s for s in open_spans_of(known, facts, day) if s.starts <= wished < s.ends), Span(0, 0))
    on_grid = starts == instant_of(wished) and (wished - span.starts) % grid == 0
    return Choices(
        facts=facts,
        kind=kind,
        starts=instant_of(wished),
        opens=policy.opens_for_booking(facts.policy, day),
        begun=policy.has_begun(wished, now),
        open_then=on_grid and span.ends > 0,
        lengths=list(_lengths(known, facts, kind, taken, Span(wished, span.ends), categories)) if on_grid else [],
        courts=list(_courts(facts, kind, taken, Span(wished, span.ends))) if on_grid else [],
    )


def _lengths(
    known: Venues, facts: FacilityFacts, kind: str | None, taken: Occupancy, window: Span, categories: Collection[str]
) -> Iterator[Length]:
    grid, terms = facts.facility.slot_half_hours, facts.policy
    shortest = max(grid, -(-terms.least_half_hours // grid) * grid)
    longest = min(terms.most_half_hours, window.ends - window.starts)
    day = kind_of_day(known.places.calendar, local_date(instant_of(window.starts)))
    for half_hours in range(shortest, longest + 1, grid):
        ends = window.starts + half_hours
        quote = pricing.quote(facts.prices, day, window.starts, ends, categories)
        free = taken.free(facts, kind, window.starts, ends)
        yield Length(half_hours, instant_of(ends), quote.fen, quote.usual_fen, free)


def _courts(facts: FacilityFacts, kind: str | None, taken: Occupancy, window: Span) -> Iterator[CourtFree]:
    for court_id in facts.kinds.get(kind or "", ()):
        until = taken.free_until(facts, court_id, window)
        if until > window.starts:
            yield CourtFree(facts.court(court_id), instant_of(until))
