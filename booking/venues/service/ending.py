"""How a booking ends before its time, whoever ends it, and how a cancellation is taken back."""

from datetime import datetime, timedelta

from booking.db import WriteSession
from booking.members.queries.standing import standing_of
from booking.members.service.standing import add_points, annul_points
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import AlreadyBegun, WrongStatus
from booking.venues.models import Booking
from booking.venues.queries.bookings import booking_view
from booking.venues.rules import policy
from booking.venues.rules.opening import Span
from booking.venues.schemas import BookingView
from booking.venues.service import money, people, terms
from booking.venues.service.booking import STATUS_NAMES, change_status, note, owned
from booking.venues.service.claims import give_back
from booking.venues.service.limits import take_limits
from booking.venues.service.taking import Wanted, take_place
from booking.web.locale import N_
from booking.web.principal import Principal

POINTS_KEPT = timedelta(days=90)
"""How long a no-show point counts."""


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
    note(tx, now, actor, facts, booking_id, "booking.cancelled", late=late)
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
    change_status(tx, now, booking, status, was=booking.status, ended_reason=reason)
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
    change_status(tx, now, booking, "confirmed", was="cancelled", court_id=court, limits=limits)
    restored = owned(tx, actor, place, booking_id)
    revive(tx, now, facts, restored, actor=actor.actor)
    people.tell_all(tx, now, facts, restored, "booking.restored")
    note(tx, now, actor, facts, booking_id, "booking.restored", court=court)
    return booking_view(tx, now, place, booking_id, actor)


def revive(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, actor: str) -> None:
    """What follows when an ended booking stands again: its charge, and the same passes as before."""
    money.charge(tx, now, facts, booking, actor=actor)
    people.revive_passes(tx, now, booking)


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
