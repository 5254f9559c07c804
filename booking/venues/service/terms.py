"""Whether a booking may be made as asked: hours, grid, window, length, eligibility, standing, limits, price."""

from collections.abc import Collection
from datetime import datetime

from booking.clock import SHANGHAI, half_hour_of, instant_of, local_date
from booking.db import ReadSession
from booking.members.queries.standing import standing_of
from booking.members.rules.words import CATEGORY_NAMES
from booking.places.catalogue import kind_of_day
from booking.venues.catalogue import FacilityFacts, Venues
from booking.venues.errors import (
    AlreadyBegun,
    NotEligible,
    NotOpenThen,
    NotYetBookable,
    OffGrid,
    StandingTooLow,
    WrongLength,
)
from booking.venues.rules import opening, policy, pricing
from booking.venues.rules.opening import Span
from booking.web.facts import Day, Hours, Instant
from booking.web.locale import N_
from booking.web.principal import Principal


def hours_of(starts: int, ends: int) -> Hours:
    """A range of half hours, as a sentence names it."""
    return Hours(instant_of(starts), instant_of(ends))


def span_of(facts: FacilityFacts, starts: datetime, ends: datetime) -> Span:
    """The half hours between two instants.

    Raises:
        OffGrid: an instant is not on a half hour, or the range is empty or longer than a day.
    """
    first, last = half_hour_of(starts), half_hour_of(ends)
    exact = starts == instant_of(first) and ends == instant_of(last)
    if not exact or not first < last <= first + opening.HALF_HOURS_A_DAY:
        raise OffGrid(facility=facts.name, minutes=30 * facts.facility.slot_half_hours)
    return Span(first, last)


def kind_on(known: Venues, starts: int) -> str:
    """The kind of the local day in which a half hour lies."""
    return kind_of_day(known.places.calendar, local_date(instant_of(starts)))


def check_open(known: Venues, facts: FacilityFacts, span: Span) -> None:
    """The range lies in opening hours, on the grid.

    Raises:
        NotOpenThen: the facility is closed in some of it.
        OffGrid: it cuts a slot.
    """
    day = local_date(instant_of(span.starts))
    spans = opening.open_spans(facts.opening, day, kind_on(known, span.starts))
    if not opening.is_open(spans, span.starts, span.ends):
        hours = [_wall_times(open_span) for open_span in spans]
        raise NotOpenThen(facility=facts.name, when=hours_of(*span), hours=hours or [N_("全天不开")])
    if not opening.on_grid(spans, facts.facility.slot_half_hours, span.starts, span.ends):
        raise OffGrid(facility=facts.name, minutes=30 * facts.facility.slot_half_hours)


def _wall_times(span: Span) -> str:
    first, last = (instant_of(half_hour).astimezone(SHANGHAI) for half_hour in span)
    return f"{first:%H:%M}–{last:%H:%M}"


def check_terms(tx: ReadSession, now: datetime, facts: FacilityFacts, span: Span, booker: Principal) -> None:
    """A member may book this range ahead.

    Raises:
        AlreadyBegun: the first half hour is over.
        NotYetBookable: booking for that day has not opened.
        WrongLength: shorter or longer than one booking may be.
        NotEligible: the facility is for other categories.
        StandingTooLow: too many no-show points.
    """
    terms = facts.policy
    clause = f"{terms.document} {terms.clause}"
    if policy.has_begun(span.starts, now):
        raise AlreadyBegun(when=hours_of(*span))
    day = local_date(instant_of(span.starts))
    opens = policy.opens_for_booking(terms, day)
    if now < opens:
        last = Day(policy.last_bookable_day(terms, now))
        raise NotYetBookable(day=Day(day), opens=Instant(opens), days=terms.opens_days_ahead, last=last, clause=clause)
    if not policy.right_length(terms, span.starts, span.ends):
        asked = span.ends - span.starts
        raise WrongLength(
            least=f"{terms.least_half_hours / 2:g}",
            most=f"{terms.most_half_hours / 2:g}",
            asked=f"{asked / 2:g}",
            nearest=f"{min(max(asked, terms.least_half_hours), terms.most_half_hours) / 2:g}",
            clause=clause,
        )
    if not policy.is_eligible(terms, booker.categories):
        names = [CATEGORY_NAMES.get(category, category) for category in terms.eligible]
        raise NotEligible(facility=facts.name, categories=names, clause=clause)
    check_standing(tx, now, facts, booker.member_id)


def check_standing(tx: ReadSession, now: datetime, facts: FacilityFacts, member_id: int) -> None:
    """The member's no-show points are below the policy's barrier.

    Raises:
        StandingTooLow: they are not; it says when the earliest of them expires.
    """
    entries = standing_of(tx, member_id, now)
    points = sum(entry.points for entry in entries)
    if not policy.in_good_standing(facts.policy, points):
        raise StandingTooLow(
            points=points,
            limit=facts.policy.most_no_show_points,
            until=Instant(min(entry.expires_at for entry in entries if entry.points > 0)),
            clause=f"{facts.policy.document} {facts.policy.clause}",
        )


def price(known: Venues, facts: FacilityFacts, span: Span, categories: Collection[str], heads: int) -> pricing.Quote:
    """The price of a range, frozen when the booking is made; a court costs the same whoever plays on it."""
    paying = heads if facts.pooled else 1
    return pricing.quote(facts.prices, kind_on(known, span.starts), span.starts, span.ends, categories, paying)
