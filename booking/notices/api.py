"""The JSON API of the inbox."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import Unauthenticated
from booking.notices import queries, service
from booking.notices.errors import MessageNotFound
from booking.notices.messages import render
from booking.notices.models import InboxMessage
from booking.notices.schemas import InboxPage, Marked, MessageView
from booking.web import facts
from booking.web.idempotency import once
from booking.web.language import language_of, translator_of
from booking.web.principal import Principal
from booking.web.responses import answers, refusals
from booking.web.wire import LARGEST_ID, Id

Cursor = Annotated[int | None, QueryParameter(ge=0, lt=LARGEST_ID, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]


def view(request: Request[Any, Any, Any], message: InboxMessage, now: datetime) -> MessageView:
    """A message in the words of whoever asks."""
    params = facts.read(message.params)
    worded = render(message.kind, params, now, locale=language_of(request), translate=translator_of(request).gettext)
    return MessageView(
        id=message.id,
        kind=message.kind,
        title=worded.title,
        body=worded.body,
        facts=params,
        link=message.link,
        at=message.at,
        read_at=message.read_at,
    )


def _inbox(tx: ReadSession, member_id: int, cursor: int | None, limit: int) -> tuple[list[InboxMessage], int]:
    return queries.inbox(tx, member_id, cursor, limit), queries.unread(tx, member_id)


@get("/me/inbox", responses=refusals(Unauthenticated))
async def my_inbox(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> InboxPage:
    """My messages, newest first, in the language of `Accept-Language`."""
    messages, unread = await database.read(_inbox, member.member_id, cursor, limit + 1)
    now = clock()
    return InboxPage(
        items=[view(request, message, now) for message in messages[:limit]],
        unread=unread,
        next=messages[limit - 1].id if len(messages) > limit else None,
    )


@post(
    "/me/inbox/{message_id:int}/read",
    responses=refusals(Unauthenticated, MessageNotFound, idempotent=True) | answers(201, Marked),
)
async def read_one(
    request: Request[Any, Any, Any],
    message_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Mark a message as read; one that was read before stays so."""

    def command(tx: WriteSession, now: datetime) -> Marked:
        return Marked(marked=int(service.open_message(tx, now, member.member_id, message_id).read_at == now))

    return await once(database, request, member.actor, command)


@post("/me/inbox/read", responses=refusals(Unauthenticated, idempotent=True) | answers(201, Marked))
async def read_all(
    request: Request[Any, Any, Any], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """Mark every message as read."""

    def command(tx: WriteSession, now: datetime) -> Marked:
        return Marked(marked=service.mark_read(tx, now, member.member_id))

    return await once(database, request, member.actor, command)


router = Router(path="/api/v1", route_handlers=[my_inbox, read_one, read_all], tags=["inbox"])
