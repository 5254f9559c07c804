"""A member's booking from hold to end: hold, confirm, change, cancel, and take a cancellation back."""

from datetime import datetime, timedelta

from sqlalchemy import update

from booking.audit.service import record
from booking.db import WriteSession
from booking.members.queries.standing import standing_of
from booking.members.service.standing import add_points, annul_points
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import AlreadyBegun, BookingNotFound, HoldExpired, WrongStatus
from booking.venues.models import Booking
from booking.venues.queries.bookings import booking_view
from booking.venues.rules import policy
from booking.venues.rules.assignment import OutOfTime
from booking.venues.rules.opening import Span
from booking.venues.rules.settling import has_expired
from booking.venues.schemas import BookingView, ChangeRequest, HoldRequest
from booking.venues.service import money, people, terms
from booking.venues.service.claims import give_back
from booking.venues.service.limits import take_limits
from booking.venues.service.taking import Wanted, kind_wanted, let_plan, seek_place, store_booking, take_place
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
POINTS_KEPT = timedelta(days=90)
"""How long a no-show point counts."""


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
    _note(tx, now, booker, facts, booking_id, f"booking.{status}", court=court, starts=span.starts, ends=span.ends)
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
    _change_status(tx, now, booking, "confirmed", was="held")
    confirm(tx, now, facts, booking, actor=booker.actor)
    _note(tx, now, booker, facts, booking_id, "booking.confirmed", fen=booking.price_fen)
    return booking_view(tx, now, place, booking_id, booker)


def confirm(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, actor: str) -> None:
    """What follows from a confirmation, whoever made it: the charge, the passes, the messages."""
    money.charge(tx, now, facts, booking, actor=actor)
    people.issue_passes(tx, now, facts, booking)
    people.tell_all(tx, now, facts, booking, "booking.confirmed")


def revive(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, actor: str) -> None:
    """What follows when an ended booking stands again: its charge, and the same passes as before."""
    money.charge(tx, now, facts, booking, actor=actor)
    people.revive_passes(tx, now, booking)


def cancel_booking(tx: WriteSession, now: datetime, actor: Principal, place: int, booking_id: int) -> BookingView:
    """Give a booking up, for others to take.

    After the policy's cut-off it counts as late: what it took of the limits stays taken, and the booker gets a
    no-show point.

    Raises:
        BookingNotFound: no such booking of theirs.
        WrongStatus: it has ended already.
        AlreadyBegun: its hours have begun.
    """
    booking = owned(tx, actor, place, booking_id)
    facts = venues(tx).facility(place, booking.facility_id)
    if booking.status not in ("held", "confirmed", "pending"):
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("取消"))
    if policy.has_begun(booking.starts, now):
        raise AlreadyBegun(when=terms.hours_of(booking.starts, booking.ends))
    late = booking.status == "confirmed" and policy.cancels_late(facts.policy, booking.starts, now)
    end_booking(tx, now, facts, booking, status="cancelled", actor=actor.actor, keep_limits=late)
    if late and booking.member_id is not None:
        subject = f"booking:{place}:{booking_id}"
        until = now + POINTS_KEPT
        add_points(tx, now, booking.member_id, 1, reason="late_cancellation", subject=subject, expires_at=until)
    _note(tx, now, actor, facts, booking_id, "booking.cancelled", late=late)
    return booking_view(tx, now, place, booking_id, actor)


def end_booking(
    tx: WriteSession,
    now: datetime,
    facts: FacilityFacts,
    booking: Booking,
    *,
    status: str,
    actor: str,
    reason: str = "",
    keep_limits: bool = False,
    tell: bool = True,
) -> None:
    """End a booking before its time, whoever ends it: its place, limits, money and passes are given back.

    Raises:
        WrongStatus: a concurrent request ended or changed it first.
    """
    _change_status(tx, now, booking, status, was=booking.status, ended_reason=reason)
    give_back(tx, booking, slot_half_hours=facts.facility.slot_half_hours, limits=not keep_limits)
    if booking.status == "confirmed":
        money.reverse(tx, now, booking, actor=actor)
        people.end_passes(tx, now, booking, "canceled")
        if tell:
            people.tell_all(tx, now, facts, booking, "booking.cancelled")


def restore_booking(tx: WriteSession, now: datetime, actor: Principal, place: int, booking_id: int) -> BookingView:
    """Take a cancellation back within ten minutes, if there is still a place at those hours.

    Raises:
        BookingNotFound: no such booking of theirs.
        WrongStatus: it is not cancelled, was so for too long, or had never been more than a hold.
        SlotTaken, CourtTaken, PoolFull, LimitReached: something else took the place meanwhile.
    """
    booking = owned(tx, actor, place, booking_id)
    facts = venues(tx).facility(place, booking.facility_id)
    was_booked = any(player.pass_id is not None for player in people.players(tx, booking))
    if booking.status != "cancelled" or not was_booked or now - booking.changed_at > policy.RESTORE_WITHIN:
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("恢复"))
    span = Span(booking.starts, booking.ends)
    if policy.has_begun(booking.starts, now):
        raise AlreadyBegun(when=terms.hours_of(*span))
    limits = _limits_again(tx, now, facts, booking, actor)
    wanted = Wanted(booking.court_kind, booking.court_id if booking.pinned else None, span, booking.party)
    court = take_place(tx, now, facts, booking_id, wanted)
    _change_status(tx, now, booking, "confirmed", was="cancelled", court_id=court, limits=limits)
    restored = owned(tx, actor, place, booking_id)
    revive(tx, now, facts, restored, actor=actor.actor)
    people.tell_all(tx, now, facts, restored, "booking.restored")
    _note(tx, now, actor, facts, booking_id, "booking.restored", court=court)
    return booking_view(tx, now, place, booking_id, actor)


def _limits_again(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, actor: Principal
) -> list[tuple[str, str, int]]:
    """What a restored booking takes of limits; a late cancellation kept its part, and loses its point now."""
    if booking.member_id is None or not booking.limits:
        return []
    if not policy.cancels_late(facts.policy, booking.starts, booking.changed_at):
        return take_limits(tx, now, facts, booking.member_id, Span(booking.starts, booking.ends))
    annul_points_for(tx, now, actor, booking, why="restored")
    return booking.limits


def annul_points_for(tx: WriteSession, now: datetime, actor: Principal, booking: Booking, *, why: str) -> None:
    """Take back the points that a booking cost its booker."""
    subject = f"booking:{booking.place_id}:{booking.id}"
    if booking.member_id is None:
        return
    for entry in standing_of(tx, booking.member_id, now):
        if entry.subject == subject and entry.points > 0:
            whose = booking.member_id
            annul_points(tx, now, whose, entry.id, actor=actor.actor, place_id=booking.place_id, why=why)


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
    _change_status(
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
    _note(tx, now, actor, facts, booking_id, "booking.changed", starts=span.starts, ends=span.ends, court=court)
    return booking_view(tx, now, place, booking_id, actor)


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


def _change_status(
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


def _note(
    tx: WriteSession,
    now: datetime,
    actor: Principal,
    facts: FacilityFacts,
    booking_id: int,
    action: str,
    **detail: object,
) -> None:
    place, _ = facts.key
    subject = f"booking:{place}:{booking_id}"
    record(tx, now, actor=actor.actor, place_id=place, action=action, subject=subject, detail=detail)
    tx.touch(facts.topic)
    tx.touch(f"member:{actor.member_id}")
