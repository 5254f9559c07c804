"""A member's bookings as events of a calendar, in their language."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, and_, select

from booking.clock import half_hour_of, instant_of
from booking.db import ReadSession
from booking.notices.calendar import CalendarEvent
from booking.places.models import Place
from booking.venues.models import Booking, Court, Facility, Partner
from booking.venues.rules import settling
from booking.web.formatting import named
from booking.web.locale import N_

KEPT = timedelta(days=90)
"""How long a booking stays in the calendar after its start."""
LARGEST = 1000
"""Events in one feed."""
OVER = ("cancelled", "displaced")
REMIND_MINUTES = (60,)

NOT_TOLD_YET = N_("场地号在开始前一小时告诉您。")
SHOW_THE_PASS = N_("入场时出示入场码：{url}")


def calendar_events(
    tx: ReadSession,
    now: datetime,
    member_id: int,
    *,
    locale: str,
    translate: Callable[[str, str], str],
    site: str,
    booking: tuple[int, int] | None = None,
) -> list[CalendarEvent]:
    """What a member plays, or played in the last months, and what was cancelled of it; the earliest first.

    A hold that was never confirmed is left out: nobody expects it in a calendar.

    Args:
        tx: the snapshot.
        now: decides whether a court is told already.
        member_id: the booker or a partner.
        locale: of names and sentences.
        translate: `Translator.gettext`.
        site: the public address of the service, without a slash at its end.
        booking: only the one of this place and id.
    """
    facility = and_(Facility.place_id == Booking.place_id, Facility.id == Booking.facility_id)
    court = and_(
        Court.place_id == Booking.place_id, Court.facility_id == Booking.facility_id, Court.id == Booking.court_id
    )
    mine = and_(Partner.place_id == Booking.place_id, Partner.booking_id == Booking.id)
    wanted = (
        select(
            *(column for column in Booking.__table__.columns if column.name not in ("quote", "limits")),
            Place.name.label("place_name"),
            Place.name_en.label("place_name_en"),
            Place.address,
            Place.address_en,
            Place.latitude,
            Place.longitude,
            Facility.name.label("facility_name"),
            Facility.name_en.label("facility_name_en"),
            Court.name.label("court_name"),
            Court.name_en.label("court_name_en"),
        )
        .join(Partner, mine)
        .join(Place, Place.id == Booking.place_id)
        .join(Facility, facility)
        .outerjoin(Court, court)
        .where(Partner.member_id == member_id, Partner.pass_id.is_not(None))
        .order_by(Booking.starts.desc(), Booking.id.desc())
        .limit(LARGEST)
    )
    if booking is None:
        wanted = wanted.where(Booking.starts >= half_hour_of(now - KEPT))
    else:
        wanted = wanted.where(Booking.place_id == booking[0], Booking.id == booking[1])
    return [_event(row, now, locale, translate, site) for row in reversed(tx.execute(wanted).all())]


def _event(row: Row[Any], now: datetime, locale: str, translate: Callable[[str, str], str], site: str) -> CalendarEvent:
    def said(what: str) -> str:
        return named({"name": getattr(row, what) or "", "name_en": getattr(row, f"{what}_en")}, locale=locale)

    url = f"{site}/bookings/{row.place_id}/{row.id}"
    cancelled = row.status in OVER
    place = said("place_name")
    told = row.court_id is not None and not settling.may_move(row, now)
    court = said("court_name") if told else ""
    lines = [court] if court else [translate(NOT_TOLD_YET, locale)] if row.court_id is not None else []
    lines.append(translate(SHOW_THE_PASS, locale).format(url=url))
    return CalendarEvent(
        uid=f"booking-{row.place_id}-{row.id}@{urlsplit(site).hostname or 'booking'}",
        title=f"{said('facility_name')} · {place}",
        starts=instant_of(row.starts),
        ends=instant_of(row.ends),
        changed_at=row.changed_at,
        sequence=row.sequence,
        cancelled=cancelled,
        description="" if cancelled else "\n".join(lines),
        location=", ".join(part for part in (place, court, said("address")) if part),
        geo=(row.latitude, row.longitude),
        url=url,
        alarms=REMIND_MINUTES,
    )
