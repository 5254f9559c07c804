"""What the forms of members share: reading what was typed, and showing a form again with what to change."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from booking.errors import BookingError
from booking.members import errors
from booking.members.authentication import cookie_name
from booking.members.rules.sign_ins import BROWSER
from booking.members.service.sign_ins import Opened
from booking.web.language import words
from booking.web.pages import NOT_KEPT, page

FIELDS: dict[type[BookingError], str] = {
    errors.WrongCredentials: "password",
    errors.WrongPassword: "current",
    errors.CodeWrong: "code",
    errors.PasswordTooShort: "password",
    errors.PasswordTooLong: "password",
    errors.PasswordCommon: "password",
    errors.PasswordPersonal: "password",
    errors.NoSuchMember: "number",
    errors.NoSuchPlace: "place",
    errors.NoSuchOrganisation: "organisation",
    errors.ScopeDoesNotFit: "role",
}
"""Beside which field a refusal is shown; the others stand above the form."""


async def typed(request: Request[Any, Any, Any], *names: str) -> dict[str, str]:
    """The named fields of a form as text, empty where absent."""
    form = await request.form()
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in names}


def again(request: Request[Any, Any, Any], template: str, error: BookingError, **context: Any) -> Response[str]:
    """The same form with the refusal beside its field, and what was typed still in it."""
    headers = dict(NOT_KEPT)
    if "retry_after" in error.params:
        headers["Retry-After"] = str(error.params["retry_after"])
    shown = {FIELDS.get(type(error), ""): words(request, error)}
    return page(request, template, status_code=error.status, headers=headers, errors=shown, **context)


def give_cookie(request: Request[Any, Any, Any], answer: Response[Any], opened: Opened) -> None:
    """Give the browser its sign-in; when it ends is decided by the server, long before the cookie does."""
    longest = int(BROWSER.longest.total_seconds())
    answer.set_cookie(own_cookie(request, cookie_name(request.app.state.settings), opened.token, longest))
    answer.headers.update(NOT_KEPT)


def take_cookie(request: Request[Any, Any, Any], answer: Response[Any]) -> None:
    """Take the sign-in from the browser, with what it kept of our pages."""
    answer.set_cookie(own_cookie(request, cookie_name(request.app.state.settings), "", 0))
    answer.headers.update(NOT_KEPT | {"Clear-Site-Data": '"cache"'})


def own_cookie(request: Request[Any, Any, Any], name: str, value: str, max_age: int) -> Cookie:
    """A cookie for our own eyes: closed to scripts, not sent along by other sites, on https alone where there is."""
    secure = request.app.state.settings.secure
    return Cookie(name, path="/", value=value, max_age=max_age, secure=secure, httponly=True, samesite="lax")
