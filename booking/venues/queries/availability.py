"""A facility's day: free counts slot by slot."""

from collections.abc import Collection
from datetime import date, datetime

from booking.clock import first_half_hour, instant_of
from booking.db import ReadSession
from booking.venues.catalogue import CourtNotFound, FacilityFacts, venues
from booking.venues.queries.days import price_of, slots_of
from booking.venues.queries.occupancy import occupancy, total_of
from booking.venues.rules import policy
from booking.venues.rules.opening import HALF_HOURS_A_DAY
from booking.venues.views import DayView, SlotView


def day_view(
    tx: ReadSession,
    now: datetime,
    place: int,
    facility: int,
    day: date,
    *,
    court_kind: str | None = None,
    categories: Collection[str] = (),
) -> DayView:
    """The slots of a local day for one kind of court (the first one, if none is named) or for a pool.

    Raises:
        FacilityNotFound: there is none.
        CourtNotFound: no court is of this kind.
    """
    known = venues(tx)
    facts = known.facility(place, facility)
    kind = kind_of(facts, court_kind)
    first = first_half_hour(day)
    taken = occupancy(tx, now, [facts], first, first + HALF_HOURS_A_DAY, place=place, facility=facility)
    opens = policy.opens_for_booking(facts.policy, day)
    slots = []
    for slot in slots_of(known, facts, day):
        free = taken.free(facts, kind, *slot)
        slots.append(
            SlotView(
                starts=instant_of(slot.starts),
                ends=instant_of(slot.ends),
                free=free,
                total=total_of(facts, kind),
                bookable=free > 0 and opens <= now and not policy.has_begun(slot.starts, now),
                fen=price_of(known, facts, slot, categories),
            )
        )
    return DayView(place=place, facility=facility, day=day, court_kind=kind, opens_for_booking=opens, slots=slots)


def kind_of(facts: FacilityFacts, wanted: str | None) -> str | None:
    """The kind of court that is meant: the named one, else the first; None for a pool.

    Raises:
        CourtNotFound: no court is of this kind.
    """
    if facts.pooled:
        return None
    if not wanted:
        return next(iter(facts.kinds), None)
    if wanted not in facts.kinds:
        raise CourtNotFound
    return wanted
