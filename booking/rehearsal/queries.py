"""Changes of a place, as managers see them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from booking.db import ReadSession
from booking.errors import NotFound
from booking.rehearsal.models import Change
from booking.rehearsal.rules import Headline, Plan, headline, stored
from booking.web.facts import Named


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A change; `request` is as it was stored, see `kinds.Kind.read_request`."""

    place_id: int
    id: int
    kind: str
    request: Any
    plan: Plan
    headline: Headline
    status: str
    drafted_by: int
    drafted_at: datetime
    applied_by: int | None
    applied_at: datetime | None
    undone_by: int | None
    undone_at: datetime | None


def change(tx: ReadSession, place_id: int, change_id: int) -> ChangeView:
    """One change of a place.

    Raises:
        NotFound: there is none of that id at this place.
    """
    found = tx.get(Change, place_id=place_id, id=change_id)
    if found is None:
        raise NotFound(what=Named("这项变更", "this change"))
    return _view(found)


def changes(tx: ReadSession, place_id: int, before: int | None = None, limit: int = 30) -> list[ChangeView]:
    """A place's changes, newest first, without the drafts that came to nothing; `before` is the last id seen."""
    wanted = select(Change).where(Change.place_id == place_id, Change.status != "drafted")
    if before is not None:
        wanted = wanted.where(Change.id < before)
    return [_view(found) for found in tx.all(wanted.order_by(Change.id.desc()).limit(limit))]


def _view(found: Change) -> ChangeView:
    plan = stored(found.plan)
    return ChangeView(
        place_id=found.place_id,
        id=found.id,
        kind=found.kind,
        request=found.request,
        plan=plan,
        headline=headline(plan),
        status=found.status,
        drafted_by=found.drafted_by,
        drafted_at=found.drafted_at,
        applied_by=found.applied_by,
        applied_at=found.applied_at,
        undone_by=found.undone_by,
        undone_at=found.undone_at,
    )
