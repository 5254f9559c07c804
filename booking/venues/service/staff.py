"""What staff do on the place's own account: cancel somebody's booking with a reason, put a lifted block back."""

from datetime import datetime

from sqlalchemy import update

from booking.audit.service import record
from booking.clock import instant_of
from booking.db import WriteSession
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.places.service import require_manager
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import AlreadyBegun, BlockedBy, WrongStatus
from booking.venues.models import Block, Booking
from booking.venues.queries.bookings import booking_view
from booking.venues.rules import policy
from booking.venues.schemas import BookingView
from booking.venues.service import people, terms
from booking.venues.service.booking import STATUS_NAMES, owned
from booking.venues.service.claims import cells_of, claim, claimed
from booking.venues.service.ending import cancel_booking, end_booking
from booking.web.facts import Hours, Money, Params
from booking.web.locale import N_
from booking.web.principal import Principal

register(
    "booking.cancelled_by_place",
    MessageText(
        N_("场馆取消了您的预约"),
        N_("{facility}，{hours} 的预约由场馆取消：{reason}。费用 {fen} 不再收取，不占您的预约次数，很抱歉。"),
    ),
)


def cancel_at_counter(
    tx: WriteSession, now: datetime, staff: Principal, place: int, booking_id: int, *, reason: str, ours: bool
) -> BookingView:
    """End somebody's booking for them, or on the place's own account.

    Args:
        tx: the transaction.
        now: its time.
        staff: who does it.
        place: the place.
        booking_id: the booking.
        reason: kept with the booking; told to the players when it is the place's.
        ours: the place's reason: everything is given back, however late it is. Otherwise the member asked for it, and
            the same terms hold as if they had cancelled by themselves.

    Raises:
        Denied: the actor does not manage this place.
        BookingNotFound: there is no such booking.
        WrongStatus: it has ended already.
        AlreadyBegun: its hours have begun.
    """
    require_manager(staff, place)
    if ours:
        _cancel_for_place(tx, now, staff, owned(tx, staff, place, booking_id), reason)
    else:
        cancel_booking(tx, now, staff, place, booking_id)
        mine = (Booking.place_id == place, Booking.id == booking_id)
        tx.execute(update(Booking).where(*mine).values(ended_reason=reason))
    return booking_view(tx, now, place, booking_id, staff)


def _cancel_for_place(tx: WriteSession, now: datetime, staff: Principal, booking: Booking, reason: str) -> None:
    facts = venues(tx).facility(booking.place_id, booking.facility_id)
    if booking.status not in ("held", "confirmed"):
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("取消"))
    if policy.has_begun(booking.starts, now):
        raise AlreadyBegun(when=terms.hours_of(booking.starts, booking.ends))
    end_booking(tx, now, facts, booking, status="cancelled", actor=staff.actor, reason=reason, tell=False)
    if policy.cancels_late(facts.policy, booking.starts, now):
        # `restore_booking` takes a late cancellation for one that kept its limits: this one has none any more.
        mine = (Booking.place_id == booking.place_id, Booking.id == booking.id)
        tx.execute(update(Booking).where(*mine).values(limits=[]))
    if booking.status == "confirmed":
        _tell(tx, now, facts, booking, reason)
    subject = f"booking:{booking.place_id}:{booking.id}"
    _note(tx, now, staff, facts, "booking.cancelled", subject, reason=reason, ours=True)


def _tell(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, reason: str) -> None:
    hours = Hours(instant_of(booking.starts), instant_of(booking.ends))
    params: Params = {"facility": facts.name, "hours": hours, "reason": reason, "fen": Money(booking.price_fen)}
    for player in people.players(tx, booking):
        if player.member_id is not None:
            link = f"/bookings/{booking.place_id}/{booking.id}"
            tell(tx, now, player.member_id, "booking.cancelled_by_place", params, link)


def put_block_back(tx: WriteSession, now: datetime, staff: Principal, place: int, block_id: int) -> None:
    """Keep the courts of a lifted block again, if nobody has taken them since.

    Raises:
        Denied: the actor does not manage this place.
        WrongStatus: there is no such block, or it still stands.
        BlockedBy: somebody has taken one of the courts.
    """
    require_manager(staff, place)
    back = tx.execute(
        update(Block)
        .where(Block.place_id == place, Block.id == block_id, Block.lifted_at.is_not(None))
        .where(Block.change_id.is_(None))
        .values(lifted_at=None)
        .returning(Block.facility_id, Block.units, Block.starts, Block.ends)
    ).first()
    if back is None:
        raise WrongStatus(status=N_("还在"), action=N_("恢复"))
    facts = venues(tx).facility(place, back.facility_id)
    cells = cells_of(back.units, back.starts, back.ends)
    if not claim(tx, place, back.facility_id, cells, holder="block_id", holder_id=block_id):
        taken = [one for one in claimed(tx, *facts.key, back.starts, back.ends) if one.unit in back.units]
        first = min((one.half_hour for one in taken), default=back.starts)
        raise BlockedBy(when=terms.hours_of(first, first + 1), count=len({c.booking_id or c.block_id for c in taken}))
    _note(tx, now, staff, facts, "block.put_back", f"block:{place}:{block_id}")


def _note(
    tx: WriteSession, now: datetime, staff: Principal, facts: FacilityFacts, action: str, subject: str, **detail: object
) -> None:
    record(tx, now, actor=staff.actor, place_id=facts.key[0], action=action, subject=subject, detail=detail)
    tx.touch(facts.topic)
