"""A member's stays as events of a calendar, in their language.

A stay is one event from the hour at which rooms are ready to the hour by which they must be free, in UTC. An all-day
event would be wrong either way: its DTEND is exclusive, so that one which ends on the day of departure is drawn as
if the guest left the day before, and one which ends a day later blocks the whole day on which the guest is home
again. A timed event is drawn from the day of arrival to that of departure, both included, by every program, and
tells the two hours that matter.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import and_, or_, select, tuple_

from booking.clock import local_date, local_instant
from booking.db import ReadSession
from booking.notices.calendar import CalendarEvent
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.rules.nights import date_of, night_of
from booking.web.formatting import clock_time, named, short_date
from booking.web.locale import N_

KEPT = timedelta(days=90)
"""How long a stay remains in the calendar after its end."""
LARGEST = 200
"""Events in one feed."""
STANDING = ("confirmed", "stayed")
OVER = ("cancelled", "displaced", "no_show")
REMIND_MINUTES = (24 * 60,)

THE_TWO_DAYS = N_("{arrival} {from} 起可以入住，{departure} {until} 前离店。")
ROOM_LATER = N_("房号到店时告诉您。入楼时出示住客码：{url}")


def calendar_events(
    tx: ReadSession,
    now: datetime,
    member_id: int,
    *,
    locale: str,
    translate: Callable[[str, str], str],
    site: str,
    stay: tuple[int, int] | None = None,
) -> list[CalendarEvent]:
    """The stays that a member booked or sleeps in, and those of them that were cancelled; the earliest first.

    A hold that was never confirmed is left out: nobody expects it in a calendar.

    Args:
        tx: the snapshot.
        now: decides what is long over.
        member_id: the booker or a guest.
        locale: of names and sentences.
        translate: `Translator.gettext`.
        site: the public address of the service, without a slash at its end.
        stay: only the one of this place and id.
    """
    same = and_(Guest.place_id == StayRoom.place_id, Guest.stay_room_id == StayRoom.id)
    slept = select(StayRoom.place_id, StayRoom.stay_id).join(Guest, same).where(Guest.member_id == member_id)
    mine = or_(Stay.member_id == member_id, tuple_(Stay.place_id, Stay.id).in_(slept))
    was_booked = and_(Stay.status.in_((*STANDING, *OVER)), Stay.hold_expires_at.is_(None))
    wanted = select(Stay).where(mine, was_booked)
    if stay is None:
        wanted = wanted.where(Stay.departure >= night_of(local_date(now - KEPT)))
    else:
        wanted = wanted.where(Stay.place_id == stay[0], Stay.id == stay[1])
    found = tx.all(wanted.order_by(Stay.arrival.desc(), Stay.id.desc()).limit(LARGEST))
    known = houses(tx)
    return [_event(known.house(one.place_id), one, locale, translate, site) for one in reversed(found)]


def _event(house: House, stay: Stay, locale: str, translate: Callable[[str, str], str], site: str) -> CalendarEvent:
    place, policy = house.place, house.policy
    arrival, departure = date_of(stay.arrival), date_of(stay.departure)
    cancelled = stay.status in OVER
    url = f"{site}/stays/{stay.place_id}/{stay.id}"
    words = {
        "arrival": short_date(arrival, locale=locale),
        "from": clock_time(policy.arrive_from),
        "departure": short_date(departure, locale=locale),
        "until": clock_time(policy.leave_by),
        "url": url,
    }
    lines = [translate(text, locale).format(**words) for text in (THE_TWO_DAYS, ROOM_LATER)]
    address = named({"name": place.address, "name_en": place.address_en}, locale=locale)
    title = named({"name": place.name, "name_en": place.name_en}, locale=locale)
    return CalendarEvent(
        uid=f"stay-{stay.place_id}-{stay.id}@{urlsplit(site).hostname or 'booking'}",
        title=title,
        starts=local_instant(arrival, policy.arrive_from),
        ends=local_instant(departure, policy.leave_by),
        changed_at=stay.changed_at,
        sequence=stay.sequence,
        cancelled=cancelled,
        description="" if cancelled else "\n".join(lines),
        location=", ".join(part for part in (title, address) if part),
        geo=(place.latitude, place.longitude),
        url=url,
        alarms=REMIND_MINUTES,
    )
