"""Signing in, activating an account, resetting a password.

None of these takes an `Idempotency-Key`: nobody is signed in whose key it could be, and an answer that holds a
bearer token must not be stored to be repeated. Each may be sent again safely: a second sign-in makes a second
token (both are listed at /api/v1/me/tokens and can be ended), a request for a code replaces the code before,
and whoever misses the answer to an activation signs in with the password they have just set.
"""

from typing import Any

from litestar import Request, Response, post
from litestar.params import JSONBody

from booking.members import entrance
from booking.members.errors import (
    CodeWrong,
    PasswordCommon,
    PasswordPersonal,
    PasswordTooLong,
    PasswordTooShort,
    TicketExpired,
    TooManyAttempts,
    WrongCredentials,
)
from booking.members.rules.identity import printable
from booking.members.rules.passwords import check_password
from booking.members.rules.sign_ins import CODE_ATTEMPTS, CODE_LIVES
from booking.members.schemas import CodeRequest, CodeSent, PasswordRequest, SignInRequest, TokenView
from booking.members.service.limits import CODE_PAUSE
from booking.members.service.sign_ins import Opened
from booking.web.responses import refusals

NOT_STORED = {"Cache-Control": "no-store"}
_PASSWORD_RULES = (PasswordTooShort, PasswordTooLong, PasswordCommon, PasswordPersonal)
_CODE_REFUSALS = refusals(TooManyAttempts, body=True)
_SET_REFUSALS = refusals(TooManyAttempts, CodeWrong, TicketExpired, *_PASSWORD_RULES, body=True)


@post("/sign-in", responses=refusals(WrongCredentials, TooManyAttempts, body=True))
async def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignInRequest]) -> Response[TokenView]:
    """Sign in with a member number or phone and the password, for a bearer token.

    At most 10 tries in 15 minutes for one number and 100 from one address; then 429 with `Retry-After`.
    """
    at = entrance.door(request)
    opened = await entrance.sign_in(at, data.who, data.password, "bearer", printable(data.label, 60))
    return _token(opened)


@post("/activation/code", operation_id="RequestActivationCode", responses=_CODE_REFUSALS)
async def request_activation_code(request: Request[Any, Any, Any], data: JSONBody[CodeRequest]) -> Response[CodeSent]:
    """Ask for the code that activates an account; sent to the phone that the union knows.

    The answer is the same whether or not the number and the name belong together.
    """
    return await _request_code(request, "activation", data)


@post("/activation", operation_id="Activate", responses=_SET_REFUSALS)
async def activate(request: Request[Any, Any, Any], data: JSONBody[PasswordRequest]) -> Response[TokenView]:
    """Give in the code, set the password, and be signed in."""
    return await _set_password(request, "activation", data)


@post("/reset/code", operation_id="RequestResetCode", responses=_CODE_REFUSALS)
async def request_reset_code(request: Request[Any, Any, Any], data: JSONBody[CodeRequest]) -> Response[CodeSent]:
    """Ask for the code that resets a password. The answer is always the same."""
    return await _request_code(request, "reset", data)


@post("/reset", operation_id="ResetPassword", responses=_SET_REFUSALS)
async def reset(request: Request[Any, Any, Any], data: JSONBody[PasswordRequest]) -> Response[TokenView]:
    """Give in the code, set a new password, and be signed in; every other sign-in ends."""
    return await _set_password(request, "reset", data)


async def _request_code(request: Request[Any, Any, Any], purpose: str, data: CodeRequest) -> Response[CodeSent]:
    await entrance.request_code(entrance.door(request), purpose, data.number, data.name)
    sent = CodeSent(
        minutes=CODE_LIVES.seconds // 60,
        attempts=CODE_ATTEMPTS,
        again_after_seconds=CODE_PAUSE.within.seconds,
    )
    return Response(sent, headers=NOT_STORED)


async def _set_password(request: Request[Any, Any, Any], purpose: str, data: PasswordRequest) -> Response[TokenView]:
    at = entrance.door(request)
    check_password(data.password, (data.number,))  # before a code is spent on one that no member may have
    ticket = await entrance.give_in_code(at, purpose, data.number, data.code)
    opened = await entrance.set_password(at, purpose, ticket, data.password, "bearer", printable(data.label, 60))
    return _token(opened)


def _token(opened: Opened) -> Response[TokenView]:
    view = TokenView(id=opened.sign_in_id, token=opened.token, label=opened.label, expires_at=opened.expires_at)
    return Response(view, headers=NOT_STORED)


handlers = [sign_in, request_activation_code, activate, request_reset_code, reset]
