"""One's wishes in their order, changed by one tap: put up, put down, taken away, added."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from booking.retreats.rules.applying import Wish

Tap: TypeAlias = Literal["up", "down", "remove", "add"]
TAPS: tuple[Tap, ...] = ("up", "down", "remove", "add")


def ranked(wishes: Sequence[Wish], tap: Tap, wish: Wish) -> list[Wish]:
    """The wishes after a tap at one of them; a tap that means nothing changes nothing."""
    if tap == "add":
        return [*wishes, wish] if wish not in wishes else list(wishes)
    if wish not in wishes:
        return list(wishes)
    at = wishes.index(wish)
    others = [other for other in wishes if other != wish]
    if tap == "remove":
        return others
    to = max(0, at - 1) if tap == "up" else at + 1
    return [*others[:to], wish, *others[to:]]
