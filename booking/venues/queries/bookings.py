"""Bookings as those see them who may: the booker, their partners, the staff of the place."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_, union_all

from booking.clock import half_hour_of, instant_of
from booking.db import ReadSession, prepared
from booking.members.models import Member
from booking.places.models import Place
from booking.venues.errors import BookingNotFound, CursorUnknown
from booking.venues.models import Booking, Court, Facility, Partner, Policy
from booking.venues.rules import policy, settling
from booking.venues.schemas import BookingPage, BookingView, PartnerView
from booking.web.principal import Principal

LIVE = ("held", "confirmed", "pending")


class Cursor(NamedTuple):
    """Where a page of bookings ended."""

    starts: int
    place: int
    id: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The cursor in an address.

        Raises:
            CursorUnknown: it is none of ours.
        """
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 16 for part in parts):
            raise CursorUnknown
        numbers = [int(part) for part in parts]
        if max(numbers) >= 2**53:
            raise CursorUnknown
        return cls(*numbers)

    def __str__(self) -> str:
        return f"{self.starts}.{self.place}.{self.id}"


def booking_view(tx: ReadSession, now: datetime, place: int, booking_id: int, viewer: Principal) -> BookingView:
    """One booking.

    Raises:
        BookingNotFound: there is none, or the viewer neither plays on it nor works at its place.
    """
    row = tx.execute(_one(tx, place, booking_id)).first()
    if row is None:
        raise BookingNotFound
    players = players_of(tx, place, booking_id)
    plays = row.member_id == viewer.member_id or any(player.member_id == viewer.member_id for player in players)
    if not plays and not works_at(viewer, place):
        raise BookingNotFound
    return _view(row, players, now, viewer)


@prepared
def _one(_: ReadSession, place: int, booking_id: int) -> Select[Any]:
    return _with_names().where(Booking.place_id == place, Booking.id == booking_id)


def players_of(tx: ReadSession, place: int, booking_id: int) -> list[Partner]:
    """Everyone on a booking, the booker first."""
    return tx.all(_players_of(tx, place, booking_id))


@prepared
def _players_of(_: ReadSession, place: int, booking_id: int) -> Select[Partner]:
    of_booking = select(Partner).where(Partner.place_id == place, Partner.booking_id == booking_id)
    return of_booking.order_by(Partner.number)


def works_at(viewer: Principal, place: int) -> bool:
    """Whether somebody may see the bookings of a place: its manager, or who stands at its gate."""
    return viewer.holds("venue_manager", place) or viewer.holds("gate_keeper", place)


def bookings_of(
    tx: ReadSession,
    now: datetime,
    viewer: Principal,
    *,
    upcoming: bool,
    after: Cursor | None = None,
    limit: int = 20,
) -> BookingPage:
    """A page of a member's bookings, those that they were named a partner of included.

    Upcoming ones are live and not over, the next one first; the others were played or ended early, newest first.
    Two statements, however many bookings.
    """
    rows = _page(tx, _live(now) if upcoming else ~_live(now), viewer.member_id, upcoming, after, limit + 1)
    shown = rows[:limit]
    players = _players(tx, shown)
    further = Cursor(shown[-1].starts, shown[-1].place_id, shown[-1].id) if len(rows) > limit else None
    views = [_view(row, players[row.place_id, row.id], now, viewer) for row in shown]
    return BookingPage(views, None if further is None else str(further))


def next_booking(tx: ReadSession, now: datetime, viewer: Principal) -> BookingView | None:
    """The member's next booking, or the one that they are playing now."""
    return next(iter(bookings_of(tx, now, viewer, upcoming=True, limit=1).items), None)


class Companion(NamedTuple):
    """Someone who played along before; a guest has no number."""

    number: str
    name: str


def companions_of(tx: ReadSession, member_id: int, limit: int = 6) -> list[Companion]:
    """Whom a member booked with lately, the last first."""
    joined = and_(Partner.place_id == Booking.place_id, Partner.booking_id == Booking.id, Partner.number > 0)
    rows = tx.execute(
        select(func.coalesce(Member.number, ""), Partner.name)
        .select_from(Booking)
        .join(Partner, joined)
        .outerjoin(Member, and_(Member.id == Partner.member_id, Member.left_at.is_(None)))
        .where(Booking.member_id == member_id)
        .order_by(Booking.starts.desc(), Booking.id.desc(), Partner.number)
        .limit(8 * limit)
    )
    return list(dict.fromkeys(Companion(*row) for row in rows))[:limit]


def _live(now: datetime) -> ColumnElement[bool]:
    waiting = or_(Booking.status != "held", Booking.hold_expires_at > now)
    return and_(Booking.status.in_(LIVE), waiting, Booking.ends > half_hour_of(now))


