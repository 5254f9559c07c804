"""One's own account: who I am, where I am signed in, my password, what happened."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import Busy, Invalid
from booking.members import entrance
from booking.members.errors import NoSuchSignIn, TooManyAttempts, TooManyTokens
from booking.members.pages.forms import again, take_cookie, typed
from booking.members.queries import account
from booking.members.queries.cards import member_card
from booking.members.rules.identity import device_name, printable
from booking.members.rules.passwords import SHORTEST
from booking.members.rules.roles import ROLE_NAMES, grantable, reach, verifies
from booking.members.rules.words import CATEGORY_NAMES, EVENT_NAMES, STANDING_REASONS
from booking.members.service import passwords, sign_ins
from booking.web.idempotency import once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import LOCALES, NOT_KEPT, YEAR_SECONDS, page, redirect
from booking.web.principal import Principal
from booking.web.wire import LARGEST_ID, Id

LINES = 30
"""Lines of the access log on one page."""


def _account(tx: ReadSession, member: Principal, now: datetime) -> dict[str, Any]:
    return {
        "card": member_card(tx, member.member_id, now),
        "browsers": account.sign_ins_of(tx, member.member_id, "cookie", now),
        "apps": account.sign_ins_of(tx, member.member_id, "bearer", now),
    }


@get("/account")
async def account_page(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Who I am and where I am signed in."""
    return await _account_page(request, database, clock, member)


async def _account_page(
    request: Request[Any, Any, Any], database: Database, clock: Clock, member: Principal, **shown: Any
) -> Response[str]:
    found = await database.read(_account, member, clock())
    words: dict[str, Any] = {"categories": CATEGORY_NAMES, "reasons": STANDING_REASONS, "role_names": ROLE_NAMES}
    staff = {"finds_members": reach(member.scopes).anyone, "gives_roles": bool(grantable(member.scopes))}
    staff["verifies"] = verifies(member.scopes).anyone
    context: dict[str, Any] = {"errors": {}, "label": "", "token": None} | shown
    return page(request, "members/account.html", headers=NOT_KEPT, member=member, **words, **staff, **found, **context)


@post("/account/sign-ins/{sign_in_id:int}/end")
async def end_sign_in(
    request: Request[Any, Any, Any],
    sign_in_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """End one sign-in; one that ended already is what was wanted."""
    visit = entrance.door(request).visit
    try:
        await database.write(sign_ins.end_sign_in, member.member_id, sign_in_id, visit)
    except NoSuchSignIn:
        return redirect(request, "/account", sentence(request, NoSuchSignIn.text), kind="info")
    return redirect(request, "/account", sentence(request, N_("已经退出那一处登录。")))


@post("/account/sign-ins/end-others")
async def end_other_sign_ins(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """End every sign-in but this browser's."""
    visit = entrance.door(request).visit
    ended = await database.write(sign_ins.sign_out, member.member_id, member.sign_in_id, "others", visit)
    return redirect(request, "/account", sentence(request, N_("已退出其他 {ended} 处登录。"), ended=ended))


@post("/account/sign-ins/end-all")
async def end_all_sign_ins(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """End every sign-in, this browser's too."""
    visit = entrance.door(request).visit
    await database.write(sign_ins.sign_out, member.member_id, member.sign_in_id, "all", visit)
    answer = redirect(request, "/", sentence(request, N_("所有地方都已退出登录。")))
    take_cookie(request, answer)
    return answer


@post("/account/tokens", status_code=200)
async def make_token(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Make a named token and show it, this once; a form sent twice makes one."""
    form = await typed(request, "label", "idempotency_key")
    label = printable(form["label"], 60) or sentence(request, N_("未命名"))
    visit = entrance.door(request).visit
    made: dict[int, str] = {}

    def command(tx: WriteSession, now: datetime) -> int:
        opened = sign_ins.make_token(tx, now, member.member_id, label, visit)
        made[opened.sign_in_id] = opened.token
        return opened.sign_in_id

    try:
        made_id = await once_form(database, request, member.actor, form["idempotency_key"], command, int)
    except TooManyTokens as error:
        return again(request, "members/tokens_full.html", error, most=error.params["most"])
    return await _account_page(request, database, clock, member, token=made.get(made_id, ""), label=label)


@get("/account/password")
async def password_page(request: Request[Any, Any, Any], member: NamedDependency[Principal]) -> Response[str]:
    """The form that replaces the password."""
    return page(
        request, "members/change_password.html", headers=NOT_KEPT, errors={}, member=member,
        password_least=SHORTEST,
    )  # fmt: skip


@post("/account/password", status_code=200)
async def change_password(request: Request[Any, Any, Any], member: NamedDependency[Principal]) -> Response[Any]:
    """Replace the password; every other sign-in ends."""
    form = await typed(request, "current", "password")
    at = entrance.door(request)
    try:
        ended = await entrance.change_password(
            at, member.member_id, member.sign_in_id, form["current"], form["password"]
        )
    except (Invalid, TooManyAttempts, Busy) as error:
        return again(request, "members/change_password.html", error, member=member, password_least=SHORTEST)
    done = sentence(request, N_("密码已修改，其他 {ended} 处登录已退出。"), ended=ended)
    return redirect(request, "/account", done)


@post("/account/language")
async def choose_language(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Keep the language of the pages here and of messages in the account."""
    locale = (await typed(request, "locale"))["locale"]
    answer = redirect(request, "/account")
    if locale in LOCALES:
        await database.write(passwords.set_language, member.member_id, locale)
        secure = request.app.state.settings.secure
        answer.set_cookie(Cookie("locale", value=locale, max_age=YEAR_SECONDS, samesite="lax", secure=secure))
    return answer


@get("/account/access-log")
async def access_log_page(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    cursor: Annotated[int | None, QueryParameter(ge=0, lt=LARGEST_ID)] = None,
) -> Response[str]:
    """What happened to the account, newest first."""
    rows = await database.read(account.access_log, member.member_id, cursor, LINES + 1)
    older = rows[LINES - 1].id if len(rows) > LINES else None
    return page(
        request, "members/access_log.html", headers=NOT_KEPT, older=older, newest=cursor is None,
        rows=[(row, device_name(row.agent)) for row in rows[:LINES]], events=EVENT_NAMES,
    )  # fmt: skip


handlers = [
    account_page, end_sign_in, end_other_sign_ins, end_all_sign_ins, make_token,
    password_page, change_password, choose_language, access_log_page,
]  # fmt: skip
