"""Bookings that wait for the planner: asked within a request, answered soon after, one way or the other."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession
from booking.errors import BookingError
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.venues.catalogue import FacilityFacts, FacilityNotFound, venues
from booking.venues.errors import AlreadyBegun, StillPlanning
from booking.venues.models import Booking, Search
from booking.venues.rules import policy
from booking.venues.rules.assignment import Day, Impossible, Outcome, OutOfTime, Wish
from booking.venues.rules.opening import Span
from booking.venues.rules.settling import ANSWERED_WITHIN
from booking.venues.service import terms
from booking.venues.service.allocation import seat, seat_as_found, snapshot
from booking.venues.service.booking import confirm
from booking.venues.service.claims import give_back
from booking.venues.service.taking import Wanted, refusal
from booking.web.facts import Instant, Param
from booking.web.locale import N_

LEASE = timedelta(seconds=20)
"""How long one planner alone works on a search; it is given up long before (solver.SECONDS)."""
LAST_CALL = ANSWERED_WITHIN - timedelta(seconds=20)
"""A search as old as this gets no further try: there would not be the time to keep what was promised."""
PLANNER = "system"
"""The planner in the audit log."""

register(
    "booking.seated",
    MessageText(N_("排好了，请您确认"), N_("{facility}，{hours} 给您留好了，请在 {until} 前确认，过时会放出来。")),
)
register(
    "booking.slot_taken",
    MessageText(
        N_("没有排下，很抱歉"),
        N_("{facility}，{when}：这个时段要 {wanted} 片，怎么调整都只有 {possible} 片。不收费用，也不占您的预约次数。"),
    ),
)
register(
    "booking.court_taken",
    MessageText(
        N_("没有排下，很抱歉"), N_("{facility}，{when}：{court}已经有人，也换不开。不收费用，也不占您的预约次数。")
    ),
)
register(
    "booking.still_planning",
    MessageText(
        N_("没有排下，很抱歉"),
        N_("{facility}，{when}：{seconds} 秒内没有找到排得下的办法。不收费用，也不占您的预约次数。"),
    ),
)
register(
    "booking.gone",
    MessageText(
        N_("没有排下，很抱歉"),
        N_("{facility}，{when}：等待期间场地停用或改了时间。不收费用，也不占您的预约次数。"),
    ),
)
WHY_REFUSED = {
    "slot_taken": N_("这个时段约满了：怎么调整，都多不出一片。没有收费，也不占您的预约次数。"),
    "court_taken": N_("您选的那一片已经有人，也换不开。没有收费，也不占您的预约次数。"),
    "still_planning": N_("时间到了，还没有找到排得下的办法。没有收费，也不占您的预约次数。"),
    "gone": N_("等待期间场地停用或改了时间。没有收费，也不占您的预约次数。"),
}
"""The reason that a refused booking was given, in words; the numbers are in its booker's inbox."""
_SAID = ("slot_taken", "court_taken", "still_planning")
"""Refusals with words of their own; the others mean that the hours are no longer offered."""


class Leased(NamedTuple):
    """A search that this planner alone works on for a while."""

    place: int
    booking: int


class Problem(NamedTuple):
    """What there is to solve: the day as it stands, and the wish."""

    day: Day
    wish: Wish


def is_due(tx: ReadSession, now: datetime) -> bool:
    """Whether a search waits: asked of a reader, so that idle planners leave the writer alone."""
    return tx.scalar(select(Search.booking_id).where(Search.available_at <= now).limit(1)) is not None


def lease(tx: WriteSession, now: datetime, limit: int) -> list[Leased]:
    """Take the oldest searches, so that no other planner takes them for a while."""
    due = select(Search.place_id, Search.booking_id).where(Search.available_at <= now)
    due = due.order_by(Search.asked_at, Search.booking_id).limit(limit).with_for_update(skip_locked=True)
    taken = [Leased(*row) for row in tx.execute(due)]
    for search in taken:
        _lend(tx, search, now + LEASE)
    return taken


def late(tx: ReadSession, now: datetime) -> list[Leased]:
    """The searches for which there is no time left, the oldest first, whoever works on them."""
    old = select(Search.place_id, Search.booking_id).where(Search.asked_at <= now - LAST_CALL)
    return [Leased(*row) for row in tx.execute(old.order_by(Search.asked_at))]


def _lend(tx: WriteSession, search: Leased, until: datetime) -> None:
    mine = (Search.place_id == search.place, Search.booking_id == search.booking)
    tx.execute(update(Search).where(*mine).values(available_at=until))


def problem(tx: ReadSession, now: datetime, search: Leased) -> Problem | None:
    """What the solver is asked; None when there is nothing to solve any more, which `answer` then finds out too."""
    booking = tx.get(Booking, place_id=search.place, id=search.booking)
    found = tx.get(Search, place_id=search.place, booking_id=search.booking)
    if booking is None or found is None or booking.status != "pending":
        return None
    try:
        facts = _checked(tx, now, booking, found)
    except BookingError:
        return None
    return Problem(snapshot(tx, now, facts, booking.starts, booking.ends).day, _wish(booking, found))


def answer(tx: WriteSession, now: datetime, search: Leased, asked: Problem | None, outcome: Outcome) -> bool:
    """Give a pending booking its answer, if there is one: its place, or the reason why there is none.

    What was solved is done only if the day is as it was. False means that it has to be solved again.
    """
    found = tx.get(Search, place_id=search.place, booking_id=search.booking)
    booking = tx.get(Booking, place_id=search.place, id=search.booking)
    if found is None or booking is None:
        return True
    if not _waits(tx, now, booking):
        _forget(tx, booking)
        return True
    try:
        seated = _seat(tx, now, booking, found, asked, outcome)
    except BookingError as refused:
        _refuse(tx, now, booking, refused)
        return True
    if isinstance(seated, OutOfTime):
        _lend(tx, search, now)
        return False
    _give(tx, now, booking, found, seated)
    return True


