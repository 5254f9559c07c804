"""The kinds of change, each taught by the feature that can make it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from booking.db import ReadSession, WriteSession
from booking.rehearsal.errors import UnknownKind
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import Plan

R = TypeVar("R", bound=msgspec.Struct)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """What a feature teaches about one kind of change.

    Attributes:
        name: stable, e.g. `venues.close_courts`.
        request: what the manager asks for.
        plan: who is affected and how, from the state of now. It changes nothing, and finds the same plan whenever
            it is asked of the same state.
        apply: does what the plan says; claims taken meanwhile raise a Conflict. What it answers is kept as the
            plan's trace. Telling people and the audit log are not its business.
        undo: takes it back, from the plan and its trace. It raises a Conflict that names what took the place.
        stamp: the version of all that a plan is made from: while it is the same, so is the plan, and a plan that was
            shown is applied without being made again. None where planning is quick enough for the queue of writers.
    """

    name: str
    request: type[R]
    plan: Callable[[ReadSession, datetime, int, R], Plan]
    apply: Callable[[WriteSession, datetime, ChangeView, Plan], Any]
    undo: Callable[[WriteSession, datetime, ChangeView, Plan], None]
    stamp: Callable[[ReadSession, datetime, int, R], str] | None = None

    def read_request(self, request: Any) -> R:
        """A request as the feature's own struct, from JSON that was stored or sent."""
        return msgspec.convert(request, self.request)


_KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Teach a kind of change; done once, where its feature is defined.

    Raises:
        ValueError: another kind has the name.
    """
    if _KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"two kinds of change are called {kind.name!r}")


def kind_of(name: str) -> Kind[Any]:
    """The kind of a name.

    Raises:
        UnknownKind: no feature knows it.
    """
    if name not in _KINDS:
        raise UnknownKind(kind=name, known="、".join(sorted(_KINDS)))
    return _KINDS[name]
