"""What the desk does across features: money, a phone number, a booking for someone who stands there, blocks."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from booking.audit.service import record
from booking.clock import half_hour_of
from booking.db import WriteSession
from booking.errors import NotFound
from booking.members.models import Member
from booking.members.queries.lookup import member_id_of
from booking.payments.models import LedgerTransaction
from booking.payments.queries import balance
from booking.payments.rules import Method
from booking.payments.service import refund_due as refund_folio
from booking.payments.service import reverse
from booking.payments.service import take_payment as pay_folio
from booking.places.service import require_manager
from booking.portal.manage.errors import MemberUnknown, NameNeeded, NothingOwed
from booking.portal.manage.queries.blocks import block_seen, series_of
from booking.venues.models import Booking
from booking.venues.schemas import BookingView, WalkInRequest
from booking.venues.service.booking import owned
from booking.venues.service.counter import book_at_counter, lift_block
from booking.venues.service.staff import put_block_back
from booking.web.facts import Named
from booking.web.principal import Principal


class Paid(msgspec.Struct, frozen=True):
    """Money that came in at the desk: the ledger's transaction, and what is still owed."""

    transaction: int
    fen: int
    owed: int


class Refunded(msgspec.Struct, frozen=True):
    """Money that went back, in fen by the way it came."""

    methods: dict[str, int]

    @property
    def fen(self) -> int:
        """All of it."""
        return sum(self.methods.values())


class Reversed(msgspec.Struct, frozen=True):
    """A transaction of the ledger that was taken back, and the one that did it."""

    reversed: int
    transaction: int


def take_payment(
    tx: WriteSession,
    now: datetime,
    staff: Principal,
    place: int,
    booking_id: int,
    *,
    method: Method,
    fen: int | None = None,
) -> Paid:
    """Receive money for a booking: all that is owed, or a part of it.

    Raises:
        Denied: the actor does not manage this place.
        BookingNotFound: there is no such booking.
        NothingOwed: there is nothing to pay.
        Overpaid: more than is owed.
    """
    require_manager(staff, place)
    booking = owned(tx, staff, place, booking_id)
    owed = 0 if booking.folio_id is None else balance(tx, place, booking.folio_id).owed
    if booking.folio_id is None or owed <= 0:
        raise NothingOwed
    sum_fen = owed if fen is None else fen
    done = pay_folio(tx, now, place_id=place, folio_id=booking.folio_id, method=method, fen=sum_fen, actor=staff.actor)
    _touch(tx, booking)
    return Paid(done, sum_fen, owed - sum_fen)


def refund_due(tx: WriteSession, now: datetime, staff: Principal, place: int, booking_id: int) -> Refunded:
    """Give back all that a booking's account has in the guest's favour, the ways it came.

    Raises:
        Denied: the actor does not manage this place.
        BookingNotFound: there is no such booking.
        NothingOwed: there is nothing to give back.
    """
    require_manager(staff, place)
    booking = owned(tx, staff, place, booking_id)
    if booking.folio_id is None:
        raise NothingOwed
    back = refund_folio(tx, now, place_id=place, folio_id=booking.folio_id, actor=staff.actor)
    if not back:
        raise NothingOwed
    _touch(tx, booking)
    return Refunded(back)


def take_back(
    tx: WriteSession, now: datetime, staff: Principal, place: int, booking_id: int, transaction: int
) -> Reversed:
    """Take a payment or refund of a booking back as a whole, because it was keyed in by mistake.

    Raises:
        Denied: the actor does not manage this place.
        BookingNotFound: there is no such booking.
        NotFound, NotReversible, AlreadyReversed, AlreadyRefunded: of the ledger.
    """
    require_manager(staff, place)
    booking = owned(tx, staff, place, booking_id)
    if (
        booking.folio_id is None
        or tx.get(LedgerTransaction, place_id=place, id=transaction, folio_id=booking.folio_id) is None
    ):
        raise NotFound(what=Named("这笔账", "this entry"))
    done = reverse(tx, now, place_id=place, transaction_id=transaction, actor=staff.actor)
    _touch(tx, booking)
    return Reversed(transaction, done)


def walk_in(
    tx: WriteSession,
    now: datetime,
    staff: Principal,
    place: int,
    request: WalkInRequest,
    *,
    who: str = "",
    method: Method | None = None,
) -> BookingView:
    """Book for someone at the counter, who may pay at once; nothing is booked if either does not work.

    Args:
        tx: the transaction.
        now: its time.
        staff: who does it.
        place: the place.
        request: the court and the hours; a guest is named in it.
        who: a member's number, phone or card, instead of the guest's name.
        method: how they pay now, or None for later.

    Raises:
        MemberUnknown: no member has this number, phone or card.
        NameNeeded: neither a member nor a name.
        BookingError: those of `book_at_counter`.
    """
    if who:
        member_id = member_id_of(tx, who, cards=True)
        number = tx.scalar(select(Member.number).where(Member.id == (member_id or 0)))
        if number is None:
            raise MemberUnknown(given=who)
        request = msgspec.structs.replace(request, member_number=number)
    elif not request.contact_name:
        raise NameNeeded
    made = book_at_counter(tx, now, staff, place, request)
    if method is not None and made.price_fen:
        take_payment(tx, now, staff, place, made.id, method=method)
    return made


def reveal_phone(tx: WriteSession, now: datetime, staff: Principal, place: int, booking_id: int) -> str:
    """The whole phone number behind a booking, empty if none is known; that it was asked for is noted.

    Raises:
        Denied: the actor does not manage this place.
        BookingNotFound: there is no such booking.
    """
    require_manager(staff, place)
    booking = owned(tx, staff, place, booking_id)
    own = tx.scalar(select(Member.phone).where(Member.id == (booking.member_id or 0)))
    subject = f"booking:{place}:{booking_id}"
    record(tx, now, actor=staff.actor, place_id=place, action="phone.revealed", subject=subject)
    return booking.contact_phone or own or ""


def _touch(tx: WriteSession, booking: Booking) -> None:
    tx.touch(f"facility:{booking.place_id}:{booking.facility_id}")


def lift(tx: WriteSession, now: datetime, staff: Principal, place: int, block_id: int, *, whole: bool) -> int:
    """Give the courts of a block back to booking, or of all that were made with it and are not over; returns how many.

    Raises:
        Denied: the actor does not manage this place.
        BlockNotFound: there is no such block.
        ByChange: a rehearsed change made it: that is undone as a whole.
        WrongStatus: it was lifted before.
    """
    require_manager(staff, place)
    block = block_seen(tx, place, block_id).block
    ahead = [one.id for one in series_of(tx, block) if one.ends > half_hour_of(now)] if whole else []
    for one in ahead or [block_id]:
        lift_block(tx, now, staff, place, one)
    return len(ahead or [block_id])


def put_back(tx: WriteSession, now: datetime, staff: Principal, place: int, block_id: int, *, whole: bool) -> int:
    """Keep the courts of a lifted block again, or of all that were lifted with it; returns how many.

    Raises:
        Denied: the actor does not manage this place.
        BlockNotFound: there is no such block.
        WrongStatus: it still stands.
        BlockedBy: somebody has taken one of the courts.
    """
    require_manager(staff, place)
    block = block_seen(tx, place, block_id).block
    back = [one.id for one in series_of(tx, block)] if whole and block.lifted_at is not None else [block_id]
    for one in back:
        put_block_back(tx, now, staff, place, one)
    return len(back)
