"""Signing in and out."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from booking.errors import Busy
from booking.members import entrance
from booking.members.errors import TooManyAttempts, WrongCredentials
from booking.members.pages.forms import again, give_cookie, take_cookie, typed
from booking.members.service import sign_ins
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, local_path, page, redirect
from booking.web.principal import Principal


@get("/sign-in")
async def sign_in_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """The sign-in form; whoever is signed in already goes on to where they wanted."""
    target = local_path(request.query_params.get("next", "/"))
    if request.scope["user"] is not None:
        return redirect(request, target)
    return page(request, "members/sign_in.html", headers=NOT_KEPT, errors={}, who="", next=target)


@post("/sign-in", status_code=200)
async def sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Sign in with the cookie and go on."""
    form = await typed(request, "who", "password", "next")
    target = local_path(form["next"])
    try:
        opened = await entrance.sign_in(entrance.door(request), form["who"], form["password"], "cookie")
    except (WrongCredentials, TooManyAttempts, Busy) as error:
        return again(request, "members/sign_in.html", error, who=form["who"], next=target)
    answer = redirect(request, target)
    give_cookie(request, answer, opened)
    return answer


@post("/sign-out")
async def sign_out(request: Request[Any, Any, Any]) -> Redirect:
    """End this browser's sign-in."""
    principal: Principal | None = request.scope["user"]
    if principal is not None:
        at = entrance.door(request)
        await at.database.write(sign_ins.sign_out, principal.member_id, principal.sign_in_id, "this", at.visit)
    answer = redirect(request, "/", sentence(request, N_("您已退出登录。")))
    take_cookie(request, answer)
    return answer


handlers = [sign_in_page, sign_in, sign_out]
