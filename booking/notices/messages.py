"""Kinds of messages and how they are worded when they are read.

Each feature registers its own kinds where it defines them:

    register("booking.moved", MessageText(N_("您的场地换了"), N_("{hours} 的 {court} 因检修改到 {other}，……")))
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from booking.web.facts import Params, say_all
from booking.web.locale import N_


class MessageText(msgspec.Struct, frozen=True):
    """The Chinese sentences of a kind, with `{named}` places for its parameters."""

    title: str
    body: str


class Rendered(msgspec.Struct, frozen=True):
    """A message in the reader's words."""

    title: str
    body: str


UNKNOWN = MessageText(
    N_("一条旧消息"), N_("这条消息属于一项已经停用的服务，内容无法再显示。如有疑问，请向工会服务台查询。")
)
_TEXTS: dict[str, MessageText] = {}


def register(kind: str, text: MessageText) -> None:
    """Teach a kind of message; done once for each kind, where its feature is defined.

    Raises:
        ValueError: the kind is taken.
    """
    if _TEXTS.setdefault(kind, text) != text:
        raise ValueError(f"two texts for messages of kind {kind!r}")


def is_registered(kind: str) -> bool:
    """Whether messages of this kind can be worded."""
    return kind in _TEXTS


def render(kind: str, params: Params, now: datetime, *, locale: str, translate: Callable[[str, str], str]) -> Rendered:
    """Word a message for its reader; `translate` is `Translator.gettext`."""
    text = _TEXTS.get(kind, UNKNOWN)
    said = say_all(params, now, locale=locale)
    return Rendered(*(translate(part, locale).format_map(_Gaps(said)) for part in (text.title, text.body)))


class _Gaps(dict[str, str]):
    """A parameter that an older message does not have is left open, rather than losing the message."""

    def __missing__(self, name: str) -> str:
        return "…"