def _waits(tx: WriteSession, now: datetime, booking: Booking) -> bool:
    """Whether a booking is pending; whoever would change it now waits until this transaction is over."""
    mine = (Booking.place_id == booking.place_id, Booking.id == booking.id, Booking.status == "pending")
    return tx.execute(update(Booking).where(*mine).values(changed_at=now)).rowcount == 1


def _seat(
    tx: WriteSession, now: datetime, booking: Booking, found: Search, asked: Problem | None, outcome: Outcome
) -> int | OutOfTime:
    """The court that a booking gets; `OutOfTime` when the day changed and there is time to look again.

    Raises:
        BookingError: why it gets none.
    """
    facts = _checked(tx, now, booking, found)
    wish = _wish(booking, found)
    if asked is None:
        seated = seat(tx, now, facts, booking.id, wish)
    else:
        seated = seat_as_found(tx, now, facts, booking.id, wish, asked.day, outcome)
    if isinstance(seated, Impossible):
        raise refusal(tx, now, facts, _wanted(booking, found), seated)
    given_up = seated is outcome or now - found.asked_at >= LAST_CALL
    if isinstance(seated, OutOfTime) and given_up:
        raise StillPlanning(when=terms.hours_of(booking.starts, booking.ends))
    return seated


def _checked(tx: ReadSession, now: datetime, booking: Booking, found: Search) -> FacilityFacts:
    """The facility, if the hours and the court that were asked for are still offered."""
    known = venues(tx)
    facts = known.facility(booking.place_id, booking.facility_id)
    span = Span(booking.starts, booking.ends)
    terms.check_open(known, facts, span)
    if policy.has_begun(booking.starts, now):
        raise AlreadyBegun(when=terms.hours_of(*span))
    if found.court_id is not None:
        facts.court(found.court_id)
    elif booking.court_kind not in facts.kinds:
        raise FacilityNotFound
    return facts


def _wish(booking: Booking, found: Search) -> Wish:
    return Wish(kind=booking.court_kind or "", starts=booking.starts, ends=booking.ends, court=found.court_id)


def _wanted(booking: Booking, found: Search) -> Wanted:
    return Wanted(booking.court_kind, found.court_id, Span(booking.starts, booking.ends), booking.party)


def _give(tx: WriteSession, now: datetime, booking: Booking, found: Search, court: int) -> None:
    facts = venues(tx).facility(booking.place_id, booking.facility_id)
    status = "confirmed" if found.confirms else "held"
    until = None if found.confirms else now + timedelta(minutes=facts.policy.hold_minutes)
    _turn(tx, now, booking, status=status, court_id=court, hold_expires_at=until)
    _note(tx, now, facts, booking, f"booking.{status}", {"court": court})
    if until is None:
        confirm(tx, now, facts, booking, actor=PLANNER)
    elif booking.member_id is not None:
        hours = terms.hours_of(booking.starts, booking.ends)
        params: dict[str, Param] = {"facility": facts.name, "hours": hours, "until": Instant(until)}
        tell(tx, now, booking.member_id, "booking.seated", params, link=_link(booking))


def _refuse(tx: WriteSession, now: datetime, booking: Booking, refused: BookingError) -> None:
    """End a pending booking with its reason; its booker's limits are given back."""
    reason = refused.code if refused.code in _SAID else "gone"
    _turn(tx, now, booking, status="refused", ended_reason=reason)
    give_back(tx, booking, slot_half_hours=1)
    facts = venues(tx).facilities.get((booking.place_id, booking.facility_id))
    _note(tx, now, facts, booking, "booking.refused", {"reason": refused.code})
    if booking.member_id is not None:
        always: dict[str, Param] = {
            "when": terms.hours_of(booking.starts, booking.ends),
            "facility": "" if facts is None else facts.name,
            "seconds": int(ANSWERED_WITHIN.total_seconds()),
        }
        named = {name: value for name, value in refused.params.items() if name != "alternatives"}
        params = always | named if reason != "gone" else always
        tell(tx, now, booking.member_id, f"booking.{reason}", params, link=_link(booking))


def _turn(tx: WriteSession, now: datetime, booking: Booking, **values: object) -> None:
    """Give a booking that `_waits` its new state."""
    mine = (Booking.place_id == booking.place_id, Booking.id == booking.id)
    tx.execute(update(Booking).where(*mine).values(changed_at=now, sequence=Booking.sequence + 1, **values))
    _forget(tx, booking)


def _forget(tx: WriteSession, booking: Booking) -> None:
    tx.execute(delete(Search).where(Search.place_id == booking.place_id, Search.booking_id == booking.id))


def _note(
    tx: WriteSession,
    now: datetime,
    facts: FacilityFacts | None,
    booking: Booking,
    action: str,
    detail: dict[str, object],
) -> None:
    place = booking.place_id
    record(
        tx,
        now,
        actor=PLANNER,
        place_id=place,
        action=action,
        subject=f"booking:{place}:{booking.id}",
        detail={"starts": booking.starts, "ends": booking.ends} | detail,
    )
    if facts is not None:
        tx.touch(facts.topic)
    tx.touch(f"facility:{place}:{booking.facility_id}")


def _link(booking: Booking) -> str:
    return f"/bookings/{booking.place_id}/{booking.id}"
