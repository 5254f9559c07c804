"""The operator's language: English where the environment asks for it, Chinese otherwise."""

from collections.abc import Callable, Mapping
from functools import partial

from booking.web.locale import CHINESE, ENGLISH, Translator


def operators_language(environment: Mapping[str, str]) -> str:
    """What LC_ALL, LC_MESSAGES or LANG ask for, in their order."""
    wished = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return ENGLISH if wished.lower().startswith("en") else CHINESE


def translator_for(environment: Mapping[str, str]) -> Callable[[str], str]:
    """Puts the sentences of the service into the operator's language."""
    language = operators_language(environment)
    return partial(Translator.load().gettext, locale=language) if language == ENGLISH else str