def _page(
    tx: ReadSession,
    chosen: ColumnElement[bool],
    member_id: int,
    upcoming: bool,
    after: Cursor | None,
    limit: int,
) -> Sequence[Row[Any]]:
    key = (Booking.starts, Booking.place_id, Booking.id)
    order = key if upcoming else tuple(column.desc() for column in key)
    if after is not None:
        reached = tuple_(*key) > tuple(after) if upcoming else tuple_(*key) < tuple(after)
        chosen = and_(chosen, reached)
    ids = select(*key).where(chosen).order_by(*order).limit(limit)
    own = ids.where(Booking.member_id == member_id)
    joined = and_(Partner.place_id == Booking.place_id, Partner.booking_id == Booking.id)
    partnered = ids.join(Partner, joined).where(Partner.member_id == member_id, Partner.number > 0)
    wanted = union_all(select(own.subquery()), select(partnered.subquery())).subquery()
    statement = (
        _with_names()
        .join(wanted, and_(wanted.c.place_id == Booking.place_id, wanted.c.id == Booking.id))
        .order_by(*order)
        .limit(limit)
    )
    return tx.execute(statement).all()


def _with_names() -> Select[Any]:
    """A booking with all that a view of it says; also of places, facilities and courts that were retired since."""
    facility = and_(Facility.place_id == Booking.place_id, Facility.id == Booking.facility_id)
    court = and_(
        Court.place_id == Booking.place_id, Court.facility_id == Booking.facility_id, Court.id == Booking.court_id
    )
    return (
        select(
            *(column for column in Booking.__table__.columns if column.name not in ("quote", "limits")),
            Place.code.label("place_code"),
            Place.name.label("place_name"),
            Place.name_en.label("place_name_en"),
            Facility.code.label("facility_code"),
            Facility.name.label("facility_name"),
            Facility.name_en.label("facility_name_en"),
            Facility.sport,
            Court.name.label("court_name"),
            Court.name_en.label("court_name_en"),
            Policy.cancel_cutoff_minutes,
        )
        .select_from(Booking)
        .join(Place, Place.id == Booking.place_id)
        .join(Facility, facility)
        .join(Policy, Policy.id == Booking.policy_id)
        .outerjoin(Court, court)
    )


def _players(tx: ReadSession, rows: Collection[Row[Any]]) -> dict[tuple[int, int], list[Partner]]:
    found: dict[tuple[int, int], list[Partner]] = defaultdict(list)
    if rows:
        keys = [(row.place_id, row.id) for row in rows]
        listed = select(Partner).where(tuple_(Partner.place_id, Partner.booking_id).in_(keys))
        for player in tx.all(listed.order_by(Partner.place_id, Partner.booking_id, Partner.number)):
            found[player.place_id, player.booking_id].append(player)
    return found


def _view(row: Row[Any], players: Sequence[Partner], now: datetime, viewer: Principal) -> BookingView:
    status = "expired" if settling.has_expired(row, now) else row.status
    may_act = row.member_id == viewer.member_id or viewer.holds("venue_manager", row.place_id)
    ahead = not policy.has_begun(row.starts, now)
    open_to_change = may_act and ahead and status in ("held", "confirmed")
    told = not settling.may_move(row, now) and status not in ("cancelled", "expired", "refused", "displaced")
    was_confirmed = status == "cancelled" and any(player.pass_id is not None for player in players)
    return BookingView(
        place=row.place_id,
        id=row.id,
        facility=row.facility_id,
        status=status,
        starts=instant_of(row.starts),
        ends=instant_of(row.ends),
        place_code=row.place_code,
        place_name=row.place_name,
        place_name_en=row.place_name_en,
        facility_code=row.facility_code,
        facility_name=row.facility_name,
        facility_name_en=row.facility_name_en,
        sport=row.sport,
        court_kind=row.court_kind,
        court=row.court_id if told else None,
        court_name=row.court_name if told else None,
        court_name_en=row.court_name_en if told else None,
        heads=row.party,
        price_fen=row.price_fen,
        partners=[
            PartnerView(player.number, player.name, player.pass_id, player.member_id == viewer.member_id)
            for player in players
        ],
        hold_expires_at=row.hold_expires_at if status == "held" else None,
        answer_by=row.created_at + settling.ANSWERED_WITHIN if status == "pending" else None,
        version=row.sequence,
        cancel_free_until=policy.free_until(row, row.starts) if open_to_change else None,
        can_cancel=open_to_change or (may_act and ahead and status == "pending"),
        can_change=open_to_change,
        can_restore=may_act and was_confirmed and policy.can_be_restored(row.changed_at, row.starts, now),
        ended_reason=row.ended_reason,
    )
