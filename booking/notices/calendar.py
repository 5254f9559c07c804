"""iCalendar files (RFC 5545, and RFC 7986 for how often to look again), from events given as plain facts.

All times are UTC, so that every calendar program shows the same hour. A cancelled event stays in a feed with
STATUS:CANCELLED and a risen SEQUENCE: one that vanished would stay on phones for ever.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from icalendar import Alarm, Calendar, Event, vDuration

PRODUCT = "-//Ningbo Federation of Trade Unions//booking//ZH"
LOOK_AGAIN = timedelta(minutes=15)


class CalendarEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in somebody's calendar, in the reader's language.

    Attributes:
        uid: stable for ever, e.g. `booking-123@booking.example.cn`.
        changed_at: when it last changed; what becomes DTSTAMP and LAST-MODIFIED.
        sequence: rises with every change.
        geo: latitude and longitude, in degrees.
        alarms: minutes before the start at which the phone reminds.
    """

    uid: str
    title: str
    starts: datetime
    ends: datetime
    changed_at: datetime
    sequence: int = 0
    cancelled: bool = False
    description: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None
    url: str = ""
    alarms: tuple[int, ...] = ()


def feed(events: Sequence[CalendarEvent], name: str, locale: str = "zh-CN") -> bytes:
    """A calendar to subscribe to, called `name`, that asks programs to look again every 15 minutes."""
    calendar = _calendar(locale)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    # Without the parameter, programs read the value as text and fall back to once a day.
    calendar.add("refresh-interval", vDuration(LOOK_AGAIN, params={"VALUE": "DURATION"}))
    calendar.add("x-published-ttl", vDuration(LOOK_AGAIN))
    for event in events:
        calendar.add_component(_event(event))
    return bytes(calendar.to_ical())


def single(event: CalendarEvent, locale: str = "zh-CN") -> bytes:
    """One event as a file to download or to attach."""
    calendar = _calendar(locale)
    calendar.add_component(_event(event))
    return bytes(calendar.to_ical())


def etag(events: Sequence[CalendarEvent], name: str) -> str:
    """A strong ETag, quoted, of what `feed` would say, without saying it."""
    digest = hashlib.blake2b(msgspec.msgpack.encode((name, events)), digest_size=16)
    return f'"{digest.hexdigest()}"'


def _calendar(locale: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT if locale.startswith("zh") else PRODUCT.replace("//ZH", "//EN"))
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    return calendar


def _event(given: CalendarEvent) -> Event:
    event = Event()
    event.add("uid", given.uid)
    event.add("dtstamp", _utc(given.changed_at))
    event.add("last-modified", _utc(given.changed_at))
    event.add("sequence", given.sequence)
    event.add("dtstart", _utc(given.starts))
    event.add("dtend", _utc(given.ends))
    event.add("summary", given.title)
    event.add("status", "CANCELLED" if given.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if given.cancelled else "OPAQUE")
    for name in ("description", "location", "url"):
        if value := getattr(given, name):
            event.add(name, value)
    if given.geo:
        event.add("geo", given.geo)
    if not given.cancelled:
        for minutes in given.alarms:
            event.add_component(_alarm(given, minutes))
    return event


def _alarm(given: CalendarEvent, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-minutes))
    alarm.add("description", given.title)
    return alarm


def _utc(instant: datetime) -> datetime:
    """Whole seconds, which is all that iCalendar can say."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone: instants are aware")
    return instant.astimezone(UTC).replace(microsecond=0)
