"""The language of a request, and sentences in it."""

from datetime import datetime
from typing import Any

from litestar import Request

from booking.errors import BookingError
from booking.web.facts import say
from booking.web.locale import ENGLISH, Translator, negotiate


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
    return worded(error, translator_of(request), language_of(request), request.app.state.clock())


def worded(error: BookingError, translator: Translator, language: str, now: datetime) -> str:
    """What a refusal says in a language; `now` decides what is `今天`."""
    said = {name: _say(param, now, language, translator) for name, param in error.params.items()}
    return translator.gettext(type(error).text, language).format_map(_Gaps(said))


def _say(param: Any, now: datetime, language: str, translator: Translator) -> str:
    if isinstance(param, list):
        return (", " if language == ENGLISH else "、").join(_say(part, now, language, translator) for part in param)
    return translator.gettext(say(param, now, locale=language), language)


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
