"""The language of a request, and sentences in it."""

from typing import Any

from litestar import Request

from booking.errors import BookingError
from booking.web.facts import say_all
from booking.web.locale import Translator, negotiate


def language_of(request: Request[Any, Any, Any]) -> str:
    """The reader's language: their choice in the cookie, else what their browser asks for, else Chinese."""
    return negotiate(request.cookies.get("locale"), request.headers.get("accept-language"))


def translator_of(request: Request[Any, Any, Any]) -> Translator:
    """The process's translator."""
    translator: Translator = request.app.state.translator
    return translator


def sentence(request: Request[Any, Any, Any], text: str, **params: Any) -> str:
    """A marked sentence in the reader's language, its `{named}` places filled."""
    return translator_of(request).gettext(text, language_of(request)).format_map(_Gaps(params))


def words(request: Request[Any, Any, Any], error: BookingError) -> str:
    """What a refusal says, in the reader's language; facts such as hours are said as people say them."""
    said = say_all(error.params, request.app.state.clock(), locale=language_of(request))
    return sentence(request, type(error).text, **said)


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
