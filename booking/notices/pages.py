"""The pages of the inbox, and of the personal calendar's address."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from booking.clock import Clock, local_date
from booking.db import Database, WriteSession
from booking.notices import queries, service
from booking.notices.api import view
from booking.notices.errors import MessageNotFound
from booking.notices.queries import Reached
from booking.notices.schemas import MessageView
from booking.settings import Settings
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, local_path, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

MESSAGES = 20
"""Messages on one page."""
INBOX, CALENDAR = "/inbox", "/account/calendar"
CALENDAR_KEY = "calendar feed"
"""The purpose of the key from which the addresses of calendars are derived."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

After = Annotated[str | None, QueryParameter(pattern=r"^[ur]\d{1,15}$", description="Where the page before ended.")]
Stamp = Annotated[int, Meta(ge=0, lt=2**52, description="An instant in microseconds since 1970.")]


def _stamp(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(stamp: int) -> datetime:
    return _EPOCH + stamp * _MICROSECOND


def _by_day(messages: Iterable[MessageView]) -> list[tuple[date, list[MessageView]]]:
    return [(day, list(found)) for day, found in groupby(messages, lambda message: local_date(message.at))]


@get("/inbox")
async def inbox_page(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    after: After = None,
) -> Response[str]:
    """My messages: what I have not opened first, then the rest, each by day."""
    reached = None if after is None else Reached.parse(after)
    found = await database.read(queries.unread_first, member.member_id, reached, MESSAGES + 1)
    now = clock()
    shown = [view(request, message, now) for message in found[:MESSAGES]]
    last = shown[-1] if len(found) > MESSAGES else None
    return page(
        request,
        "notices/inbox.html",
        fresh=_by_day(message for message in shown if message.read_at is None),
        earlier=_by_day(message for message in shown if message.read_at is not None),
        first=after is None,
        older=None if last is None else str(Reached(last.read_at is not None, last.id)),
    )


@post("/inbox/{message_id:int}/open")
async def open_message(
    request: Request[Any, Any, Any],
    message_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Go to what a message is about; it is read then."""
    message = await database.write(service.open_message, member.member_id, message_id)
    return redirect(request, local_path(message.link) if message.link else INBOX)


@post("/inbox/{message_id:int}/read")
async def read_one(
    request: Request[Any, Any, Any],
    message_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Mark one message as read."""
    message = await database.write(service.open_message, member.member_id, message_id)
    if message.read_at is None:
        raise MessageNotFound
    return redirect(
        request, INBOX, sentence(request, N_("已标为读过。")), undo=f"/inbox/unread/{_stamp(message.read_at)}"
    )


@post("/inbox/read")
async def read_all(
    request: Request[Any, Any, Any], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Redirect:
    """Mark every message as read, with a way back."""

    def command(tx: WriteSession, now: datetime) -> tuple[int, datetime]:
        return service.mark_read(tx, now, member.member_id), now

    count, at = await database.write(command)
    if not count:
        return redirect(request, INBOX, sentence(request, N_("没有未读的消息。")), kind="info")
    done = sentence(request, N_("{count} 条消息已标为读过。"), count=count)
    return redirect(request, INBOX, done, undo=f"/inbox/unread/{_stamp(at)}")


@post("/inbox/unread/{stamp:int}")
async def take_back(
    request: Request[Any, Any, Any],
    stamp: FromPath[Stamp],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take back what was marked as read at that instant."""
    await database.write(service.mark_unread, member.member_id, _instant(stamp))
    return redirect(request, INBOX)


@get("/account/calendar")
async def calendar_page(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The address of my calendar, and how to put it on a phone."""
    feed = await database.read(queries.feed_of, member.member_id)
    token = None if feed is None else service.token_of(feed, settings.key(CALENDAR_KEY))
    address = None if token is None else f"{settings.public_url}/calendar/{token}.ics"
    return page(request, "notices/calendar.html", headers=NOT_KEPT, address=address)


@post("/account/calendar")
async def make_calendar(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Redirect:
    """Make the address; one that exists stays."""
    await database.write(service.feed_token, member.member_id, settings.key(CALENDAR_KEY))
    return redirect(request, CALENDAR)


@post("/account/calendar/renew")
async def renew_calendar(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Redirect:
    """Make another address; the one before shows nothing from now on, unless this is undone."""

    def command(tx: WriteSession, now: datetime) -> datetime | None:
        before = queries.feed_of(tx, member.member_id)
        service.renew_feed(tx, now, member.member_id, settings.key(CALENDAR_KEY))
        return None if before is None else before.created_at

    made_at = await database.write(command)
    undo = "" if made_at is None else f"/account/calendar/back/{_stamp(made_at)}"
    done = N_("地址已换成新的，旧地址从现在起看不到任何预约。请在手机上重新订阅。")
    return redirect(request, CALENDAR, sentence(request, done), undo=undo)


@post("/account/calendar/back/{stamp:int}")
async def bring_calendar_back(
    request: Request[Any, Any, Any],
    stamp: FromPath[Stamp],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take the renewal back."""
    key = settings.key(CALENDAR_KEY)
    await database.write(service.bring_feed_back, member.member_id, key, _instant(stamp))
    return redirect(request, CALENDAR, sentence(request, N_("原来的地址又可以用了，手机上不用改。")))


router = Router(
    path="/",
    route_handlers=[
        inbox_page,
        open_message,
        read_one,
        read_all,
        take_back,
        calendar_page,
        make_calendar,
        renew_calendar,
        bring_calendar_back,
    ],
    include_in_schema=False,
)
