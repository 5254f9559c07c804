"""The language of a request, and sentences in it."""

from typing import Any

from litestar import Request

from booking.errors import BookingError
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
    """What a refusal says, in the reader's language; a parameter may be a pair (Chinese, English)."""
    english = language_of(request) == "en"
    params = {
        key: (value[1] or value[0] if english else value[0]) if isinstance(value, tuple) else value
        for key, value in error.params.items()
    }
    return sentence(request, type(error).text, **params)


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
