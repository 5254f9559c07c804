"""One's own account: who I am, where I am signed in, what happened to it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from booking.clock import Clock
from booking.db import Database, WriteSession
from booking.errors import Unauthenticated
from booking.members import entrance
from booking.members.api.entering import NOT_STORED
from booking.members.authentication import unread_of
from booking.members.errors import (
    NoSuchSignIn,
    PasswordCommon,
    PasswordPersonal,
    PasswordTooLong,
    PasswordTooShort,
    TooManyAttempts,
    TooManyTokens,
    WrongPassword,
)
from booking.members.queries import account
from booking.members.queries.account import SignInRow
from booking.members.queries.cards import member_card
from booking.members.rules.identity import printable
from booking.members.schemas import (
    AccessPage,
    Ended,
    MeView,
    PasswordChangeRequest,
    RoleView,
    SignInView,
    SignOutRequest,
    TokenRequest,
    TokenView,
)
from booking.members.service import sign_ins
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals
from booking.web.wire import LARGEST_ID, Id

Cursor = Annotated[int | None, QueryParameter(ge=0, lt=LARGEST_ID, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
_MINE = refusals(Unauthenticated)


@get("/me", responses=_MINE)
async def me(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> MeView:
    """Who is signed in."""
    card = await database.read(member_card, member.member_id, clock())
    roles = [RoleView(role=scope.role, scope_kind=scope.kind, scope_id=scope.id) for scope in member.scopes]
    return MeView(member=card, roles=roles, unread=unread_of(request))


@get("/me/sign-ins", responses=_MINE)
async def my_sign_ins(
    database: NamedDependency[Database], clock: NamedDependency[Clock], member: NamedDependency[Principal]
) -> list[SignInView]:
    """The browsers that are signed in, the last used first."""
    return _views(await database.read(account.sign_ins_of, member.member_id, "cookie", clock()), member)


@get("/me/tokens", responses=_MINE)
async def my_tokens(
    database: NamedDependency[Database], clock: NamedDependency[Clock], member: NamedDependency[Principal]
) -> list[SignInView]:
    """The bearer tokens that are good, the last used first; their values are not kept and cannot be shown."""
    return _views(await database.read(account.sign_ins_of, member.member_id, "bearer", clock()), member)


@post(
    "/me/tokens",
    responses=refusals(Unauthenticated, TooManyTokens, body=True, idempotent=True) | answers(201, TokenView),
)
async def make_token(
    request: Request[Any, Any, Any],
    data: JSONBody[TokenRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Make a named token for an app.

    The token itself is not stored, also not for a repeated request with the same `Idempotency-Key`: that is
    answered with the same id and no token. End the lost one and make another.
    """
    visit = entrance.door(request).visit
    made: dict[int, str] = {}

    def command(tx: WriteSession, now: datetime) -> TokenView:
        opened = sign_ins.make_token(tx, now, member.member_id, printable(data.label, 60), visit)
        made[opened.sign_in_id] = opened.token
        return TokenView(id=opened.sign_in_id, token=None, label=opened.label, expires_at=opened.expires_at)

    answer = await once(database, request, member.actor, command)
    view = msgspec.json.decode(answer.content, type=TokenView)
    view.token = made.get(view.id)
    answer.content = msgspec.json.encode(view)
    answer.headers.update(NOT_STORED)
    return answer


@delete(
    ["/me/sign-ins/{sign_in_id:int}", "/me/tokens/{sign_in_id:int}"],
    status_code=200,
    responses=refusals(Unauthenticated, NoSuchSignIn, idempotent=True) | answers(200, Ended),
)
async def end_sign_in(
    request: Request[Any, Any, Any],
    sign_in_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """End a sign-in of a browser, or a token."""
    visit = entrance.door(request).visit

    def command(tx: WriteSession, now: datetime) -> Ended:
        sign_ins.end_sign_in(tx, now, member.member_id, sign_in_id, visit)
        return Ended(ended=1)

    return await once(database, request, member.actor, command)


@post(
    "/sign-out",
    responses=refusals(Unauthenticated, body=True, idempotent=True) | answers(201, Ended),
)
async def sign_out(
    request: Request[Any, Any, Any],
    data: JSONBody[SignOutRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """End the token in use, all others, or every sign-in of the account; at once, everywhere.

    Once the token in use has ended, a repeated request is 401: it did what it should.
    """
    visit = entrance.door(request).visit

    def command(tx: WriteSession, now: datetime) -> Ended:
        return Ended(ended=sign_ins.sign_out(tx, now, member.member_id, member.sign_in_id, data.which, visit))

    return await once(database, request, member.actor, command)


@put(
    "/me/password",
    responses=refusals(
        Unauthenticated,
        WrongPassword,
        TooManyAttempts,
        PasswordTooShort,
        PasswordTooLong,
        PasswordCommon,
        PasswordPersonal,
        body=True,
    ),
)
async def change_password(
    request: Request[Any, Any, Any], data: JSONBody[PasswordChangeRequest], member: NamedDependency[Principal]
) -> Ended:
    """Replace one's own password; every other sign-in and token ends.

    Takes no `Idempotency-Key`: a repeated request finds the present password changed and is refused, and no
    hash of a body that holds passwords is kept.
    """
    at = entrance.door(request)
    ended = await entrance.change_password(at, member.member_id, member.sign_in_id, data.current, data.password)
    return Ended(ended=ended)


@get("/me/access-log", responses=_MINE)
async def my_access_log(
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> AccessPage:
    """What happened to the account, newest first."""
    rows = await database.read(account.access_log, member.member_id, cursor, limit + 1)
    return AccessPage(items=rows[:limit], next=rows[limit - 1].id if len(rows) > limit else None)


def _views(rows: list[SignInRow], member: Principal) -> list[SignInView]:
    return [SignInView(**row._asdict(), current=row.id == member.sign_in_id) for row in rows]


handlers = [
    me, my_sign_ins, my_tokens, make_token, end_sign_in, sign_out, change_password, my_access_log,
]  # fmt: skip
