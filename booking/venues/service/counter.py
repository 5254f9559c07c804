"""What staff do at the counter: book for someone who stands there, keep courts for a league, mark who came."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from booking.audit.service import record
from booking.clock import half_hour_of, instant_of, local_date
from booking.db import WriteSession, insert
from booking.members.models import Member
from booking.members.service.standing import add_points
from booking.places.service import require_manager
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import AlreadyBegun, BlockedBy, ByChange, PartnerNotFound, WeeksUnclear, WrongStatus
from booking.venues.models import Block, Booking
from booking.venues.queries.bookings import booking_view
from booking.venues.rules import policy
from booking.venues.rules.opening import Span
from booking.venues.schemas import BlockRequest, BlockView, BookingView, WalkInRequest
from booking.venues.service import people, terms
from booking.venues.service.booking import STATUS_NAMES, confirm, owned
from booking.venues.service.claims import cells_of, claim, claimed, release
from booking.venues.service.ending import POINTS_KEPT, annul_points_for
from booking.venues.service.taking import Wanted, kind_wanted, store_booking, take_place
from booking.web.locale import N_
from booking.web.principal import Principal

LONGEST_SERIES = timedelta(weeks=53)
WEEK = 7 * 48


def book_at_counter(
    tx: WriteSession, now: datetime, staff: Principal, place: int, request: WalkInRequest
) -> BookingView:
    """Book for someone at the counter, confirmed at once; the half hour under way may still be taken.

    The member's limits and standing are not asked: whoever stands there when a court is free may play.

    Raises:
        Denied: the actor does not manage this place.
        PartnerNotFound: the member number is unknown.
        BookingError: those of `hold_slot` for hours, grid and room.
    """
    require_manager(staff, place)
    known = venues(tx)
    facts = known.facility(place, request.facility)
    span = terms.span_of(facts, request.starts, request.ends)
    terms.check_open(known, facts, span)
    if policy.has_begun(span.starts, now):
        raise AlreadyBegun(when=terms.hours_of(*span))
    player, categories = _at_counter(tx, request)
    wanted = Wanted(kind_wanted(facts, request.court_kind, request.court), request.court, span, request.heads)
    quote = terms.price(known, facts, span, categories, request.heads)
    booking_id = tx.ids.next()
    court = take_place(tx, now, facts, booking_id, wanted)
    store_booking(
        tx,
        now,
        facts,
        booking_id,
        wanted,
        status="confirmed",
        member_id=player.member_id,
        contact_name=player.name,
        contact_phone=request.contact_phone,
        court_id=court,
        price_fen=quote.fen,
        quote=quote,
        limits=[],
        source="counter",
        booked_by=staff.member_id,
    )
    people.write_partners(tx, place, booking_id, player, [])
    confirm(tx, now, facts, owned(tx, staff, place, booking_id), actor=staff.actor)
    _note(tx, now, staff, facts, "booking.at_counter", f"booking:{place}:{booking_id}", fen=quote.fen)
    return booking_view(tx, now, place, booking_id, staff)


def _at_counter(tx: WriteSession, request: WalkInRequest) -> tuple[people.Player, list[str]]:
    if not request.member_number:
        return people.Player(None, request.contact_name or "—"), []
    found = tx.execute(select(Member.id, Member.name).where(Member.number == request.member_number)).first()
    if found is None:
        raise PartnerNotFound(name=request.contact_name or "—", number=request.member_number)
    return people.Player(found.id, found.name), people.categories_of(tx, found.id)


def block_courts(
    tx: WriteSession, now: datetime, staff: Principal, place: int, request: BlockRequest
) -> list[BlockView]:
    """Keep courts for a league or for maintenance, once or every week; all of the dates or none.

    Nobody is displaced: where someone has a place already, the refusal says when. To displace them on purpose,
    rehearse a closure.

    Raises:
        Denied: the actor does not manage this place.
        BlockedBy: some of the courts are taken at these hours.
        WeeksUnclear: the series ends before it begins, or is longer than a year.
    """
    require_manager(staff, place)
    facts = venues(tx).facility(place, request.facility)
    span = terms.span_of(facts, request.starts, request.ends)
    units = sorted({unit for court in request.courts for unit in facts.court(court).units})
    return [
        _block(tx, now, staff, facts, request, units, Span(span.starts + week * WEEK, span.ends + week * WEEK))
        for week in range(_weeks(request, span))
    ]


def _weeks(request: BlockRequest, span: Span) -> int:
    if request.weekly_until is None:
        return 1
    length = request.weekly_until - local_date(instant_of(span.starts))
    if not timedelta(0) <= length <= LONGEST_SERIES:
        raise WeeksUnclear(weeks=LONGEST_SERIES.days // 7)
    return length.days // 7 + 1


def _block(
    tx: WriteSession,
    now: datetime,
    staff: Principal,
    facts: FacilityFacts,
    request: BlockRequest,
    units: list[int],
    span: Span,
) -> BlockView:
    place, facility = facts.key
    block_id = tx.ids.next()
    cells = cells_of(units, *span)
    if not claim(tx, place, facility, cells, holder="block_id", holder_id=block_id):
        wanted = set(units)
        taken = [cell for cell in claimed(tx, place, facility, *span) if cell.unit in wanted]
        first = min((cell.half_hour for cell in taken), default=span.starts)
        raise BlockedBy(when=terms.hours_of(first, first + 1), count=len({c.booking_id or c.block_id for c in taken}))
    tx.execute(
        insert(tx, Block).values(
            place_id=place,
            id=block_id,
            facility_id=facility,
            kind=request.kind,
            title=request.title,
            units=units,
            starts=span.starts,
            ends=span.ends,
            created_by=staff.member_id,
            created_at=now,
        )
    )
    _note(tx, now, staff, facts, "block.made", f"block:{place}:{block_id}", title=request.title, starts=span.starts)
    return BlockView(id=block_id, title=request.title, starts=instant_of(span.starts), ends=instant_of(span.ends))


def lift_block(tx: WriteSession, now: datetime, staff: Principal, place: int, block_id: int) -> None:
    """Give the courts of a block back to booking.

    Raises:
        Denied: the actor does not manage this place.
        ByChange: a rehearsed change made it: that is undone as a whole, with those whom it moved.
        WrongStatus: there is no such block, or it was lifted.
    """
    require_manager(staff, place)
    refuse_if_by_change(tx.get(Block, place_id=place, id=block_id))
    lifted = tx.execute(
        update(Block)
        .where(Block.place_id == place, Block.id == block_id, Block.lifted_at.is_(None))
        .values(lifted_at=now)
        .returning(Block.facility_id)
    ).first()
    if lifted is None:
        raise WrongStatus(status=N_("已解除"), action=N_("再次解除"))
    facts = venues(tx).facility(place, lifted.facility_id)
    release(tx, place, lifted.facility_id, holder="block_id", holder_id=block_id)
    _note(tx, now, staff, facts, "block.lifted", f"block:{place}:{block_id}")


def refuse_if_by_change(block: Block | None) -> None:
    """A block was made by hand.

    Raises:
        ByChange: a rehearsed change made it.
    """
    if block is not None and block.change_id is not None:
        raise ByChange(title=block.title, change=block.change_id)


def mark_no_show(tx: WriteSession, now: datetime, staff: Principal, place: int, booking_id: int) -> BookingView:
    """Record that nobody came: the booker gets two points, until it is taken back.

    Raises:
        Denied: the actor does not manage this place.
        WrongStatus: it is not a confirmed booking that has begun.
    """
    require_manager(staff, place)
    booking = owned(tx, staff, place, booking_id)
    begun = half_hour_of(now) >= booking.starts
    if not begun or not _switch(tx, now, booking, "confirmed", "no_show"):
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("记为没有到场"))
    subject = f"booking:{place}:{booking_id}"
    if booking.member_id is not None:
        until = now + POINTS_KEPT
        add_points(tx, now, booking.member_id, 2, reason="no_show", subject=subject, expires_at=until)
    facts = venues(tx).facility(place, booking.facility_id)
    _note(tx, now, staff, facts, "booking.no_show", subject)
    return booking_view(tx, now, place, booking_id, staff)


def take_back_no_show(tx: WriteSession, now: datetime, staff: Principal, place: int, booking_id: int) -> BookingView:
    """They came after all: the booking stands, and the points go.

    Raises:
        Denied: the actor does not manage this place.
        WrongStatus: it was not marked.
    """
    require_manager(staff, place)
    booking = owned(tx, staff, place, booking_id)
    if not _switch(tx, now, booking, "no_show", "confirmed"):
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("撤回没有到场的记录"))
    subject = f"booking:{place}:{booking_id}"
    annul_points_for(tx, now, staff, booking, why="came after all")
    facts = venues(tx).facility(place, booking.facility_id)
    _note(tx, now, staff, facts, "booking.came_after_all", subject)
    return booking_view(tx, now, place, booking_id, staff)


def _switch(tx: WriteSession, now: datetime, booking: Booking, was: str, to: str) -> bool:
    changed = tx.execute(
        update(Booking)
        .where(Booking.place_id == booking.place_id, Booking.id == booking.id, Booking.status == was)
        .values(status=to, changed_at=now, sequence=Booking.sequence + 1)
    )
    return changed.rowcount == 1


def _note(
    tx: WriteSession, now: datetime, staff: Principal, facts: FacilityFacts, action: str, subject: str, **detail: object
) -> None:
    record(tx, now, actor=staff.actor, place_id=facts.key[0], action=action, subject=subject, detail=detail)
    tx.touch(facts.topic)
