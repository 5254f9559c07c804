"""Activating an account and resetting a password: who you are, the code, the new password.

Between the steps a short-lived cookie, closed to scripts, remembers what was typed and, once the code was
right, the ticket. It holds nothing that its owner has not given or been given.
"""

import base64
import binascii
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Meta

from booking.errors import BookingError, Busy, Invalid
from booking.members import entrance
from booking.members.errors import CodeWrong, TicketExpired, TooManyAttempts
from booking.members.pages.forms import again, give_cookie, own_cookie, typed
from booking.members.queries.account import demo_text
from booking.members.rules.identity import normalised_number, printable
from booking.members.rules.passwords import SHORTEST
from booking.members.rules.sign_ins import CODE_ATTEMPTS, CODE_LIVES, TICKET_LIVES
from booking.members.service.codes import Ticket
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, local_path, page, redirect

Short = Annotated[str, Meta(max_length=100)]
PATHS = {"activation": "/activate", "reset": "/reset"}
STEPS = (N_("您是谁"), N_("短信验证码"), N_("设置密码"))
DONE = {
    "activation": N_("账号开通了，欢迎您。"),
    "reset": N_("密码已重设，其他地方的登录都已退出。"),
}
SENT = N_("新的验证码已经在路上。")


class Journey(msgspec.Struct, omit_defaults=True):
    """How far someone has come: what they typed, then whom the ticket is for."""

    purpose: Literal["activation", "reset"]
    number: Short = ""
    name: Short = ""
    next: Annotated[str, Meta(max_length=500)] = "/"
    member_id: Annotated[int, Meta(ge=0, lt=2**53)] = 0
    ticket: Short = ""


@get(["/activate", "/reset"])
async def identify_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Step one: number and name."""
    journey = _journey(request)
    return page(
        request, "members/identify.html", headers=NOT_KEPT, errors={}, **_context(journey, 1),
        next=local_path(request.query_params.get("next", journey.next)),
    )  # fmt: skip


@post(["/activate", "/reset"], status_code=200)
async def identify(request: Request[Any, Any, Any]) -> Response[Any]:
    """Have a code sent, whoever it is, and go to step two."""
    form = await typed(request, "number", "name", "next")
    journey = Journey(
        _purpose(request),
        printable(form["number"], 60),
        printable(form["name"], 60),
        local_path(form["next"])[:500],
    )
    try:
        await entrance.request_code(entrance.door(request), journey.purpose, journey.number, journey.name)
    except (TooManyAttempts, Busy) as error:
        return again(request, "members/identify.html", error, **_context(journey, 1), next=journey.next)
    return _go(request, journey, "/code")


@post(["/activate/again", "/reset/again"], status_code=200)
async def send_again(request: Request[Any, Any, Any]) -> Response[Any]:
    """Send another code to the same member."""
    journey = _journey(request)
    try:
        await entrance.request_code(entrance.door(request), journey.purpose, journey.number, journey.name)
    except (TooManyAttempts, Busy) as error:
        return await _code_again(request, journey, error)
    return redirect(request, PATHS[journey.purpose] + "/code", sentence(request, SENT), kind="info")


@get(["/activate/code", "/reset/code"])
async def code_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Step two: the code, sent or handed out at a counter."""
    journey = _journey(request)
    text = await _demo_text(request, journey)
    return page(request, "members/code.html", headers=NOT_KEPT, errors={}, demo_text=text, **_context(journey, 2))


@post(["/activate/code", "/reset/code"], status_code=200)
async def give_in_code(request: Request[Any, Any, Any]) -> Response[Any]:
    """Exchange the code for a ticket and go to step three."""
    journey = _journey(request)
    form = await typed(request, "number", "code")
    journey.number = printable(form["number"], 60) or journey.number
    try:
        ticket = await entrance.give_in_code(entrance.door(request), journey.purpose, journey.number, form["code"])
    except (CodeWrong, TooManyAttempts, Busy) as error:
        return await _code_again(request, journey, error)
    journey.member_id, journey.ticket = ticket.member_id, ticket.token
    return _go(request, journey, "/password")


@get(["/activate/password", "/reset/password"])
async def password_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """Step three: the password."""
    journey = _journey(request)
    if not journey.ticket:
        return redirect(request, PATHS[journey.purpose])
    return page(request, "members/password.html", headers=NOT_KEPT, errors={}, **_context(journey, 3))


@post(["/activate/password", "/reset/password"], status_code=200)
async def set_password(request: Request[Any, Any, Any]) -> Response[Any]:
    """Set the password, sign in, and go on."""
    journey = _journey(request)
    form = await typed(request, "password")
    ticket = Ticket(journey.member_id, journey.ticket)
    try:
        opened = await entrance.set_password(
            entrance.door(request), journey.purpose, ticket, form["password"], "cookie"
        )
    except TicketExpired as error:
        return again(request, "members/identify.html", error, **_context(journey, 1), next=journey.next)
    except (Invalid, Busy) as error:
        return again(request, "members/password.html", error, **_context(journey, 3))
    answer = redirect(request, local_path(journey.next), sentence(request, DONE[journey.purpose]))
    give_cookie(request, answer, opened)
    answer.set_cookie(own_cookie(request, _cookie_name(request), "", 0))
    return answer


async def _code_again(request: Request[Any, Any, Any], journey: Journey, error: BookingError) -> Response[str]:
    text = await _demo_text(request, journey)
    return again(request, "members/code.html", error, demo_text=text, **_context(journey, 2))


async def _demo_text(request: Request[Any, Any, Any], journey: Journey) -> str | None:
    """The text message itself, in the demo city alone: nobody there has a phone."""
    state = request.app.state
    if not state.settings.demo or not journey.number:
        return None
    text: str | None = await state.database.read(demo_text, normalised_number(journey.number), state.clock())
    return text


def _context(journey: Journey, step: int) -> dict[str, Any]:
    return {
        "purpose": journey.purpose,
        "base": PATHS[journey.purpose],
        "steps": STEPS,
        "step": step,
        "number": journey.number,
        "name": journey.name,
        "code_minutes": CODE_LIVES.seconds // 60,
        "code_attempts": CODE_ATTEMPTS,
        "password_least": SHORTEST,
    }


def _purpose(request: Request[Any, Any, Any]) -> Literal["activation", "reset"]:
    return "activation" if request.url.path.startswith(PATHS["activation"]) else "reset"


def _go(request: Request[Any, Any, Any], journey: Journey, step: str) -> Redirect:
    answer = redirect(request, PATHS[journey.purpose] + step)
    packed = base64.urlsafe_b64encode(msgspec.json.encode(journey)).decode()
    lives = int(TICKET_LIVES.total_seconds())
    answer.set_cookie(own_cookie(request, _cookie_name(request), packed, lives))
    return answer


def _journey(request: Request[Any, Any, Any]) -> Journey:
    """How far this browser has come with this purpose; a new one where the cookie is absent or not ours."""
    purpose = _purpose(request)
    raw = request.cookies.get(_cookie_name(request), "")
    try:
        journey = msgspec.json.decode(base64.urlsafe_b64decode(raw), type=Journey)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return Journey(purpose)
    return journey if journey.purpose == purpose else Journey(purpose)


def _cookie_name(request: Request[Any, Any, Any]) -> str:
    return "__Host-journey" if request.app.state.settings.secure else "journey"


handlers = [
    identify_page, identify, send_again, code_page, give_in_code, password_page, set_password,
]  # fmt: skip
