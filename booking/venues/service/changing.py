"""A booking moves: to other hours of its facility, or to a chosen court."""

from datetime import datetime

from booking.db import WriteSession
from booking.venues.catalogue import venues
from booking.venues.errors import AlreadyBegun, WrongStatus
from booking.venues.queries.bookings import booking_view
from booking.venues.rules import policy
from booking.venues.schemas import BookingView, ChangeRequest
from booking.venues.service import money, people, terms
from booking.venues.service.booking import STATUS_NAMES, change_status, note, owned
from booking.venues.service.claims import give_back
from booking.venues.service.limits import take_limits
from booking.venues.service.taking import Wanted, take_place
from booking.web.locale import N_
from booking.web.principal import Principal


def change_booking(
    tx: WriteSession, now: datetime, actor: Principal, place: int, booking_id: int, request: ChangeRequest
) -> BookingView:
    """Move a booking to other hours of its facility, or to a chosen court; refused, it stays as it was.

    Whoever moves it, it is priced for its own member and counts towards that member's limits; staff may pass over
    the opening of booking, lengths and standing, and what was booked at the counter takes nothing of limits.

    Raises:
        BookingNotFound: no such booking of theirs.
        WrongStatus: it has ended.
        BookingError: those of `hold_slot` for the new hours.
    """
    booking = owned(tx, actor, place, booking_id)
    known = venues(tx)
    facts = known.facility(place, booking.facility_id)
    if booking.status not in ("held", "confirmed"):
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("改时间"))
    if policy.has_begun(booking.starts, now):
        raise AlreadyBegun(when=terms.hours_of(booking.starts, booking.ends))
    span = terms.span_of(facts, request.starts, request.ends)
    terms.check_open(known, facts, span)
    own = actor.member_id == booking.member_id
    if own:
        terms.check_terms(tx, now, facts, span, actor)
    give_back(tx, booking, slot_half_hours=facts.facility.slot_half_hours)
    limited = booking.member_id if own or booking.limits else None
    limits = [] if limited is None else take_limits(tx, now, facts, limited, span, moving=booking_id)
    wanted = Wanted(booking.court_kind, request.court, span, booking.party)
    court = take_place(tx, now, facts, booking_id, wanted)
    quote = terms.price(known, facts, span, people.categories_of(tx, booking.member_id), booking.party)
    change_status(
        tx,
        now,
        booking,
        booking.status,
        was=booking.status,
        court_id=court,
        pinned=request.court is not None,
        starts=span.starts,
        ends=span.ends,
        limits=limits,
        quote=quote,
        price_fen=quote.fen,
    )
    changed = owned(tx, actor, place, booking_id)
    if booking.status == "confirmed":
        money.recharge(tx, now, facts, booking, changed, actor=actor.actor)
        people.reschedule_passes(tx, now, facts, changed)
        people.tell_all(tx, now, facts, changed, "booking.changed")
    note(tx, now, actor, facts, booking_id, "booking.changed", starts=span.starts, ends=span.ends, court=court)
    return booking_view(tx, now, place, booking_id, actor)
