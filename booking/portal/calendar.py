"""The personal calendar: an address that a phone asks every quarter of an hour, and that needs no sign-in."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.errors import NotFound
from booking.members.models import Account
from booking.notices import calendar
from booking.notices.calendar import CalendarEvent
from booking.notices.queries import member_of_feed
from booking.rooms.queries.calendar import calendar_events as stay_events
from booking.settings import Settings
from booking.venues.queries.calendar import calendar_events
from booking.web.etags import has
from booking.web.language import translator_of
from booking.web.locale import CHINESE, N_

NAME = N_("甬工预约")
CALENDAR = "text/calendar"


class CalendarNotFound(NotFound):
    """The address of a calendar was replaced, or never was one."""

    code = "calendar_not_found"
    text = N_("这个日历地址已经换过，或者抄错了。请在“我的”里看现在的地址，在手机上重新订阅。")


class Feed(NamedTuple):
    """What a calendar holds, in its owner's language."""

    events: list[CalendarEvent]
    name: str
    locale: str


def _feed(tx: ReadSession, now: datetime, token: str, translate: Callable[[str, str], str], site: str) -> Feed | None:
    member_id = member_of_feed(tx, token)
    if member_id is None:
        return None
    account = tx.get(Account, member_id=member_id)
    locale = CHINESE if account is None else account.locale
    bookings = calendar_events(tx, now, member_id, locale=locale, translate=translate, site=site)
    stays = stay_events(tx, now, member_id, locale=locale, translate=translate, site=site)
    return Feed([*bookings, *stays], translate(NAME, locale), locale)


@get("/calendar/{name:str}", include_in_schema=False)
async def personal_calendar(
    request: Request[Any, Any, Any],
    name: FromPath[Annotated[str, Meta(max_length=100)]],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """The bookings and stays of whoever owns the address; 304, without writing a line of it, when nothing changed."""
    translate = translator_of(request).gettext
    token = name.removesuffix(".ics")
    feed = await database.read(_feed, clock(), token, translate, settings.public_url)
    if feed is None:
        raise CalendarNotFound
    tag = calendar.etag(feed.events, feed.name)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if has(request.headers.get("if-none-match", ""), tag):
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=calendar.feed(*feed), media_type=CALENDAR, headers=headers)


router = Router(path="/", route_handlers=[personal_calendar])
