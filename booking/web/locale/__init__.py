"""Two languages from one source: Chinese sentences are the keys, English comes from `booking/*/locale/en.po`.

`python -m booking.web.locale` lists what has no English yet.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from booking.web.formatting import filters_for

CHINESE, ENGLISH = "zh-CN", "en"
LOCALES = (CHINESE, ENGLISH)
PACKAGE = Path(__file__).parents[2]


def N_(text: str) -> str:
    """Marks a Chinese sentence where it is written; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Key:
    """What a translation is found by; `context` tells apart two meanings of one Chinese word."""

    text: str
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Translator:
    """The English of every Chinese sentence; read once at start, then only looked up."""

    english: Mapping[Key, tuple[str, ...]]

    @classmethod
    def load(cls, package: Path = PACKAGE) -> Self:
        """Merges all features' catalogues; the shell's words win, then the alphabet decides."""
        english: dict[Key, tuple[str, ...]] = {}
        for catalog in catalogues(package).values():
            for key, forms in translations(catalog):
                english.setdefault(key, forms)
        return cls(english)

    def gettext(self, text: str, locale: str, context: str | None = None) -> str:
        """The sentence in the reader's language; Chinese where no English is known."""
        if locale != ENGLISH:
            return text
        return self.english.get(Key(text, context), (text,))[0]

    def ngettext(self, one: str, many: str, number: int, locale: str) -> str:
        """The form that fits the number."""
        forms = self.english.get(Key(one), (one, many)) if locale == ENGLISH else (one, many)
        return forms[0] if number == 1 else forms[-1]


def catalogues(package: Path = PACKAGE) -> dict[str, Catalog]:
    """Every feature's English, the shell's first."""
    paths = sorted(package.glob("*/locale/en.po"), key=lambda path: (path.parts[-3] != "web", path))
    return {path.parts[-3]: _catalogue(path) for path in paths}


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=ENGLISH, abort_invalid=True)


def translations(catalog: Catalog) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """What a catalogue says, without the entries that are still empty."""
    for message in catalog:
        text = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        forms = tuple(form for form in strings if form)
        if text and forms:
            yield Key(text, message.context), forms


def negotiate(cookie: str | None, accept_language: str | None) -> str:
    """The reader's choice, else the first of the browser's languages that we speak, else Chinese."""
    if cookie in LOCALES:
        return cookie
    for _, language in sorted(_accepted(accept_language or ""), key=lambda pair: -pair[0]):
        if language == "zh" or language.startswith("zh-"):
            return CHINESE
        if language == "en" or language.startswith("en-"):
            return ENGLISH
    return CHINESE


def _accepted(header: str) -> Iterator[tuple[float, str]]:
    for part in header[:500].lower().split(","):
        language, _, quality = part.partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        if re.fullmatch(r"[01](\.\d{0,3})?", weight) and float(weight) > 0:
            yield float(weight), language.strip()


def localized(environment: Environment, translator: Translator) -> dict[str, Environment]:
    """One environment a language, on the same loader: gettext and the filters are bound, not looked up.

    Macros may then be imported without context, which Jinja caches.
    """
    return {locale: _in_language(environment, translator, locale) for locale in LOCALES}


def _in_language(environment: Environment, translator: Translator, locale: str) -> Environment:
    speaking = environment.overlay()
    speaking.filters = {**environment.filters, **filters_for(locale)}
    speaking.globals = {**environment.globals, **_words(translator, locale)}
    return speaking


def _words(translator: Translator, locale: str) -> dict[str, Callable[..., str]]:
    """What Jinja calls new-style gettext: named places are filled, and escaped where the page is.

    An overlay shares its base's `install_gettext_callables`, which would install every language on that base.
    """

    @pass_context
    def gettext(page: Context, text: str, **named: Any) -> str:
        return _filled(page, translator.gettext(text, locale), named)

    @pass_context
    def ngettext(page: Context, one: str, many: str, number: int, **named: Any) -> str:
        return _filled(page, translator.ngettext(one, many, number, locale), {"num": number, **named})

    @pass_context
    def pgettext(page: Context, meaning: str, text: str, **named: Any) -> str:
        return _filled(page, translator.gettext(text, locale, meaning), named)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext, "pgettext": pgettext}


def _filled(page: Context, text: str, named: Mapping[str, Any]) -> str:
    return (Markup(text) if page.eval_ctx.autoescape else text) % named  # noqa: S704 - our own sentences
