"""Bookings as the desk sees them: who, how many, whether they came, what they owe. Four statements for any number."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, not_, select

from booking.checkin.models import Pass, PassUse
from booking.clock import instant_of
from booking.db import ReadSession
from booking.members.models import Member
from booking.members.rules.identity import masked_phone
from booking.payments.models import LedgerTransaction, Posting
from booking.payments.rules import Balance, balance_of
from booking.venues.models import Booking, Court
from booking.venues.rules.opening import HALF_HOURS_A_DAY
from booking.venues.service.people import ISSUER
from booking.web.facts import Named

SHOWN = ("held", "confirmed", "attended", "no_show")
"""The states of a booking that keeps its place on the board."""
NOTHING = Balance(charged=0, paid={}, owed=0)


class Money(NamedTuple):
    """Where a booking's account stands, in fen; `owed` below zero is to be given back."""

    price: int
    paid: int
    owed: int


class DeskBooking(NamedTuple):
    """A booking as the desk sees it.

    Attributes:
        phone: masked; the whole number is asked for by itself, and the asking is noted.
        arrived: heads that a gate let in.
        late: it has begun, and nobody has come through a gate yet.
    """

    id: int
    facility: int
    status: str
    name: str
    number: str
    phone: str
    party: int
    court: int | None
    court_named: Named
    pinned: bool
    starts: int
    ends: int
    money: Money
    arrived: int
    late: bool

    @property
    def start(self) -> datetime:
        """When it begins."""
        return instant_of(self.starts)

    @property
    def end(self) -> datetime:
        """When it ends."""
        return instant_of(self.ends)


def bookings_between(
    tx: ReadSession, now: datetime, place: int, facility: int | None, first: int, last: int
) -> list[DeskBooking]:
    """The bookings of a facility, or of all, that have a place in these half hours, the earliest first."""
    here = [Booking.starts.between(first - HALF_HOURS_A_DAY, last - 1), Booking.ends > first, _stands(now)]
    if facility is not None:
        here.append(Booking.facility_id == facility)
    return _seen(tx, now, place, *here)


def booking_at_desk(tx: ReadSession, now: datetime, place: int, booking_id: int) -> DeskBooking | None:
    """One booking, whatever became of it."""
    return next(iter(_seen(tx, now, place, Booking.id == booking_id)), None)


def _stands(now: datetime) -> ColumnElement[bool]:
    lapsed = and_(Booking.status == "held", Booking.hold_expires_at <= now)
    return and_(Booking.status.in_(SHOWN), not_(lapsed))


def _seen(tx: ReadSession, now: datetime, place: int, *which: ColumnElement[bool]) -> list[DeskBooking]:
    rows = tx.execute(
        select(
            Booking.id,
            Booking.facility_id,
            Booking.status,
            Booking.contact_name,
            Booking.contact_phone,
            Booking.party,
            Booking.court_id,
            Booking.pinned,
            Booking.starts,
            Booking.ends,
            Booking.price_fen,
            Booking.folio_id,
            Member.name,
            Member.number,
            Member.phone,
            Court.name.label("court_name"),
            Court.name_en.label("court_name_en"),
        )
        .outerjoin(Member, Member.id == Booking.member_id)
        .outerjoin(Court, _court_of())
        .where(Booking.place_id == place, *which)
        .order_by(Booking.starts, Booking.court_id, Booking.id)
    ).all()
    accounts = balances(tx, place, [row.folio_id for row in rows if row.folio_id is not None])
    came = arrivals(tx, place, [row.id for row in rows])
    return [_booking(row, now, accounts.get(row.folio_id or 0, NOTHING), came.get(row.id, 0)) for row in rows]


def _court_of() -> ColumnElement[bool]:
    same = and_(Court.place_id == Booking.place_id, Court.facility_id == Booking.facility_id)
    return and_(same, Court.id == Booking.court_id)


def _booking(row: Row[Any], now: datetime, account: Balance, arrived: int) -> DeskBooking:
    return DeskBooking(
        id=row.id,
        facility=row.facility_id,
        status=row.status,
        name=row.contact_name or row.name or "",
        number=row.number or "",
        phone=masked_phone(row.contact_phone or row.phone),
        party=row.party,
        court=row.court_id,
        court_named=Named(row.court_name or "", row.court_name_en or ""),
        pinned=row.pinned,
        starts=row.starts,
        ends=row.ends,
        money=Money(row.price_fen, account.paid_in_all, account.owed),
        arrived=arrived,
        late=row.status == "confirmed" and not arrived and now >= instant_of(row.starts),
    )


def balances(tx: ReadSession, place: int, folios: Collection[int]) -> dict[int, Balance]:
    """Where these folios stand."""
    if not folios:
        return {}
    same = and_(Posting.place_id == LedgerTransaction.place_id, Posting.transaction_id == LedgerTransaction.id)
    rows = tx.execute(
        select(LedgerTransaction.folio_id, Posting.account, func.sum(Posting.fen))
        .join(Posting, same)
        .where(LedgerTransaction.place_id == place, LedgerTransaction.folio_id.in_(sorted(folios)))
        .group_by(LedgerTransaction.folio_id, Posting.account)
    )
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    for folio, account, fen in rows:
        sums[folio][account] = int(fen)
    return {folio: balance_of(accounts) for folio, accounts in sums.items()}


def arrivals(tx: ReadSession, place: int, bookings: Collection[int]) -> Mapping[int, int]:
    """How many heads of each booking a gate has let in; those of whom none came are left out."""
    if not bookings:
        return {}
    mine = and_(Pass.place_id == PassUse.place_id, Pass.id == PassUse.pass_id)
    rows = tx.execute(
        select(Pass.subject_id, func.sum(PassUse.admitted))
        .join(PassUse, mine)
        .where(Pass.place_id == place, Pass.issuer == ISSUER, Pass.subject_id.in_(sorted(bookings)))
        .where(PassUse.admitted > 0)
        .group_by(Pass.subject_id)
    )
    return {booking: int(heads) for booking, heads in rows}
