"""A member's booking: hold and confirm it. How it changes is in changing.py, how it ends in ending.py."""

from datetime import datetime, timedelta

from sqlalchemy import update

from booking.audit.service import record
from booking.db import WriteSession
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import BookingNotFound, HoldExpired, WrongStatus
from booking.venues.models import Booking
from booking.venues.queries.bookings import booking_view
from booking.venues.rules.assignment import OutOfTime
from booking.venues.rules.settling import has_expired
from booking.venues.schemas import BookingView, HoldRequest
from booking.venues.service import money, people, terms
from booking.venues.service.limits import take_limits
from booking.venues.service.taking import Wanted, kind_wanted, let_plan, seek_place, store_booking
from booking.web.facts import Instant
from booking.web.locale import N_
from booking.web.principal import Principal

STATUS_NAMES = {
    "held": N_("已为您保留"),
    "pending": N_("正在排"),
    "refused": N_("没有排下"),
    "confirmed": N_("已约好"),
    "cancelled": N_("已取消"),
    "expired": N_("保留已过期"),
    "displaced": N_("因场馆调整取消"),
    "attended": N_("已到场"),
    "no_show": N_("没有到场"),
}


def hold_slot(
    tx: WriteSession, now: datetime, booker: Principal, request: HoldRequest, *, then_confirm: bool = False
) -> BookingView:
    """Keep a court or heads for the booker, for as many minutes as the policy says.

    Where neither a seating nor a proof that there is none is found in the time of one request, the booking is
    `pending`: nothing is claimed for it yet, and the planner holds it, confirms it (`then_confirm`) or refuses it
    within `settling.ANSWERED_WITHIN`.

    Raises:
        BookingError: one of `terms.check_terms`, `terms.check_open`, `taking.seek_place` or `people.find_partners`.
    """
    known = venues(tx)
    facts = known.facility(request.place, request.facility)
    span = terms.span_of(facts, request.starts, request.ends)
    terms.check_open(known, facts, span)
    terms.check_terms(tx, now, facts, span, booker)
    partners = people.find_partners(tx, booker, request.partners)
    heads = max(request.heads, 1 + len(partners))
    wanted = Wanted(kind_wanted(facts, request.court_kind, request.court), request.court, span, heads)
    quote = terms.price(known, facts, span, booker.categories, heads)
    booking_id = tx.ids.next()
    limits = take_limits(tx, now, facts, booker.member_id, span)
    found = seek_place(tx, now, facts, booking_id, wanted)
    status, court = ("pending", None) if isinstance(found, OutOfTime) else ("held", found)
    until = now + timedelta(minutes=facts.policy.hold_minutes)
    store_booking(
        tx,
        now,
        facts,
        booking_id,
        wanted,
        status=status,
        member_id=booker.member_id,
        contact_name=booker.name,
        court_id=court,
        price_fen=quote.fen,
        quote=quote,
        limits=limits,
        source=booker.medium,
        hold_expires_at=until if status == "held" else None,
    )
    people.write_partners(tx, request.place, booking_id, booker, partners)
    if status == "pending":
        let_plan(tx, now, request.place, booking_id, court=request.court, then_confirm=then_confirm)
    note(tx, now, booker, facts, booking_id, f"booking.{status}", court=court, starts=span.starts, ends=span.ends)
    return booking_view(tx, now, request.place, booking_id, booker)


def confirm_booking(tx: WriteSession, now: datetime, booker: Principal, place: int, booking_id: int) -> BookingView:
    """Make a hold a booking: charge its price and issue a pass to each who plays. Confirming twice changes nothing.

    Raises:
        BookingNotFound: no such booking of theirs.
        HoldExpired: the time to confirm is over.
        WrongStatus: it has ended.
    """
    booking = owned(tx, booker, place, booking_id)
    if booking.status == "confirmed":
        return booking_view(tx, now, place, booking_id, booker)
    facts = venues(tx).facility(place, booking.facility_id)
    if booking.status == "expired" or has_expired(booking, now):
        raise HoldExpired(at=Instant(booking.hold_expires_at or now))
    _require(booking, "held", N_("确认"))
    change_status(tx, now, booking, "confirmed", was="held")
    confirm(tx, now, facts, booking, actor=booker.actor)
    note(tx, now, booker, facts, booking_id, "booking.confirmed", fen=booking.price_fen)
    return booking_view(tx, now, place, booking_id, booker)


def confirm(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, actor: str) -> None:
    """What follows from a confirmation, whoever made it: the charge, the passes, the messages."""
    money.charge(tx, now, facts, booking, actor=actor)
    people.issue_passes(tx, now, facts, booking)
    people.tell_all(tx, now, facts, booking, "booking.confirmed")


def owned(tx: WriteSession, actor: Principal, place: int, booking_id: int) -> Booking:
    """The booking, if the actor made it or manages its place.

    Raises:
        BookingNotFound: there is none, or it is someone else's: the two are not told apart.
    """
    booking = tx.get(Booking, place_id=place, id=booking_id)
    if booking is None or not (booking.member_id == actor.member_id or actor.holds("venue_manager", place)):
        raise BookingNotFound
    return booking


def _require(booking: Booking, status: str, action: str) -> None:
    if booking.status != status:
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=action)


def change_status(
    tx: WriteSession, now: datetime, booking: Booking, status: str, *, was: str, **values: object
) -> None:
    """Change a booking if it is still as it was read: the row count says who was first.

    Raises:
        WrongStatus: a concurrent request was.
    """
    changed = tx.execute(
        update(Booking)
        .where(Booking.place_id == booking.place_id, Booking.id == booking.id)
        .where(Booking.status == was, Booking.sequence == booking.sequence)
        .values(status=status, changed_at=now, sequence=Booking.sequence + 1, **values)
    )
    if changed.rowcount != 1:
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("改动，因为它刚刚变了，请刷新看看"))


def note(
    tx: WriteSession,
    now: datetime,
    actor: Principal,
    facts: FacilityFacts,
    booking_id: int,
    action: str,
    **detail: object,
) -> None:
    """Put what happened to a booking into the audit log, and tell open pages."""
    place, _ = facts.key
    subject = f"booking:{place}:{booking_id}"
    record(tx, now, actor=actor.actor, place_id=place, action=action, subject=subject, detail=detail)
    tx.touch(facts.topic)
    tx.touch(f"member:{actor.member_id}")
